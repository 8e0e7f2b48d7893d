"""Saved workflows."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from voicegraph.api.deps import Id, Wired
from voicegraph.api.reading import JsonRoute
from voicegraph.api.schemas import Done, Json, SavedWorkflowLine, SavedWorkflowList, WorkflowAnswer, WorkflowBody
from voicegraph.errors import Conflict
from voicegraph.graph.model import Workflow, new_id
from voicegraph.graph.validate import parse_workflow

router = APIRouter(prefix="/api/workflows", tags=["workflows"], route_class=JsonRoute)


@router.get("")
async def list_workflows(voicegraph: Wired) -> SavedWorkflowList:
    """All of them, the last changed first."""
    return SavedWorkflowList(workflows=[SavedWorkflowLine.of(saved) for saved in await voicegraph.workflows.list()])


@router.post("", status_code=201)
async def save_workflow(body: WorkflowBody, voicegraph: Wired) -> WorkflowAnswer:
    """Save a workflow under its id, over an older version of itself; without one it gets an id of its own."""
    workflow = _parse(body.workflow, new_id("wf"))
    return WorkflowAnswer(workflow=await voicegraph.save(workflow))


@router.get("/{workflow_id}")
async def get_workflow(workflow_id: Id, voicegraph: Wired) -> WorkflowAnswer:
    """One of them."""
    return WorkflowAnswer(workflow=await voicegraph.workflows.get(workflow_id))


@router.put("/{workflow_id}")
async def replace_workflow(workflow_id: Id, body: WorkflowBody, voicegraph: Wired) -> WorkflowAnswer:
    """Save a new version of one. The body may leave its workflowId out."""
    workflow = _parse(body.workflow, workflow_id)
    if workflow.workflow_id != workflow_id:
        raise Conflict("other_id", f"The body's workflowId is {workflow.workflow_id}, the address says {workflow_id}.")
    return WorkflowAnswer(workflow=await voicegraph.save(workflow))


@router.delete("/{workflow_id}")
async def delete_workflow(
    workflow_id: Id,
    voicegraph: Wired,
    force: Annotated[bool, Query(description="Also when other workflows name it.")] = False,
) -> Done:
    """Remove one; its runs stay in the history. 409 `in_use` names the workflows that start it, unless forced."""
    await voicegraph.workflows.delete(workflow_id, force=force)
    return Done()


def _parse(raw: Json, workflow_id: str) -> Workflow:
    """A workflow that names itself keeps its name: of its content alone, two equal ones would overwrite each other."""
    named = raw.get("workflowId") is not None or raw.get("workflow_id") is not None
    return parse_workflow(raw if named else {**raw, "workflowId": workflow_id})
