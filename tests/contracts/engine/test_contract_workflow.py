"""A node that runs another workflow: what it is given, what it gives back, how both end, across a restart."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text
from support.graphs import node, workflow
from support.hosts import EmbeddedHost, Host, Told
from support.stores import LateStore

from voicegraph.errors import StorageError
from voicegraph.graph.model import Node, NodeId, Retry, RunId, Workflow, WorkflowId
from voicegraph.run.children import MAX_DEPTH, Kin
from voicegraph.run.events import EngineName, Entry
from voicegraph.store.runs.failed_runs import FollowUps
from voicegraph.store.runs.parents import StoredParents


def step(name: str, node_id: str = "step", **more: Any) -> Node:
    own = {key: more.pop(key) for key in list(more) if key in Node.model_fields}
    return Node(id=NodeId(node_id), type="workflow", action="run", params={"workflow": name, **more}, **own)


async def saved(host: Host, made: Workflow, name: str) -> Workflow:
    made = made.model_copy(update={"name": name, "workflow_id": WorkflowId(f"wf_{name.lower()}")})
    await host.history.workflows.save(made)
    return made


async def child_of(host: Host, parent: RunId, node_id: str = "step") -> RunId:
    event = await host.until(parent, "waiting", node_id)
    assert event.data
    child = RunId(str(event.data["runId"]))
    async with asyncio.timeout(20):
        while not host.history.rows("SELECT 1 FROM runs WHERE id = :id", id=child):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        while host.children._tasks:  # noqa: ASYNC110 - who made it looks once more whether its parent still waits
            await asyncio.sleep(0.01)
    return child


async def test_it_gets_the_input_and_gives_its_last_output(host: Host):
    await saved(
        host,
        workflow("inner>last", nodes=[node("inner"), node("last", text="{{ input }}, {{ trigger.data.n }}")]),
        "Child",
    )
    made = workflow("a>step", "step>after", nodes=[node("a", text="given", params={}), step("child"), node("after")])
    told = await host.run(made, config={"recipientEmail": "me@example.org"})
    assert told.status == "completed"
    assert host.probe.inputs["inner"].text == "given"
    assert told.text("step") == told.text("after") == "given, "
    child = await host.history.queries.summary(await child_of(host, told.detail.summary.id))
    assert (child.trigger, child.status, child.engine) == ("workflow", "completed", host.name)
    assert (child.parent_run_id, child.parent_node_id) == (told.detail.summary.id, "step")
    detail = await host.history.queries.detail(child.id)
    assert detail.config == {"recipientEmail": "me@example.org"}
    assert told.kinds("step") == ["start", "waiting", "log", "success"]


async def test_several_ends_are_joined_as_a_node_behind_them_would_see_them(host: Host):
    inner = workflow("r>x", "r>y", nodes=[node("x", text="one", label="X"), node("y", text="two", label="Y")])
    await saved(host, inner, "Forked")
    told = await host.run(workflow(nodes=[step("wf_forked")]))
    assert told.text("step") == "## X\n\none\n\n---\n\n## Y\n\ntwo"


async def test_several_ends_are_within_the_limits_of_one_result(host: Host, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("voicegraph.nodes.data.large_json.MAX_VALUES", 5_000)
    ends = [node("x", "many", values=3_000), node("y", "many", values=3_000)]
    await saved(host, workflow("r>x", "r>y", nodes=ends), "Wide")
    told = await host.run(workflow(nodes=[step("Wide")]))
    assert told.status == "failed"
    error = told.nodes[NodeId("step")].error or {}
    assert error["code"] == "too_large"
    assert "5,000 values" in str(error["message"])


@pytest.mark.parametrize("moment", ["before it is made", "when it is over"])
async def test_a_database_that_does_not_answer_for_a_moment_loses_no_run_of_a_step(
    host: Host, monkeypatch: pytest.MonkeyPatch, moment: str
):
    monkeypatch.setattr("voicegraph.run.children.AGAIN", 0.05)
    await saved(host, workflow(nodes=[node("held", "gate")]), "Held")
    late = LateStore(host.history.store)
    monkeypatch.setattr(host.children._families, "_store", late)
    fault = StorageError("The database did not answer.")
    if moment == "before it is made":
        late.errors.append(fault)
    run_id = await host.start(workflow("step>after", nodes=[step("Held"), node("after")]))
    await host.probe.gates["held"].enter()
    if moment == "when it is over":
        late.errors.append(fault)
    host.probe.gates["held"].opened.set()
    assert (await host.told(run_id)).status == "completed"
    assert not late.errors


async def test_its_failure_is_the_nodes_failure(host: Host):
    await saved(host, workflow("a>bad", nodes=[node("bad", "fail", label="The bad one", message="No luck.")]), "Doomed")
    told = await host.run(workflow("step>after", nodes=[step("Doomed")]))
    assert told.status == "failed"
    error = told.nodes[NodeId("step")].error or {}
    assert error["code"] == "broken"
    assert error["message"] == "“Doomed” failed at The bad one: No luck."
    assert told.statuses["after"] == "skipped"


async def test_a_policy_may_try_again_with_a_new_run(host: Host):
    if not host.retries:
        return
    await saved(host, workflow(nodes=[node("bad", "fail", retryable=True, retry=Retry(attempts=1))]), "Shaky")
    told = await host.run(workflow(nodes=[step("Shaky", retry=Retry(attempts=2))]))
    assert told.status == "failed"
    runs = host.history.rows("SELECT id FROM runs WHERE parent_run_id = :id", id=told.detail.summary.id)
    assert len(runs) == 2
    assert host.probe.starts["bad"] == 2


async def test_cancelling_the_parent_cancels_the_child(host: Host):
    await saved(host, workflow(nodes=[node("held", "gate")]), "Held")
    run_id = await host.start(workflow("step>after", nodes=[step("Held")]))
    child = await child_of(host, run_id)
    await host.probe.gates["held"].enter()
    assert await host.cancel(run_id)
    assert (await host.told(run_id)).status == "cancelled"
    assert (await host.told(child)).status == "cancelled"
    await host.probe.gates["held"].left.wait()


async def test_cancelling_the_child_fails_the_node(host: Host):
    await saved(host, workflow(nodes=[node("held", "gate")]), "Held")
    run_id = await host.start(workflow(nodes=[step("Held")]))
    child = await child_of(host, run_id)
    await host.probe.gates["held"].enter()
    assert await host.cancel(child)
    told = await host.told(run_id)
    assert told.status == "failed"
    assert (told.nodes[NodeId("step")].error or {})["code"] == "run_cancelled"


async def with_an_unreadable_child(host: Host) -> tuple[RunId, RunId]:
    await saved(host, workflow(nodes=[node("held", "gate")]), "Held")
    run_id = await host.start(workflow(nodes=[step("Held")]))
    child = await child_of(host, run_id)
    await host.probe.gates["held"].enter()
    await damage(host, child)
    return run_id, child


async def damage(host: Host, run_id: RunId) -> None:
    statement = text("UPDATE run_payloads SET workflow = :graph WHERE run_id = :id")
    broken = statement.bindparams(id=run_id, graph='{"errorWorkflow": "wf_other", "nodes": 7}')
    await host.history.journal.execute(lambda connection: connection.execute(broken) and None)


async def test_a_run_that_cannot_be_read_fails_the_node_that_waits_for_it(host: Host):
    run_id, child = await with_an_unreadable_child(host)
    assert await host.cancel(child)
    told = await host.told(run_id)
    assert told.status == "failed"
    error = told.nodes[NodeId("step")].error or {}
    assert error["code"] == "unreadable"
    assert "“Held” failed" in str(error["message"])


async def test_cancelling_the_parent_ends_a_child_that_cannot_be_read(host: Host):
    run_id, child = await with_an_unreadable_child(host)
    assert await host.cancel(run_id)
    assert (await host.told(run_id)).status == "cancelled"
    async for event in host._follow(child):
        assert event
    assert (await host.history.queries.summary(child)).status in ("cancelled", "failed")


async def failed_unread(host: Host, run_id: RunId) -> None:
    """The run has failed with its nodes, and has left word of its error workflow once."""
    told = await host.told(run_id)
    assert (told.status, (told.detail.summary.error or {})["code"]) == ("failed", "unreadable")
    assert told.statuses["step"] in ("cancelled", "failed")
    left = await FollowUps(host.history.reader, host.history.journal).open()
    assert [one.workflow_id for one in left if one.run_id == run_id] == [WorkflowId("wf_other")]


def followed(*nodes: Node) -> Workflow:
    return workflow(nodes=[*nodes]).model_copy(update={"error_workflow": WorkflowId("wf_other")})


async def test_a_parent_that_cannot_be_read_fails_when_its_child_ends(host: Host, caplog: pytest.LogCaptureFixture):
    await saved(host, workflow(nodes=[node("held", "gate")]), "Held")
    run_id = await host.start(followed(step("Held")))
    child = await child_of(host, run_id)
    await host.probe.gates["held"].enter()
    if isinstance(host, EmbeddedHost):
        await host.parked(run_id, "step")
    await damage(host, run_id)
    host.probe.gates["held"].opened.set()
    assert (await host.told(child)).status == "completed"
    if host.name == "live":  # its process has all of it in memory
        assert (await host.told(run_id)).status == "completed"
        return
    await failed_unread(host, run_id)
    assert "Traceback" not in caplog.text


async def test_a_parent_that_cannot_be_read_fails_before_its_child_is_made(host: Host):
    await saved(host, workflow(nodes=[node("inner")]), "Child")
    await host.children.rounds.close()  # who would make it sees it later
    host.history.feed._listeners.remove(host.children.notice)
    run_id = await host.start(followed(step("Child")))
    await host.until(run_id, "waiting", "step")
    if isinstance(host, EmbeddedHost):
        await host.parked(run_id, "step")
    row = await host.node(run_id, "step")
    await damage(host, run_id)
    host.children.notice(Entry(run_id, nodes=[row]))
    await failed_unread(host, run_id)
    assert not host.probe.starts["inner"]


@pytest.mark.parametrize("on_error", ["fail", "continue"])
async def test_a_step_whose_run_is_gone_fails_at_the_next_start(host: Host, on_error: str):
    if not host.survives or host.settings.database_url:  # PostgreSQL deletes no row without the rest
        return
    await saved(host, workflow(nodes=[node("held", "gate")]), "Held")
    made = workflow("step>after", nodes=[step("Held", on_error=on_error, retry=Retry(attempts=3)), node("after")])
    run_id = await host.start(made)
    child = await child_of(host, run_id)
    await host.probe.gates["held"].enter()
    await host.kill()
    with closing(sqlite3.connect(host.settings.data_dir / "voicegraph.db")) as database, database:
        database.execute("DELETE FROM runs WHERE id = ?", [child])
    await host.open()
    told = await host.told(run_id)
    assert (told.status, told.statuses["step"]) == ("failed" if on_error == "fail" else "completed", "failed")
    error = told.nodes[NodeId("step")].error or {}
    assert error["code"] == "run_gone"
    assert "“Held”" in str(error["message"])
    assert host.history.rows("SELECT id FROM runs WHERE parent_run_id = :id", id=run_id) == []
    assert host.probe.starts["held"] == 1


async def test_a_failure_elsewhere_cancels_the_child(host: Host):
    await saved(host, workflow(nodes=[node("held", "gate")]), "Held")
    run_id = await host.start(workflow(nodes=[step("Held"), node("bad", "gate_then_fail")]))
    child = await child_of(host, run_id)
    host.probe.gates["bad"].opened.set()
    assert (await host.told(run_id)).status == "failed"
    assert (await host.told(child)).status == "cancelled"


async def failure(host: Host, made: Workflow) -> Told:
    told = await host.run(made)
    assert told.status == "failed"
    return told


async def test_a_workflow_nobody_saved_is_named(host: Host):
    told = await failure(host, workflow(nodes=[step("Nowhere")]))
    error = told.nodes[NodeId("step")].error or {}
    assert error["code"] == "not_found"
    assert "Nowhere" in str(error["message"])


async def test_a_circle_is_found(host: Host):
    await saved(host, workflow(nodes=[step("B")]), "A")
    await saved(host, workflow(nodes=[step("A")]), "B")
    told = await failure(host, await host.history.workflows.get("wf_a"))
    error = told.nodes[NodeId("step")].error or {}
    assert error["code"] == "recursion"
    assert "A → B → A" in str(error["message"])
    assert len(host.history.rows("SELECT id FROM runs")) == 2


async def test_there_is_an_end_to_depth(host: Host):
    names = [f"L{number}" for number in range(MAX_DEPTH + 2)]
    for name, inner in pairwise(names):
        await saved(host, workflow(nodes=[step(inner)]), name)
    await saved(host, workflow(nodes=[node("floor")]), names[-1])
    told = await failure(host, await host.history.workflows.get("wf_l0"))
    assert (told.nodes[NodeId("step")].error or {})["code"] == "too_deep"
    assert len(host.history.rows("SELECT id FROM runs")) == MAX_DEPTH + 1
    deepest = await host.run(await host.history.workflows.get("wf_l1"))
    assert deepest.status == "completed"


@pytest.mark.parametrize("when", ["while it runs", "before it is made", "after it ended"])
async def test_one_child_whatever_happens_to_the_process(host: Host, when: str):
    if not host.survives:
        return
    await saved(host, workflow("held>last", nodes=[node("held", "gate")]), "Held")
    made = workflow("step>after", nodes=[step("Held")])
    if when == "before it is made":
        await host.children.close()  # the wait is on disk, and nobody starts what it waits for
        run_id = await host.start(made)
        await host.until(run_id, "waiting", "step")
    else:
        run_id = await host.start(made)
        child = await child_of(host, run_id)
        await host.probe.gates["held"].enter()
        if when == "after it ended":
            await host.children.close()  # nobody tells the parent
            host.probe.gates["held"].opened.set()
            await host.told(child)
    await host.kill()
    host.probe.gates["held"].opened.set()
    await host.open()
    told = await host.told(run_id)
    assert told.status == "completed"
    assert len(host.history.rows("SELECT id FROM runs")) == 2
    assert host.probe.starts["last"] == 1
    assert told.text("step") == "held"


async def test_a_run_that_ends_while_it_is_looked_for_is_told_to_its_parent(
    host: Host, monkeypatch: pytest.MonkeyPatch
):
    """What the look has read is old by then, and the next look may be a minute away."""
    if not host.survives:
        return
    monkeypatch.setattr("voicegraph.run.children.AGAIN", 3_600.0)
    monkeypatch.setattr("voicegraph.run.children.SELDOM", 3_600.0)
    await saved(host, workflow("held>last", nodes=[node("held", "gate")]), "Held")
    run_id = await host.start(workflow("step>after", nodes=[step("Held")]))
    child = await child_of(host, run_id)
    await host.probe.gates["held"].enter()
    await host.children.close()  # what it knew is gone, and the next one has to look

    read, released = asyncio.Event(), asyncio.Event()
    reading = StoredParents.waiting

    async def slowly(families: StoredParents, engine: EngineName) -> Sequence[Kin]:
        found = await reading(families, engine)
        read.set()
        await released.wait()
        return found

    monkeypatch.setattr(StoredParents, "waiting", slowly)
    host.look_after_children(host.engine)  # pyright: ignore[reportAttributeAccessIssue]
    async with asyncio.timeout(20):
        await read.wait()
    host.probe.gates["held"].opened.set()
    assert (await host.told(child)).status == "completed"
    released.set()
    assert (await host.told(run_id)).text("step") == "held"


async def test_the_time_limit_of_the_step_is_the_limit_of_the_run_it_waits_for(host: Host):
    await saved(host, workflow("slow>next", nodes=[node("slow", "gate"), node("next")]), "Slow")
    run_id = await host.start(workflow("step>after", nodes=[step("Slow", timeout=0.5), node("after")]))
    child = await child_of(host, run_id)
    told = await host.told(run_id)
    assert (told.status, told.statuses) == ("failed", {"step": "failed", "after": "skipped"})
    assert (told.nodes[NodeId("step")].error or {})["code"] == "timeout"
    async with asyncio.timeout(20):
        while (await host.history.queries.summary(child)).status != "cancelled":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert not host.probe.starts["next"]


async def test_a_step_whose_time_is_over_is_tried_again_as_its_policy_says(host: Host):
    await saved(host, workflow(nodes=[node("slow", "gate")]), "Slow")
    retry = Retry(attempts=2, base=0.01)
    told = await host.run(workflow(nodes=[step("Slow", timeout=0.5, retry=retry)]))
    assert told.status == "failed"
    tries = 1 if host.name == "live" else 2
    assert told.nodes[NodeId("step")].attempt == tries
    [(made,)] = host.history.rows("SELECT count(*) FROM runs WHERE parent_run_id IS NOT NULL")
    assert 1 <= made <= tries, "a try whose time is over before its run is made makes none"
