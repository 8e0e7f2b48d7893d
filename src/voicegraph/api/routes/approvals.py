"""Open approvals: the list, and the owner's answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from voicegraph.api.deps import Id, Wired
from voicegraph.api.schemas.approvals import ApprovalCard, ApprovalPage, ApproveBody
from voicegraph.api.schemas.common import Done
from voicegraph.graph.model import ID_PATTERN, NodeId, RunId
from voicegraph.run.approval import OWNER, Decision

router = APIRouter(prefix="/api", tags=["approvals"])


@router.get("/approvals")
async def list_approvals(
    voicegraph: Wired,
    run: Annotated[str | None, Query(pattern=ID_PATTERN, description="Only those of this run.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ApprovalPage:
    """What waits for a person, with the exact content, the oldest first."""
    page = await voicegraph.queries.open_approvals(limit, RunId(run) if run else None)
    return ApprovalPage(count=page.total, approvals=[ApprovalCard.of(one) for one in page.approvals])


@router.post("/runs/{run_id}/approve")
async def approve_run(run_id: Id, body: ApproveBody, voicegraph: Wired) -> Done:
    """Approve or reject what a node of the run waits with. The first answer counts; a later one is a 409."""
    decision = Decision(body.answer == "approve", body.digest, OWNER, body.via, body.comment.strip())
    await voicegraph.answer(RunId(run_id), NodeId(body.node_id), decision)
    return Done()
