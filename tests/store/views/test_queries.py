"""The run list, one run whole, and what may not break either."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue
from sqlalchemy import text as sql
from sqlalchemy.exc import OperationalError
from support.graphs import node, workflow
from support.history import History, new_run
from support.postgres import Postgres

from voicegraph.errors import Conflict, NotFound, StorageError
from voicegraph.graph.model import NodeId, RunId, WorkflowId
from voicegraph.nodes.output import Metrics, Output
from voicegraph.run.events import Entry, ItemCounts, ItemRun, NewRun, NodeRun, RunChange, RunEvent
from voicegraph.run.state import NodeStatus, RunStatus
from voicegraph.store.views.filters import RunFilter
from voicegraph.store.views.queries import MAX_PAGE

ALL = RunFilter()
ODD = ["\0", "\ud800", "a\0b", "𝒳\udfff", "'; DROP TABLE runs; --", "%", "_", "\\", "ä" * 300]


async def make(history: History, status: RunStatus = RunStatus.COMPLETED, **given: object) -> NewRun:
    run = new_run(**given)  # pyright: ignore[reportArgumentType]
    await history.journal.record(Entry(run.run_id, create=run))
    finished = 2.0 if status.terminal else None
    await history.journal.record(Entry(run.run_id, change=RunChange(status, 1.0, finished)))
    return run


async def ids(history: History, which: RunFilter = ALL, limit: int = 50) -> list[RunId]:
    return [run.id for run in (await history.queries.page(which, limit)).runs]


async def test_the_newest_run_comes_first(history: History):
    made = [(await make(history)).run_id for _ in range(5)]
    assert await ids(history) == sorted(made, reverse=True)


async def test_pages_follow_each_other_without_gap_or_repetition(history: History):
    made = sorted([(await make(history)).run_id for _ in range(23)], reverse=True)
    found: list[RunId] = []
    cursor, pages = None, 0
    while True:
        page = await history.queries.page(ALL, 5, cursor)
        assert page.total == 23
        found += [run.id for run in page.runs]
        pages += 1
        if page.next is None:
            break
        cursor = page.next
        if pages == 2:
            await make(history)  # newer than the cursor: it does not shift the pages
            made_total = 24
            assert (await history.queries.page(ALL, 5, cursor)).total == made_total
            break
    rest = await history.queries.page(ALL, MAX_PAGE, cursor)
    assert found + [run.id for run in rest.runs] == made
    assert rest.next is None


async def test_a_page_that_is_just_full_is_the_last(history: History):
    for _ in range(3):
        await make(history)
    assert (await history.queries.page(ALL, 3)).next is None
    assert (await history.queries.page(ALL, 2)).next is not None


@pytest.mark.parametrize("limit", [-5, 0, 1_000_000])
async def test_a_limit_without_sense_is_brought_to_sense(history: History, limit: int):
    await make(history)
    await make(history)
    page = await history.queries.page(ALL, limit)
    assert 1 <= len(page.runs) <= MAX_PAGE


async def test_filters_and_true_totals(history: History):
    weekly = workflow("a>b", name="Weekly digest")
    weekly.workflow_id = WorkflowId("wf_weekly")
    first = await make(history, graph=weekly, command="Mail me the digest")
    await make(history, RunStatus.FAILED, graph=weekly)
    running = await make(history, RunStatus.RUNNING, command="Summarize 100% of it")
    await make(history, RunStatus.WAITING)

    assert await ids(history, RunFilter(("running",))) == [running.run_id]
    assert len(await ids(history, RunFilter(workflow_id="wf_weekly"))) == 2
    assert await ids(history, RunFilter(("completed",), workflow_id="wf_weekly", text="MAIL")) == [first.run_id]
    assert len(await ids(history, RunFilter(text="weekly"))) == 2
    page = await history.queries.page(RunFilter(workflow_id="wf_weekly"), 1)
    assert (len(page.runs), page.total, page.running) == (1, 2, 2)
    assert (await history.queries.page(RunFilter(text="nothing like it"))).total == 0


async def test_what_is_searched_for_is_no_pattern(history: History):
    percent = await make(history, command="100% of it")
    under = await make(history, command="snake_case")
    slash = await make(history, command="C:\\temp")
    await make(history, command="plain")
    assert await ids(history, RunFilter(text="100%")) == [percent.run_id]
    assert await ids(history, RunFilter(text="%")) == [percent.run_id]
    assert await ids(history, RunFilter(text="_")) == [under.run_id]
    assert await ids(history, RunFilter(text="\\")) == [slash.run_id]
    assert await ids(history, RunFilter(text="' OR 1=1 --")) == []


@pytest.mark.parametrize("text", ODD)
async def test_no_text_from_outside_breaks_a_search(history: History, text: str):
    run = await make(history, command=f"say {text} again")
    found = await ids(history, RunFilter(text=text))
    assert found == [run.run_id]


@pytest.mark.parametrize("text", ODD)
async def test_no_text_from_outside_breaks_a_write(history: History, text: str):
    """NUL and lone surrogates come from JSON and from services; what a database cannot hold is left out."""
    params: dict[str, JsonValue] = {"text": text}
    graph = workflow("a>b", nodes=[node("a", params=params)], name="Test \0 digest")
    run = new_run(graph, command=text, config={text: [text]}, trigger_data={"body": text})
    await history.journal.record(Entry(run.run_id, create=run))
    error = {"code": "broken", "message": text, "retryable": False}
    output = Output(text="a\0b", data={text: [text]}, meta={"m": text})
    entry = Entry(
        run.run_id,
        nodes=[NodeRun(NodeId("a"), NodeStatus.COMPLETED, error=error, output=output)],
        events=[RunEvent("success", 1.0, text, NodeId("a"), 1, output, error, {"k": text})],
        change=RunChange(RunStatus.FAILED, 1.0, 2.0, error=error),
    )
    await history.journal.record(entry)
    stored = await history.store.load(run.run_id)
    kept = stored.nodes[NodeId("a")].output
    clean = text.encode("utf-8", "replace").decode()
    assert kept
    assert (kept.text, kept.data) == ("a\0b", {clean: [clean]})
    assert stored.run.config == {clean: [clean]}
    detail = await history.queries.detail(run.run_id)
    assert detail.summary.error == error | {"message": clean}
    (event,) = detail.events
    assert event.message == clean.replace("\0", "")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.recursive(
        st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=12,
    )
)
async def test_any_json_comes_back_as_it_was(history: History, data: object):
    run = new_run()
    await history.journal.record(Entry(run.run_id, create=run))
    node_run = NodeRun(NodeId("a"), NodeStatus.COMPLETED, output=Output(data=data))  # pyright: ignore[reportArgumentType]
    await history.journal.record(Entry(run.run_id, nodes=[node_run]))
    (kept,) = (await history.queries.detail(run.run_id)).nodes
    assert kept.output
    assert repr(kept.output.data) == repr(data)


async def test_a_result_past_the_limit_of_values_is_read_as_it_was_written(history: History):
    """It may be older than the limit, or the row may hold more than the data: what was done is never lost to a limit."""
    run = await make(history, RunStatus.RUNNING)
    output = Output(data=[0] * 500_010, meta={"items": 2})
    row = NodeRun(NodeId("a"), NodeStatus.COMPLETED, output=output, items=ItemCounts(2, 2))
    await history.journal.record(Entry(run.run_id, nodes=[row]))
    assert (await history.store.load(run.run_id)).nodes[NodeId("a")].output == output


async def test_a_page_of_items_reads_nothing_of_the_nodes_own_result(history: History):
    run = await make(history, RunStatus.RUNNING)
    row = NodeRun(NodeId("a"), NodeStatus.COMPLETED, output=Output(text="all"), items=ItemCounts(2, 2))
    item = ItemRun(NodeId("a"), 0, NodeStatus.COMPLETED, output=Output(text="one"))
    await history.journal.record(Entry(run.run_id, nodes=[row], items=[item]))
    with history.engine.begin() as connection:
        connection.execute(sql("UPDATE node_runs SET output = 'no json'"))
    page = await history.queries.items(run.run_id, NodeId("a"), -1, 1, None)
    assert page.counts == ItemCounts(2, 2)
    assert [one.output.text for one in page.items if one.output] == ["one"]


async def test_one_run_whole(history: History):
    graph = workflow("a>b", name="Digest")
    run = new_run(graph, "live", command="Do it", config={"recipientEmail": "me@example.org"})
    await history.journal.record(Entry(run.run_id, create=run))
    output = Output(text="T", metrics=Metrics(model="m", input_tokens=3), branch=True)
    nodes = [
        NodeRun(NodeId("b"), NodeStatus.RUNNING, started_at=2.0),
        NodeRun(NodeId("a"), NodeStatus.COMPLETED, 2, 1, 1.0, 2.0, None, None, output),
    ]
    events = [RunEvent("success", 2.0, "Finished", NodeId("a"), 2, output)]
    await history.journal.record(
        Entry(run.run_id, nodes=nodes, events=events, change=RunChange(RunStatus.RUNNING, 1.0))
    )
    detail = await history.queries.detail(run.run_id)
    summary = detail.summary
    assert (summary.id, summary.name, summary.status, summary.engine) == (run.run_id, "Digest", "running", "live")
    assert (summary.node_count, summary.done_count, summary.command) == (2, 1, "Do it")
    assert detail.workflow == graph.to_wire()
    assert detail.config == {"recipientEmail": "me@example.org"}
    assert [one.node_id for one in detail.nodes] == ["a", "b"]
    assert detail.nodes[0] == nodes[1]
    assert [(event.seq, event.output) for event in detail.events] == [(1, output)]


async def test_a_run_that_is_over_can_be_removed_with_all_that_is_kept_of_it(history: History):
    keep, remove = await make(history), await make(history)
    for run in (keep, remove):
        entry = Entry(run.run_id, nodes=[NodeRun(NodeId("a"), NodeStatus.COMPLETED)])
        entry.events.append(RunEvent("log", 1.0, "x"))
        await history.journal.record(entry)
    await history.removals.delete(remove.run_id)
    for table in ("runs", "run_payloads", "node_runs", "run_events"):
        assert history.rows(f"SELECT count(*) FROM {table}") == [(1,)]
    with pytest.raises(NotFound):
        await history.queries.summary(remove.run_id)


@pytest.mark.parametrize("status", [RunStatus.PENDING, RunStatus.RUNNING, RunStatus.WAITING])
async def test_a_run_at_work_cannot_be_removed(history: History, status: RunStatus):
    run = await make(history, status)
    with pytest.raises(Conflict, match="Cancel it first"):
        await history.removals.delete(run.run_id)
    assert await ids(history) == [run.run_id]


async def test_a_database_that_does_not_answer_is_told_in_our_words(history: History):
    def work(_: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("server closed the connection"))

    with pytest.raises(StorageError, match=r"did not answer \(server closed the connection\)"):
        await history.reader.read(work)
    await history.queries.ping()


async def test_the_history_is_there_again_when_postgresql_is(postgres: Postgres, history: History):
    """A restart of the database server costs at most a refusal; runs at work go on."""
    run = await make(history, RunStatus.RUNNING)
    if history.settings.database_url:
        postgres.disconnect_everybody(history.settings.database_url)
    await history.journal.record(Entry(run.run_id, events=[RunEvent("log", 1.0, "still here")]))
    assert [event.message for event in await history.queries.events(run.run_id)] == ["still here"]
