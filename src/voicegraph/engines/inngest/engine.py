"""Background runs on Inngest: stored here, sent there, executed by whichever process Inngest calls."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping

from voicegraph.engines.inngest.connect_worker import serve_connected
from voicegraph.engines.inngest.event_names import CANCEL_EVENT, REQUEST_EVENT
from voicegraph.engines.inngest.forgotten_runs import ForgottenRuns
from voicegraph.engines.inngest.function import Functions
from voicegraph.engines.inngest.http_handler import HttpHandler
from voicegraph.engines.inngest.inngest_client import close_client, make_client
from voicegraph.engines.inngest.item_steps import ItemSteps
from voicegraph.engines.inngest.sender import Sender
from voicegraph.engines.inngest.start_permits import StartPermits
from voicegraph.engines.inngest.step_decisions import StepDecisions
from voicegraph.engines.inngest.steps import NodeSteps, decide
from voicegraph.errors import Unreadable
from voicegraph.graph.model import NodeId, RunId
from voicegraph.rounds import Rounds
from voicegraph.run.acceptance import accepted
from voicegraph.run.answers import Answer
from voicegraph.run.attempt import NodeRunner
from voicegraph.run.engine_choice import inngest_setup
from voicegraph.run.events import EngineName, Entry, NewRun
from voicegraph.run.grace_period import GracePeriod
from voicegraph.run.ports import Call, Reply, RunLedger, Starter
from voicegraph.run.queue import Place
from voicegraph.run.unreadable import not_answered
from voicegraph.settings import Settings
from voicegraph.store.core.backlog_limit import Backlog
from voicegraph.store.core.event_feed import EventFeed
from voicegraph.store.notices.outbox import Outbox
from voicegraph.store.runs.stored_runs import StoredRuns

log = logging.getLogger(__name__)


class InngestEngine:
    """See `run.ports.Engine` and `run.ports.Callee`. ConfigError when keys are missing or wrong."""

    name: EngineName = "inngest"

    def __init__(
        self,
        runner: NodeRunner,
        ledger: RunLedger,
        store: StoredRuns,
        outbox: Outbox,
        feed: EventFeed,
        settings: Settings,
        backlog: Backlog,
    ) -> None:
        self.setup = inngest_setup(settings)
        self.client = make_client(self.setup)
        trials = StartPermits()
        self.steps = NodeSteps(runner, ledger, settings.retry_base_seconds, trials)
        self.items = ItemSteps(runner, ledger, store, settings.retry_base_seconds, trials)
        self._served = Functions(self.steps, self.items, store, ledger)
        self.functions = self._served.of(self.client)
        self._host = HttpHandler(self.setup, self.client, self.functions)
        self._watch = ForgottenRuns(store, ledger, outbox, self._served.close_unreadable)
        self._sender = Sender(
            self.client, outbox, ledger, settings.retry_base_seconds, self._watch.still_stuck, self._register_again
        )
        self.rounds: list[Rounds] = [self._watch.rounds, self._sender.rounds]
        self._is_worker = False
        self._ledger = ledger
        self._backlog = backlog
        self._patience = GracePeriod(settings.drain_seconds)
        feed.listen(self._stop_what_is_over)

    def starts_with(self, starter: Starter) -> None:
        """See `run.ports.Callee`."""
        self._served.starter = starter

    async def open(self) -> None:
        """Send what is waiting. Runs that are under way are Inngest's to go on with; what it forgets is sent again."""
        self._sender.open()
        self._watch.rounds.open()

    async def start(self, run: NewRun) -> None:
        """Accept a run: on return it is on disk, with the message that starts it."""
        await self._ledger.record(self.accepting(run))
        self._sender.poke()

    def accepting(self, run: NewRun) -> Entry:
        """The run with the message that starts it. How many wait is counted where it is written."""
        self._backlog.require_room()
        return accepted(run, send=REQUEST_EVENT)

    def accepted(self, run_id: RunId) -> None:
        """Its message waits in the outbox."""
        self._sender.poke()

    def places(self, ids: Iterable[str]) -> Mapping[str, Place]:
        """The line is Inngest's."""
        return {}

    async def cancel(self, run_id: RunId, reason: str = "") -> bool:
        """Cancelled here at once; Inngest is told."""

        def cancel(look: StepDecisions) -> bool:
            if cancelled := look.cancel(reason):
                look.entry.send = CANCEL_EVENT
            return cancelled

        try:
            cancelled = await decide(self._ledger, run_id, cancel, frees=True)
        except Unreadable as error:
            await self._served.close_unreadable(run_id, error, frees=True)
            cancelled = True
        self._sender.poke()
        return cancelled

    async def take_answer(self, run_id: RunId, node_id: NodeId, answer: Answer) -> None:
        """Decided in our rows, whichever process is asked; Inngest is only woken."""
        try:
            await self.steps.answer(run_id, node_id, answer)
        except Unreadable as error:
            await self._served.close_unreadable(run_id, error, frees=True)
            raise not_answered(error) from error
        self._sender.poke()

    def told_to_stop(self) -> None:
        """See `run.ports.DurableEngine`."""
        self.steps.told_to_stop()

    async def close(self) -> None:
        """Nodes in flight get the drain time; what does not finish is started elsewhere."""
        await self._watch.rounds.close()
        await self._drain()
        await self._sender.close()
        await close_client(self.client)

    def hurry(self) -> None:
        """See `run.ports.Engine`."""
        self._patience.end()

    @property
    def dashboard_url(self) -> str:
        """The dashboard."""
        return self.setup.dashboard_url

    def run_url(self, engine_run_id: str) -> str:
        """The run in the dashboard, by Inngest's id."""
        return self.setup.run_url.replace("{run}", engine_run_id)

    async def answer(self, call: Call) -> Reply:
        """A call of Inngest's."""
        return await self._host.answer(call)

    async def serve_connected(self, stopped: asyncio.Event) -> None:
        """Take steps over a connection that we open."""
        self._is_worker = True
        await serve_connected(self.setup, self.client, self.functions, stopped, self._drain)

    async def _register_again(self) -> None:
        if not self._is_worker:  # nobody can call a worker
            await self._host.register_again()

    async def _drain(self) -> None:
        await self.steps.drain(self._patience, self.items.tasks)

    def _stop_what_is_over(self, entry: Entry) -> None:
        """A run that is over, here or elsewhere, stops the nodes that run here: cancelled, or out of time."""
        if entry.change and entry.change.status.terminal:
            self.steps.halt(entry.run_id)
            self.items.halt(entry.run_id)
