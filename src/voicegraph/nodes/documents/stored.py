"""Read a stored file, whoever stored it: an upload, a download, what a node saved."""

from __future__ import annotations

from voicegraph.errors import NodeError, NotFound
from voicegraph.nodes.charsets import charset_in
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.decoding import Labels, told
from voicegraph.nodes.documents.isolated import parse
from voicegraph.nodes.documents.model import Kind
from voicegraph.nodes.output import Output


async def read_file(file_id: str, node: NodeContext, kind: Kind | None, encoding: str | None = None) -> Output:
    """Its text and data; `kind` None detects what it is. NodeError."""
    try:
        ref, content = await node.files.read(file_id)
    except NotFound as error:
        raise NodeError("file_not_found", "The uploaded file is no longer there. Upload it again.") from error
    labels = Labels(encoding, charset_in(ref.media_type))
    document = await parse(ref.name, content, kind, labels=labels)
    if document.meta.get("truncated"):
        node.log(f"{ref.name} is long: only a part of it is passed on.")
    for line in told(document.meta, ref.name):
        node.log(line)
    return Output(text=document.text, data=document.data, files=[ref], meta={"file": ref.name, **document.meta})
