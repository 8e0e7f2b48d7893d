"""Uploaded files: a name is shown, an id is the path."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from support.history import History

from voicegraph.errors import NotFound, StorageError
from voicegraph.history.files import MAX_NAME, safe_name


def folder(history: History) -> Path:
    return history.settings.data_dir / "files"


def stored(history: History) -> list[str]:
    return [path.name for path in folder(history).iterdir()] if folder(history).exists() else []


async def test_a_file_comes_back_as_it_was(history: History):
    content = bytes(range(256)) * 100
    ref = await history.files.save("Überblick.csv", "text/csv", content)
    assert (ref.name, ref.media_type, ref.size) == ("Überblick.csv", "text/csv", len(content))
    assert await history.files.get(ref.id) == ref
    assert await history.files.read(ref.id) == (ref, content)
    ((digest,),) = history.rows("SELECT sha256 FROM files")
    assert len(str(digest)) == 64


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/etc/cron.d/x", "x"),
        ("a\0b\r\n.txt", "ab.txt"),
        ("..", ".."),
        ("", "file"),
        ("dir/", "file"),
        ("half \ud800.txt", "half ?.txt"),
        ("x" * 500, "x" * MAX_NAME),
    ],
)
async def test_names_never_become_paths(history: History, name: str, shown: str):
    ref = await history.files.save(name, "text/\0plain", b"x")
    assert ref.name == shown
    assert stored(history) == [ref.id]
    assert await history.files.read(ref.id) == (ref, b"x")


@given(st.text(st.characters()))
def test_every_name_can_be_shown_and_kept(name: str):
    safe = safe_name(name)
    assert 1 <= len(safe) <= MAX_NAME
    assert not set("/\\\0\n\r") & set(safe)
    safe.encode()


@pytest.mark.parametrize(
    "file_id", ["file_nobody", "../data", "..", "", ".", "/etc/passwd", "a\0b", "\ud800", "x" * 5_000, "file_1\n"]
)
async def test_ids_of_nothing_are_not_found(history: History, file_id: str):
    await history.files.save("a.txt", "text/plain", b"x")
    for ask in (history.files.get, history.files.read, history.files.delete):
        with pytest.raises(NotFound):
            await ask(file_id)
    assert len(stored(history)) == 1


async def test_a_removed_file_leaves_nothing(history: History):
    ref = await history.files.save("a.txt", "text/plain", b"x")
    await history.files.delete(ref.id)
    assert stored(history) == []
    with pytest.raises(NotFound):
        await history.files.read(ref.id)


async def test_a_file_whose_content_is_gone_says_so(history: History):
    ref = await history.files.save("a.txt", "text/plain", b"x")
    (folder(history) / ref.id).unlink()
    with pytest.raises(NotFound, match=r"The content of a\.txt is gone"):
        await history.files.read(ref.id)
    await history.files.delete(ref.id)


async def test_a_folder_that_takes_nothing_is_told(history: History):
    folder(history).parent.mkdir(exist_ok=True)
    folder(history).write_text("in the way")
    with pytest.raises(StorageError, match="could not be stored"):
        await history.files.save("a.txt", "text/plain", b"x")
    assert history.rows("SELECT * FROM files") == []


async def test_a_file_the_database_does_not_take_leaves_no_bytes(history: History):
    await history.journal.execute(lambda connection: connection.execute(text("DROP TABLE files")) and None)
    with pytest.raises(StorageError):
        await history.files.save("a.txt", "text/plain", b"x")
    assert stored(history) == []
