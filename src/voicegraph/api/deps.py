"""What routes are given: the pipeline, and workflows read from bodies."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request

from voicegraph.api.schemas import ExecuteBody
from voicegraph.errors import UserError
from voicegraph.graph.model import Workflow
from voicegraph.graph.validate import parse_workflow
from voicegraph.pipeline import Pipeline, RunRequest


def _pipeline(request: Request) -> Pipeline:
    return request.app.state.pipeline


Wired = Annotated[Pipeline, Depends(_pipeline)]
"""The running VoiceGraph."""


def run_request(body: ExecuteBody, idempotency_key: str | None = None) -> RunRequest:
    """The run an execute body asks for; GraphError locates what is wrong with its workflow."""
    return RunRequest(
        workflow=_workflow(body),
        config=body.config,
        command=body.transcribed_text,
        idempotency_key=idempotency_key,
    )


def _workflow(body: ExecuteBody) -> Workflow:
    if body.workflow is not None:
        return parse_workflow(body.workflow)
    if body.nodes is None:
        raise UserError("missing_workflow", "Send `workflow`, or `nodes` and `edges`.")
    parts: dict[str, Any] = {"nodes": body.nodes, "edges": body.edges}
    return parse_workflow({key: value for key, value in parts.items() if value is not None})
