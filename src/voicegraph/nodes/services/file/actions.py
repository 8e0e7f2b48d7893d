"""file: keep something of the run as a file that can be downloaded."""

from __future__ import annotations

import codecs
import re
from typing import Literal

from pydantic import field_validator

from voicegraph.errors import NodeError
from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.charsets.charsets import marked
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.data.large_json import beside, is_small, pretty
from voicegraph.nodes.output import FileRef, Output
from voicegraph.nodes.text.csv_rows import to_csv
from voicegraph.nodes.text.filenames import clean_name

_KINDS = {"text": ("txt", "text/plain"), "json": ("json", "application/json"), "csv": ("csv", "text/csv")}
_BY_ENDING = {
    **dict(_KINDS.values()),
    "md": "text/markdown",
    "html": "text/html",
    "xml": "application/xml",
    "yaml": "application/yaml",
    "yml": "application/yaml",
    "ics": "text/calendar",
}
_MEDIA_TYPE = r"^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*$"


class Save(Params):
    """Params of file.save."""

    name: str = param(
        "result",
        title="File name",
        description="For example digest.md. The ending is added when there is none.",
        max_length=200,
    )
    source: Literal["auto", "text", "json", "csv", "files"] = param(
        "auto",
        title="Content",
        description="text: the input's text; json, csv: its data (CSV takes lists of objects or of rows); "
        "files: the files that came in, under their own names when there are several; auto: what the name says.",
    )
    media_type: str | None = param(
        None, title="Media type", description="Like text/markdown; empty: what the name says.", max_length=120
    )

    @field_validator("media_type")
    @classmethod
    def _is_media_type(cls, text: str | None) -> str | None:
        if text and not re.match(_MEDIA_TYPE, text):
            raise ValueError("write a media type like text/markdown")
        return text


@action("file", "save", group="delivery", title="Save a file", effect=True)
async def save(params: Save, node: NodeContext) -> Output:
    """Keeps the input as a file of the run, to be downloaded from its result."""
    source = _source(params, node)
    if source == "files":
        kept = await _keep_files(params, node)
    else:
        ending, usual = _KINDS[source]
        name = clean_name(params.name, ending)
        kind = params.media_type or _BY_ENDING.get(name.rpartition(".")[2].lower()) or usual
        small = is_small(node.inputs.text, node.inputs.data)
        content = await beside(small, _content, source, node)
        if (source == "csv" or name.lower().endswith(".csv")) and not content.isascii() and not marked(content):
            content = codecs.BOM_UTF8 + content  # without it, spreadsheets read Windows-1252
        kept = [await _store(node, name, kind, content)]
    names = ", ".join(ref.name for ref in kept)
    return Output(text=node.inputs.text or names, data=node.inputs.data, files=kept, meta={"saved": len(kept)})


def _source(params: Save, node: NodeContext) -> str:
    """“result.csv” of a node that gives rows means the rows; files without a text mean the files."""
    if params.source != "auto":
        return params.source
    if node.inputs.files and not node.inputs.text:
        return "files"
    ending = params.name.rpartition(".")[2].lower()
    return ending if ending in ("json", "csv") and node.inputs.data is not None else "text"


def _content(source: str, node: NodeContext) -> bytes:
    if source == "text":
        return node.inputs.text.encode("utf-8", "replace")
    if source == "csv":
        if node.inputs.data is None:
            raise NodeError("no_data", "There is no data to write as CSV: the node before gives text only.")
        return to_csv(node.inputs.data, _columns(node)).encode("utf-8", "replace")
    data = node.inputs.text if node.inputs.data is None else node.inputs.data
    return pretty(data).encode("utf-8", "replace")


def _columns(node: NodeContext) -> list[str]:
    """The names of a table's columns, which its data does not hold when it has no rows."""
    if len(node.inputs.nodes) != 1:
        return []
    (only,) = node.inputs.nodes.values()
    names = only.meta.get("columns")
    return [str(name) for name in names] if isinstance(names, list) else []


async def _keep_files(params: Save, node: NodeContext) -> list[FileRef]:
    """Copies of what came in, so that the run's file stays when the upload is deleted."""
    incoming = node.inputs.files
    if not incoming:
        raise NodeError("no_files", "There are no files to save: the nodes before give none.")
    kept: list[FileRef] = []
    for ref in incoming:
        known, content = await node.files.read(ref.id)
        ending = known.name.rpartition(".")[2] if "." in known.name else ""
        alone = len(incoming) == 1 and params.name != Save.model_fields["name"].default
        name = clean_name(params.name if alone else known.name, ending)
        kept.append(await _store(node, name, params.media_type or known.media_type, content))
    return kept


async def _store(node: NodeContext, name: str, kind: str, content: bytes) -> FileRef:
    most = node.settings.max_upload_bytes
    if len(content) > most:
        raise NodeError("too_large", f"{name} would be larger than {most >> 20} MiB. Select a part of the input.")
    ref = await node.files.save(name, kind, content)
    node.log(f"Saved {ref.name}, {ref.size:,} bytes.")
    return ref
