"""The filter of the history, as it stands in the query of an address or in a body."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Query
from pydantic import Field

from voicegraph.api.run_schemas import RunStatusName, RunTriggerName
from voicegraph.errors import UserError
from voicegraph.graph.model import ID_PATTERN, Wire
from voicegraph.history.filters import RunFilter

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


def _of_query(
    status: Annotated[list[RunStatusName], Query(max_length=6, description=STATUS)] = [],  # noqa: B006 - FastAPI copies it
    trigger: Annotated[list[RunTriggerName], Query(max_length=20)] = [],  # noqa: B006
    workflow: Annotated[str | None, Query(pattern=ID_PATTERN, description="A workflow's id.")] = None,
    q: Annotated[str | None, Query(max_length=200, description=TEXT)] = None,
    since: Annotated[datetime | None, Query(description=SINCE)] = None,
    until: Annotated[datetime | None, Query(description=UNTIL)] = None,
) -> RunFilter:
    return FilterBody(status=status, trigger=trigger, workflow=workflow, q=q, since=since, until=until).filter()


Filtered = Annotated[RunFilter, Depends(_of_query)]
"""The filter in the query of the address."""


def _seconds(moment: datetime | None) -> float | None:
    if moment is None:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, ValueError) as error:
        raise UserError("bad_time", f"{moment} is no time of our calendar. Write 2026-03-01T09:00:00Z.") from error
