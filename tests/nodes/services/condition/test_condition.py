from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from voicegraph.errors import NodeError
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import FileRef, Inputs, Output
from voicegraph.nodes.services.condition.actions import If, if_

MakeNode = Callable[..., NodeContext]
FILE = FileRef(id="f", name="a.txt")


@pytest.mark.parametrize(("expression", "branch"), [("size(data) > 1", True), ('input == "other"', False)])
async def test_the_input_goes_on_along_one_branch(make_node: MakeNode, expression: str, branch: bool) -> None:
    lines: list[str] = []
    node = make_node(inputs=Inputs("text", [1, 2], [FILE]), log=lines.append)
    node.scope = {"input": "text", "data": [1, 2]}
    output = await if_.run(If(expression=expression), node)
    assert output == Output(text="text", data=[1, 2], files=[FILE], branch=branch)
    assert lines == [f"The condition is {str(branch).lower()}."]


async def test_a_condition_the_data_does_not_fit(make_node: MakeNode) -> None:
    with pytest.raises(NodeError) as caught:
        await if_.run(If(expression="data.missing > 1"), make_node())
    assert caught.value.code == "bad_expression"


def test_syntax_is_checked_with_the_params() -> None:
    with pytest.raises(ValidationError, match="at character"):
        If(expression="size(data >")
