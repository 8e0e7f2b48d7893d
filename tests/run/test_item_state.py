"""Which items may run: the limit, the order, and the end, for every order of outcomes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from voicegraph.graph.model import NodeId
from voicegraph.run.crash_blame import MAX_DEATHS, SUSPECT_DEATHS
from voicegraph.run.events import ItemCounts, ItemRun
from voicegraph.run.item_state import ItemState, sort_interrupted
from voicegraph.run.state import NodeStatus


def row(item: int, status: NodeStatus, starts: int = 1, due_at: float | None = None) -> ItemRun:
    return ItemRun(NodeId("n"), item, status, starts=starts, due_at=due_at)


@given(st.data())
def test_every_item_runs_once_for_each_try_and_never_too_many_at_a_time(data: st.DataObject):
    total, at_once = data.draw(st.integers(0, 12)), data.draw(st.integers(1, 4))
    stops = data.draw(st.booleans())
    board, now, started, retried = ItemState(total, at_once, stops), 0.0, [], 0
    while True:
        fresh = board.starts(now)
        started += fresh
        assert len(board.running) <= at_once
        if board.settled:
            break
        if not board.running:
            assert board.resting
            assert board.rings_at is not None
            now = board.rings_at
            continue
        item = data.draw(st.sampled_from(sorted(board.running)))
        match data.draw(st.sampled_from(["complete", "complete", "fail", "retry"])):
            case "retry" if board.retries and retried < 10:
                retried += 1
                board.retry(item, now + data.draw(st.sampled_from([0.0, 1.0])))
            case "fail":
                board.fail(item)
            case _:
                board.complete(item)
    counts = board.counts
    assert counts.total == total
    assert not board.running
    if board.broken:
        assert stops
        assert counts.failed > 0
    else:
        assert board.whole
        assert sorted({*started}) == [*range(total)]
        assert len(started) == total + retried


@given(st.data())
def test_a_board_of_kept_rows_goes_on_where_the_other_was(data: st.DataObject):
    statuses = st.sampled_from([None, NodeStatus.RUNNING, NodeStatus.RETRYING, NodeStatus.COMPLETED, NodeStatus.FAILED])
    kept = data.draw(st.lists(statuses, max_size=8))
    rows = {item: row(item, status, due_at=5.0) for item, status in enumerate(kept) if status}
    board = ItemState(len(kept), 100, stops=False, rows=rows)
    assert board.running == {item for item, status in enumerate(kept) if status is NodeStatus.RUNNING}
    assert board.counts == ItemCounts(len(kept), kept.count(NodeStatus.COMPLETED), kept.count(NodeStatus.FAILED))
    later = board.starts(5.0)
    assert sorted(later) == [item for item, status in enumerate(kept) if status in (None, NodeStatus.RETRYING)]


def test_a_failure_that_was_kept_stops_the_rest():
    board = ItemState(3, 1, stops=True, rows={0: row(0, NodeStatus.FAILED)})
    assert board.starts(0) == []
    assert board.settled
    assert board.broken


def test_what_waits_for_its_next_try_takes_no_place_and_comes_first_when_it_is_due():
    board = ItemState(3, 1, stops=True)
    assert board.starts(0) == [0]
    board.retry(0, due=10)
    assert board.starts(0) == [1]
    assert board.rings_at is None, "there is no room"
    board.complete(1)
    assert board.rings_at == 10
    assert board.starts(11) == [0]


def test_an_item_has_so_many_starts_and_the_last_alone():
    rows = [replace(row(deaths, NodeStatus.RUNNING), deaths=deaths) for deaths in range(MAX_DEATHS + 1)]
    parts = [[one.deaths for one in part] for part in sort_interrupted(rows)]
    assert parts == [[*range(SUSPECT_DEATHS)], [*range(SUSPECT_DEATHS, MAX_DEATHS)], [MAX_DEATHS]]
