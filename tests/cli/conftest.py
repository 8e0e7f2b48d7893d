"""Commands are run as processes; each test has a folder of its own, with a database that is up to date."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.cli import Cli
from support.history import migrated

__all__ = ["migrated"]


@pytest.fixture
def cli(migrated: Path, tmp_path: Path) -> Cli:
    shutil.copytree(migrated, tmp_path / "data")
    return Cli(tmp_path, {"VOICEGRAPH_ALLOW_PRIVATE_HOSTS": "127.0.0.1"})
