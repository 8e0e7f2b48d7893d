"""Run one attempt of one node: the same on every engine."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from traceback import format_exception
from typing import TYPE_CHECKING, Literal, cast

from pydantic import JsonValue, ValidationError

from voicegraph import clock, logs
from voicegraph.errors import OF_ITS_OWN, ConfigError, NodeError, UserError
from voicegraph.graph.model import Node, NodeId
from voicegraph.nodes.action import Action
from voicegraph.nodes.context import FilesOfRun, FileStore, NodeContext
from voicegraph.nodes.data.jsonable import without_halves
from voicegraph.nodes.data.large_json import Weight, beside, is_small, over_limit, weigh
from voicegraph.nodes.output import Await, Inputs, Output, Result, Suspend
from voicegraph.nodes.params.binding import bind
from voicegraph.nodes.registry import Registry
from voicegraph.run.approval import digest_of
from voicegraph.run.connection_slots import ConnectionGate
from voicegraph.run.events import NewRun
from voicegraph.run.item_digest import item_digest
from voicegraph.run.pinned_outputs import MESSAGE, pinned_output
from voicegraph.run.plain_output import in_words, plain_json, too_deep
from voicegraph.run.questions import within_limit
from voicegraph.run.redaction.redact import Redactor
from voicegraph.run.redaction.secret_values import secrets_of_params
from voicegraph.settings import Settings

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

MAX_LINE = 4_000
"""Characters that are kept of a line."""
MAX_LINES = 1_000
"""Log and progress lines one attempt may write; a chatty node must not fill the history."""

Emit = Callable[[Literal["log", "progress"], str], None]


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt: a node of a run, for the n-th time, on these inputs.

    `ancestors` holds the outputs templates may name as `nodes["id"]`.
    """

    run: NewRun
    node: Node
    number: int
    inputs: Inputs
    ancestors: Mapping[NodeId, Output]
    emit: Emit
    item: JsonValue = None
    index: int | None = None
    """Which item it is, from 0, when the node runs once per item."""


class NodeRunner:
    """Renders params, resolves what they leave open, calls the action within its time, and hides secrets.

    Raises NodeError and nothing else, so that an engine has one thing to decide on.
    """

    def __init__(self, registry: Registry, settings: Settings, http: httpx.AsyncClient, files: FileStore) -> None:
        self.registry = registry
        self._settings = settings
        self._http = http
        self._files = files
        self._connections = ConnectionGate(settings.connection_limit, settings.connection_limits)
        self._redactor = Redactor.of_settings(settings)

    async def run(self, attempt: Attempt) -> Result:
        """The node's output, or what it waits for."""
        node = attempt.node
        if (pinned := await self.pinned(attempt.run, node)) is not None:
            attempt.emit("log", MESSAGE)
            return pinned
        action = self.registry.find(node.type, node.action)
        if action is None:
            raise NodeError("unknown_action", f"There is no action {node.type}.{node.action}.")
        redactor = self._redactor.and_of(secrets_of_params([node.params, dict(attempt.run.config)]))
        async with self._connections.turn(attempt.run, node, lambda message: attempt.emit("progress", message)):
            with logs.hiding(redactor.text):
                return await self._in_time(action, attempt, redactor)

    async def _in_time(self, action: Action, attempt: Attempt, redactor: Redactor) -> Result:
        node = attempt.node
        limit = node.timeout or action.timeout or self._settings.node_timeout
        deadline, started_at = asyncio.timeout(limit), clock.now()
        try:
            async with deadline:
                result = await _clean(await self._call(action, attempt, redactor), attempt.inputs, redactor)
            return within_limit(result, node.timeout, started_at)
        except TimeoutError as error:
            ours = f"The node took longer than {limit:g} seconds."
            message = ours if deadline.expired() else "A service did not answer in time."
            raise _redacted(redactor, NodeError("timeout", message, retryable=True)) from error
        except asyncio.CancelledError as error:
            if (task := asyncio.current_task()) is None or task.cancelling():
                raise
            # Not us: a task the action waited for was cancelled. Let through, it would end ours without an outcome.
            raise NodeError("unexpected", "Something the node waited for was cancelled.", retryable=True) from error
        except NodeError as error:
            raise _redacted(redactor, error) from error.__cause__
        except (ConfigError, UserError) as error:
            raise NodeError(error.code, redactor.text(error.message)) from error
        except OSError as error:
            raise _redacted(redactor, NodeError("io", _of_machine(error), retryable=True)) from error
        except ValidationError as error:
            raise _redacted(redactor, _misshapen(error)) from error
        except Exception as error:
            if known := in_words(error):
                raise known from error
            # A catalogue file let something unforeseen through: the run must end with a reason, not hang.
            log.error("A node failed unexpectedly:\n%s", redactor.text("".join(format_exception(error))))  # noqa: TRY400 - redacted
            raise NodeError("unexpected", f"VoiceGraph failed at this node {OF_ITS_OWN}") from error

    async def digest(self, attempt: Attempt) -> str | None:
        """Of all that the result of an item depends on; None where its params cannot be filled, as the attempt says."""
        node, run = attempt.node, attempt.run
        action = self.registry.find(node.type, node.action)
        if action is None:
            return None
        scope = _scope(attempt)
        scope["run"] = {"id": ""}  # another one in a replay, whatever the item is
        try:
            params = await bind(action, node, run.config, self._settings, scope)
            return await item_digest(node, params, attempt.inputs, scope)
        except Exception:  # noqa: BLE001 - the attempt itself meets the same, and says it; such an item is not compared
            return None

    async def pinned(self, run: NewRun, node: Node) -> Output | None:
        """The output that is pinned to the node, where pins count."""
        output = pinned_output(run, node)
        return None if output is None else await _clean_output(output, Inputs(), self._redactor)

    async def _call(self, action: Action, attempt: Attempt, redactor: Redactor) -> Result:
        run, node = attempt.run, attempt.node
        scope = _scope(attempt)
        params = await bind(action, node, run.config, self._settings, scope)
        emit = _limited(attempt.emit, redactor)
        context = NodeContext(
            run_id=run.run_id,
            node_id=node.id,
            action=node.action,
            label=node.label,
            attempt=attempt.number,
            inputs=attempt.inputs,
            settings=self._settings,
            http=self._http,
            files=FilesOfRun(self._files, run.run_id),
            config=run.config,
            trigger=run.trigger_data,
            limit=node.timeout,
            scope=scope,
            item=attempt.item,
            item_index=attempt.index,
            log=lambda message: emit("log", message),
            progress=lambda message: emit("progress", message),
        )
        return await action.run(params, context)


def _limited(emit: Emit, redactor: Redactor) -> Emit:
    """Pass on the first lines, say once that more were dropped; hide secrets in each."""
    count = 0

    def limited(kind: Literal["log", "progress"], message: str) -> None:
        nonlocal count
        count += 1
        if count <= MAX_LINES:
            emit(kind, redactor.text(without_halves(message[: 2 * MAX_LINE]))[:MAX_LINE])
        elif count == MAX_LINES + 1:
            emit("log", f"More than {MAX_LINES} lines: the rest is not kept.")

    return limited


async def _clean(result: object, inputs: Inputs, redactor: Redactor) -> Result:
    if isinstance(result, Output):
        return await _clean_output(result, inputs, redactor)
    if isinstance(result, Suspend):
        output = await _clean_output(result.output, inputs, redactor)
        return Suspend(result.until, output, redactor.text(result.message))
    if isinstance(result, Await):
        request = cast(
            "dict[str, JsonValue]", await beside(is_small(result.request), redactor.value, dict(result.request))
        )
        output = await _clean_output(result.output, inputs, redactor)
        if result.kind == "approval":
            request["digest"] = await beside(is_small(output.text, output.data), digest_of, output)
        return Await(result.kind, output, redactor.text(result.message), request, result.until)
    raise TypeError(f"the action gave {type(result).__name__} and not an Output")


async def _clean_output(output: Output, inputs: Inputs, redactor: Redactor) -> Output:
    small = is_small(output.text, output.data, output.meta)
    handed = not small and any(output.data is one.data for one in inputs.nodes.values())
    return await beside(small, _plain_output, output, redactor, handed=handed)


def _plain_output(output: Output, redactor: Redactor, *, handed: bool = False) -> Output:
    """Within the limits, plain and without secrets. Data that is `handed` through was made so when it was new."""
    if refused := over_limit(Weight(0, len(output.text)) + weigh(output.data)):
        raise refused
    output = output.model_copy(update={"text": without_halves(output.text), "meta": plain_json(output.meta)})
    if handed:
        rest = redactor.output(output.model_copy(update={"data": None}))
        return rest.model_copy(update={"data": output.data})
    if output.data is not None:
        output = output.model_copy(update={"data": plain_json(output.data)})
    return redactor.output(output)


def _misshapen(error: ValidationError) -> NodeError:
    """Of an action that made an output of what an output cannot hold. Data may be too deep even to be looked at."""
    if any(one["type"].startswith("recursion_") for one in error.errors(include_url=False, include_input=False)):
        return too_deep()
    where = next(iter(error.errors(include_url=False, include_input=False)[0]["loc"]), "")
    return NodeError(
        "bad_result", f"What the node gave cannot be kept: its {where or 'result'} is nothing JSON can hold."
    )


def _of_machine(error: OSError) -> str:
    """What the operating system says; it knows no values of the node."""
    return f"This machine cannot do what the node needs: {(error.strerror or 'a file or a connection broke').lower()}."


def _redacted(redactor: Redactor, error: NodeError) -> NodeError:
    message = redactor.text(without_halves(error.message))
    return NodeError(error.code, message, retryable=error.retryable, retry_after=error.retry_after)


def _scope(attempt: Attempt) -> dict[str, JsonValue]:
    """What templates and conditions may name. Plain data only: nothing of Python's can be reached from it."""
    return {
        "input": attempt.inputs.text,
        "data": attempt.inputs.data,
        "nodes": {
            node_id: {"text": out.text, "data": out.data, "meta": out.meta}
            for node_id, out in attempt.ancestors.items()
        },
        "config": dict(attempt.run.config),
        "trigger": dict(attempt.run.trigger_data),
        "run": {"id": attempt.run.run_id},
        "item": attempt.item,
    }
