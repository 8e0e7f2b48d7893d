from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from pydantic import JsonValue, SecretStr
from support.actions import Probe, Text
from support.graphs import node, workflow

from voicegraph.errors import OF_ITS_OWN, ConfigError, NodeError, NotFound
from voicegraph.graph.model import Node, NodeId, RunId
from voicegraph.nodes.action import action
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Inputs, Output, Suspend
from voicegraph.nodes.registry import Registry
from voicegraph.run.attempt import MAX_LINES, Attempt, NodeRunner
from voicegraph.run.events import NewRun
from voicegraph.run.redaction.redact import MASK
from voicegraph.settings import Settings
from voicegraph.store.files.stored_files import StoredFiles

SECRET = "xoxb-canary-123"


@dataclass
class Bench:
    """Runs single attempts; `lines` is what they logged."""

    runner: NodeRunner
    probe: Probe
    lines: list[tuple[str, str]]

    async def attempt(self, node: Node, number: int = 1, **given: Any) -> Output | Suspend:
        run = NewRun(RunId("run_1"), workflow(nodes=[node]), "live", 0.0, **given.pop("run", {}))
        inputs = given.pop("inputs", Inputs())
        ancestors = given.pop("ancestors", {})
        return await self.runner.run(
            Attempt(run, node, number, inputs, ancestors, lambda kind, line: self.lines.append((kind, line)))
        )

    async def error(self, node: Node, **given: Any) -> NodeError:
        with pytest.raises(NodeError) as caught:
            await self.attempt(node, **given)
        return caught.value


@pytest.fixture
async def make() -> AsyncIterator[Callable[..., Bench]]:
    """`make(registry=…, node_timeout=…)`: a bench with these settings."""
    async with httpx.AsyncClient() as http:

        def build(registry: Registry | None = None, **settings: Any) -> Bench:
            probe = Probe()
            chosen = Settings(_env_file=None).model_copy(update=settings)
            files: StoredFiles = None  # pyright: ignore - none of these actions reads a file
            return Bench(NodeRunner(registry or probe.registry(), chosen, http, files), probe, [])

        yield build


@pytest.fixture
def bench(make: Callable[..., Bench]) -> Bench:
    return make()


async def test_params_are_rendered_over_everything_a_template_may_name(bench: Bench):
    template = '{{ input }} {{ nodes["x"].text }} {{ config.who }} {{ trigger.body.id }} {{ run.id }}'
    output = await bench.attempt(
        node("a", text=template),
        inputs=Inputs("in"),
        ancestors={NodeId("x"): Output(text="X")},
        run={"config": {"who": "me"}, "trigger_data": {"body": {"id": 7}}},
    )
    assert isinstance(output, Output)
    assert output.text == "in X me 7 run_1"


async def test_the_context_names_the_attempt_and_keeps_its_key(bench: Bench):
    for number in (1, 2):
        await bench.attempt(node("a", label="Say"), number, run={"config": {"k": 1}})
    first, second = bench.probe.contexts
    assert (first.attempt, second.attempt) == (1, 2)
    assert first.idempotency_key == second.idempotency_key == "run_1:a"
    assert (first.action, first.label, first.config) == ("echo", "Say", {"k": 1})


async def test_an_unknown_action_is_final(bench: Bench):
    error = await bench.error(node("a", "fly"))
    assert (error.code, error.message, error.retryable) == ("unknown_action", "There is no action test.fly.", False)


async def test_bad_params_are_final_and_located(bench: Bench):
    error = await bench.error(node("a", "sleep", seconds="soon"))
    assert (error.code, error.retryable) == ("invalid_params", False)
    assert "params.seconds" in error.message


async def test_a_node_error_comes_through_as_it_is(bench: Bench):
    error = await bench.error(node("a", "fail", code="busy", message="Busy.", retryable=True, retry_after=7))
    assert (error.code, error.message, error.retryable, error.retry_after) == ("busy", "Busy.", True, 7)


@pytest.mark.parametrize(
    ("kind", "text", "code", "message", "retryable"),
    [
        ("ValueError", "what?", "unexpected", f"VoiceGraph failed at this node {OF_ITS_OWN}", False),
        (
            "OSError",
            "no route",
            "io",
            "This machine cannot do what the node needs: a file or a connection broke.",
            True,
        ),
        ("TimeoutError", "smtp is slow", "timeout", "A service did not answer in time.", True),
        ("TimeoutError", "", "timeout", "A service did not answer in time.", True),
        ("CancelledError", "", "unexpected", "Something the node waited for was cancelled.", True),
    ],
)
async def test_whatever_an_action_raises_becomes_a_node_error(
    bench: Bench, kind: str, text: str, code: str, message: str, retryable: bool
):
    error = await bench.error(node("a", "crash", error=kind, text=text))
    assert (error.code, error.message, error.retryable) == (code, message, retryable)


async def test_an_action_that_gives_something_else_is_told_so(bench: Bench):
    error = await bench.error(node("a", "nothing"))
    assert (error.code, error.message) == ("unexpected", f"VoiceGraph failed at this node {OF_ITS_OWN}")


@pytest.mark.parametrize("raised", [NotFound("There is no file."), ConfigError("SMTP_HOST", "Set SMTP_HOST.")])
async def test_errors_a_person_must_mend_are_final(make: Callable[..., Bench], raised: NotFound | ConfigError):
    @action("test", "lacking", group="tool", title="Lacking")
    async def lacking(params: Text, node: NodeContext) -> Output:
        raise raised

    error = await make(Registry([lacking])).error(node("a", "lacking"))
    assert (error.code, error.message, error.retryable) == (raised.code, raised.message, False)


async def test_a_node_that_takes_too_long_is_stopped(bench: Bench):
    error = await bench.error(node("a", "gate", timeout=0.02))
    assert (error.code, error.retryable) == ("timeout", True)
    assert error.message == "The node took longer than 0.02 seconds."
    assert bench.probe.gates["a"].left.is_set()


async def test_a_wait_longer_than_the_nodes_limit_is_refused_at_once(bench: Bench):
    error = await bench.error(node("a", "later", seconds=60, timeout=20))
    assert (error.code, error.retryable) == ("timeout", False)
    assert error.message == "It is to wait longer than the 20 seconds of its time limit."


async def test_the_nearest_limit_counts(make: Callable[..., Bench]):
    """The node's, then the action's, then the settings'."""
    probe = Probe()
    slow = probe.registry().find("test", "gate")
    assert slow
    bench = make(Registry([replace(slow, timeout=0.03)]), node_timeout=0.01)
    assert "0.03 seconds" in (await bench.error(node("a", "gate"))).message
    assert "0.02 seconds" in (await bench.error(node("a", "gate", timeout=0.02))).message
    bench = make(Registry([slow]), node_timeout=0.01)
    assert "0.01 seconds" in (await bench.error(node("a", "gate"))).message


async def test_a_cancelled_attempt_is_no_failure(bench: Bench):
    task = asyncio.create_task(bench.attempt(node("a", "gate")))
    await bench.probe.gates["a"].enter()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_chatty_node_does_not_fill_the_history(bench: Bench):
    await bench.attempt(node("a", "chatty", size=MAX_LINES + 500))
    assert len(bench.lines) == MAX_LINES + 1
    assert bench.lines[0] == ("log", "line 0")
    assert bench.lines[MAX_LINES - 1] == ("log", f"line {MAX_LINES - 1}")
    assert bench.lines[-1] == ("log", f"More than {MAX_LINES} lines: the rest is not kept.")


async def test_each_attempt_may_log_anew(bench: Bench):
    for number in (1, 2):
        await bench.attempt(node("a", "chatty", size=3), number)
    assert [line for kind, line in bench.lines if kind == "progress"] == ["done", "done"]


async def test_data_that_json_has_no_word_for_is_made_plain(bench: Bench):
    output = await bench.attempt(node("a"), inputs=Inputs("in", {"nan": float("nan"), "half": "\ud800"}))
    assert isinstance(output, Output)
    assert output.data == {"nan": None, "half": "?"}


async def test_data_without_end_fails_the_node_and_not_the_reader(bench: Bench):
    data: JsonValue = None
    for _ in range(200):
        data = [data]
    assert (await bench.error(node("a"), inputs=Inputs("in", data))).code == "too_deep"


async def test_secrets_are_hidden_wherever_they_could_come_out(
    make: Callable[..., Bench], caplog: pytest.LogCaptureFixture
):
    bench = make(slack_bot_token=SecretStr(SECRET))

    done = await bench.attempt(node("a", text=f"Authorization: Bearer {SECRET}"))
    waits = await bench.attempt(node("b", "later", text=f"key={SECRET}"))
    failed = await bench.error(node("c", "fail", message=f"{SECRET} was refused"))
    crashed = await bench.error(node("d", "crash", text=f"{SECRET} is no number"))
    slow = await bench.error(node("e", "crash", error="TimeoutError", text=f"https://{SECRET}@example.org"))

    assert isinstance(done, Output)
    assert isinstance(waits, Suspend)
    said = [done.text, waits.output.text, waits.message, failed.message]
    assert all(MASK in text for text in said), said
    assert SECRET not in str([*said, crashed.message, slow.message])
    assert f"{MASK} is no number" in caplog.text, "the server's log has the details"
    assert SECRET not in caplog.text


async def test_secrets_in_log_lines_are_hidden(make: Callable[..., Bench]):
    @action("test", "leak", group="tool", title="Leak")
    async def leak(params: Text, node: NodeContext) -> Output:
        node.log(f"using {SECRET}")
        node.progress(f"asking with {SECRET}")
        return Output()

    bench = make(Registry([leak]), slack_bot_token=SecretStr(SECRET))
    await bench.attempt(node("a", "leak"))
    assert bench.lines == [("log", f"using {MASK}"), ("progress", f"asking with {MASK}")]
