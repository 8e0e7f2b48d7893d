"""Uploaded files: a name is shown, an id is the path."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from support.graphs import workflow
from support.history import History
from support.past import past_run

from voicegraph import clock
from voicegraph.errors import Conflict, NotFound, StorageError
from voicegraph.graph.model import NodeId, Pin, PinnedFile, new_id
from voicegraph.nodes.output import FileRef, Output
from voicegraph.run.events import Entry, ItemRun, NodeRun, RunChange
from voicegraph.run.state import NodeStatus, RunStatus
from voicegraph.store.files.contents import STORING_SECONDS, Contents
from voicegraph.store.files.stored_files import MAX_NAME, safe_name
from voicegraph.store.upkeep.retention import Upkeep


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
        ("..", "file"),
        (".env", "env"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("", "file"),
        ("dir/", "file"),
        ("half \ud800.txt", "half .txt"),
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


async def test_what_tries_left_behind_goes_with_the_run(history: History):
    """A crash between saving and recording: the next try saves again, and its file alone is in the result."""
    run_id = await past_run(history, status=RunStatus.RUNNING)
    lost, shown = [await history.files.save("a.txt", "text/plain", b"x", run_id) for _ in range(2)]
    node = NodeRun(NodeId("a"), NodeStatus.COMPLETED, output=Output(files=[shown]))
    change = RunChange(RunStatus.COMPLETED, 1.0, 2.0)
    await history.journal.record(Entry(run_id, nodes=[node], change=change))
    assert set(stored(history)) == {lost.id, shown.id}
    await history.removals.delete(run_id)
    assert stored(history) == []
    for table in ("files", "run_files", "loose_files"):
        assert history.rows(f"SELECT * FROM {table}") == [], table


async def test_files_of_items_are_files_of_the_run(history: History):
    maker, other = await past_run(history), await past_run(history, status=RunStatus.RUNNING)
    ref = await history.files.save("a.txt", "text/plain", b"x", maker)
    item = ItemRun(NodeId("a"), 0, NodeStatus.COMPLETED, output=Output(files=[ref]))
    await history.journal.record(Entry(other, items=[item]))
    await history.removals.delete(maker)
    assert await history.files.read(ref.id) == (ref, b"x")


async def test_a_run_that_is_gone_makes_no_file(history: History):
    run_id = await past_run(history)
    await history.removals.delete(run_id)
    with pytest.raises(Conflict, match="The run was deleted"):
        await history.files.save("a.txt", "text/plain", b"x", run_id)
    assert stored(history) == []
    assert history.rows("SELECT * FROM files") == []


@pytest.mark.parametrize("name", ["file_\0", "../x", "x" * 64])
async def test_what_is_pinned_as_a_file_may_be_anything(history: History, name: str):
    run_id = await past_run(history, outputs={"a": Output(files=[FileRef(id=name, name="x")])})
    assert (await history.queries.summary(run_id)).status == "completed"


async def test_a_crash_between_disk_and_database_leaves_nothing(history: History, monkeypatch):
    folder(history).mkdir(parents=True)
    upkeep = Upkeep(history.engine, history.reader, history.journal, history.settings)
    kept = await history.files.save("a.txt", "text/plain", b"x")
    contents = Contents(folder(history), history.reader, history.journal)
    written = new_id("file")
    await contents.put(written, b"x")  # and its row is never written
    (folder(history) / f"{written}.part").write_bytes(b"x")
    await upkeep.round()
    assert len(stored(history)) == 3  # it may still be stored
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + STORING_SECONDS + 1)
    await upkeep.round()
    assert stored(history) == [kept.id]


async def test_a_content_that_cannot_be_removed_is_tried_again(history: History):
    ref = await history.files.save("a.txt", "text/plain", b"x")
    (folder(history) / ref.id).rename(folder(history) / "aside")
    (folder(history) / ref.id).mkdir()  # no file: it cannot be unlinked
    await history.files.delete(ref.id)
    assert history.rows("SELECT id FROM loose_files") == [(ref.id,)]
    (folder(history) / ref.id).rmdir()
    (folder(history) / "aside").rename(folder(history) / ref.id)
    await Upkeep(history.engine, history.reader, history.journal, history.settings).round()
    assert stored(history) == []
    assert history.rows("SELECT id FROM loose_files") == []


async def test_what_a_workflow_pinned_goes_when_it_is_pinned_no_more(history: History):
    run_id = await past_run(history)
    ref = await history.files.save("a.txt", "text/plain", b"x", run_id)
    graph = workflow("a>b")
    graph.nodes[0].pin = Pin(files=[PinnedFile(id=ref.id, name="a.txt")])
    await history.workflows.save(graph)
    await history.removals.delete(run_id)
    assert await history.files.get(ref.id) == ref
    graph.nodes[0].pin = None
    await history.workflows.save(graph)
    await Upkeep(history.engine, history.reader, history.journal, history.settings).round()
    assert stored(history) == []
