"""Values that no library likes, through every node that shapes data: each ends in a result or in words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from support.graphs import node, workflow
from support.web import Web, answer, serving
from support.words import flaw

from voicegraph.errors import NodeError, NotFound
from voicegraph.graph.model import Node, NodeId, RunId
from voicegraph.nodes.action import Params, action
from voicegraph.nodes.builtin import builtin_registry
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.http.guarded_client import guarded_client
from voicegraph.nodes.output import FileRef, Inputs, Output
from voicegraph.nodes.registry import Registry
from voicegraph.run.attempt import Attempt, NodeRunner
from voicegraph.run.events import NewRun
from voicegraph.settings import Settings


def deep(levels: int) -> Any:
    value: Any = "core"
    for level in range(levels):
        value = [value] if level % 2 else {"k": value}
    return value


ODD: dict[str, Any] = {
    "nothing": None,
    "an empty text": "",
    "an empty list": [],
    "an empty object": {},
    "NaN": [{"a": float("nan")}],
    "Infinity": [float("inf"), -float("inf")],
    "a huge number": [{"a": 10**400, "b": -(10**5_000)}],
    "a large float": [1e308, 5e-324, -0.0],
    "half a pair": [{"a": "\ud800", "\udfff": "b"}],
    "half a pair alone": "a\ud800b",
    "a pair cut in two": "\ud83d",
    "NUL": [{"a": "\x00", "\x00": 1}],
    "control characters": "\x01\x08\x1b\x7f\x85\u2028\ufeff\ufffe",
    "200 levels": deep(200),
    "2,000 levels": deep(2_000),
    "50,000 levels": deep(50_000),
    "a key of 1 MB": [{"k" * 1_000_000: 1}],
    "an empty key": [{"": {"": ""}}],
    "numbers as keys": [{"1": 1, "01": 2}],
    "a mixed list": [1, "1", None, True, 1.0, [], {}],
    "rows of different width": [[1], [], [1, 2, 3], None],
    "a text of braces": "{{ data }} {% raw %} {# #} ${x} %s {0}",
}
NOT_JSON: dict[str, Any] = {
    "bytes": b"\xff",
    "numbers for keys": {1: 2},
    "a tuple": (1, 2),
    "a set": {1, 2},
    "an object": object(),
}

SHAPING: dict[str, tuple[str, str, dict[str, Any]]] = {
    "template": ("transform", "template", {"template": "{{ data }}|{{ data | json }}|{{ input }}|{{ item }}"}),
    "template filters": (
        "transform",
        "template",
        {"template": "{{ data | size }}{{ data | join: ',' }}{{ data | sort }}{{ input | upcase | slice: 0, 3 }}"},
    ),
    "template arithmetic": (
        "transform",
        "template",
        {"template": "{{ data | first | plus: 1 | times: 1000000 | divided_by: 3 | round }}{{ input | date: '%Y' }}"},
    ),
    "select all": ("transform", "select", {"expression": "@"}),
    "select some": ("transform", "select", {"expression": "[].a | [0]"}),
    "select computed": ("transform", "select", {"expression": "{n: length(@), t: type(@), s: to_string(@)}"}),
    "condition": ("condition", "if", {"expression": "size(data) > 1 || string(data) == input"}),
    "condition over fields": ("condition", "if", {"expression": "data[0].a > 1.5 && has(data[0].b)"}),
    "script": ("code", "run", {"code": "[data, input, item]"}),
    "file, text": ("file", "save", {"name": "{{ input }}", "source": "text"}),
    "file, JSON": ("file", "save", {"name": "a.json", "source": "json"}),
    "file, CSV": ("file", "save", {"name": "a.csv", "source": "csv"}),
    "start text": ("prompt", "seed", {"text": "{{ input }}{{ data }}"}),
    "request": ("http", "request", {"method": "POST", "json": "{{ data | json }}"}),
    "request, text": ("http", "request", {"method": "POST", "text": "{{ input }}{{ data }}"}),
    "request, form": ("http", "request", {"method": "POST", "form": {"a": "{{ input }}"}}),
    "request, query": ("http", "request", {"query": {"a": "{{ input }}"}}),
    "request, header": ("http", "request", {"headers": {"X-A": "{{ input }}"}}),
    "request, address": ("http", "request", {"url": "{{ input }}"}),
    "page": ("web_page", "fetch", {"url": "{{ input }}"}),
    "feed": ("rss", "fetch", {"url": "http://127.0.0.1:1/{{ input }}"}),
    "approval": ("approval", "request", {"message": "{{ input }}{{ data }}"}),
    "wait": ("wait", "pause", {"duration": "{{ input }}"}),
}
SCRIPTS = {
    "half a pair": "'\\ud800'",
    "half a pair, printed": "print('\\ud800')",
    "half a pair as a key": "{'\\udfff': 1}",
    "NaN": "float('nan')",
    "Infinity": "[float('inf')]",
    "1e400": "1e400",
    "a huge number": "10 ** 3000",
    "bytes": "b'\\xff'",
    "numbers for keys": "{1: 2, None: 3, (1, 2): 4}",
    "a set": "{1, 2}",
    "a function": "len",
    "deep": "a = []\nfor i in range(150):\n    a = [a]\na",
    "NUL": "'\\x00'",
}
BODIES = {
    "deep": b"[" * 300 + b"]" * 300,
    "deeper": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "NaN": b'{"a": NaN, "b": -Infinity}',
    "1e400": b"[1e400, -1e400]",
    "half a pair": b'{"a": "\\ud800", "\\udfff": 1}',
    "a huge number": b"[" + b"9" * 900 + b"]",
    "a number without end": b"[" + b"9" * 9_000 + b"]",
    "bytes": bytes(range(256)),
    "NUL": b'{"a": "\\u0000"}',
    "nothing": b"",
    "one key twice": b'{"a": 1, "a": 2}',
}


@dataclass
class Kept:
    """Files of a run, in memory."""

    stored: dict[str, tuple[FileRef, bytes]] = field(default_factory=dict)

    async def read(self, file_id: str) -> tuple[FileRef, bytes]:
        if file_id not in self.stored:
            raise NotFound(f"There is no file {file_id}.")
        return self.stored[file_id]

    async def save(self, name: str, media_type: str, content: bytes, run_id: RunId | None = None) -> FileRef:
        name.encode()
        ref = FileRef(id=f"file_{len(self.stored)}", name=name, media_type=media_type, size=len(content))
        self.stored[ref.id] = (ref, content)
        return ref


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving() as web:
        web.on("/", answer(200, b"taken"))
        yield web


@pytest.fixture
async def runner() -> AsyncIterator[NodeRunner]:
    settings = Settings(_env_file=None, allow_private_hosts=["127.0.0.1"])
    async with guarded_client(settings) as http:
        yield NodeRunner(builtin_registry(), settings, http, Kept())


async def outcome(runner: NodeRunner, node: Node, inputs: Inputs, item: Any = None) -> str:
    """The code of the error, or “ok” for a result that can be kept; lines of the log can be kept, too."""
    lines: list[str] = []
    run = NewRun(RunId("run_1"), workflow(nodes=[node]), "live", 0.0)
    ancestors: Mapping[NodeId, Output] = inputs.nodes
    attempt = Attempt(run, node, 1, inputs, ancestors, lambda _, line: lines.append(line), item)
    result: Any = None
    refused: NodeError | None = None
    try:
        result = await runner.run(attempt)
    except NodeError as error:
        refused = error
    if refused:
        refused.message.encode()
        assert refused.code != "unexpected", refused.message
        assert len(refused.message) < 1_000, refused.message
        if node.type != "code":  # whose errors are Python's
            assert not flaw(refused.message)
        return refused.code
    output = result if isinstance(result, Output) else result.output
    json.dumps(output.model_dump(mode="json"), allow_nan=False, ensure_ascii=False).encode()
    "\n".join(lines).encode()
    return "ok"


@pytest.mark.parametrize("shaping", SHAPING)
async def test_every_node_takes_every_value_or_says_why_not(runner: NodeRunner, web: Web, shaping: str) -> None:
    type_, action, params = SHAPING[shaping]
    if type_ == "http":
        params = {"url": web.url("/"), **params}
    for value in ODD.values():
        text = value if isinstance(value, str) else "in"
        given = Inputs(text, value, [], {NodeId("x"): Output(text=text, data=None)})
        await outcome(runner, node("a", type=type_, action=action, **params), given, value)


@pytest.mark.parametrize("script", SCRIPTS)
async def test_whatever_a_script_gives(runner: NodeRunner, script: str) -> None:
    await outcome(runner, node("a", type="code", action="run", code=SCRIPTS[script]), Inputs())


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-ndjson", "application/octet-stream"])
async def test_whatever_a_service_answers(runner: NodeRunner, web: Web, kind: str) -> None:
    for number, body in enumerate(BODIES.values()):
        url = web.on(f"/{number}", answer(200, body, content_type=kind))
        await outcome(runner, node("a", type="http", action="request", url=url), Inputs())


@pytest.mark.parametrize("odd", [name for name in ODD if "levels" not in name])  # the workflow's own limit is below
async def test_whatever_stands_in_the_params(runner: NodeRunner, web: Web, odd: str) -> None:
    value = ODD[odd]
    for name in ("json", "text", "form", "query", "headers", "url", "method"):
        params = {"url": web.url("/"), "method": "POST", name: value}
        await outcome(runner, node("a", type="http", action="request", **params), Inputs())
    for name, shaping in (("template", "template"), ("expression", "select"), ("code", "run")):
        type_ = "code" if name == "code" else "transform"
        await outcome(runner, node("a", type=type_, action=shaping, **{name: value}), Inputs())


@action("odd", "give", group="tool", title="Give")
async def give(_: Params, node: NodeContext) -> Output:
    """Gives what comes in."""
    return Output(data=node.inputs.data)


@pytest.mark.parametrize("odd", NOT_JSON)
async def test_a_result_that_json_cannot_hold_is_said(odd: str) -> None:
    async with httpx.AsyncClient() as http:
        runner = NodeRunner(Registry([give]), Settings(_env_file=None), http, Kept())
        assert await outcome(runner, node("a", type="odd", action="give"), Inputs(data=NOT_JSON[odd])) == "bad_result"
