"""Control runs: cancel one or many, replay one."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter

from voicegraph.api.deps import Id, IdempotencyKey, Wired, checked_config, request_digest
from voicegraph.api.request_body import JsonRoute
from voicegraph.api.schemas.control import (
    CancelAnswer,
    CancelledRun,
    CancelManyAnswer,
    CancelManyBody,
    ReplayAnswer,
    ReplayBody,
)
from voicegraph.errors import NotFound
from voicegraph.graph.model import RunId
from voicegraph.graph.validate import parse_workflow
from voicegraph.pipeline import Pipeline
from voicegraph.run.replay import Replay

router = APIRouter(prefix="/api", tags=["run"], route_class=JsonRoute)


@router.post("/runs/cancel")
async def cancel_runs(body: CancelManyBody, voicegraph: Wired) -> CancelManyAnswer:
    """Cancel many runs at once. One that is over or unknown does not keep the others from being cancelled."""
    found = await asyncio.gather(*(_cancelled(RunId(run_id), voicegraph) for run_id in dict.fromkeys(body.run_ids)))
    return CancelManyAnswer(cancelled=sum(run.success for run in found), runs=found)


@router.post("/runs/{run_id}/cancel")
async def cancel_run(run_id: Id, voicegraph: Wired) -> CancelAnswer:
    """Cancel, whatever the run is doing or waiting for."""
    cancelled = await voicegraph.cancel(RunId(run_id))
    status = (await voicegraph.queries.summary(RunId(run_id))).status
    return CancelAnswer.model_validate({"success": cancelled, "status": status})


@router.post("/runs/{run_id}/replay", status_code=202)
async def replay_run(
    run_id: Id,
    voicegraph: Wired,
    body: ReplayBody,
    idempotency_key: IdempotencyKey = None,
) -> ReplayAnswer:
    """Start a new run from an earlier one: whole, from a node, from where it failed, or one node alone.

    Results before that are taken over and not made again, as far as the node and everything before it are unchanged.
    Follow the new run at /api/runs/{id}/events.
    """
    replay = Replay(
        start=body.start,
        only=body.only,
        workflow=parse_workflow(body.workflow) if body.workflow is not None else None,
        config=checked_config(body.config) if body.config is not None else None,
    )
    digest = await request_digest(f"replay {run_id}", body) if idempotency_key else None
    new = await voicegraph.replay(RunId(run_id), replay, live=body.mode == "live", key=idempotency_key, digest=digest)
    return ReplayAnswer(
        run_id=new, origin_run_id=run_id, message="The replay has started. Watch it in Workflow History."
    )


async def _cancelled(run_id: RunId, voicegraph: Pipeline) -> CancelledRun:
    try:
        cancelled = await voicegraph.cancel(run_id)
        status = (await voicegraph.queries.summary(run_id)).status
    except NotFound:
        return CancelledRun(run_id=run_id, success=False, status=None)
    return CancelledRun.model_validate({"run_id": run_id, "success": cancelled, "status": status})
