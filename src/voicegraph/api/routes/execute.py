"""Start runs: live, streamed in the answer; or in the background, durably."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from voicegraph.api.deps import IdempotencyKey, Owner, Wired, run_request
from voicegraph.api.event_labels import titles_of
from voicegraph.api.request_body import JsonRoute
from voicegraph.api.schemas.common import Accepted, ExecuteBody
from voicegraph.api.sse import encode
from voicegraph.graph.model import RunId

router = APIRouter(prefix="/api", tags=["run"], route_class=JsonRoute)


async def _start_live(
    body: ExecuteBody, voicegraph: Wired, owner: Owner, response: Response, idempotency_key: IdempotencyKey = None
) -> RunId:
    async with run_request(body, voicegraph, owner, idempotency_key) as asked:
        asked.run_id = run_id = await voicegraph.start_live(asked.request)
    response.headers["X-Run-Id"] = run_id
    return run_id


@router.post("/execute", response_class=EventSourceResponse)
async def execute(run_id: Annotated[RunId, Depends(_start_live)], voicegraph: Wired) -> AsyncIterator[ServerSentEvent]:
    """Run now and stream the events. The run goes on when the connection ends; take it up at /api/runs/{id}/events.

    The same Idempotency-Key answers the events of the same run.
    """
    titles = titles_of(await voicegraph.queries.workflow(run_id))
    async for event in voicegraph.follow(run_id):
        yield encode(event, titles)


@router.post("/execute-background", status_code=202)
@router.post("/execute-inngest", status_code=202, deprecated=True, name="execute_inngest")
async def execute_background(
    body: ExecuteBody, voicegraph: Wired, owner: Owner, idempotency_key: IdempotencyKey = None
) -> Accepted:
    """Run durably. The answer comes when the run is on disk; the same Idempotency-Key answers the same run."""
    async with run_request(body, voicegraph, owner, idempotency_key) as asked:
        asked.run_id = run_id = await voicegraph.start_background(asked.request)
    message = "The run is stored and will finish, whatever happens to the server. Watch it in Workflow History."
    return Accepted(workflow_id=run_id, run_id=run_id, message=message)
