"""Two runs, node by node."""

from __future__ import annotations

from dataclasses import replace

from support.history import History
from support.past import past_run

from voicegraph.nodes.output import Output
from voicegraph.run.state import RunStatus
from voicegraph.store.views.comparison import Comparison, compare
from voicegraph.store.views.text_diff import MAX_LINES


async def compared(history: History, left: dict[str, Output], right: dict[str, Output]) -> Comparison:
    ids = [await past_run(history, outputs=left), await past_run(history, status=RunStatus.FAILED, outputs=right)]
    return compare(*[await history.queries.detail(one) for one in ids])


async def test_outputs_are_compared_line_by_line(history: History):
    text = "\n".join(f"line {number}" for number in range(20))
    found = await compared(
        history, {"a": Output(text=text), "b": Output(text="same")},
        {"a": Output(text=text.replace("line 10", "line ten")), "b": Output(text="same")},
    )  # fmt: skip
    first, second = found.nodes
    assert (first.node_id, first.output_differs, first.params_differ, first.cut) == ("a", True, False, False)
    assert [line.kind for line in first.lines] == ["gap", *["same"] * 3, "removed", "added", *["same"] * 3]
    assert (second.output_differs, second.lines) == (False, [])
    assert (found.left.status, found.right.status, found.config_differs) == ("completed", "failed", False)


async def test_a_node_that_one_run_did_not_come_to(history: History):
    found = await compared(history, {"a": Output(text="x"), "b": Output(data=[1, 2])}, {"a": Output(text="x")})
    second = found.nodes[1]
    assert second.left
    assert second.right is None
    assert (second.only, second.compared, found.nodes[0].compared) == (None, False, True)
    assert [(line.kind, line.text.strip()) for line in second.lines][:2] == [("removed", "["), ("removed", "1,")]


async def test_endless_outputs_are_cut_where_they_differ(history: History):
    text = "\n".join(str(number) for number in range(MAX_LINES + 10))
    other = text.replace("\n", "x\n")
    found = await compared(
        history, {"a": Output(text=text), "b": Output(text=text)},
        {"a": Output(text=text + "\nmore"), "b": Output(text=other)},
    )  # fmt: skip
    first, second = found.nodes
    assert (first.output_differs, first.cut) == (True, False)
    assert [line.text for line in first.lines if line.kind != "same"] == ["", "more"]
    assert (second.output_differs, second.cut, len(second.lines)) == (True, True, 2 * MAX_LINES + 2)


async def test_a_node_that_one_workflow_alone_has_is_no_equal_of_nothing(history: History):
    ids = [await past_run(history, outputs={}), await past_run(history, outputs={})]
    left, right = [await history.queries.detail(one) for one in ids]
    nodes = [*left.workflow["nodes"], {"id": "new", "type": "prompt", "action": "seed", "params": {}}]
    found = compare(left, replace(right, workflow={**right.workflow, "nodes": nodes}))
    assert [(one.only, one.compared) for one in found.nodes] == [(None, False), (None, False), ("right", False)]
