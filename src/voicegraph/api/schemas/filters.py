"""The filter of the history, as it stands in a body."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import Field

from voicegraph.api.schemas.runs import RunStatusName, RunTriggerName
from voicegraph.errors import UserError
from voicegraph.graph.model import ID_PATTERN, Wire
from voicegraph.store.views.filters import RunFilter

STATUS = "Any of these; repeat it for several."
TEXT = "Words of the command, the name, the results or the error; quotes keep words together."
SINCE = "Not before this moment; without a zone it is UTC."
UNTIL = "Before this moment."


class FilterBody(Wire):
    """Which runs. What is left out does not matter."""

    status: list[RunStatusName] = Field(default_factory=list, max_length=6, description=STATUS)
    trigger: list[RunTriggerName] = Field(default_factory=list, max_length=20)
    workflow: str | None = Field(default=None, pattern=ID_PATTERN, description="A workflow's id.")
    q: str | None = Field(default=None, max_length=200, description=TEXT)
    since: datetime | None = Field(default=None, description=SINCE)
    until: datetime | None = Field(default=None, description=UNTIL)

    def filter(self) -> RunFilter:
        """As the history takes it."""
        return RunFilter(
            statuses=tuple(dict.fromkeys(self.status)),
            workflow_id=self.workflow,
            text=self.q,
            triggers=tuple(dict.fromkeys(self.trigger)),
            since=_seconds(self.since),
            until=_seconds(self.until),
        )


def _seconds(moment: datetime | None) -> float | None:
    if moment is None:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, ValueError) as error:
        raise UserError("bad_time", f"{moment} is no time of our calendar. Write 2026-03-01T09:00:00Z.") from error
