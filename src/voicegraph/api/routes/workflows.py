"""Saved workflows."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from voicegraph.api.deps import Id, Wired
from voicegraph.api.request_body import JsonRoute
from voicegraph.api.schemas.common import Done, Json
from voicegraph.api.schemas.workflows import (
    MAX_NUMBER,
    SaveBody,
    SavedAnswer,
    SavedWorkflowLine,
    SavedWorkflowList,
    VersionCard,
    VersionList,
)
from voicegraph.errors import Conflict
from voicegraph.graph.model import Workflow, new_id
from voicegraph.graph.validate import parse_workflow

router = APIRouter(prefix="/api/workflows", tags=["workflows"], route_class=JsonRoute)


@router.get("")
async def list_workflows(voicegraph: Wired) -> SavedWorkflowList:
    """All of them, the last changed first."""
    return SavedWorkflowList(workflows=[SavedWorkflowLine.of(saved) for saved in await voicegraph.workflows.list()])


@router.post("", status_code=201)
async def save_workflow(body: SaveBody, voicegraph: Wired) -> SavedAnswer:
    """Save a workflow under its id, as its newest version; without one it gets an id of its own."""
    workflow = _parse(body.workflow, new_id("wf"))
    return SavedAnswer.of(await voicegraph.save(workflow, body.version, body.restored_from))


@router.get("/{workflow_id}")
async def get_workflow(workflow_id: Id, voicegraph: Wired) -> SavedAnswer:
    """One of them, its newest version."""
    return SavedAnswer.of(await voicegraph.workflows.version(workflow_id))


@router.get("/{workflow_id}/versions")
async def list_versions(workflow_id: Id, voicegraph: Wired) -> VersionList:
    """Its last 50 versions, the newest first."""
    return VersionList(versions=[VersionCard.of(line) for line in await voicegraph.workflows.versions(workflow_id)])


@router.get("/{workflow_id}/versions/{version}")
async def get_version(
    workflow_id: Id, version: Annotated[int, Path(ge=1, le=MAX_NUMBER)], voicegraph: Wired
) -> SavedAnswer:
    """One of them. To bring it back, save it: it becomes the newest version."""
    return SavedAnswer.of(await voicegraph.workflows.version(workflow_id, version))


@router.put("/{workflow_id}")
async def replace_workflow(workflow_id: Id, body: SaveBody, voicegraph: Wired) -> SavedAnswer:
    """Save a new version of one. The body may leave its workflowId out.

    With `version`, 409 `newer_version` when somebody else saved it since, and 404 when it was deleted.
    """
    workflow = _parse(body.workflow, workflow_id)
    if workflow.workflow_id != workflow_id:
        raise Conflict("other_id", f"The body's workflowId is {workflow.workflow_id}, the address says {workflow_id}.")
    return SavedAnswer.of(await voicegraph.save(workflow, body.version, body.restored_from))


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
