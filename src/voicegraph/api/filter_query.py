"""The filter of the history, as it stands in the query of an address."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query

from voicegraph.api.schemas.filters import SINCE, STATUS, TEXT, UNTIL, FilterBody
from voicegraph.api.schemas.runs import RunStatusName, RunTriggerName
from voicegraph.graph.model import ID_PATTERN
from voicegraph.store.views.filters import RunFilter


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
