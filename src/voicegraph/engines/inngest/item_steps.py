"""Run items of a node with `each` as steps: claim one, run it, write what became of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

from pydantic import JsonValue

from voicegraph import clock
from voicegraph.engines.inngest.item_decisions import ItemDecisions
from voicegraph.engines.inngest.running_attempts import Attempts
from voicegraph.engines.inngest.start_permits import StartPermits
from voicegraph.engines.inngest.step_answers import Claim, Later, Memo
from voicegraph.engines.inngest.step_decisions import CLAIM_SECONDS
from voicegraph.errors import NodeError, NotFound, Unreadable
from voicegraph.fair_slots import work_for
from voicegraph.graph.model import NodeId, RunId
from voicegraph.nodes.data.large_json import beside
from voicegraph.nodes.output import Output
from voicegraph.run.attempt import Attempt, NodeRunner
from voicegraph.run.earlier_items import EarlierRuns, same_items
from voicegraph.run.events import Entry, ItemRun, RunEvent, StoredRun
from voicegraph.run.item_driver import WAITS
from voicegraph.run.items import seen_by
from voicegraph.run.ports import RunLedger
from voicegraph.run.refused_entries import refusal
from voicegraph.run.retry import policy_for

log = logging.getLogger(__name__)
T = TypeVar("T")
Key = tuple[RunId, NodeId, int]


class ItemSteps:
    """Items that run in this process for Inngest."""

    def __init__(
        self, runner: NodeRunner, ledger: RunLedger, earlier: EarlierRuns, retry_base: float, trials: StartPermits
    ) -> None:
        self._runner = runner
        self._ledger = ledger
        self._earlier = earlier
        self._retry_base = retry_base
        self._trials = trials
        self._running: dict[Key, asyncio.Task[Later | Memo]] = {}
        self._attempts = Attempts()

    async def open(self, run_id: RunId, node_id: NodeId, engine_run_id: str) -> Later | Memo:
        """Start the node and count its items, once its pin is read, and those that an earlier run has done."""
        if away := self._trials.turned_away():
            return away

        def begin(look: ItemDecisions) -> ItemDecisions | Memo:
            return look if look.needs_more else look.open(engine_run_id)

        begun = await self._decide(run_id, node_id, begin, lands=False)
        if not isinstance(begun, ItemDecisions):
            return begun
        pinned = await self._runner.pinned(begun.stored.run, begun.node)
        same = {} if pinned else await self._same_items(begun)
        return await self._decide(run_id, node_id, lambda look: look.open(engine_run_id, pinned, same), lands=False)

    async def _same_items(self, look: ItemDecisions) -> dict[int, ItemRun]:
        run, node = look.stored.run, look.node
        work_for(run.run_id)
        if not run.from_failure:
            return {}
        try:
            items = await beside(False, look.values)
        except NodeError:
            return {}  # the node fails with it when it is opened
        inputs, ancestors = look.around.inputs(node.id), look.around.ancestors(node)
        return await same_items(run, node, items, inputs, ancestors, self._runner, self._earlier)

    async def run(self, run_id: RunId, node_id: NodeId, items: Sequence[int], engine_run_id: str) -> Later | Memo:
        """Run these items, one after the other; those that are done, or wait for their next try, are passed over."""
        later: Later | None = None
        memo = Memo(status="completed")
        for item in items:
            answer = await self._once(run_id, node_id, item, engine_run_id)
            if isinstance(answer, Later):
                later = answer if later is None or answer.due < later.due else later
            elif answer["status"] == "skipped":
                return answer
            elif len(items) == 1 or "error" not in answer:
                memo = answer  # a step of several items has no failure of its own
        return later or memo

    def halt(self, run_id: RunId) -> None:
        """The run is over: stop its items."""
        self._attempts.halt(run_id)

    @property
    def tasks(self) -> list[asyncio.Task[Later | Memo]]:
        """What is in flight."""
        return [*self._running.values()]

    async def _once(self, run_id: RunId, node_id: NodeId, item: int, engine_run_id: str) -> Later | Memo:
        """A second call while the item runs here waits for the outcome of the first."""
        key = (run_id, node_id, item)
        if (task := self._running.get(key)) is None:
            if away := self._trials.turned_away():
                return away
            task = self._running[key] = asyncio.create_task(self._run(run_id, node_id, item, engine_run_id))
            task.add_done_callback(lambda _: self._forget(key))
        return await asyncio.shield(task)

    def _forget(self, key: Key) -> None:
        self._running.pop(key)
        self._trials.end(key)

    async def _run(self, run_id: RunId, node_id: NodeId, item: int, engine_run_id: str) -> Later | Memo:
        def begin(look: ItemDecisions) -> tuple[ItemDecisions, Claim | Later | Memo]:
            begun = look.claim(item, engine_run_id, self._trials.turn_at)
            self._trials.note((run_id, node_id, item), begun)
            return look, begun

        look, claim = await self._decide(run_id, node_id, begin, lands=False)
        if not isinstance(claim, Claim):
            return claim
        node = look.node
        policy = policy_for(node, self._runner.registry.find(node.type, node.action), self._retry_base)
        keeping = asyncio.create_task(self._keep(run_id, node_id, item, claim, asyncio.current_task()))
        try:
            result, digest = await self._attempts.run(run_id, self._attempt(look, item, claim))
        except asyncio.CancelledError:
            await self._decide(run_id, node_id, lambda look: look.release_item(item, claim), lands=False)
            return Later(clock.now())
        finally:
            keeping.cancel()
        try:
            return await self._decide(run_id, node_id, lambda look: look.end_item(item, claim, result, policy, digest))
        except (NotFound, Unreadable):
            raise
        except Exception as error:
            log.exception("Run %s: item %d of node %s could not be recorded", run_id, item, node_id)
            refused = refusal(error)
            return await self._decide(run_id, node_id, lambda look: look.end_item(item, claim, refused, policy))

    async def _attempt(self, look: ItemDecisions, item: int, claim: Claim) -> tuple[Output | NodeError, str | None]:
        """What it gives, and the digest of what that depends on."""
        run, node = look.stored.run, look.node
        work_for(run.run_id)

        def emit(kind: Literal["log", "progress"], message: str) -> None:
            data: dict[str, JsonValue] = {"item": item}
            event = RunEvent(kind, clock.now(), message, node.id, claim.attempt, data=data)
            self._ledger.record(Entry(run.run_id, events=[event]))

        inputs, ancestors = look.around.inputs(node.id), look.around.ancestors(node)
        digest: str | None = None
        try:
            one = look.values()[item]
            attempt = Attempt(run, node, claim.attempt, seen_by(one, inputs), ancestors, emit, one.value, item)
            digest = await self._runner.digest(attempt)
            result = await self._runner.run(attempt)
        except NodeError as error:
            return error, digest
        return result if isinstance(result, Output) else WAITS, digest

    async def _keep(
        self, run_id: RunId, node_id: NodeId, item: int, claim: Claim, task: asyncio.Task[Later | Memo] | None
    ) -> None:
        """Renew the claim while the item runs; stop it when the run was cancelled elsewhere."""
        while True:
            await self._trials.pause(CLAIM_SECONDS / 3)
            if (
                not await self._decide(
                    run_id, node_id, lambda look: look.renew_item(item, claim, stopping=self._trials.stopping.is_set())
                )
                and task
            ):
                task.cancel()
                return

    async def _decide(
        self, run_id: RunId, node_id: NodeId, decision: Callable[[ItemDecisions], T], *, lands: bool = True
    ) -> T:
        def work(stored: StoredRun) -> tuple[Entry, T]:
            look = ItemDecisions(stored, node_id)
            result = decision(look)
            return look.entry, result

        return await self._ledger.decide(run_id, work, lands=lands)
