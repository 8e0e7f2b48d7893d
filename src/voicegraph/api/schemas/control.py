"""The bodies of the routes that cancel and replay runs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from voicegraph.api.schemas.common import Json
from voicegraph.api.schemas.runs import RunStatusName
from voicegraph.graph.model import ID_PATTERN, Wire

MAX_AT_ONCE = 1_000


class CancelAnswer(Wire):
    """`success` is false when the run was over already; `status` is what it is now."""

    success: bool
    status: RunStatusName


class CancelManyBody(Wire):
    """Which runs."""

    run_ids: list[Annotated[str, Field(pattern=ID_PATTERN)]] = Field(min_length=1, max_length=MAX_AT_ONCE)


class CancelledRun(Wire):
    """One of them. `success` is false when it was over already, or unknown: then `status` is null."""

    run_id: str
    success: bool
    status: RunStatusName | None


class CancelManyAnswer(Wire):
    """`cancelled` counts those that were cancelled by this call."""

    success: Literal[True] = True
    cancelled: int
    runs: list[CancelledRun]


class ReplayBody(Wire):
    """What to replay. `workflow` and `config` left out: as the earlier run had them."""

    start: str | None = Field(
        default=None,
        alias="from",
        max_length=64,
        description="A node's id: from there. `failed`: from where the run failed or stopped. Null: the whole run.",
    )
    only: str | None = Field(
        default=None, max_length=64, description="A node's id: run it alone, on what the earlier run gave it."
    )
    workflow: Json | None = Field(default=None, description="The graph to run instead of the one that was run.")
    config: Json | None = Field(default=None, description="The values to run with instead of those that were given.")
    mode: Literal["live", "background"] = "live"


class ReplayAnswer(Wire):
    """The new run. It is on disk; the log says of each node whether its earlier result was reused, and if not, why."""

    success: Literal[True] = True
    run_id: str
    origin_run_id: str
    message: str
