from __future__ import annotations

import pytest
from support.graphs import choice, node, workflow
from support.hosts import Host


@pytest.mark.parametrize("taken", [True, False])
async def test_one_branch_runs_the_other_is_skipped_and_both_meet_again(host: Host, taken: bool):
    nodes = [choice("if", taken), node("yes", text="Y"), node("no", text="N"), node("end")]
    told = await host.run(workflow("if+>yes", "if->no", "yes>end", "no>end", nodes=nodes))
    runs, skips = ("yes", "no") if taken else ("no", "yes")
    assert told.status == "completed"
    assert told.statuses == {"if": "completed", runs: "completed", skips: "skipped", "end": "completed"}
    assert told.text("end") == ("Y" if taken else "N")
    assert told.kinds(skips) == ["skipped"]
    assert host.probe.order == ["if", runs, "end"]


async def test_a_skip_goes_on_to_the_end_of_its_branch(host: Host):
    told = await host.run(workflow("if+>a", "a>b", "b>c", nodes=[choice("if", False)]))
    assert told.status == "completed"
    assert told.statuses == {"if": "completed", "a": "skipped", "b": "skipped", "c": "skipped"}


async def test_conditions_in_conditions(host: Host):
    nodes = [choice("if1", True), choice("if2", False), node("x"), node("y"), node("z")]
    told = await host.run(workflow("if1+>if2", "if1->x", "if2+>y", "if2->z", "x>end", "y>end", "z>end", nodes=nodes))
    assert told.status == "completed"
    assert host.probe.order == ["if1", "if2", "z", "end"]
    assert told.text("end") == "z"


async def test_a_condition_that_fails_takes_the_false_branch_and_says_so(host: Host):
    broken = node("if", "if", type="condition", expression="data.none > 1", on_error="continue")
    told = await host.run(workflow("if+>yes", "if->no", nodes=[broken]))
    assert told.status == "completed"
    assert told.statuses == {"if": "failed", "yes": "skipped", "no": "completed"}
    said = [event for event in told.heard if event.node_id == "if" and event.kind == "log"]
    assert "“false” branch" in said[-1].message
    assert said[-1].data == {"branch": False}


async def test_a_condition_that_fails_and_has_no_false_branch_says_that_nothing_follows(host: Host):
    broken = node("if", "if", type="condition", expression="data.none > 1", on_error="continue")
    told = await host.run(workflow("if+>yes", nodes=[broken]))
    assert told.statuses == {"if": "failed", "yes": "skipped"}
    said = [event for event in told.heard if event.node_id == "if" and event.kind == "log"]
    assert "Nothing follows" in said[-1].message


@pytest.mark.parametrize("kind", ["condition", "approval"])
async def test_a_stored_pin_without_a_branch_takes_the_false_one(host: Host, kind: str):
    action = "if" if kind == "condition" else "request"
    pinned = node("if", action, type=kind, pin={"text": "pinned"})
    told = await host.run(workflow("if+>yes", "if->no", nodes=[pinned]))
    assert told.statuses == {"if": "completed", "yes": "skipped", "no": "completed"}
