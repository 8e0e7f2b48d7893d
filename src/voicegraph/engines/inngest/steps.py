"""Run a node as a step: claim it, run it, write what became of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Literal, TypeVar

from voicegraph import clock
from voicegraph.engines.inngest.event_names import wake_message
from voicegraph.engines.inngest.running_attempts import Attempts
from voicegraph.engines.inngest.start_permits import StartPermits
from voicegraph.engines.inngest.step_answers import Claim, Later, Memo
from voicegraph.engines.inngest.step_decisions import CLAIM_SECONDS, StepDecisions
from voicegraph.errors import NodeError, NotFound, Unreadable
from voicegraph.fair_slots import work_for
from voicegraph.graph.model import Node, NodeId, RunId
from voicegraph.nodes.output import Result
from voicegraph.run.answers import Answer
from voicegraph.run.attempt import Attempt, NodeRunner
from voicegraph.run.events import Entry, RunEvent, StoredRun
from voicegraph.run.grace_period import GracePeriod
from voicegraph.run.ports import RunLedger
from voicegraph.run.refused_entries import refusal
from voicegraph.run.retry import RetryPolicy, policy_for

log = logging.getLogger(__name__)
T = TypeVar("T")
Key = tuple[RunId, NodeId]


class NodeSteps:
    """Nodes that run in this process for Inngest."""

    def __init__(self, runner: NodeRunner, ledger: RunLedger, retry_base: float, trials: StartPermits) -> None:
        self._runner = runner
        self._ledger = ledger
        self._retry_base = retry_base
        self._trials = trials
        self._running: dict[Key, asyncio.Task[Later | Memo]] = {}
        self._attempts = Attempts()

    async def run(self, run_id: RunId, node_id: NodeId, engine_run_id: str) -> Later | Memo:
        """Run the node if it is to be run. A second call while it runs here waits for the outcome of the first.

        In a process that was told to stop nothing starts any more: `Trials.turned_away`.
        StorageError when the database does not take the claim; nothing was started then.
        """
        key = (run_id, node_id)
        if (task := self._running.get(key)) is None:
            if away := self._trials.turned_away():
                return away
            task = self._running[key] = asyncio.create_task(self._run(run_id, node_id, engine_run_id))
            task.add_done_callback(lambda _: self._forget(key))
        return await asyncio.shield(task)

    async def answer(self, run_id: RunId, node_id: NodeId, answer: Answer) -> None:
        """Write an answer to a node that waits, and the message that wakes the function."""

        def take(look: StepDecisions) -> None:
            look.answer(node_id, answer, self._policy)
            look.entry.send = wake_message(node_id)

        await self._decide(run_id, take, lands=False)

    def halt(self, run_id: RunId) -> None:
        """The run is over: stop its nodes."""
        self._attempts.halt(run_id)

    def told_to_stop(self) -> None:
        """From now on nothing starts, and claims are renewed as of a process that ends as planned."""
        self._trials.stopping.set()

    async def drain(self, patience: GracePeriod, others: Iterable[asyncio.Task[Later | Memo]] = ()) -> None:
        """Let nodes in flight, and `others`, finish while `patience` lasts, then hand the rest over."""
        self.told_to_stop()
        tasks = [*self._running.values(), *others]
        try:
            await patience.wait(tasks)
        finally:
            for task in tasks:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, key: Key) -> None:
        self._running.pop(key)
        self._trials.end(key)

    async def _run(self, run_id: RunId, node_id: NodeId, engine_run_id: str) -> Later | Memo:
        def begin(look: StepDecisions) -> tuple[StepDecisions, Claim | Later | Memo]:
            policy = self._policy(look.stored.run.workflow.node(node_id))
            begun = look.begin(node_id, engine_run_id, self._trials.turn_at, policy)
            self._trials.note((run_id, node_id), begun)
            return look, begun

        look, claim = await self._decide(run_id, begin, lands=False)
        if not isinstance(claim, Claim):
            return claim
        policy = self._policy(look.stored.run.workflow.node(node_id))
        keeping = asyncio.create_task(self._keep(run_id, node_id, claim, asyncio.current_task()))
        try:
            result = await self._attempts.run(run_id, self._attempt(look, node_id, claim))
        except asyncio.CancelledError:
            await self._decide(run_id, lambda look: look.release(node_id, claim), lands=False)
            return Later(clock.now())
        finally:
            keeping.cancel()
        try:
            return await self._decide(run_id, lambda look: look.end(node_id, claim, result, policy))
        except (NotFound, Unreadable):
            raise
        except Exception as error:
            log.exception("Run %s: node %s could not be recorded", run_id, node_id)
            refused = refusal(error)
            return await self._decide(run_id, lambda look: look.end(node_id, claim, refused, policy))

    def _policy(self, node: Node) -> RetryPolicy:
        return policy_for(node, self._runner.registry.find(node.type, node.action), self._retry_base)

    async def _attempt(self, look: StepDecisions, node_id: NodeId, claim: Claim) -> Result | NodeError:
        run = look.stored.run
        work_for(run.run_id)
        node = run.workflow.node(node_id)

        def emit(kind: Literal["log", "progress"], message: str) -> None:
            event = RunEvent(kind, clock.now(), message, node_id, claim.attempt)
            self._ledger.record(Entry(run.run_id, events=[event]))

        inputs, ancestors = look.around.inputs(node_id), look.around.ancestors(node)
        try:
            return await self._runner.run(Attempt(run, node, claim.attempt, inputs, ancestors, emit))
        except NodeError as error:
            return error

    async def _keep(
        self, run_id: RunId, node_id: NodeId, claim: Claim, task: asyncio.Task[Later | Memo] | None
    ) -> None:
        """Renew the claim while the node runs; stop it when the run was cancelled elsewhere."""
        while True:
            await self._trials.pause(CLAIM_SECONDS / 3)
            if (
                not await self._decide(
                    run_id, lambda look: look.renew(node_id, claim, stopping=self._trials.stopping.is_set())
                )
                and task
            ):
                task.cancel()
                return

    async def _decide(self, run_id: RunId, decision: Callable[[StepDecisions], T], *, lands: bool = True) -> T:
        return await decide(self._ledger, run_id, decision, lands=lands)


async def decide(
    ledger: RunLedger, run_id: RunId, decision: Callable[[StepDecisions], T], *, lands: bool = True, frees: bool = False
) -> T:
    """Look at a run and write what the decision leads to. NotFound, StorageError as `RunLedger.decide`."""

    def work(stored: StoredRun) -> tuple[Entry, T]:
        look = StepDecisions(stored)
        result = decision(look)
        return look.entry, result

    return await ledger.decide(run_id, work, lands=lands, frees=frees)
