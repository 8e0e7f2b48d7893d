"""The engine Inngest on a stage."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from support.inngest_stage import Stage, stage


@pytest.fixture
async def on_stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with stage(tmp_path) as made:
        yield made
