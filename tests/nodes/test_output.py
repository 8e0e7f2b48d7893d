from __future__ import annotations

from voicegraph.graph.model import NodeId
from voicegraph.nodes.output import FileRef, Output, join_inputs

FILE = FileRef(id="f1", name="a.txt", size=3)


def test_one_predecessor_is_passed_on_as_it_is() -> None:
    inputs = join_inputs({NodeId("a"): ("Label", Output(text="text", data=[1], files=[FILE]))})
    assert (inputs.text, inputs.data, inputs.files) == ("text", [1], [FILE])


def test_several_become_labelled_blocks_in_the_order_of_the_edges() -> None:
    inputs = join_inputs(
        {NodeId("b"): ("Second", Output(text="B", data={"x": 1})), NodeId("a"): ("", Output(text="A", files=[FILE]))}
    )
    assert inputs.text == "## Second\n\nB\n\n---\n\n## a\n\nA"
    assert inputs.data == {"b": {"x": 1}, "a": None}
    assert inputs.files == [FILE]
    assert list(inputs.nodes) == ["b", "a"]


def test_a_first_node_has_no_input() -> None:
    assert join_inputs({}).text == ""
    assert join_inputs({}).data is None
