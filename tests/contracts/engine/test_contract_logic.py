"""The nodes that steer a flow and reshape what runs through it, as the catalogue has them."""

from __future__ import annotations

import pytest
from support.graphs import node, workflow
from support.hosts import Host

from voicegraph.graph.model import Node

LIST = '[{"price": 12, "name": "Tea"}, {"price": 3, "name": "Nut"}]'


def given(text: str, node_id: str = "given") -> Node:
    """Data to begin with."""
    return node(node_id, "run", type="code", code=text)


@pytest.mark.parametrize(("price", "way"), [(10, "dear"), (1, "cheap")])
async def test_a_condition_over_data_takes_one_way_and_both_meet_again(host: Host, price: int, way: str):
    nodes = [
        given(f'{{"price": {price}}}'),
        node("if", "if", type="condition", expression="data.price > 5.0 || data.price > 5"),
        node("dear", text="too dear"),
        node("cheap", text="buy"),
        node("end", "template", type="transform", template="{{ input }}: {{ nodes['given'].data.price }}"),
    ]
    told = await host.run(
        workflow("given>if", "if+>dear", "if->cheap", "dear>end", "cheap>end", nodes=nodes),
    )
    assert told.status == "completed"
    other = "cheap" if way == "dear" else "dear"
    assert told.statuses == {
        "given": "completed",
        "if": "completed",
        way: "completed",
        other: "skipped",
        "end": "completed",
    }
    assert told.text("end") == f"{'too dear' if way == 'dear' else 'buy'}: {price}"


async def test_a_branch_without_a_node_goes_on_at_the_rejoin(host: Host):
    nodes = [node("if", "if", type="condition", expression="false"), node("extra"), node("end")]
    told = await host.run(workflow("if+>extra", "extra>end", "if->end", nodes=nodes))
    assert told.status == "completed"
    assert told.statuses["extra"] == "skipped"
    assert told.statuses["end"] == "completed"


async def test_a_condition_the_data_does_not_fit_fails_the_run_and_says_why(host: Host):
    nodes = [node("if", "if", type="condition", expression="data.missing > 1")]
    told = await host.run(workflow("if+>a", nodes=nodes))
    assert told.status == "failed"
    assert told.detail.summary.error
    assert told.detail.summary.error["code"] == "bad_expression"
    assert told.statuses["a"] == "skipped"


async def test_select_then_code_then_template(host: Host):
    nodes = [
        given(LIST),
        node("dear", "select", type="transform", expression="[?price > `5`]"),
        node("sum", "run", type="code", code="sum(row['price'] for row in data)"),
        node("say", "template", type="transform", template="{{ data }} of {{ nodes['given'].data.size }}"),
    ]
    told = await host.run(workflow("given>dear", "dear>sum", "sum>say", nodes=nodes))
    assert told.text("say") == "12 of 2"


async def test_a_script_that_fails_names_its_line_and_is_not_tried_again(host: Host):
    told = await host.run(workflow(nodes=[node("a", "run", type="code", code="x = 1\nx / 0")]))
    assert told.status == "failed"
    assert told.kinds("a") == ["start", "error"]
    error = told.detail.summary.error
    assert error
    assert error["message"] == "Line 2: ZeroDivisionError: division by zero."


async def test_a_saved_file_belongs_to_the_node_and_can_be_read(host: Host):
    nodes = [given(LIST), node("save", "save", type="file", name="../prices", source="csv")]
    told = await host.run(workflow("given>save", nodes=nodes))
    output = next(row.output for row in told.detail.nodes if row.node_id == "save")
    assert output
    (ref,) = output.files
    assert (ref.name, ref.media_type) == ("prices.csv", "text/csv")
    _, content = await host.history.files.read(ref.id)
    assert content == b"price,name\r\n12,Tea\r\n3,Nut\r\n"


@pytest.mark.parametrize(
    ("merge", "data", "text"),
    [
        (None, {"a": 1, "b": 2, "c": 3}, "## a\n\n1\n\n---\n\n## b\n\n2\n\n---\n\n## c\n\n3"),
        ("text", {"a": 1, "b": 2, "c": 3}, "## a\n\n1\n\n---\n\n## b\n\n2\n\n---\n\n## c\n\n3"),
        ("list", [2, 1, 3], None),
        ("first", 2, "2"),
    ],
)
async def test_several_predecessors_come_together_as_the_node_says(
    host: Host, merge: str | None, data: object, text: str | None
):
    nodes = [given("1", "a"), given("2", "b"), given("3", "c"), node("end", merge=merge)]
    edges = ("b>end", "a>end", "c>end") if merge in ("list", "first") else ("a>end", "b>end", "c>end")
    told = await host.run(workflow(*edges, nodes=nodes))
    assert told.status == "completed"
    assert host.probe.inputs["end"].data == data
    if text is not None:
        assert host.probe.inputs["end"].text == text


async def test_first_is_the_first_that_was_not_skipped(host: Host):
    nodes = [
        node("if", "if", type="condition", expression="false"),
        node("yes", text="Y"),
        node("no", text="N"),
        node("other", text="O"),
        node("end", merge="first"),
    ]
    told = await host.run(workflow("if+>yes", "if->no", "yes>end", "no>end", "other>end", nodes=nodes))
    assert told.text("end") == "N"


async def test_a_moment_that_is_past_does_not_wait(host: Host):
    told = await host.run(workflow(nodes=[node("a", "until", type="wait", at="2020-01-01T00:00", timezone="UTC")]))
    assert told.status == "completed"
    assert told.kinds("a") == ["start", "log", "success"]
