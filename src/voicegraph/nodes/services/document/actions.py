"""document: read a file of the run, whoever made it: a download, a saved file, an upload."""

from __future__ import annotations

from typing import Literal

from voicegraph.errors import NodeError
from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.charsets.charsets import encoded
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.documents.stored_document import kind_of, read_content, read_file
from voicegraph.nodes.output import Output
from voicegraph.nodes.params.encoding_param import Encoding, encoding_param


class Read(Params):
    """Params of document.read."""

    file_id: str = param(
        "",
        title="File",
        description="The id of a stored file; empty: the first file that comes in, or the text where no file does.",
        max_length=200,
    )
    kind: Literal["auto", "csv", "json", "pdf", "text", "html", "feed"] = param(
        "auto", title="Kind", description="auto: what the file's name and content say."
    )
    encoding: Encoding = encoding_param()


@action("document", "read", group="tool", title="Read a file")
async def read(params: Read, node: NodeContext) -> Output:
    """Reads a file that an earlier node downloaded or saved (CSV, JSON, PDF, text, HTML, feed): its text, and rows or values as data."""
    kind = None if params.kind == "auto" else params.kind
    file_id = params.file_id.strip() or next((ref.id for ref in node.inputs.files), "")
    if file_id:
        return await read_file(file_id, node, kind, params.encoding)
    if not node.inputs.text.strip():
        raise NodeError("no_files", "There is no file to read: the nodes before give neither a file nor a text.")
    return await read_content("input", encoded(node.inputs.text), node, kind or kind_of(_media_type(node)))


def _media_type(node: NodeContext) -> str:
    """What an HTTP node before says that its text is."""
    if len(node.inputs.nodes) != 1:
        return ""
    (only,) = node.inputs.nodes.values()
    headers = only.meta.get("headers")
    return str(headers.get("content-type", "")) if isinstance(headers, dict) else ""
