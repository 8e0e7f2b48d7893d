"""The Inngest function `execute-workflow`: a step for each node, all inside one race.

The body runs again on every call of Inngest's, so it only reads; everything that is written is written in steps. What
is ready follows from the run in our database, which is never behind what Inngest remembers: a row is written before its
step answers. The last node's step ends the run, so the history knows it at once.

A node that fails for good is a step that failed, and the function goes on: nodes in flight finish. It fails when they are
done (docs/decisions/0007).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any, cast

import inngest

from voicegraph import clock
from voicegraph.engines.inngest.event_names import (
    CANCEL_EVENT,
    CANCELLED,
    EXECUTE,
    REQUEST_EVENT,
    event_name,
    function_id,
)
from voicegraph.engines.inngest.item_decisions import lanes
from voicegraph.engines.inngest.item_steps import ItemSteps
from voicegraph.engines.inngest.requested_runs import NO_RUN, is_id, is_rerun, refused, rerun, start_asked
from voicegraph.engines.inngest.run_limit import wait_for_room
from voicegraph.engines.inngest.step_answers import Later, Memo
from voicegraph.engines.inngest.step_decisions import StepDecisions
from voicegraph.engines.inngest.step_display import come_again, moment, step_name, steps_of
from voicegraph.engines.inngest.steps import NodeSteps, decide
from voicegraph.errors import NodeError, NotFound, Unreadable, VoiceGraphError
from voicegraph.graph.model import Node, NodeId, RunId
from voicegraph.graph.order import topological_order
from voicegraph.run.events import StoredRun
from voicegraph.run.ports import RunLedger, RunStore, Starter
from voicegraph.run.run_limits import deadline_of
from voicegraph.run.state import RunStatus
from voicegraph.run.unreadable import close_unread, unreadable

log = logging.getLogger(__name__)

FAILED_EVENT = "inngest/function.failed"
CANCELLED_EVENT = "inngest/function.cancelled"

MAX_RETRIES = 20
"""Inngest's maximum. It is the same for every run, so each node's own policy is kept by its step."""
PAUSE_SECONDS = 2.0
"""Before a call is repeated that our own database did not take."""


Branch = Callable[[], Awaitable[object]]


class Functions:
    """The functions that VoiceGraph serves to Inngest."""

    def __init__(self, steps: NodeSteps, items: ItemSteps, store: RunStore, ledger: RunLedger) -> None:
        self._steps = steps
        self._items = items
        self._store = store
        self._ledger = ledger
        self.starter: Starter | None = None

    def of(self, client: inngest.Inngest) -> list[inngest.Function[Any]]:
        """The functions, as the client's app."""
        app = client.app_id
        execute = client.create_function(
            fn_id=EXECUTE,
            name="Execute VoiceGraph Workflow",
            trigger=inngest.TriggerEvent(event=event_name(REQUEST_EVENT, app)),
            cancel=[inngest.Cancel(event=event_name(CANCEL_EVENT, app), if_exp="event.data.runId == async.data.runId")],
            retries=MAX_RETRIES,
            on_failure=self._on_failure,
        )(self._execute)
        cancelled = client.create_function(
            fn_id=CANCELLED,
            name="Close a workflow that was cancelled in Inngest",
            trigger=inngest.TriggerEvent(
                event=CANCELLED_EVENT, expression=f"event.data.function_id == '{function_id(app)}'"
            ),
            retries=MAX_RETRIES,
        )(self._on_cancelled)
        return [execute, cancelled]

    # -- the run

    async def _execute(self, ctx: inngest.Context) -> dict[str, str]:
        if not isinstance(named := ctx.event.data.get("runId"), str):
            return await self._ask(ctx, "start", partial(start_asked, ctx))
        if not is_id(named):
            raise refused(NO_RUN)
        run_id = RunId(named)
        stored = await self._guarded(partial(self._store.load, run_id))
        if is_rerun(ctx, stored):
            return await self._ask(ctx, "replay", partial(rerun, ctx, stored))
        if stored.status is RunStatus.CANCELLED:
            return {"status": "cancelled"}
        await wait_for_room(ctx, stored, partial(self._admit, run_id, ctx.run_id))
        await self._nodes(ctx, stored)
        if not stored.status.terminal:
            await ctx.step.run("close", self._close, run_id, "Inngest ended the run before its nodes were done.")
        if stored.status is RunStatus.FAILED:
            raise inngest.NonRetriableError(f"Workflow run {run_id} failed; its history says why.", quiet=True)
        return {"status": "completed"}

    async def _ask(self, ctx: inngest.Context, name: str, start: Callable[[Starter], Awaitable[str]]) -> dict[str, str]:
        """A run of its own, with a function run of its own; this one says which."""
        if self.starter is None:
            raise inngest.NonRetriableError("This process starts no runs.", quiet=True)
        work = partial(start, self.starter)
        return {"status": "started", "runId": await ctx.step.run(name, partial(self._guarded, work))}

    async def _nodes(self, ctx: inngest.Context, stored: StoredRun) -> None:
        """The steps there are by now. Those that may go on side by side are one race, which costs a call more each.

        A single open node needs none: it runs in the call that finds it. Of what is done, only a step whose answer was
        lost is called for again.
        """
        look = StepDecisions(stored)
        nodes = [node_id for node_id in topological_order(stored.run.workflow) if look.starts_a_step(node_id)]
        is_open = [node_id for node_id in nodes if look.is_open(node_id)]
        last = is_open[0] if len(is_open) == 1 and not stored.run.workflow.node(is_open[0]).each else None
        limited = stored.run.workflow.timeout is not None and not stored.status.terminal
        alone = None if limited else last
        branches = [branch for node_id in nodes if node_id != alone for branch in self._branches(ctx, stored, node_id)]
        if limited:
            branches.append(partial(self._keep_deadline, ctx, stored))
        await ctx.group.parallel(tuple(branches), parallel_mode=inngest.ParallelMode.RACE)
        if alone is not None:
            for branch in self._branches(ctx, stored, alone):
                await branch()

    def _branches(self, ctx: inngest.Context, stored: StoredRun, node_id: NodeId) -> Iterator[Branch]:
        """A node's step; of a node with `each` also those of its items, in lanes, once they are counted.

        They stay when the node is done: Inngest may still repeat a call for one, and gives the run up that has no such step.
        """
        run_id = stored.run.run_id
        node = stored.run.workflow.node(node_id)
        run = partial(self._items.open if node.each else self._steps.run, run_id, node_id, ctx.run_id)
        yield partial(steps_of, ctx, step_name(ctx, node), node, partial(self._step, ctx, run))
        row = stored.nodes.get(node_id)
        if node.each and row is not None and row.items:
            for lane in lanes(stored.run.workflow, node, row.items.total):
                yield partial(self._lane, ctx, run_id, node, lane)

    async def _lane(self, ctx: inngest.Context, run_id: RunId, node: Node, lane: list[list[int]]) -> None:
        """Items one after the other, a step each. It ends early when the node starts no more of them."""
        for items in lane:
            which = f":item-{items[0]}" if len(items) == 1 else f":items-{items[0]}-{items[-1]}"
            run = partial(self._items.run, run_id, node.id, items, ctx.run_id)
            memo = await steps_of(ctx, step_name(ctx, node, which), node, partial(self._step, ctx, run))
            if memo["status"] == "skipped":
                return

    async def _step(self, ctx: inngest.Context, run: Callable[[], Awaitable[Later | Memo]]) -> Memo:
        answer = await self._guarded(run)
        if not isinstance(answer, Later):
            return answer
        if ctx.attempt >= MAX_RETRIES:
            return Memo(status="retrying", until=answer.due)  # Inngest gives a step no more tries: go on in a new one
        raise come_again(answer.due)

    async def _keep_deadline(self, ctx: inngest.Context, stored: StoredRun) -> None:
        """The workflow's time limit: a sleep beside the nodes. Whatever ends the run ends it, too."""
        workflow = stored.run.workflow
        at = deadline_of(workflow, stored.started_at or clock.now())  # Inngest keeps the first answer
        turn = 0
        while at is not None:
            turn += 1
            await ctx.step.sleep_until(f"time-limit-{turn}", moment(at))
            memo = await ctx.step.run(f"time-limit-{turn}:look", self._expire, stored.run.run_id)
            at = memo.get("until")

    async def _expire(self, run_id: RunId) -> Memo:
        at = await self._guarded(partial(decide, self._ledger, run_id, StepDecisions.expire))
        return Memo(status="over") if at is None else Memo(status="running", until=at)

    async def _admit(self, run_id: RunId, engine_run_id: str, workflow_id: str, limit: int) -> bool:
        return await self._guarded(partial(self._store.admit, run_id, workflow_id, limit, engine_run_id))

    async def _guarded(self, work: Callable[[], Awaitable[Any]]) -> Any:
        """What goes wrong on our side is tried again; its words stay in our log and out of Inngest's."""
        try:
            return await work()
        except inngest.NonRetriableError:
            raise
        except NotFound:
            raise inngest.NonRetriableError("The run is not in the history any more.", quiet=True) from None
        except Unreadable:
            raise inngest.NonRetriableError("The run cannot be read from the history.", quiet=True) from None
        except Exception as error:
            log.exception("A step for Inngest could not be done; Inngest will try again")
            code = error.code if isinstance(error, VoiceGraphError) else type(error).__name__
            raise inngest.RetryAfterError(
                f"VoiceGraph could not do this now ({code}).", moment(clock.now() + PAUSE_SECONDS), quiet=True
            ) from None

    # -- when Inngest ends it

    async def _on_failure(self, ctx: inngest.Context) -> None:
        await self._close_original(ctx, "Inngest gave the run up: a step could not be delivered. See the server's log.")

    async def _on_cancelled(self, ctx: inngest.Context) -> None:
        await self._close_original(ctx, None)

    async def _close_original(self, ctx: inngest.Context, reason: str | None) -> None:
        original = cast("dict[str, Any]", ctx.event.data.get("event") or {})
        run_id: object = cast("dict[str, Any]", original.get("data") or {}).get("runId")
        if is_id(run_id):
            await ctx.step.run("close", self._close, RunId(run_id), reason, str(ctx.event.data.get("run_id")))

    async def _close(self, run_id: RunId, reason: str | None, ended: str | None = None) -> str:
        """End the run in our history if it is not over: failed with the reason, or cancelled without one.

        `ended` is the function run that Inngest gave up; another one may go on with the run since.
        """

        def close(look: StepDecisions) -> str:
            if ended is not None and look.stored.engine_run_id not in (None, ended):
                return "goes on"
            if reason is None:
                look.cancel()
            else:
                look.close(NodeError("engine_gave_up", reason))
            return "closed"

        async def close_anyhow() -> str:
            try:
                return await decide(self._ledger, run_id, close)
            except Unreadable as error:
                await self.close_unreadable(run_id, error)
                return "closed"

        return await self._guarded(close_anyhow)

    async def close_unreadable(self, run_id: RunId, error: Unreadable, *, frees: bool = False) -> None:
        """Fail a run that cannot be read."""
        await close_unread(self._store, self._ledger, run_id, unreadable(error), frees=frees)
