"""A node that waits for a person: approved, rejected, too late, twice, cancelled, across a restart."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from support.graphs import node, workflow
from support.hosts import Host, LocalHost, Told

from voicegraph.errors import Conflict, NotFound
from voicegraph.graph.model import Edge, EdgeId, Node, NodeId, RunId, Workflow
from voicegraph.run.approval import Decision, digest_of

ASKED = '"ask">"send"'


def ask(node_id: str = "ask", **params: Any) -> Node:
    return Node(id=NodeId(node_id), type="approval", action="request", params=params)


def graph(**params: Any) -> Workflow:
    """draft > ask > send, and a step for what was rejected."""
    made = workflow("draft>ask", "ask>send", nodes=[node("draft", text="the draft"), ask(**params), node("send")])
    rejected = Edge(id=EdgeId("no"), source=NodeId("ask"), target=NodeId("sorry"), when=False)
    return made.model_copy(update={"nodes": [*made.nodes, node("sorry")], "edges": [*made.edges, rejected]})


async def waiting(host: Host, made: Workflow) -> RunId:
    run_id = await host.start(made)
    await host.until(run_id, "waiting", "ask")
    return run_id


async def test_what_was_approved_goes_on_and_nothing_else(host: Host):
    run_id = await waiting(host, graph())
    row = await host.node(run_id, "ask")
    assert row.output is not None
    assert row.output.text == "the draft"
    assert (row.waits or {})["digest"] == digest_of(row.output)
    assert (await host.history.queries.summary(run_id)).status == "waiting"
    await host.decide(run_id, "ask", comment="Well said.", by="boss@example.org", via="link")
    told = await host.told(run_id)
    assert told.status == "completed"
    assert told.statuses == {"draft": "completed", "ask": "completed", "send": "completed", "sorry": "skipped"}
    assert host.probe.inputs["send"].text == "the draft"
    assert host.probe.starts["ask"] == 1
    check_answer(told, answer="approved", by="boss@example.org", via="link", comment="Well said.")


def check_answer(told: Told, **expected: str) -> None:
    output = told.nodes[NodeId("ask")].output
    assert output is not None
    record: Any = output.meta["approval"]
    assert record | expected == record
    assert {"at", "digest", "comment"} <= record.keys()
    assert [event for event in told.heard if event.node_id == "ask" and event.kind == "log"]


async def test_behind_a_rejection_only_the_branch_for_it_runs(host: Host):
    run_id = await waiting(host, graph())
    await host.decide(run_id, "ask", approved=False, comment="Not like this.")
    told = await host.told(run_id)
    assert told.status == "completed"
    assert told.statuses == {"draft": "completed", "ask": "completed", "send": "skipped", "sorry": "completed"}
    check_answer(told, answer="rejected", comment="Not like this.", via="page", by="owner")


@pytest.mark.parametrize(
    ("on_expiry", "status", "ran"),
    [("approve", "completed", "send"), ("reject", "completed", "sorry"), ("fail", "failed", None)],
)
async def test_when_nobody_answers_in_time_the_default_happens(
    host: Host, on_expiry: str, status: str, ran: str | None
):
    told = await host.run(graph(expires="1.2 seconds", onExpiry=on_expiry))
    assert told.status == status
    assert [name for name in ("send", "sorry") if told.statuses[name] == "completed"] == ([ran] if ran else [])
    if ran:
        check_answer(told, via="expiry")
    else:
        assert (told.detail.summary.error or {})["code"] == "approval_expired"


async def test_the_time_limit_of_an_approval_ends_it_as_its_time_to_answer_does(host: Host):
    made = graph(expires="1 day", onExpiry="reject")
    nodes = [one.model_copy(update={"timeout": 1.2}) if one.id == "ask" else one for one in made.nodes]
    told = await host.run(made.model_copy(update={"nodes": nodes}))
    assert told.status == "completed"
    assert told.statuses["sorry"] == "completed"
    check_answer(told, via="expiry")


async def test_an_approval_that_fails_and_may_is_a_rejection(host: Host):
    made = graph(expires="1.1 seconds", onExpiry="fail")
    nodes = [one.model_copy(update={"on_error": "continue"}) if one.id == "ask" else one for one in made.nodes]
    told = await host.run(made.model_copy(update={"nodes": nodes}))
    assert told.status == "completed"
    assert (told.statuses["send"], told.statuses["sorry"]) == ("skipped", "completed")


async def test_of_many_answers_the_first_counts(host: Host):
    run_id = await waiting(host, graph())
    row = await host.node(run_id, "ask")
    digest = str((row.waits or {})["digest"])
    answers = [Decision(number % 2 == 0, digest, comment=str(number)) for number in range(6)]
    results = await asyncio.gather(*(host.answer(run_id, "ask", one) for one in answers), return_exceptions=True)
    assert [*map(type, results)].count(type(None)) == 1
    assert all(isinstance(one, Conflict) for one in results if one is not None)
    told = await host.told(run_id)
    taken = answers[results.index(None)]
    check_answer(told, comment=taken.comment, answer="approved" if taken.approved else "rejected")
    assert told.kinds("ask").count("success") == 1
    with pytest.raises(Conflict) as late:
        await host.answer(run_id, "ask", answers[0])
    assert late.value.code == "answered"


async def test_an_answer_to_something_else_is_refused(host: Host):
    run_id = await waiting(host, graph())
    with pytest.raises(Conflict) as seen:
        await host.answer(run_id, "ask", Decision(approved=True, digest="0" * 64))
    assert seen.value.code == "content_changed"
    for name in ("draft", "send", "nobody"):
        with pytest.raises(Conflict):
            await host.answer(run_id, name, Decision(approved=True, digest="0" * 64))
    with pytest.raises(NotFound):
        await host.answer(RunId("run_nobody"), "ask", Decision(approved=True, digest="0" * 64))
    await host.decide(run_id, "ask")
    assert (await host.told(run_id)).status == "completed"


async def test_cancel_works_at_once_while_it_waits(host: Host):
    run_id = await waiting(host, graph())
    row = await host.node(run_id, "ask")
    assert await host.cancel(run_id)
    told = await host.told(run_id)
    assert told.status == "cancelled"
    assert told.statuses == {"draft": "completed", "ask": "cancelled"}
    with pytest.raises(Conflict):
        await host.answer(run_id, "ask", Decision(approved=True, digest=str((row.waits or {})["digest"])))


async def test_two_approvals_wait_beside_each_other(host: Host):
    made = workflow("one>end", "ask>end", nodes=[ask("one"), ask("ask"), node("end")])
    run_id = await waiting(host, made)
    await host.until(run_id, "waiting", "one")
    await host.decide(run_id, "ask")
    await host.until(run_id, "success", "ask")
    assert (await host.node(run_id, "one")).status == "waiting"
    await host.decide(run_id, "one")
    told = await host.told(run_id)
    assert told.status == "completed"
    assert host.probe.starts["end"] == 1


async def test_a_failure_elsewhere_ends_the_wait(host: Host):
    made = workflow("ask>send", nodes=[ask(), node("send"), node("bad", "gate_then_fail")])
    run_id = await waiting(host, made)
    host.probe.gates["bad"].opened.set()
    told = await host.told(run_id)
    assert told.status == "failed"
    assert told.statuses["ask"] == "cancelled"


async def test_a_run_that_waits_survives_the_process(host: Host):
    if not host.survives:
        return
    run_id = await waiting(host, graph())
    if isinstance(host, LocalHost):
        async with asyncio.timeout(10):
            while host.holds(run_id):  # noqa: ASYNC110 - a few turns of the loop after the event
                await asyncio.sleep(0)
    await host.kill()
    await host.open()
    assert (await host.history.queries.summary(run_id)).status == "waiting"
    await host.decide(run_id, "ask", comment="after the crash")
    told = await host.told(run_id)
    assert told.status == "completed"
    check_answer(told, comment="after the crash")
    assert host.probe.starts["draft"] == 1
    assert host.probe.starts["ask"] == 1
