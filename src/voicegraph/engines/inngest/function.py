"""The Inngest function `execute-workflow`: a step for each node, all inside one race.

The body runs again on every call of Inngest's, so it only reads; everything that is written is written in steps. What
is ready follows from the run in our database, which is never behind what Inngest remembers: a row is written before its
step answers. The last node's step ends the run, so the history knows it at once.

A node that fails for good is an ordinary result of its step: an error Inngest does not retry would end the function with
other nodes still in flight. The function fails when they are done (docs/decisions/0007).
"""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol, cast

import inngest

from voicegraph import clock
from voicegraph.engines.inngest.admission import wait_for_room
from voicegraph.engines.inngest.item_look import lanes
from voicegraph.engines.inngest.item_steps import ItemSteps
from voicegraph.engines.inngest.look import Later, Look, Memo
from voicegraph.engines.inngest.messages import ANSWERED_EVENT, CANCEL_EVENT, REQUEST_EVENT
from voicegraph.engines.inngest.steps import NodeSteps, decide
from voicegraph.errors import NodeError, NotFound, VoiceGraphError
from voicegraph.graph.model import NodeId, RunId
from voicegraph.graph.order import topological_order
from voicegraph.run.events import StoredRun
from voicegraph.run.limits import deadline_of
from voicegraph.run.ports import RunLedger
from voicegraph.run.state import RunStatus

log = logging.getLogger(__name__)

APP = "voicegraph"
EXECUTE = "execute-workflow"
CANCELLED = "workflow-cancelled"
FAILED_EVENT = "inngest/function.failed"
CANCELLED_EVENT = "inngest/function.cancelled"
FUNCTION_ID = f"{APP}-{EXECUTE}"

FIRST_LOOK = 1.0
"""Seconds until an answer is looked for that was not announced; five times as long each time, up to the longest."""
LONGEST_LOOK = 30 * 86_400.0
LATEST = 253_402_300_799.0

MAX_RETRIES = 20
"""Inngest's maximum. It is the same for every run, so each node's own policy is kept by its step."""
PAUSE_SECONDS = 2.0
"""Before a call is repeated that our own database did not take."""


Branch = Callable[[], Awaitable[object]]


class Loader(Protocol):
    """Reads runs."""

    async def load(self, run_id: RunId) -> StoredRun:
        """The run with its node rows; NotFound."""
        ...

    async def admit(self, run_id: RunId, workflow_id: str, limit: int, engine_run_id: str) -> bool:
        """Whether one more run of this workflow may begin."""
        ...


class Functions:
    """What VoiceGraph serves to Inngest."""

    def __init__(self, steps: NodeSteps, items: ItemSteps, store: Loader, ledger: RunLedger) -> None:
        self._steps = steps
        self._items = items
        self._store = store
        self._ledger = ledger

    def of(self, client: inngest.Inngest) -> list[inngest.Function[Any]]:
        """The functions, as the client's app."""
        execute = client.create_function(
            fn_id=EXECUTE,
            name="Execute VoiceGraph Workflow",
            trigger=inngest.TriggerEvent(event=REQUEST_EVENT),
            cancel=[inngest.Cancel(event=CANCEL_EVENT, if_exp="event.data.runId == async.data.runId")],
            retries=MAX_RETRIES,
            on_failure=self._on_failure,
        )(self._execute)
        cancelled = client.create_function(
            fn_id=CANCELLED,
            name="Close a workflow that was cancelled in Inngest",
            trigger=inngest.TriggerEvent(
                event=CANCELLED_EVENT, expression=f"event.data.function_id == '{FUNCTION_ID}'"
            ),
            retries=MAX_RETRIES,
        )(self._on_cancelled)
        return [execute, cancelled]

    # -- the run

    async def _execute(self, ctx: inngest.Context) -> dict[str, str]:
        run_id = RunId(str(ctx.event.data.get("runId", "")))
        stored = await self._guarded(partial(self._store.load, run_id))
        if stored.status is RunStatus.CANCELLED:
            return {"status": "cancelled"}
        await wait_for_room(ctx, stored, partial(self._admit, run_id, ctx.run_id))
        look = Look(stored)
        nodes = [node_id for node_id in topological_order(stored.run.workflow) if look.starts_a_step(node_id)]
        branches = [branch for node_id in nodes for branch in self._branches(ctx, stored, node_id)]
        if stored.run.workflow.timeout is not None and not stored.status.terminal:
            branches.append(partial(self._keep_deadline, ctx, stored))
        await ctx.group.parallel(
            tuple(branches),
            parallel_mode=inngest.ParallelMode.RACE,
        )
        if not stored.status.terminal:
            await ctx.step.run("close", self._close, run_id, "Inngest ended the run before its nodes were done.")
        if stored.status is RunStatus.FAILED:
            raise inngest.NonRetriableError(f"Workflow run {run_id} failed; its history says why.", quiet=True)
        return {"status": "completed"}

    def _branches(self, ctx: inngest.Context, stored: StoredRun, node_id: NodeId) -> Iterator[Branch]:
        """A node's step; of a node with `each` also those of its items, in lanes, once they are counted.

        They stay when the node is done: Inngest may still repeat a call for one, and gives the run up that has no such step.
        """
        run_id = stored.run.run_id
        node = stored.run.workflow.node(node_id)
        run = partial(self._items.open if node.each else self._steps.run, run_id, node_id, ctx.run_id)
        yield partial(self._steps_of, ctx, node_id, run)
        row = stored.nodes.get(node_id)
        if node.each and row is not None and row.items:
            for lane in lanes(stored.run.workflow, node, row.items.total):
                yield partial(self._lane, ctx, run_id, node_id, lane)

    async def _lane(self, ctx: inngest.Context, run_id: RunId, node_id: NodeId, lane: list[list[int]]) -> None:
        """Items one after the other, a step each. It ends early when the node starts no more of them."""
        for items in lane:
            name = f"{node_id}:item-{items[0]}" if len(items) == 1 else f"{node_id}:items-{items[0]}-{items[-1]}"
            memo = await self._steps_of(ctx, name, partial(self._items.run, run_id, node_id, items, ctx.run_id))
            if memo["status"] == "skipped":
                return

    async def _steps_of(self, ctx: inngest.Context, name: str, run: Callable[[], Awaitable[Later | Memo]]) -> Memo:
        """A step, and for each wait a sleep, or an event that is waited for, and a further step."""
        step = partial(self._step, ctx, run)
        memo = await ctx.step.run(name, step)
        turn = 0
        while "until" in memo or "asks" in memo:
            turn += 1
            await _rest(ctx, name, memo, turn)
            memo = await ctx.step.run(f"{name}:after-{turn}", step)
        return memo

    async def _step(self, ctx: inngest.Context, run: Callable[[], Awaitable[Later | Memo]]) -> Memo:
        answer = await self._guarded(run)
        if not isinstance(answer, Later):
            return answer
        if ctx.attempt >= MAX_RETRIES:
            return Memo(status="retrying", until=answer.due)  # Inngest gives a step no more tries: go on in a new one
        raise _come_again(answer.due)

    async def _keep_deadline(self, ctx: inngest.Context, stored: StoredRun) -> None:
        """The workflow's time limit: a sleep beside the nodes. Whatever ends the run ends it, too."""
        workflow = stored.run.workflow
        at = deadline_of(workflow, stored.started_at or clock.now())  # Inngest keeps the first answer
        turn = 0
        while at is not None:
            turn += 1
            await ctx.step.sleep_until(f"time-limit-{turn}", _moment(at))
            memo = await ctx.step.run(f"time-limit-{turn}:look", self._expire, stored.run.run_id)
            at = memo.get("until")

    async def _expire(self, run_id: RunId) -> Memo:
        at = await self._guarded(partial(decide, self._ledger, run_id, Look.expire))
        return Memo(status="over") if at is None else Memo(status="running", until=at)

    async def _admit(self, run_id: RunId, engine_run_id: str, workflow_id: str, limit: int) -> bool:
        return await self._guarded(partial(self._store.admit, run_id, workflow_id, limit, engine_run_id))

    async def _guarded(self, work: Callable[[], Awaitable[Any]]) -> Any:
        """What goes wrong on our side is tried again; its words stay in our log and out of Inngest's."""
        try:
            return await work()
        except NotFound:
            raise inngest.NonRetriableError("The run is not in the history any more.", quiet=True) from None
        except Exception as error:
            log.exception("A step for Inngest could not be done; Inngest will try again")
            code = error.code if isinstance(error, VoiceGraphError) else type(error).__name__
            raise inngest.RetryAfterError(
                f"VoiceGraph could not do this now ({code}).", _moment(clock.now() + PAUSE_SECONDS), quiet=True
            ) from None

    # -- when Inngest ends it

    async def _on_failure(self, ctx: inngest.Context) -> None:
        await self._close_original(ctx, "Inngest gave the run up: a step could not be delivered. See the server's log.")

    async def _on_cancelled(self, ctx: inngest.Context) -> None:
        await self._close_original(ctx, None)

    async def _close_original(self, ctx: inngest.Context, reason: str | None) -> None:
        original = cast("dict[str, Any]", ctx.event.data.get("event") or {})
        run_id: object = cast("dict[str, Any]", original.get("data") or {}).get("runId")
        if isinstance(run_id, str):
            await ctx.step.run("close", self._close, RunId(run_id), reason, str(ctx.event.data.get("run_id")))

    async def _close(self, run_id: RunId, reason: str | None, ended: str | None = None) -> str:
        """End the run in our history if it is not over: failed with the reason, or cancelled without one.

        `ended` is the function run that Inngest gave up; another one may go on with the run since.
        """

        def close(look: Look) -> str:
            if ended is not None and look.stored.engine_run_id not in (None, ended):
                return "goes on"
            if reason is None:
                look.cancel()
            else:
                look.close(NodeError("engine_gave_up", reason))
            return "closed"

        return await self._guarded(partial(decide, self._ledger, run_id, close))


async def _rest(ctx: inngest.Context, name: str, memo: Memo, turn: int) -> None:
    """Until the memo says, or until an answer is announced to the node of this name.

    The announcement may come before Inngest waits for it, and then wakes nobody. So it is looked for again after a
    second, after five, and so on: the row has the answer.
    """
    step_id = f"{name}:wait-{turn}"
    if "asks" not in memo:
        await ctx.step.sleep_until(step_id, _moment(memo.get("until", 0)))
        return
    longest = min(LONGEST_LOOK, FIRST_LOOK * 5.0 ** min(turn - 1, 32))
    seconds = min(longest, memo.get("until", LATEST) - clock.now())
    await ctx.step.wait_for_event(
        step_id,
        event=ANSWERED_EVENT,
        if_exp=f"event.data.runId == async.data.runId && async.data.nodeId == '{name}'",
        timeout=timedelta(seconds=max(1, math.ceil(seconds))),
    )


def _come_again(due: float) -> inngest.RetryAfterError:
    return inngest.RetryAfterError("This node is tried again.", _moment(due), quiet=True)


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
