"""Dependencies of the routes: the pipeline, and workflows read from bodies."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Path, Request
from pydantic import AfterValidator, BaseModel

from voicegraph.api.problems import TooLarge
from voicegraph.api.schemas.common import ExecuteBody, Json
from voicegraph.errors import ConfigError, GraphError, Problem, UserError
from voicegraph.graph.json_decoder import config_flaws
from voicegraph.graph.legacy_format import CONTENT, SentFile, with_file, without_files
from voicegraph.graph.model import ID_PATTERN, LOCAL_OWNER, OwnerId, RunId
from voicegraph.graph.validate import parse_workflow
from voicegraph.nodes.data.large_json import SMALL_CHARACTERS, beside, canonical, is_small
from voicegraph.nodes.documents.request_files import content_of
from voicegraph.notify.notifier import Notifier
from voicegraph.pipeline import Pipeline, RunRequest
from voicegraph.store.upkeep.retention import Upkeep
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


def owner_of() -> OwnerId:
    """Whose a request is: the one seam where accounts enter."""
    return LOCAL_OWNER


Owner = Annotated[OwnerId, Depends(owner_of)]
"""Whose the request is."""
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


@asynccontextmanager
async def run_request(
    body: ExecuteBody, voicegraph: Pipeline, owner: OwnerId, idempotency_key: str | None = None
) -> AsyncGenerator[RunInput]:
    """The run an execute body asks for; GraphError locates what is wrong with its workflow.

    Files that come with it are stored first, for this run; should it not start, they are removed again.
    """
    raw, config, sent = without_files(_workflow(body), body.config)
    digest = await request_digest("run", body) if idempotency_key else None
    if sent and idempotency_key and await voicegraph.queries.by_idempotency_key(idempotency_key, digest):
        sent = []  # the run is there, with files of its own
    stored: list[str] = []
    asked = None
    try:
        for one in sent:
            stored.append(await _store(one, voicegraph))
            with_file(raw, one, stored[-1])
        asked = RunInput(
            RunRequest(
                workflow=parse_workflow(raw),
                config=checked_config(config),
                command=body.transcribed_text,
                idempotency_key=idempotency_key,
                request_digest=digest,
                owner=owner,
            )
        )
        yield asked
        if stored and asked.run_id:
            await voicegraph.files.give(stored, asked.run_id)
    except BaseException:
        if asked is None or asked.run_id is None:
            for file_id in stored:
                await voicegraph.files.delete(file_id)
        raise


@dataclass(slots=True)
class RunInput:
    """A run that is asked for, and its id once it was made."""

    request: RunRequest
    run_id: RunId | None = None


async def _store(sent: SentFile, voicegraph: Pipeline) -> str:
    limit = voicegraph.settings.max_upload_bytes
    where = f"nodes[{sent.index}].params.{CONTENT}"
    try:
        is_small = not isinstance(sent.content, str) or len(sent.content) <= SMALL_CHARACTERS
        content = await beside(is_small, content_of, sent)
    except ValueError as error:
        raise GraphError(
            [Problem(where, f"{sent.name} cannot be read: {error}. Send it again.", "bad_file")]
        ) from error
    if len(content) > limit:
        raise TooLarge(limit, f"file {sent.name}")
    return (await voicegraph.files.save(sent.name, sent.media_type, content)).id


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


def _workflow(body: ExecuteBody) -> Json:
    if body.workflow is not None:
        return body.workflow
    if body.nodes is None:
        raise UserError("missing_workflow", "Send `workflow`, or `nodes` and `edges`.")
    parts: dict[str, Any] = {"nodes": body.nodes, "edges": body.edges}
    return {key: value for key, value in parts.items() if value is not None}
