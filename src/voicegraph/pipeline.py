"""The way of the data, from a sentence to a run you can watch. Read this first.

    speech ──► text ──► plan ──► check ──► start ──► follow
               heard,   graph    what is   live or   events,
               repaired          missing   durable   old and new

Every door into VoiceGraph (HTTP, command line, schedules, webhooks) goes through these few methods.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from voicegraph import clock
from voicegraph.errors import ConfigError, Conflict, GraphError, NotFound, Problem, UserError
from voicegraph.graph.diff import diff
from voicegraph.graph.model import LOCAL_OWNER, NodeId, OwnerId, RunId, Workflow, new_id, unpinned
from voicegraph.nodes.data.large_json import beside, is_small
from voicegraph.nodes.params.binding import MissingParam, Notice, missing_params, notices, problems, with_answers
from voicegraph.nodes.params.node_problems import bad_expressions
from voicegraph.nodes.params.notify_check import notify_problems
from voicegraph.nodes.params.targets import files_named, outside_targets
from voicegraph.nodes.params.unknown_nodes import strays
from voicegraph.nodes.registry import Registry
from voicegraph.plan.allowed import without_stale_permissions
from voicegraph.plan.planner import Edit, Plan, PlannerName
from voicegraph.plan.planner_choice import Planners
from voicegraph.run.answers import Answer
from voicegraph.run.events import NewRun, Reuse, RunEvent, TriggerName
from voicegraph.run.parent_child import is_handed
from voicegraph.run.pinned_outputs import BY_A_PERSON, takes_pins
from voicegraph.run.ports import Callee, DurableEngine, Engine
from voicegraph.run.queue import ASKED, Place
from voicegraph.run.replay import Replay, plan_replay
from voicegraph.settings import Settings
from voicegraph.speech.known_names import entities, hot_words
from voicegraph.speech.repair import repair
from voicegraph.speech.transcriber import Transcriber
from voicegraph.store.core.event_feed import EventFeed
from voicegraph.store.files.stored_files import StoredFiles
from voicegraph.store.upkeep.retention import Upkeep
from voicegraph.store.views.filters import RunFilter
from voicegraph.store.views.follow import follow
from voicegraph.store.views.queries import RunQueries
from voicegraph.store.views.summaries import RunSummary
from voicegraph.store.workflows.saved_workflows import SavedWorkflows
from voicegraph.store.workflows.versions import Version

RECENT_RUNS = 20
"""How far back names are looked for that may be said again."""
NAMED_WORKFLOWS = 20
FEW_VALUES, FEW_CHARACTERS = 200, 2_000
"""A workflow with no more in its params is checked at once, which takes a few milliseconds; others on a thread."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """A run that is asked for; `command` is what the user said, word for word.

    `asked`: a person starts it now, though it counts as started by its trigger. `request_digest` tells two requests with
    one idempotency key apart.
    """

    workflow: Workflow
    config: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    command: str = ""
    trigger: TriggerName = "manual"
    idempotency_key: str | None = None
    request_digest: str | None = None
    trigger_id: str | None = None
    trigger_data: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    origin_run_id: RunId | None = None
    reuse: Reuse = field(default_factory=Reuse)
    from_failure: bool = False
    asked: bool = False
    owner: OwnerId = LOCAL_OWNER


@dataclass(frozen=True, slots=True)
class Check:
    """The obstacles between a workflow and its run: breaches, open values, and settings the nodes lack."""

    problems: list[Problem]
    missing: list[MissingParam]
    notices: list[Notice]


@dataclass(frozen=True, slots=True)
class Transcript:
    """A recording in words: `raw` as it was heard, `text` as it is meant to be written. Otherwise as `Heard`."""

    raw: str
    text: str
    language: str
    duration: float
    confidence: float


@dataclass(slots=True)
class Pipeline:
    """VoiceGraph, put together (`app.py` does that)."""

    settings: Settings
    registry: Registry
    planners: Planners
    live: Engine
    background: DurableEngine
    queries: RunQueries
    feed: EventFeed
    workflows: SavedWorkflows
    files: StoredFiles
    callee: Callee | None = None
    upkeep: Upkeep | None = None
    transcriber: Transcriber | None = None

    def __post_init__(self) -> None:
        if self.callee:
            self.callee.starts_with(self)

    async def transcribe(self, audio: bytes, media_type: str) -> Transcript:
        """Speech to text. Raises SpeechError for a recording that cannot be understood."""
        if self.transcriber is None:
            raise ConfigError("VOICEGRAPH_TRANSCRIBER", "This process has no recogniser for speech.")
        recent = await self.queries.page(RunFilter(), RECENT_RUNS)
        names = entities(run.command for run in recent.runs)
        saved = [workflow.name for workflow in (await self.workflows.list())[:NAMED_WORKFLOWS]]
        heard = await self.transcriber.transcribe(audio, media_type, hot_words([*names, *saved]))
        return Transcript(heard.text, repair(heard.text, names), heard.language, heard.duration, heard.confidence)

    async def hang_up(self) -> None:
        """End the recogniser and give its memory back."""
        if self.transcriber:
            await self.transcriber.close()

    async def plan(self, text: str, planner: PlannerName | None = None) -> Plan:
        """Text to graph. Raises Refusal with an example when there is no workflow in it. `planner` forces one."""
        return await self.planners.of(planner).plan(text)

    async def edit(self, text: str, workflow: Workflow, planner: PlannerName | None = None) -> Edit:
        """(Text, graph) to graph; keeps everything the text does not name."""
        edit = await self.planners.of(planner).edit(text, workflow)
        edited, told = without_stale_permissions(workflow, edit.workflow, self.registry)
        if not told:
            return edit
        return replace(edit, workflow=edited, diff=diff(workflow, edited), assumptions=[*edit.assumptions, *told])

    async def save(self, workflow: Workflow, based_on: int | None = None, restored_from: int | None = None) -> Version:
        """Keep a workflow as its newest version; its triggers live from now on. Answers what was kept.

        GraphError when an expression in it means nothing; Conflict when it is based on an older version than the newest.
        """
        if wrong := await beside(_is_little(workflow, {}), bad_expressions, workflow, self.registry):
            raise GraphError(wrong)
        await self._require_error_workflow(workflow)
        return await self.workflows.save(workflow, based_on, restored_from)

    async def check(self, workflow: Workflow, config: Mapping[str, JsonValue], *, handed: bool = False) -> Check:
        """What a run would trip over, found before it starts. A node with a pinned output is not run and needs nothing.

        `handed`: the run is given its input by another one.
        """
        answered = with_answers(workflow, self.registry, config)
        made = await self.files.made_by_runs(files_named(answered, self.registry))
        return await beside(_is_little(workflow, config), self._check, answered, config, made, handed)

    def _check(self, answered: Workflow, config: Mapping[str, JsonValue], made: set[str], handed: bool) -> Check:
        pinned = {node.id for node in answered.nodes if node.pin}
        missing = missing_params(answered, self.registry, config, self.settings)
        said = notices(answered, self.registry, self.settings)
        return Check(
            problems(answered, self.registry)
            + outside_targets(answered, self.registry, handed=handed, made=made)
            + strays(answered, config)
            + notify_problems(answered),
            [one for one in missing if one.node_id not in pinned],
            [one for one in said if one.node_id not in pinned],
        )

    def engine_url(self, run: RunSummary) -> str | None:
        """Where a run is seen at the server of its engine, if it has one and knows the run."""
        if run.engine != "inngest" or run.engine_run_id is None or self.callee is None:
            return None
        return self.callee.run_url(run.engine_run_id)

    def places(self, runs: Sequence[RunSummary]) -> Mapping[str, Place]:
        """Where those of these runs stand that wait to be started."""
        return self.background.places(run.id for run in runs if run.status == "pending")

    async def start_live(self, request: RunRequest) -> RunId:
        """Run now, in this process. On return the run is recorded and its first nodes are starting; keys as below."""
        return await self._start(self.live, request)

    async def start_background(self, request: RunRequest) -> RunId:
        """Run durably. On return the run is on disk; a repeated idempotency key answers the first run's id."""
        return await self._start(self.background, request)

    async def start_asked(self, workflow: Workflow | str, config: Mapping[str, JsonValue], key: str) -> RunId:
        """Run durably what somebody asks for at the engine's own server: a workflow, or the saved one with this id."""
        if isinstance(workflow, str):
            workflow = await self.workflows.get(workflow)
        return await self.start_background(RunRequest(workflow, config, idempotency_key=key))

    async def replay(
        self, run_id: RunId, replay: Replay, *, live: bool, key: str | None = None, digest: str | None = None
    ) -> RunId:
        """A new run made from an earlier one; `run.replay` says what it takes over. NotFound, Conflict.

        A repeated key answers the first replay's id, also when what it was made from is gone; `digest` as in RunRequest.
        """
        if known := await self._known(key, digest):
            return known
        origin = await self.queries.origin(run_id)
        plan = plan_replay(origin, replay, self.registry)
        request = RunRequest(
            plan.workflow,
            plan.config,
            command="" if replay.only else origin.run.command,
            trigger="replay",
            idempotency_key=key,
            request_digest=digest,
            trigger_data=origin.run.trigger_data,
            origin_run_id=run_id,
            reuse=plan.reuse,
            from_failure=plan.from_failure,
            owner=origin.run.owner,
        )
        return await (self.start_live(request) if live else self.start_background(request))

    async def answer(self, run_id: RunId, node_id: NodeId, answer: Answer) -> None:
        """Hand an answer to a node that waits for one; the first counts. NotFound; Conflict when it does not fit.

        StorageError where the database takes no writes: what a run in memory has taken could only be kept there.
        """
        summary = await self.queries.summary(run_id)
        if self.upkeep:
            await self.upkeep.require_writes()
        engine = self.live if summary.engine == self.live.name else self.background
        await engine.take_answer(run_id, node_id, answer)

    async def cancel(self, run_id: RunId, reason: str = "") -> bool:
        """Cancel wherever the run is; False when it is over already. NotFound; Conflict for a command line's live run."""
        summary = await self.queries.summary(run_id)
        if summary.finished_at is not None:
            return False  # whoever ran it, and may still show it
        engine = self.live if summary.engine == self.live.name else self.background
        return await engine.cancel(run_id, reason)

    def follow(self, run_id: RunId, after: int = 0, *, whole: bool = False) -> AsyncIterator[RunEvent]:
        """Every event after `after`, those on disk first, until the run is over."""
        return follow(self.queries, self.feed, run_id, after, whole=whole)

    async def new_run(self, request: RunRequest, engine: Engine | None = None) -> NewRun:
        """The run that is asked for, to be written by whoever has something to write with it. UserError: it cannot run."""
        workflow = request.workflow if takes_pins(request.trigger) else unpinned(request.workflow)
        await self.require_runnable(workflow, request.config, handed=is_handed(request.trigger_data))
        return NewRun(
            run_id=RunId(new_id("run")),
            workflow=workflow,
            engine=(engine or self.background).name,
            created_at=clock.now(),
            config=request.config,
            trigger=request.trigger,
            trigger_data=request.trigger_data,
            command=request.command,
            idempotency_key=request.idempotency_key,
            request_digest=request.request_digest,
            origin_run_id=request.origin_run_id,
            reuse=request.reuse,
            from_failure=request.from_failure,
            owner=request.owner,
            priority=ASKED if request.asked or request.trigger in BY_A_PERSON else 0,
            trigger_id=request.trigger_id,
        )

    async def _start(self, engine: Engine, request: RunRequest) -> RunId:
        if known := await self._known(request.idempotency_key, request.request_digest):
            return known
        run = await self.new_run(request, engine)
        try:
            await engine.start(run)
        except Conflict:
            if known := await self._known(request.idempotency_key, request.request_digest):
                return known  # somebody was faster with the same key
            raise
        return run.run_id

    async def _known(self, key: str | None, digest: str | None) -> RunId | None:
        """The run that was made with this key; Conflict when something else was asked for with it."""
        return await self.queries.by_idempotency_key(key, digest) if key else None

    async def _require_error_workflow(self, workflow: Workflow) -> None:
        """It must be there when it is named. A run starts without it all the same: then its failure says so."""
        other = workflow.error_workflow
        if other is None:
            return
        try:
            if other != workflow.workflow_id:
                await self.workflows.get(other)
                return
            message = "A workflow cannot be its own error workflow. Choose another one, or none."
        except NotFound:
            message = f"There is no saved workflow {other}. Save the error workflow first, or choose none."
        raise GraphError([Problem("errorWorkflow", message, "bad_error_workflow")])

    async def require_runnable(
        self, workflow: Workflow, config: Mapping[str, JsonValue], *, handed: bool = False
    ) -> None:
        """UserError when a run of this workflow with this config would trip over something; `handed` as in `check`."""
        if not workflow.nodes:
            raise UserError("empty_workflow", "The workflow has no nodes. Describe what to do, or add a node.")
        found = await self.check(workflow, config, handed=handed)
        if found.problems:
            raise GraphError(found.problems)
        if found.missing:
            raise missing_values(found.missing)


def _is_little(workflow: Workflow, config: Mapping[str, JsonValue]) -> bool:
    """Whether a look at all nodes, and at what the config fills in, takes a few milliseconds."""
    params = [node.params for node in workflow.nodes]
    return is_small(params, dict(config), values=FEW_VALUES, characters=FEW_CHARACTERS)


class MissingValues(UserError):
    """Required params that neither the graph nor the config fills."""

    status = 422

    def __init__(self, message: str, details: list[dict[str, JsonValue]]) -> None:
        super().__init__("missing_values", message, details)


def missing_values(missing: Sequence[MissingParam]) -> MissingValues:
    """The refusal of a run that lacks these: the first by its name, and how many more."""
    first = missing[0]
    message = f"{first.node_label} still needs a value for “{first.title}”"
    more = f", and {len(missing) - 1} more are open." if len(missing) > 1 else "."
    return MissingValues(message + more, [one.model_dump(mode="json") for one in missing])
