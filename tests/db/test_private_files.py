"""What a server writes is its owner's alone, from the first byte on, and what an earlier release left open is closed."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest
from support.api import api_with, seed, settings_in, steps
from support.history import migrated

__all__ = ["migrated"]


def open_to_others(folder: Path) -> dict[str, str]:
    """The folder and all below it that others may reach, by their rights."""
    paths = [folder, *folder.rglob("*")]
    modes = {str(path.relative_to(folder.parent)): path.stat().st_mode for path in paths}
    return {name: stat.filemode(mode) for name, mode in modes.items() if mode & 0o077}


async def used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A run and an upload; what others could reach meanwhile."""
    async with api_with(settings_in(folder, monkeypatch)) as api:
        await api.call("POST", "/api/files", files={"file": ("a.txt", b"x", "text/plain")}, status=201)
        run_id = (await api.call("POST", "/api/execute-background", {"workflow": steps(seed())}, 202))["runId"]
        await api.over(run_id)
        names = {path.name for path in (folder / "data").rglob("*")}
        assert {"voicegraph.db", "voicegraph.db-wal", "voicegraph.db-shm", "files", "engine.lock"} <= names
        return open_to_others(folder / "data")


async def test_a_new_folder_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.umask(0o000)
    try:
        assert await used(tmp_path, monkeypatch) == {}
    finally:
        os.umask(before)


async def test_a_folder_that_was_open_is_closed(
    migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    shutil.copytree(migrated, data)
    (data / "files").mkdir(exist_ok=True)
    for name in ("files/file_old", "secret.key", "reserve", "engine.lock", "migrate.lock"):
        (data / name).write_bytes(b"old")
    for path in (data, *data.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    assert open_to_others(data)
    assert await used(tmp_path, monkeypatch) == {}


def test_what_is_not_ours_in_the_folder_keeps_its_rights(tmp_path: Path) -> None:
    from voicegraph.db.private_files import close_files

    for name in ("reserve", "notes.txt"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    close_files(tmp_path)
    assert open_to_others(tmp_path / "reserve") == {}
    assert stat.S_IMODE((tmp_path / "notes.txt").stat().st_mode) == 0o644


async def test_a_folder_that_is_shared_on_purpose_keeps_its_rights(tmp_path: Path) -> None:
    """Like /tmp: to close it would shut out others who use it."""
    from voicegraph.db.private_files import private_folder

    tmp_path.chmod(0o1777)
    private_folder(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777
