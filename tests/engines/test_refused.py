"""What the database refuses for good ends with a reason in this process: no run is left open for the next start."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from support.graphs import node, workflow
from support.history import History
from support.hosts import EmbeddedHost, LiveHost
from support.stores import late

from voicegraph.errors import StorageError
from voicegraph.run import partial_writes, refused_entries
from voicegraph.run.events import Entry

GRAPH = workflow("a>b", "b>c")


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refused_entries, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(refused_entries, "LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(partial_writes, "WRITE_PAUSES", (0.01, 0.02))


class Refusing:
    """The history, but so many entries that fit are refused for good."""

    def __init__(self, history: History, fits: Callable[[Entry], bool], times: int) -> None:
        self._history = history
        self._fits = fits
        self.left = times
        self.count = 0

    def record(self, entry: Entry, **asked: bool) -> Awaitable[None]:
        if self.left and self._fits(entry):
            self.left -= 1
            self.count += 1
            done = asyncio.get_running_loop().create_future()
            done.set_exception(StorageError("No such value can be stored."))
            return done
        return self._history.journal.record(entry, **asked)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._history.journal, name)


def about(node_id: str) -> Callable[[Entry], bool]:
    return lambda entry: any(row.node_id == node_id for row in entry.nodes)


def settles(node_id: str) -> Callable[[Entry], bool]:
    """What became of a node, and the end of the run that follows when that is refused."""
    return lambda entry: any(row.node_id == node_id and row.finished_at for row in entry.nodes)


async def test_a_result_that_cannot_be_written_fails_the_run(embedded: EmbeddedHost) -> None:
    embedded.engine._sink = Refusing(embedded.history, settles("b"), 10_000)  # pyright: ignore[reportAttributeAccessIssue]
    told = await embedded.run(GRAPH)
    assert (told.status, told.statuses) == ("failed", {"a": "completed", "b": "cancelled"})
    assert embedded.probe.starts["b"] == 1
    assert "No such value" in told.detail.summary.error["message"]  # pyright: ignore[reportOptionalSubscript]


async def test_a_result_that_is_refused_for_a_while_is_written_and_nothing_is_done_again(
    embedded: EmbeddedHost,
) -> None:
    sink = Refusing(embedded.history, settles("b"), 2)
    embedded.engine._sink = sink  # pyright: ignore[reportAttributeAccessIssue]
    told = await embedded.run(GRAPH)
    assert (told.status, sink.count) == ("completed", 2)
    assert (embedded.probe.starts["a"], embedded.probe.starts["b"]) == (1, 1)


async def test_a_run_whose_end_is_refused_too_is_taken_up_again_by_this_process(embedded: EmbeddedHost) -> None:
    def settles_or_ends(entry: Entry) -> bool:
        return settles("b")(entry) or bool(entry.change and entry.change.status.terminal)

    sink = Refusing(embedded.history, settles_or_ends, 6)
    embedded.engine._sink = sink  # pyright: ignore[reportAttributeAccessIssue]
    told = await embedded.run(GRAPH)
    assert (told.status, sink.count) == ("completed", 6)
    assert embedded.probe.starts["a"] == 1


async def test_a_run_that_is_refused_again_and_again_is_given_up_with_a_reason(embedded: EmbeddedHost) -> None:
    sink = Refusing(embedded.history, about("b"), 10_000)
    embedded.engine._sink = sink  # pyright: ignore[reportAttributeAccessIssue]
    told = await embedded.run(GRAPH)
    assert told.status == "failed"
    assert told.detail.summary.error["code"] == "not_recorded"  # pyright: ignore[reportOptionalSubscript]
    assert all(status in ("completed", "cancelled", "failed") for status in told.statuses.values())
    assert sink.count <= 20, "it is no hot loop"
    embedded.engine._sink = embedded.history.journal
    assert (await embedded.run(GRAPH)).status == "completed"


def cancels(entry: Entry) -> bool:
    return bool(entry.change and entry.change.status == "cancelled")


async def test_a_cancellation_that_is_refused_stops_the_run_and_is_written_later(embedded: EmbeddedHost) -> None:
    embedded.engine._sink = Refusing(embedded.history, cancels, 1)  # pyright: ignore[reportAttributeAccessIssue]
    run_id = await embedded.start(workflow("a>b", nodes=[node("a", "gate")]))
    await embedded.probe.gates["a"].enter()
    with pytest.raises(StorageError, match=r"The run is stopped, .* No such value can be stored\."):
        await embedded.cancel(run_id)
    await embedded.probe.gates["a"].left.wait()
    assert (await embedded.told(run_id)).status == "cancelled"
    assert not await embedded.cancel(run_id)


async def test_whoever_cancels_once_more_is_told_the_same(
    embedded: EmbeddedHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = Refusing(embedded.history, cancels, 1)
    embedded.engine._sink = sink  # pyright: ignore[reportAttributeAccessIssue]
    run_id = await embedded.start(workflow("a>b", nodes=[node("a", "gate")]))
    await embedded.probe.gates["a"].enter()
    with pytest.raises(StorageError, match="is stopped"):
        await embedded.cancel(run_id)
    with pytest.raises(StorageError, match="is stopped"):  # the end is on its way, and nobody knows yet
        await embedded.cancel(run_id)
    assert (await embedded.told(run_id)).status == "cancelled"


async def test_a_run_that_waits_on_disk_waits_on_when_its_cancellation_or_its_answer_is_refused(
    embedded: EmbeddedHost,
) -> None:
    graph = workflow("ask>b", nodes=[node("ask", "request", type="approval", message="Go on?")])
    run_id = await embedded.start(graph)
    await embedded.parked(run_id, "ask")
    before = embedded.history.rows("SELECT count(*) FROM run_events")
    sink = Refusing(embedded.history, lambda entry: True, 10_000)
    embedded.engine._sink = sink  # pyright: ignore[reportAttributeAccessIssue]
    for _ in range(3):
        with pytest.raises(StorageError, match="No such value"):
            await embedded.cancel(run_id)
        with pytest.raises(StorageError, match="No such value"):
            await embedded.decide(run_id, "ask")
    assert sink.count == 6, "nobody tries on"
    assert not embedded.holds(run_id)
    assert embedded.history.rows("SELECT count(*) FROM run_events") == before
    embedded.engine._sink = embedded.history.journal
    await embedded.decide(run_id, "ask")
    assert (await embedded.told(run_id)).status == "completed"


async def test_a_decision_that_is_stuck_keeps_nobody_from_deciding_about_other_runs(embedded: EmbeddedHost) -> None:
    graph = workflow("ask>b", nodes=[node("ask", "request", type="approval", message="Go on?")])
    runs = [await embedded.start(graph) for _ in range(3)]
    for run_id in runs:
        await embedded.parked(run_id, "ask")
    store = late(embedded)
    hold = store.hold_next()
    stuck = asyncio.create_task(embedded.cancel(runs[0]))
    await store.held.wait()
    async with asyncio.timeout(20):
        assert await embedded.cancel(runs[1])
        await embedded.decide(runs[2], "ask")
    assert not stuck.done()
    hold.set()
    assert await stuck


async def test_a_cancellation_that_is_refused_again_and_again_leaves_no_run_hanging(embedded: EmbeddedHost) -> None:
    sink = Refusing(embedded.history, cancels, 3)
    embedded.engine._sink = sink  # pyright: ignore[reportAttributeAccessIssue]
    run_id = await embedded.start(workflow("a>b", nodes=[node("a", "gate")]))
    await embedded.probe.gates["a"].enter()
    with pytest.raises(StorageError):
        await embedded.cancel(run_id)
    await embedded.probe.gates["a"].enter()
    embedded.probe.gates["a"].opened.set()
    assert (await embedded.told(run_id)).status == "completed"


async def test_an_item_that_cannot_be_written_keeps_no_other_from_being_kept(embedded: EmbeddedHost) -> None:
    work = node("w", "work", each=True, concurrency=3)
    graph = workflow("list>w", nodes=[node("list", "values", data=["i0", "i1", "i2"]), work])
    sink = Refusing(
        embedded.history, lambda entry: any(row.item == 1 and row.finished_at for row in entry.items), 10_000
    )
    embedded.engine._sink = sink  # pyright: ignore[reportAttributeAccessIssue]
    for item in range(3):
        embedded.probe.gates[f"w:{item}"]
    run_id = await embedded.start(graph)
    for item in range(3):
        await embedded.probe.gates[f"w:{item}"].enter()
    for item in range(3):
        embedded.probe.gates[f"w:{item}"].opened.set()
    told = await embedded.told(run_id)
    assert told.status == "failed"
    assert "No such value" in told.detail.summary.error["message"]  # pyright: ignore[reportOptionalSubscript]
    rows = embedded.history.rows("SELECT item, status FROM item_runs WHERE run_id = :id ORDER BY item", id=run_id)
    assert rows == [(0, "completed"), (1, "cancelled"), (2, "completed")]


async def test_an_item_that_is_refused_for_a_while_is_written_and_not_done_again(embedded: EmbeddedHost) -> None:
    work = node("w", "work", each=True)
    graph = workflow("list>w", "w>end", nodes=[node("list", "values", data=["i0", "i1", "i2"]), work])
    sink = Refusing(embedded.history, lambda entry: any(row.finished_at for row in entry.items), 2)
    embedded.engine._sink = sink  # pyright: ignore[reportAttributeAccessIssue]
    embedded.probe.gates["w:1"]
    run_id = await embedded.start(graph)
    async with asyncio.timeout(20):
        while sink.left:  # noqa: ASYNC110 - the others are refused while one is at work
            await asyncio.sleep(0.01)
    embedded.probe.gates["w:1"].opened.set()
    told = await embedded.told(run_id)
    assert (told.status, sink.count) == ("completed", 2)
    assert sorted(embedded.probe.items, key=str) == [0, 1, 2]


async def test_a_live_run_whose_end_is_refused_is_closed(live: LiveHost) -> None:
    sink = Refusing(live.history, about("b"), 10_000)
    live.engine._ledger = sink  # pyright: ignore[reportAttributeAccessIssue]
    told = await live.run(GRAPH)
    assert told.status == "failed"
    assert told.detail.summary.error["code"] == "not_recorded"  # pyright: ignore[reportOptionalSubscript]
