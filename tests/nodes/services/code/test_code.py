from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from voicegraph.errors import NodeError
from voicegraph.graph.model import Workflow
from voicegraph.nodes.builtin import builtin_registry
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.params.node_problems import problems
from voicegraph.nodes.services.code.actions import RunCode, run

MakeNode = Callable[..., NodeContext]


async def test_the_scope_is_all_it_sees(make_node: MakeNode) -> None:
    lines: list[str] = []
    node = make_node(log=lines.append)
    node.scope = {"input": "text", "data": [1, 2], "nodes": {}, "item": 5, "config": {"secret": 1}}
    output = await run.run(RunCode(code="print('two')\n{'sum': sum(data) + item}"), node)
    assert output == Output(text='{\n  "sum": 8\n}', data={"sum": 8})
    assert lines == ["two"]


async def test_lines_that_the_log_leaves_out_are_told(make_node: MakeNode) -> None:
    lines: list[str] = []
    await run.run(RunCode(code="for i in range(300):\n    print(i)\n'ok'"), make_node(log=lines.append))
    assert lines[199:] == ["199", "It printed more: these are the first 200 lines."]


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("nodes['page']['text']", "secret"),
        ("ｎodes['page']['text']", "secret"),
        ("eval('no' + 'des')", {}),
        ("locals()['no' + 'des']", {}),
        ("locals()['nod' 'es']", {}),
    ],
)
async def test_a_script_finds_the_nodes_only_where_it_says_so(make_node: MakeNode, code: str, seen: object) -> None:
    node = make_node()
    node.scope = {"input": "text", "nodes": {"page": {"text": "secret"}}}
    output = await run.run(RunCode(code=code), node)
    assert isinstance(output, Output)
    assert output.data == seen


async def test_without_a_value_the_print_is_the_text(make_node: MakeNode) -> None:
    assert await run.run(RunCode(code="print('two')"), make_node()) == Output(text="two\n")


async def test_more_than_a_mebibyte_of_print_is_cut(make_node: MakeNode) -> None:
    output = await run.run(RunCode(code="print('a' * 2_000_000)"), make_node())
    assert isinstance(output, Output)
    assert (len(output.text), output.meta) == (1 << 20, {"cut": True})


@pytest.mark.parametrize(
    "given", [{"code": "x ="}, {"code": "1", "seconds": 61}, {"code": "1", "memoryMib": 4096}, {"code": "1" * 20_001}]
)
def test_bounds_and_syntax_are_checked_with_the_params(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RunCode.model_validate(given)


@pytest.mark.parametrize(
    ("code", "ends"),
    [("json.loads('{}')", "import 'json'?"), ("raise ValueError('no way!')", "no way!"), ("1 / 0", "zero.")],
)
async def test_a_fault_of_a_script_ends_in_one_mark(make_node: MakeNode, code: str, ends: str) -> None:
    with pytest.raises(NodeError) as caught:
        await run.run(RunCode(code=code), make_node())
    assert caught.value.message.endswith(ends)


def test_a_fault_of_syntax_ends_in_one_mark() -> None:
    node = {"id": "a", "type": "code", "action": "run", "params": {"code": "if x = 1:\n  2"}}
    found = problems(Workflow.model_validate({"nodes": [node], "edges": []}), builtin_registry())
    assert [one.message for one in found if not one.message.endswith("instead of '='?")] == []
    assert found
