"""The composition root: the only place that names concrete adapters and puts VoiceGraph together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

import httpx

from voicegraph.db.lock import OwnerLock
from voicegraph.db.opening import Database, opened
from voicegraph.db.presence import Presence
from voicegraph.engines.embedded_engine import EmbeddedEngine
from voicegraph.engines.live_engine import LiveEngine
from voicegraph.nodes.builtin import builtin_registry, warm_up
from voicegraph.nodes.http.guarded_client import guarded_client
from voicegraph.nodes.models.models import choose
from voicegraph.nodes.params.node_problems import require_types
from voicegraph.nodes.registry import Registry
from voicegraph.notify.notifier import Notifier
from voicegraph.pipeline import Pipeline
from voicegraph.plan.planner import OwnWorkflows, Planner, none_saved
from voicegraph.plan.planner_choice import Planners, planner_kind
from voicegraph.plan.rules import RulesPlanner
from voicegraph.plan.rules_first import SureFirst
from voicegraph.rounds import Rounds
from voicegraph.run.attempt import NodeRunner
from voicegraph.run.children import Children
from voicegraph.run.engine_choice import background_engine
from voicegraph.run.engine_promise import EnginePromise
from voicegraph.run.events import EngineName
from voicegraph.run.queue import Slots
from voicegraph.settings import Settings
from voicegraph.speech.embedded_transcriber import EmbeddedTranscriber
from voicegraph.speech.transcriber import Transcriber
from voicegraph.speech.transcriber_choice import Endpoint, endpoint, transcriber_kind
from voicegraph.store.core.backlog_limit import Backlog
from voicegraph.store.core.event_feed import EventFeed
from voicegraph.store.core.journal import Journal
from voicegraph.store.core.reader import Reader
from voicegraph.store.files.stored_files import StoredFiles
from voicegraph.store.notices.notices import Notices
from voicegraph.store.notices.outbox import Outbox
from voicegraph.store.processes.process_ends import ProcessRecord
from voicegraph.store.processes.shared_database import OtherProcesses, SharedDatabase, SharedRuns
from voicegraph.store.runs.failed_runs import FollowUps
from voicegraph.store.runs.parents import StoredParents
from voicegraph.store.runs.stored_runs import StoredRuns
from voicegraph.store.triggers.due_slots import Schedules
from voicegraph.store.triggers.webhook_rows import Webhooks
from voicegraph.store.upkeep.retention import Upkeep
from voicegraph.store.views.queries import RunQueries
from voicegraph.store.workflows.saved_workflows import SavedWorkflows
from voicegraph.triggers import Triggers
from voicegraph.triggers.error_workflows import ErrorWorkflows
from voicegraph.triggers.scheduler import Scheduler
from voicegraph.triggers.schedules import ScheduleService
from voicegraph.triggers.webhooks import WebhookService

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Runtime:
    """A running VoiceGraph. `drain` ends the runs in good order; what is left is closed by `running`."""

    journal: Journal
    pipeline: Pipeline
    triggers: Triggers
    error_workflows: ErrorWorkflows
    children: Children
    notifier: Notifier
    upkeep: Upkeep
    hears: Sequence[Rounds]
    lost: asyncio.Event
    """Another process has taken the database, and this one has to end."""

    @property
    def rounds(self) -> list[Rounds]:
        """What works by itself."""
        own = (self.upkeep, self.notifier, self.triggers.keeper, self.error_workflows, self.children)
        return [*self.hears, *(one.rounds for one in own), *self.pipeline.live.rounds, *self.pipeline.background.rounds]

    async def open(self, *, background: bool) -> None:
        """Take up what was left, then start what works by itself; without `background`, for what runs live alone."""
        if not background:
            self.children.open(None)
            return
        await self.pipeline.background.open()
        await self.pipeline.live.open()
        self.upkeep.open()
        self.error_workflows.open()
        self.triggers.keeper.open()
        self.children.open(self.pipeline.background.name)
        await self.notifier.open()

    async def close(self) -> None:
        """End what only looks after runs; what it did not get to waits in the database."""
        await self.notifier.close()
        await self.upkeep.close()

    def told_to_stop(self) -> None:
        """The first word of a planned stop, before anything ends."""
        self.pipeline.background.told_to_stop()
        self.journal.told_to_stop()

    async def drain(self) -> None:
        """Nothing starts by itself, watchers go, nodes in flight finish. Safe to call twice.

        Cancelled, it waits for no node any more; those in flight are left to the next process.
        """
        self.told_to_stop()
        ending = asyncio.create_task(self._end_runs())
        cancelled: asyncio.CancelledError | None = None
        while not ending.done():
            try:
                await asyncio.wait({ending})
            except asyncio.CancelledError as error:
                cancelled = error
                self.hurry()
        ending.result()
        if cancelled:
            raise cancelled

    def hurry(self) -> None:
        """Nobody wants to wait: `drain`, at work or to come, waits for no node in flight."""
        self.pipeline.live.hurry()
        self.pipeline.background.hurry()

    async def _end_runs(self) -> None:
        try:
            await self.triggers.keeper.close()
            await self.error_workflows.close()
            self.pipeline.feed.close()
            await self.children.close()
        finally:  # one drain time for both
            await asyncio.gather(self.pipeline.live.close(), self.pipeline.background.close())


@asynccontextmanager
async def running(settings: Settings, *, background: bool = True) -> AsyncGenerator[Runtime]:
    """Open the database, take up what was left, and end it all in good order, whatever the reason for the end.

    Without `background` the lock on the database is not taken: a command-line run beside a server.
    ConfigError when a setting is wrong or another process owns the database.
    """
    chosen = background_engine(settings)
    registry = make_registry(settings)
    with opened(settings, serves=background) as engine:
        async with _running_on(engine, settings, chosen, registry, background=background) as runtime:
            yield runtime


@asynccontextmanager
async def _running_on(
    engine: Database, settings: Settings, chosen: EngineName, registry: Registry, *, background: bool
) -> AsyncGenerator[Runtime]:
    backlog = Backlog("inngest", settings.max_queued_runs)
    shared = SharedDatabase(engine, backlog) if chosen == "inngest" else None
    feed = shared.feed if shared else EventFeed()
    journal = shared.journal if shared else Journal(engine, feed)
    reader = Reader(engine)
    store = (SharedRuns if shared else StoredRuns)(reader, journal)
    files = StoredFiles(settings.data_dir / "files", reader, journal)
    upkeep = Upkeep(engine, reader, journal, settings)
    http = guarded_client(settings)
    runner = NodeRunner(registry, settings, http, files)
    slots, lost = Slots(), asyncio.Event()
    if shared:
        from voicegraph.engines.inngest.engine import InngestEngine

        durable = callee = InngestEngine(runner, journal, store, Outbox(reader, journal), feed, settings, backlog)
    else:
        durable, callee = (
            make_embedded(OwnerLock(engine, settings.data_dir), runner, journal, store, settings, slots, lost),
            None,
        )
    pipeline = Pipeline(
        settings=settings,
        registry=registry,
        planners=make_planners(settings, registry, (workflows := SavedWorkflows(reader, journal)).last_changed),
        live=make_live(runner, journal, store, settings, slots, shared, beside=not background),
        background=durable,
        queries=RunQueries(reader),
        feed=feed,
        workflows=workflows,
        files=files,
        callee=callee,
        upkeep=upkeep,
        transcriber=make_transcriber(settings),
    )
    triggers = make_triggers(pipeline, Schedules(reader, journal), Webhooks(reader, journal))
    children = Children(
        [pipeline.live, durable],
        StoredParents(reader, store),
        partial(pipeline.require_runnable, handed=True),
        shared=shared is not None,
    )
    feed.listen(children.notice)
    notifier = Notifier(Notices(reader, journal), feed, settings, http)
    runtime = Runtime(
        journal, pipeline, triggers, ErrorWorkflows(pipeline, FollowUps(reader, journal)), children, notifier, upkeep,
        shared.rounds if shared else (), lost,
    )  # fmt: skip
    try:
        journal.open()
        try:
            if shared:
                await shared.open()
            await runtime.open(background=background)
            if background:
                warming = asyncio.create_task(asyncio.to_thread(warm_up))
                warming.add_done_callback(_note_failure)
            yield runtime
        finally:  # before the journal closes: nothing may be at work then
            await runtime.drain()
    finally:
        await pipeline.hang_up()
        if shared:
            await shared.close()
        await runtime.close()
        await journal.close()
        await http.aclose()
        await reader.close()


def _note_failure(warming: asyncio.Task[None]) -> None:
    """A library that cannot be imported will say so to the run that needs it; the server runs all the same."""
    if not warming.cancelled() and (error := warming.exception()):
        log.warning("Warming up failed: %s", error)


def make_registry(settings: Settings) -> Registry:
    """What nodes can do. ConfigError when a setting names a type that there is not."""
    registry = builtin_registry()
    require_types(settings.connection_limits, registry, "VOICEGRAPH_CONNECTION_LIMITS")
    return registry


def make_embedded(
    owner: OwnerLock, runner: NodeRunner, journal: Journal, store: StoredRuns, settings: Settings, slots: Slots,
    lost: asyncio.Event,
) -> EmbeddedEngine:  # fmt: skip
    """The engine of background runs on one machine, and what it owns."""
    lives = ProcessRecord(owner.folder / "engine.alive", journal)
    promise = EnginePromise(retries=True, parks=True, retry_base=settings.retry_base_seconds)
    return EmbeddedEngine(runner, journal, store, owner, lives, settings, promise, slots, lost.set)


def make_live(
    runner: NodeRunner, journal: Journal, store: StoredRuns, settings: Settings, slots: Slots,
    shared: SharedDatabase | None, *, beside: bool = False,
) -> LiveEngine:  # fmt: skip
    """The engine of live runs, and what it can know of those of other processes. `beside`: it may be beside a server."""
    orphans = partial(store.unfinished, "live") if shared and shared.announces else None
    others = OtherProcesses(Presence(settings.data_dir), orphans, marks=beside)
    live = LiveEngine(runner, journal, store, settings.drain_seconds, others, slots)
    if shared:
        shared.feed.listen(live.notice)
    return live


def make_triggers(pipeline: Pipeline, schedules: Schedules, webhooks: Webhooks) -> Triggers:
    """What starts runs by itself."""
    keeper = Scheduler(pipeline, schedules)
    pipeline.workflows.on_change = keeper.poke
    return Triggers(keeper, ScheduleService(pipeline, schedules, keeper), WebhookService(pipeline, webhooks))


def make_planners(settings: Settings, registry: Registry, own: OwnWorkflows = none_saved) -> Planners:
    """Rules alone, or with the model where one is configured; which of them is the usual one, the settings say.

    `own` gives the workflows that are saved.
    """
    rules = RulesPlanner()
    if planner_kind(settings) == "rules" and choose(settings) is None:
        return Planners(rules, {"rules": rules})
    from voicegraph.plan.llm import LlmPlanner

    model = LlmPlanner(settings, registry, own)
    usual: dict[str, Planner] = {"rules": rules, "llm": model, "auto": SureFirst(rules, model)}
    return Planners(usual[settings.planner], {"rules": rules, "llm": model})


def make_transcriber(settings: Settings) -> Transcriber:
    """On this machine, or the service the settings name; both load what is heavy when somebody speaks."""
    if transcriber_kind(settings) == "embedded":
        return EmbeddedTranscriber(settings)
    from voicegraph.speech.fallback_transcriber import WithFallback
    from voicegraph.speech.hosted_transcriber import HostedTranscriber

    where = endpoint(settings)
    hosted = HostedTranscriber(where, speech_client(settings, where), settings.speech_language)
    if settings.transcriber == "hosted":
        return hosted
    return WithFallback(hosted, EmbeddedTranscriber(settings.model_copy(update={"speech_model": "auto"})))


def speech_client(settings: Settings, where: Endpoint) -> httpx.AsyncClient:
    """For the service of the settings: who runs the server chose this address, so it may be a private one.

    Nodes gain nothing by that.
    """
    named = urlsplit(where.base_url).netloc.rpartition("@")[2]
    return guarded_client(settings.model_copy(update={"allow_private_hosts": [named]}))
