"""Bodies that several resources share, as OpenAPI shows them. The front end's types are generated from here.

Workflows come in as plain JSON and go through `graph.validate`, which locates every breach; they go out as `Workflow`.
What has a subject of its own has a module of its own beside this one.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, JsonValue

from voicegraph.errors import Problem
from voicegraph.graph.model import Wire
from voicegraph.nodes.params.binding import MissingParam, Notice
from voicegraph.plan.planner import PlannerName

MAX_TEXT = 4_000
Json = dict[str, Any]


class Problems(Wire):
    """Every refusal and error."""

    error: str
    code: str
    details: JsonValue = None


class ExecuteBody(Wire):
    """Either `workflow`, or `nodes` and `edges` as the first clients send them."""

    workflow: Json | None = None
    nodes: list[Any] | None = None
    edges: list[Any] | None = None
    config: Json = Field(default_factory=dict)
    transcribed_text: str = Field(default="", max_length=MAX_TEXT)


class CheckBody(Wire):
    """A workflow and the values its run would get."""

    workflow: Json
    config: Json = Field(default_factory=dict)


class CheckAnswer(Wire):
    """What a run would trip over."""

    success: bool
    problems: list[Problem]
    missing: list[MissingParam]
    notices: list[Notice]


class Accepted(Wire):
    """A background run that is on disk. `workflowId` is the run's id, as the first clients expect."""

    success: Literal[True] = True
    workflow_id: str
    run_id: str
    message: str


class Done(Wire):
    """It is done."""

    success: Literal[True] = True


class NodeKind(Wire):
    """An action of the catalogue. `params` is a JSON Schema; `requires` says why it cannot run as things are set up.

    `attempts` and `timeout` (seconds) are what holds for a node that does not say otherwise.
    """

    type: str
    action: str
    group: str
    title: str
    description: str
    effect: bool
    any_name: bool
    attempts: int
    timeout: float
    each: bool = Field(description="Whether it can run once per item of a list.")
    params: Json
    requires: str | None


class Catalogue(Wire):
    """Every action, in the order of the node library; `aliases` maps other type names to the real ones.

    `retry_base` and `retry_cap` are the seconds between tries where a node does not say otherwise.
    """

    nodes: list[NodeKind]
    retry_base: float
    retry_cap: float
    aliases: dict[str, str]


class EngineInfo(Wire):
    """Which engine runs in the background."""

    name: str
    title: str
    dashboard_url: str | None = None


class SpeechInfo(Wire):
    """Who turns speech into text, and how far that is; `message` says why it failed, and what to do."""

    engine: Literal["embedded", "hosted"]
    model: str
    state: Literal["idle", "loading", "ready", "failed"]
    message: str = ""


class TranscribeAnswer(Wire):
    """What was said: `raw` as it was heard, `text` after repair. `duration` in seconds, `confidence` from 0 to 1."""

    success: Literal[True] = True
    text: str
    raw: str
    language: str
    duration: float
    confidence: float


class Info(Wire):
    """What this server has and lacks."""

    version: str
    engine: EngineInfo
    model: str | None
    planner: PlannerName
    search: Literal["tavily", "ddgs"]
    user_email: str | None
    mail: bool
    max_upload_bytes: int
    speech: SpeechInfo


class Work(Wire):
    """Something the server does by itself, again and again. `since` is when it began to fail."""

    name: str
    state: Literal["ok", "failing", "stopped"]
    error: str | None
    since: str | None


class Alive(Wire):
    """The server answers."""

    status: Literal["ok"] = "ok"
    version: str


class Health(Alive):
    """The server answers. `services` are those that keys or addresses are set for."""

    timestamp: int = Field(description="Milliseconds since 1970, UTC.")
    services: dict[str, bool]


class Ready(Alive):
    """The server takes work. `work` is what it does by itself; what fails there keeps nobody from starting runs."""

    work: list[Work]
