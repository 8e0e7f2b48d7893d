"""Files that a run on the command line is given by their path: stored as an upload of the page is."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from voicegraph.errors import NotFound, UserError
from voicegraph.graph.model import Workflow
from voicegraph.nodes.params.fields import fields_of
from voicegraph.nodes.templates.template import is_template
from voicegraph.pipeline import Pipeline

Config = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """The content of a file, and the param it is for."""

    node_id: str
    param: str
    path: Path
    content: bytes


async def read_uploads(pipeline: Pipeline, workflow: Workflow, config: Config) -> list[Upload]:
    """The files that `config` names by a path. UserError when one cannot be read. The id of a stored file stays as it is.

    Only what is typed at the command is taken for a path: a workflow file of somebody else may name no file of ours.
    """
    return [
        await _read(pipeline, node_id, param, value)
        for node_id, param, value in _named(pipeline, workflow, config)
        if not await _is_stored(pipeline, value)
    ]


async def store_uploads(pipeline: Pipeline, uploads: Iterable[Upload], config: Config) -> None:
    """Keep them beside the uploads of the page, where a server on the data folder finds them; their ids go into `config`."""
    for upload in uploads:
        kind = mimetypes.guess_type(upload.path.name)[0] or "application/octet-stream"
        stored = await pipeline.files.save(upload.path.name, kind, upload.content)
        config["params"][upload.node_id][upload.param] = stored.id


def _named(pipeline: Pipeline, workflow: Workflow, config: Config) -> Iterator[tuple[str, str, str]]:
    """Where `config` answers a param that takes a file: the node, the name of the param there, the answer."""
    answers: Any = config.get("params")
    for node in workflow.nodes if isinstance(answers, dict) else ():
        action = pipeline.registry.find(node.type, node.action)
        own: Any = cast("Config", answers).get(node.id)
        if action is None or not isinstance(own, dict):
            continue
        known = fields_of(action.params).by_name
        for name, value in cast("Config", own).items():
            if (field := known.get(name)) and field.file and isinstance(value, str) and value.strip():
                yield node.id, name, value


async def _is_stored(pipeline: Pipeline, value: str) -> bool:
    if is_template(value):
        return True  # the run fills it
    try:
        await pipeline.files.get(value)
    except NotFound:
        return False
    return True


async def _read(pipeline: Pipeline, node_id: str, param: str, value: str) -> Upload:
    limit = pipeline.settings.max_upload_bytes
    try:
        path = Path(value).expanduser()
        content = await asyncio.to_thread(_content, path, limit + 1)
    except (OSError, ValueError, RuntimeError) as error:  # no name of a file; no home of that user
        reason = getattr(error, "strerror", None) or error
        raise UserError(
            "no_file", f"{value} cannot be read ({reason}). Give the path of a file that is there."
        ) from error
    if len(content) > limit:
        raise UserError("too_large", f"{value} is larger than {limit:,} bytes. Give a smaller file.")
    return Upload(node_id, param, path, content)


def _content(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most)
