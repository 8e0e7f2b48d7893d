"""Actions for tests: nodes that can be held, fail on demand, wait, shout, and keep count of what they did."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from voicegraph import clock
from voicegraph.errors import NodeError
from voicegraph.nodes.action import Action, Params, action, param
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Inputs, Output, Result, Suspend
from voicegraph.nodes.registry import Registry
from voicegraph.nodes.services.approval import actions as approval
from voicegraph.nodes.services.code import actions as catalogue_code
from voicegraph.nodes.services.condition import actions as condition
from voicegraph.nodes.services.file import actions as file
from voicegraph.nodes.services.http import actions as http
from voicegraph.nodes.services.transform import actions as transform
from voicegraph.nodes.services.wait import actions as wait
from voicegraph.nodes.services.workflow.actions import run as run_workflow


@dataclass
class Gate:
    """A node that runs until the test opens it."""

    entered: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def enter(self) -> None:
        """Wait until a node has come to the gate, then forget that it did, so that the next one can be waited for."""
        async with asyncio.timeout(20):
            await self.entered.wait()
        self.entered.clear()


@dataclass
class Probe:
    """What the actions saw and did, across restarts of an engine in this process.

    `timeline` holds ("start" | "finish", node) in order; `spans` the last (begin, end) of a node, in seconds. Items of
    `work` that are `broken` fail until they are mended.
    """

    gates: defaultdict[str, Gate] = field(default_factory=lambda: defaultdict(Gate))
    timeline: list[tuple[str, str]] = field(default_factory=list)
    spans: dict[str, tuple[float, float]] = field(default_factory=dict)
    starts: Counter[str] = field(default_factory=Counter)
    inputs: dict[str, Inputs] = field(default_factory=dict)
    contexts: list[NodeContext] = field(default_factory=list)
    items: list[int | None] = field(default_factory=list)
    broken: set[int | None] = field(default_factory=set)
    at_work: set[int | None] = field(default_factory=set)
    most_at_work: int = 0

    def registry(self) -> Registry:
        """The actions below, telling this probe, and those of the catalogue that need no service."""
        return Registry([*(replace(one, run=self._watching(one.run)) for one in _ACTIONS), *_REAL])

    def _watching(self, run: Callable[..., Awaitable[Result]]) -> Callable[..., Awaitable[Result]]:
        async def watched(params: Any, node: NodeContext) -> Result:
            self.timeline.append(("start", node.node_id))
            self.starts[node.node_id] += 1
            self.inputs[node.node_id] = node.inputs
            self.contexts.append(node)
            began = time.monotonic()
            try:
                return await run(params, node, self)
            finally:
                self.timeline.append(("finish", node.node_id))
                self.spans[node.node_id] = (began, time.monotonic())

        return watched

    @property
    def order(self) -> list[str]:
        """Nodes in the order they were started."""
        return [node_id for what, node_id in self.timeline if what == "start"]


class Nothing(Params):
    """No params."""


class Text(Params):
    text: str = param("", title="Text")


class Branch(Params):
    branch: bool = param(True, title="Branch")


class Seconds(Params):
    seconds: float = param(0.0, title="Seconds")
    text: str = param("later", title="Text")


class Failure(Params):
    code: str = param("broken", title="Code")
    message: str = param("It broke.", title="Message")
    times: int = param(1_000, title="How often")
    retryable: bool = param(False, title="Retryable")
    retry_after: float | None = param(None, title="Retry after")


class Work(Params):
    seconds: float = param(0.0, title="Seconds")
    bad: list[int] = param([], title="Items that fail")
    times: int = param(1_000, title="How often")
    retryable: bool = param(False, title="Retryable")
    text: str = param("", title="Text")


class Filled(Params):
    template: str = param("", title="Template")


class Values(Params):
    data: Any = param(None, title="Data")
    text: str = param("", title="Text")


class Size(Params):
    size: int = param(1, title="Size")


class Count(Params):
    values: int = param(1, title="Values")


class Crash(Params):
    error: str = param("ValueError", title="Which error")
    text: str = param("", title="Text")


@action("test", "echo", group="tool", title="Echo")
async def echo(params: Text, node: NodeContext, probe: Probe) -> Output:
    """Its text, else its input, else its id."""
    return Output(text=params.text or node.inputs.text or node.node_id, data=node.inputs.data)


@action("condition", "choose", group="logic", title="Choose")
async def choose(params: Branch, node: NodeContext, probe: Probe) -> Output:
    """Takes the branch it is told to."""
    return Output(text=node.inputs.text, branch=params.branch)


@action("test", "gate", group="tool", title="Gate")
async def gate(params: Text, node: NodeContext, probe: Probe) -> Output:
    """Runs until the test opens it."""
    own = probe.gates[node.node_id]
    own.entered.set()
    try:
        await own.opened.wait()
    finally:
        own.left.set()
    return Output(text=params.text or node.node_id)


@action("test", "gate_then_fail", group="tool", title="Gate, then fail")
async def gate_then_fail(params: Failure, node: NodeContext, probe: Probe) -> Output:
    """A gate with a failure behind it."""
    await gate.run(Text(), node, probe)  # pyright: ignore[reportCallIssue]
    return await fail.run(params, node, probe)  # pyright: ignore


@action("test", "sleep", group="tool", title="Sleep")
async def sleep(params: Seconds, node: NodeContext, probe: Probe) -> Output:
    """Takes its time."""
    await asyncio.sleep(params.seconds)
    return Output(text=params.text)


@action("test", "fail", group="tool", title="Fail")
async def fail(params: Failure, node: NodeContext, probe: Probe) -> Output:
    """Its first attempts fail, so many of them."""
    if node.attempt <= params.times:
        raise NodeError(params.code, params.message, retryable=params.retryable, retry_after=params.retry_after)
    return Output(text=f"attempt {node.attempt}")


@action("test", "crash", group="tool", title="Crash")
async def crash(params: Crash, node: NodeContext, probe: Probe) -> Output:
    """Raises what no catalogue file should."""
    kinds = (ValueError, OSError, TimeoutError, asyncio.CancelledError)
    raise next(kind for kind in kinds if kind.__name__ == params.error)(params.text)


@action("test", "later", group="logic", title="Later")
async def later(params: Seconds, node: NodeContext, probe: Probe) -> Suspend:
    """A durable timer."""
    return Suspend(clock.now() + params.seconds, Output(text=params.text), f"Until later: {params.text}")


@action("test", "big", group="tool", title="Big")
async def big(params: Size, node: NodeContext, probe: Probe) -> Output:
    """So many bytes of text."""
    return Output(text=("0123456789abcde\n" * (params.size // 16 + 1))[: params.size])


@action("test", "many", group="tool", title="Many values")
async def many(params: Count, node: NodeContext, probe: Probe) -> Output:
    """A list that makes so many values, with itself."""
    return Output(data=[0] * (params.values - 1))


@action("test", "chatty", group="tool", title="Chatty")
async def chatty(params: Size, node: NodeContext, probe: Probe) -> Output:
    """So many lines of log."""
    for line in range(params.size):
        node.log(f"line {line}")
    node.progress("done")
    return Output(text="said")


@action("test", "values", group="source", title="Values")
async def values(params: Values, node: NodeContext, probe: Probe) -> Output:
    """The data it is told to give."""
    return Output(text=params.text, data=params.data)


@action("test", "template", group="tool", title="Fill a template")
async def template(params: Filled, node: NodeContext, probe: Probe) -> Output:
    """As transform.template."""
    return Output(text=params.template, data=node.inputs.data)


@action("test", "work", group="tool", title="Work on an item")
async def work(params: Work, node: NodeContext, probe: Probe) -> Output:
    """Shouts its item; some items fail. Items are held at the gate `node:item`, if the test asked for one."""
    probe.items.append(node.item_index)
    probe.at_work.add(node.item_index)
    probe.most_at_work = max(probe.most_at_work, len(probe.at_work))
    try:
        if gate := probe.gates.get(f"{node.node_id}:{node.item_index}"):
            gate.entered.set()
            await gate.opened.wait()
        await asyncio.sleep(params.seconds)
    finally:
        probe.at_work.discard(node.item_index)
    if node.item_index in probe.broken or (node.item_index in params.bad and node.attempt <= params.times):
        raise NodeError("bad_item", "It is bad.", retryable=params.retryable)
    return Output(text=params.text or node.inputs.text.upper())


@action("test", "nothing", group="tool", title="Nothing")
async def nothing(params: Nothing, node: NodeContext, probe: Probe) -> Output:
    """A broken plug-in: gives no output at all."""
    return None  # pyright: ignore[reportReturnType]


_REAL = Registry.from_modules([catalogue_code, condition, file, http, transform, wait])
_ACTIONS: list[Action] = [echo, choose, gate, gate_then_fail, sleep, fail, crash, later, big, chatty, nothing]


def _real(one: Action) -> Action:
    """An action of the catalogue, watched like the others."""

    async def run(params: Any, node: NodeContext, _: Probe) -> Result:
        return await one.run(params, node)

    return replace(one, run=run)  # pyright: ignore[reportArgumentType]


_ACTIONS: list[Action] = [
    echo, choose, gate, gate_then_fail, sleep, fail, crash, later, big, chatty, many, values, template, work,
    nothing, _real(approval.request), _real(run_workflow),
]  # fmt: skip
