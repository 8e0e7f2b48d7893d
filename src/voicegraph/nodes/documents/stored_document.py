"""Read a stored file, whoever stored it: an upload, a download, what a node saved."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from voicegraph.errors import NodeError, NotFound
from voicegraph.nodes.charsets.charsets import charset_in, encoded
from voicegraph.nodes.charsets.decoder import UNTOLD, Decoded, Labels, decode, told
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.data.json_lines import SUFFIXES
from voicegraph.nodes.documents.csv_warnings import told_of_table
from voicegraph.nodes.documents.fetched import read_fetched
from voicegraph.nodes.documents.parsed_document import Document, Kind
from voicegraph.nodes.documents.parsing_process import parse
from voicegraph.nodes.output import Output
from voicegraph.nodes.threads import in_thread

_BY_MEDIA_TYPE: dict[str, Kind] = {
    "text/csv": "csv",
    "application/csv": "csv",
    "text/tab-separated-values": "csv",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/rss+xml": "feed",
    "application/atom+xml": "feed",
}
_TELLING = frozenset({*SUFFIXES, ".csv", ".tsv", ".json", ".pdf", ".txt", ".md", ".markdown", ".log", ".htm", ".html"})
_FEEDS = (b"<rss", b"<feed", b"<rdf:rdf")


async def read_file(file_id: str, node: NodeContext, kind: Kind | None, encoding: str | None = None) -> Output:
    """Its text and data; `kind` None detects what it is. NodeError."""
    try:
        ref, content = await node.files.read(file_id)
    except NotFound as error:
        raise NodeError(
            "file_not_found", "The file is no longer there. Upload it again, or run the node again that made it."
        ) from error
    labels = Labels(encoding, charset_in(ref.media_type))
    output = await read_content(ref.name, content, node, kind or _by_media_type(ref.name, ref.media_type), labels)
    return output.model_copy(update={"files": [ref], "meta": {"file": ref.name, **output.meta}})


async def read_content(
    name: str, content: bytes, node: NodeContext, kind: Kind | None, labels: Labels = UNTOLD
) -> Output:
    """The same of bytes that no file holds."""
    if kind is None and _is_feed(content):
        kind = "feed"
    document = await (_feed(name, content, labels) if kind == "feed" else parse(name, content, kind, labels=labels))
    if document.meta.get("truncated") and kind != "feed":
        node.log(f"{name} is long: only a part of it is passed on.")
    for line in [*told(document.meta, name), *told_of_table(document.meta, name)]:
        node.log(line)
    if note := document.meta.get("note"):
        node.log(str(note))
    return Output(text=document.text, data=document.data, meta=document.meta)


def _by_media_type(name: str, media_type: str) -> Kind | None:
    """What a server called it, where the name does not tell: a download is often called `export`."""
    if PurePath(name).suffix.lower() in _TELLING:
        return None
    return kind_of(media_type)


def kind_of(media_type: str) -> Kind | None:
    """What is read in a way of its own among the media types."""
    return _BY_MEDIA_TYPE.get(media_type.partition(";")[0].strip().lower())


def _is_feed(content: bytes) -> bool:
    start = content[:2_048].lower()
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and any(mark in start for mark in _FEEDS)


async def _feed(name: str, content: bytes, labels: Labels) -> Document:
    read = await in_thread(_in_utf8, content, labels)
    document = await read_fetched("feed", name, encoded(read.text))
    entries: Any = document.data or []
    text = "\n".join(f"- {entry['title'] or entry['link'] or 'Untitled'}" for entry in entries)
    return Document(text or "The feed has no entries.", entries, {**document.meta, **read.meta})


def _in_utf8(content: bytes, labels: Labels) -> Decoded:
    return decode(content, named=labels.named, declared=labels.declared, markup=True)
