"""Saved workflows."""

from __future__ import annotations

from fastapi import APIRouter

from voicegraph.api.deps import Wired
from voicegraph.api.schemas import Done, SavedWorkflowLine, SavedWorkflowList, WorkflowAnswer, WorkflowBody
from voicegraph.errors import Conflict
from voicegraph.graph.validate import parse_workflow

router = APIRouter(prefix="/api/workflows", tags=["workflows"])


@router.get("")
async def list_workflows(voicegraph: Wired) -> SavedWorkflowList:
    """All of them, the last changed first."""
    return SavedWorkflowList(workflows=[SavedWorkflowLine.of(saved) for saved in await voicegraph.workflows.list()])


@router.post("", status_code=201)
async def save_workflow(body: WorkflowBody, voicegraph: Wired) -> WorkflowAnswer:
    """Save a workflow under its id, over an older version of itself."""
    workflow = parse_workflow(body.workflow)
    await voicegraph.workflows.save(workflow)
    return WorkflowAnswer(workflow=workflow)


@router.get("/{workflow_id}")
async def get_workflow(workflow_id: str, voicegraph: Wired) -> WorkflowAnswer:
    """One of them."""
    return WorkflowAnswer(workflow=await voicegraph.workflows.get(workflow_id))


@router.put("/{workflow_id}")
async def replace_workflow(workflow_id: str, body: WorkflowBody, voicegraph: Wired) -> WorkflowAnswer:
    """Save a new version of one."""
    workflow = parse_workflow(body.workflow)
    if workflow.workflow_id != workflow_id:
        raise Conflict("other_id", f"The body's workflowId is {workflow.workflow_id}, the address says {workflow_id}.")
    await voicegraph.workflows.save(workflow)
    return WorkflowAnswer(workflow=workflow)


@router.delete("/{workflow_id}")
async def delete_workflow(workflow_id: str, voicegraph: Wired) -> Done:
    """Remove one; its runs stay in the history."""
    await voicegraph.workflows.delete(workflow_id)
    return Done()
