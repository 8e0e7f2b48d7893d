"""What routes are given: the pipeline, and workflows read from bodies."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import Depends, Header, Path, Request
from pydantic import AfterValidator, BaseModel

from voicegraph.api.schemas import ExecuteBody, Json
from voicegraph.errors import ConfigError, GraphError, UserError
from voicegraph.graph.decode import config_flaws
from voicegraph.graph.model import ID_PATTERN, Workflow
from voicegraph.graph.validate import parse_workflow
from voicegraph.history.upkeep import Upkeep
from voicegraph.nodes.bulk import beside, canonical, is_small
from voicegraph.notify.notifier import Notifier
from voicegraph.pipeline import Pipeline, RunRequest
from voicegraph.triggers import Triggers


def _pipeline(request: Request) -> Pipeline:
    return request.app.state.pipeline


def _triggers(request: Request) -> Triggers:
    return request.app.state.triggers


Wired = Annotated[Pipeline, Depends(_pipeline)]
"""The running VoiceGraph."""


def _upkeep(voicegraph: Wired) -> Upkeep:
    if voicegraph.upkeep is None:
        raise ConfigError("VOICEGRAPH_DATA_DIR", "This process does not look after the history.")
    return voicegraph.upkeep


Kept = Annotated[Upkeep, Depends(_upkeep)]
"""What removes runs and keeps the database small."""
Started = Annotated[Triggers, Depends(_triggers)]
"""What starts runs by itself."""


def _notifier(request: Request) -> Notifier:
    return request.app.state.notifier


Notifies = Annotated[Notifier, Depends(_notifier)]
"""What tells people of runs."""
IdempotencyKey = Annotated[
    str | None,
    Header(
        max_length=255,
        description="The same again answers the same run, and 409 to another request; an empty one is none.",
    ),
    AfterValidator(lambda key: (key or "").strip() or None),
]
"""A name the client gives its request."""
Id = Annotated[str, Path(pattern=ID_PATTERN)]
"""An id in the address."""


async def run_request(body: ExecuteBody, idempotency_key: str | None = None) -> RunRequest:
    """The run an execute body asks for; GraphError locates what is wrong with its workflow."""
    return RunRequest(
        workflow=_workflow(body),
        config=checked_config(body.config),
        command=body.transcribed_text,
        idempotency_key=idempotency_key,
        request_digest=await request_digest("run", body) if idempotency_key else None,
    )


async def request_digest(what: str, body: BaseModel) -> str:
    """The same for requests that ask for the same, however their JSON is written.

    Of the fields as they are, which hold plain JSON: to dump a large body would be one long call.
    """
    fields = type(body).model_fields
    asked = {fields[name].serialization_alias or name: getattr(body, name) for name in body.model_fields_set}
    return await beside(is_small(asked), _digest, [what, asked])


def _digest(asked: object) -> str:
    hashed = hashlib.sha256()
    for piece in canonical(asked, ", ", ": "):
        hashed.update(piece.encode())
    return hashed.hexdigest()


def checked_config(config: Json) -> Json:
    """The config as it is; GraphError when it holds what cannot be kept, or too much."""
    if problems := config_flaws(config):
        raise GraphError(problems)
    return config


def _workflow(body: ExecuteBody) -> Workflow:
    if body.workflow is not None:
        return parse_workflow(body.workflow)
    if body.nodes is None:
        raise UserError("missing_workflow", "Send `workflow`, or `nodes` and `edges`.")
    parts: dict[str, Any] = {"nodes": body.nodes, "edges": body.edges}
    return parse_workflow({key: value for key, value in parts.items() if value is not None})
