"""Many runs at once: removing, retention, disk use, export, statistics, comparison."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from voicegraph import clock
from voicegraph.api.deps import Id, Kept, Wired
from voicegraph.api.filter_query import Filtered
from voicegraph.api.schemas.filters import FilterBody
from voicegraph.api.schemas.history import (
    ComparisonAnswer,
    DiskUse,
    NodeComparison,
    RemovalAnswer,
    RemovalBody,
    RetentionAnswer,
    RetentionBody,
    Statistics,
    WorkflowStatistics,
)
from voicegraph.api.schemas.runs import RunSummary
from voicegraph.api.whole_results import runs_as_json
from voicegraph.errors import UserError
from voicegraph.graph.model import NodeId, RunId
from voicegraph.store.views.comparison import compare
from voicegraph.store.views.details import RunDetail
from voicegraph.store.views.export import as_csv

router = APIRouter(prefix="/api", tags=["history"])

_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}, "application/json": {"schema": {"type": "array"}}}}
}


@router.post("/history/removals", status_code=202)
async def remove_runs(body: RemovalBody, kept: Kept) -> RemovalAnswer:
    """Begin to remove runs that are over: those with these ids, or all that fit a filter."""
    match body:
        case RemovalBody(ids=list(ids), filter=None):
            return RemovalAnswer.of(await kept.removals.start_ids([RunId(one) for one in ids]))
        case RemovalBody(ids=None, filter=FilterBody() as which):
            return RemovalAnswer.of(await kept.removals.start_filter(which.filter()))
        case _:
            message = "Say either `ids` or `filter`; an empty filter means every run that is over."
            raise UserError("bad_removal", message)


@router.get("/history/removals/{removal_id}")
async def show_removal(removal_id: Id, kept: Kept) -> RemovalAnswer:
    """How far it is."""
    return RemovalAnswer.of(kept.removals.get(removal_id))


@router.delete("/history/removals/{removal_id}")
async def cancel_removal(removal_id: Id, kept: Kept) -> RemovalAnswer:
    """Stop it. What is removed stays removed."""
    return RemovalAnswer.of(await kept.removals.cancel(removal_id))


@router.get("/history/retention")
async def show_retention(kept: Kept) -> RetentionAnswer:
    """The limits of the settings, and what they would remove now."""
    return RetentionAnswer.of(await kept.plan())


@router.post("/history/retention")
async def apply_retention(body: RetentionBody, kept: Kept) -> RetentionAnswer:
    """Count what limits would remove, and with `dryRun: false` begin to remove it."""
    plan = await kept.plan(body.days, body.runs)
    return RetentionAnswer.of(plan, None if body.dry_run else await kept.apply(plan))


@router.get("/history/disk")
async def disk_use(kept: Kept) -> DiskUse:
    """What the history takes on disk."""
    use = await kept.disk()
    return DiskUse(database=use.database, log=use.log, free=use.free, files=use.files, left=use.left)


@router.get("/history/export", responses=_FILE, response_class=StreamingResponse)
async def export_history(
    voicegraph: Wired,
    which: Filtered,
    format: Annotated[Literal["csv", "json"], Query(description="CSV: a line a run; JSON: the runs whole.")] = "csv",
) -> StreamingResponse:
    """All runs that fit, as a file, streamed."""
    day = datetime.fromtimestamp(clock.now(), UTC).strftime("%Y-%m-%d")
    headers = {"Content-Disposition": f'attachment; filename="voicegraph-runs-{day}.{format}"'}
    if format == "csv":
        return StreamingResponse(
            as_csv(voicegraph.queries, which), media_type="text/csv; charset=utf-8", headers=headers
        )
    return StreamingResponse(runs_as_json(voicegraph.queries, which), media_type="application/json", headers=headers)


@router.get("/statistics")
async def statistics(voicegraph: Wired, which: Filtered) -> Statistics:
    """Figures for each workflow, of the runs that fit."""
    found = await voicegraph.queries.statistics(which)
    return Statistics(workflows=[WorkflowStatistics.of(one) for one in found])


@router.get("/runs/{run_id}/compare/{other_id}")
async def compare_runs(run_id: Id, other_id: Id, voicegraph: Wired) -> ComparisonAnswer:
    """Two runs, node by node: the first one left, the other right."""
    left, right = [await voicegraph.queries.detail(RunId(one)) for one in (run_id, other_id)]
    same = await voicegraph.queries.same_outputs(RunId(run_id), RunId(other_id))
    return await asyncio.to_thread(_compared, left, right, same)  # texts of many nodes: seconds


def _compared(left: RunDetail, right: RunDetail, same: Collection[NodeId]) -> ComparisonAnswer:
    found = compare(left, right, same)
    return ComparisonAnswer(
        left=RunSummary.of(found.left),
        right=RunSummary.of(found.right),
        config_differs=found.config_differs,
        nodes=[NodeComparison.of(pair) for pair in found.nodes],
    )
