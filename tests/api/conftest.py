"""What tests of the API share: the application in this process, over a database of its own."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.api import Api, api_with, settings_in
from support.full_disk import small_disk
from support.history import migrated
from support.pdfs import make_pdf

from voicegraph.settings import Settings

__all__ = ["make_pdf", "migrated", "small_disk"]


@pytest.fixture
def settings(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    shutil.copytree(migrated, tmp_path / "data")
    return settings_in(tmp_path, monkeypatch, allow_private_hosts=["127.0.0.1"], retry_base_seconds=0.01)


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[Api]:
    async with api_with(settings) as api:
        yield api
