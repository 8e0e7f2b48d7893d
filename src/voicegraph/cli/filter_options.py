"""The options by which commands choose runs of the history."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from voicegraph.run.state import RunStatus

if TYPE_CHECKING:
    from voicegraph.store.views.filters import RunFilter


class TriggerChoice(StrEnum):
    """The starts of runs that a filter can name."""

    MANUAL = "manual"
    SCHEDULE = "schedule"
    WEBHOOK = "webhook"
    REPLAY = "replay"
    WORKFLOW = "workflow"
    ERROR = "error"


FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]

Statuses = Annotated[
    list[RunStatus] | None, typer.Option("--status", help="Only runs with this status; repeat it for several.")
]
Search = Annotated[
    str | None,
    typer.Option(
        "--search", help="Words of what was said, the name, results or the error; quotes keep words together."
    ),
]
OfWorkflow = Annotated[str | None, typer.Option("--workflow", help="Only runs of the workflow with this id.")]
Triggers = Annotated[
    list[TriggerChoice] | None, typer.Option("--trigger", help="Only runs started so; repeat it for several.")
]
Since = Annotated[
    datetime | None, typer.Option("--since", formats=FORMATS, help="Not before this day or moment (UTC).")
]
Until = Annotated[datetime | None, typer.Option("--until", formats=FORMATS, help="Before this day or moment (UTC).")]


def run_filter(
    status: list[RunStatus] | None = None,
    search: str | None = None,
    workflow: str | None = None,
    trigger: list[TriggerChoice] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> RunFilter:
    """The filter that the options say."""
    from voicegraph.store.views.filters import RunFilter

    return RunFilter(
        statuses=tuple(str(one) for one in status or ()),
        workflow_id=workflow,
        text=search,
        triggers=tuple(str(one) for one in trigger or ()),
        since=since.replace(tzinfo=UTC).timestamp() if since else None,
        until=until.replace(tzinfo=UTC).timestamp() if until else None,
    )
