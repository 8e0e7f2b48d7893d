from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from voicegraph.errors import NodeError
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import FileRef, Inputs, Output
from voicegraph.nodes.services.prompt.actions import Seed, seed
from voicegraph.nodes.services.transform.actions import Select, TemplateParams, select, template

MakeNode = Callable[..., NodeContext]
FILE = FileRef(id="f", name="a.txt")


async def test_a_template_writes_the_text_and_keeps_data_and_files(make_node: MakeNode) -> None:
    node = make_node(inputs=Inputs("in", {"a": 1}, [FILE]))
    assert await template.run(TemplateParams(template="filled"), node) == Output(
        text="filled", data={"a": 1}, files=[FILE]
    )


@pytest.mark.parametrize(
    ("expression", "text", "data"),
    [("[0].a", "ü", "ü"), ("[].n", "[\n  1,\n  2\n]", [1, 2]), ("[9]", "null", None), ("[?n > `5`]", "[]", [])],
)
async def test_a_selection_is_data_and_its_text(make_node: MakeNode, expression: str, text: str, data: object) -> None:
    node = make_node(inputs=Inputs("in", [{"a": "ü", "n": 1}, {"n": 2}]))
    output = await select.run(Select(expression=expression), node)
    assert output == Output(text=text, data=data)


async def test_a_selection_that_does_not_fit(make_node: MakeNode) -> None:
    with pytest.raises(NodeError, match="does not fit the data"):
        await select.run(Select(expression="length(@)"), make_node())


def test_syntax_is_checked_with_the_params() -> None:
    with pytest.raises(ValidationError, match="Incomplete"):
        Select(expression="a[")


async def test_a_prompt_starts_the_flow(make_node: MakeNode) -> None:
    assert await seed.run(Seed(text="Hello"), make_node()) == Output(text="Hello")
