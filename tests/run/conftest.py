from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from support.drive import Drive


@pytest.fixture
async def drive() -> AsyncIterator[Drive]:
    """Runs over a disk in memory."""
    async with Drive() as drive:
        yield drive
