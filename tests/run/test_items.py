"""What the items of an input are, and what comes of them."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from voicegraph.errors import NodeError
from voicegraph.graph.model import NodeId
from voicegraph.nodes.output import FileRef, Inputs, Metrics, Output, join_inputs
from voicegraph.run.events import ItemCounts, ItemRun
from voicegraph.run.items import (
    MAX_ITEMS,
    Item,
    gathered,
    items_of,
    refusal,
    seen_by,
    share_of,
    shares_of,
    so_far,
    text_of,
)
from voicegraph.run.state import NodeStatus

A, B = NodeId("a"), NodeId("b")


def inputs(text: str = "", data: JsonValue = None) -> Inputs:
    return join_inputs({A: ("A", Output(text=text, data=data))})


@pytest.mark.parametrize(
    ("given", "values"),
    [
        (inputs(data=[1, {"a": 2}]), [1, {"a": 2}]),
        (inputs("ignored", {"total": 2, "items": ["x", "y"]}), ["x", "y"]),
        (inputs("one\n\n two \n", {"title": "t", "tags": ["p", "q"]}), ["one", "two"]),
        (inputs("- one\n* two\n3. three"), ["one", "two", "three"]),
        (inputs("- one\ntwo"), ["- one", "two"]),
        (inputs('[1, "b"]'), [1, "b"]),
        (inputs('```json\n["a", "b"]\n```'), ["a", "b"]),
        (inputs("[not json"), ["[not json"]),
        (inputs(""), []),
        (Inputs(), []),
    ],
)
def test_the_list_in_what_comes_in(given: Inputs, values: list[JsonValue]):
    assert [item.value for item in items_of(given)] == values


def test_several_predecessors_one_after_the_other_or_each_an_item():
    sources = {A: ("A", Output(data=[1, 2])), B: ("B", Output(text="x\ny"))}
    assert [item.value for item in items_of(join_inputs(sources))] == [1, 2, "x", "y"]
    assert [item.value for item in items_of(join_inputs(sources, "list"))] == [[1, 2], "x\ny"]


def test_too_many():
    assert len(items_of(inputs(data=[0] * MAX_ITEMS))) == MAX_ITEMS
    with pytest.raises(NodeError) as raised:
        items_of(inputs(data=[0] * (MAX_ITEMS + 1)))
    assert raised.value.code == "too_many_items"


def test_an_item_is_all_that_is_seen():
    seen = seen_by(
        Item({"n": 1, "none": None, "deep": [1]}, text_of({"n": 1, "none": None, "deep": [1]})), inputs("all")
    )
    assert (seen.text, seen.data) == ("n: 1\ndeep: [1]", {"n": 1, "none": None, "deep": [1]})


def test_results_in_the_order_of_the_items():
    ref = FileRef(id="f", name="f.txt")
    first = Output(text="one", data={"n": 1}, files=[ref], metrics=Metrics(model="m", input_tokens=2, cost=0.5))
    second = Output(text="two\nlines", files=[ref], metrics=Metrics(model="m", output_tokens=3, estimated=True))
    rows = [
        ItemRun(A, 0, NodeStatus.COMPLETED, output=first),
        ItemRun(A, 1, NodeStatus.FAILED, error={"code": "no", "message": "No."}),
        ItemRun(A, 2, NodeStatus.COMPLETED, output=second),
    ]
    output = gathered(rows)
    assert output.data == [{"n": 1}, {"error": {"code": "no", "message": "No."}}, "two\nlines"]
    assert output.text == "one\n\n---\n\nNo.\n\n---\n\ntwo\nlines"
    assert output.files == [ref]
    assert output.metrics == Metrics(model="m", input_tokens=2, output_tokens=3, cost=0.5, estimated=True)
    assert [item.text for item in items_of(join_inputs({A: ("A", output)}))] == ["one", "No.", "two\nlines"]


def test_results_together_are_within_the_limits_of_values_and_bytes() -> None:
    half = ItemRun(A, 0, NodeStatus.COMPLETED, output=Output(data=[0] * 249_999))
    both = shares_of([half, half])
    assert both.values == 500_000
    assert refusal(both, 2) is None
    refused = refusal(both + share_of(Output(text="one more")), 3)
    assert refused
    assert "500,000 values" in refused.message
    refused = refusal(shares_of([ItemRun(A, 0, NodeStatus.COMPLETED, output=Output(text="x" * (17 << 20)))]), 1)
    assert refused
    assert "32 MiB" in refused.message


def test_the_nodes_row_keeps_how_much_there_is_so_far() -> None:
    weight = share_of(Output(text="ab", data=[1, {"k": "v"}]))
    assert so_far(ItemCounts(3, 1, size=weight.bytes, values=weight.values)) == weight
    assert so_far(ItemCounts(3, 1, size=9)) is None, "a row of a version that did not count values"
