"""From sentences to workflows."""

from __future__ import annotations

from fastapi import APIRouter

from voicegraph.api.deps import Wired, checked_config
from voicegraph.api.request_body import JsonRoute
from voicegraph.api.schemas.common import CheckAnswer, CheckBody
from voicegraph.api.schemas.plan import (
    ClauseLink,
    CommandAnswer,
    EditAnswer,
    EditBody,
    ParseAnswer,
    ParseBody,
)
from voicegraph.api.schemas.workflows import ChangeAnswer, ChangeBody, FileBody, WorkflowAnswer, WorkflowBody
from voicegraph.graph.diff import diff
from voicegraph.graph.layout import layout
from voicegraph.graph.read import read_workflow
from voicegraph.graph.validate import parse_workflow
from voicegraph.nodes.data.large_json import beside
from voicegraph.plan.page_commands import INTENTS, read_command

router = APIRouter(prefix="/api", tags=["plan"], route_class=JsonRoute)


@router.post("/parse")
async def parse(body: ParseBody, voicegraph: Wired) -> ParseAnswer | CommandAnswer:
    """Turn a sentence into a workflow. Refusals are 422 with code `off_topic` or `unclear` and an example.

    With `commands`, “undo that”, “run it in the background” and the like are answered with their intent instead.
    """
    if body.commands and (command := read_command(body.text)):
        return CommandAnswer(intent=command, message=INTENTS[command])
    plan = await voicegraph.plan(body.text, body.planner)
    return ParseAnswer(
        workflow=plan.workflow,
        explanation=plan.explanation,
        clauses=ClauseLink.all(plan.clauses),
        assumptions=[*plan.assumptions],
        planner=plan.planner,
    )


@router.post("/edit-workflow")
async def edit_workflow(body: EditBody, voicegraph: Wired) -> EditAnswer | CommandAnswer:
    """Change a workflow by a sentence; what the sentence does not name stays as it is. `commands` as in `/api/parse`."""
    if body.commands and (command := read_command(body.text)):
        return CommandAnswer(intent=command, message=INTENTS[command])
    edit = await voicegraph.edit(body.text, parse_workflow(body.current_workflow), body.planner)
    return EditAnswer(
        workflow=edit.workflow,
        message=edit.message,
        diff=edit.diff,
        clauses=ClauseLink.all(edit.clauses),
        assumptions=[*edit.assumptions],
        planner=edit.planner,
    )


@router.post("/check")
async def check(body: CheckBody, voicegraph: Wired) -> CheckAnswer:
    """What a run would trip over: breaches, open values, settings the nodes lack."""
    found = await voicegraph.check(parse_workflow(body.workflow), checked_config(body.config))
    success = not found.problems and not found.missing
    return CheckAnswer(success=success, problems=found.problems, missing=found.missing, notices=found.notices)


@router.post("/read-workflow")
async def read(body: FileBody) -> WorkflowAnswer:
    """The workflow in the text of a file, JSON or YAML, alone or in an exported run. Nothing in it runs.

    What its author allowed, whoever imports it has not allowed yet (docs/decisions/0020).
    """
    return WorkflowAnswer(workflow=await beside(False, read_workflow, body.text))


@router.post("/layout")
async def arrange(body: WorkflowBody) -> WorkflowAnswer:
    """Place the nodes by dependency, parallel branches side by side."""
    workflow = parse_workflow(body.workflow)
    return WorkflowAnswer(workflow=await beside(False, layout, workflow))


@router.post("/diff")
async def difference(body: ChangeBody) -> ChangeAnswer:
    """What differs between two workflows, or two versions of one."""
    before, after = parse_workflow(body.before), parse_workflow(body.after)
    return ChangeAnswer(diff=await beside(False, diff, before, after))
