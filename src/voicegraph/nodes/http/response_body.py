"""The body of an HTTP response: text, JSON, a web page, or a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

import httpx
from pydantic import JsonValue

from voicegraph.graph.model import MAX_DEPTH
from voicegraph.nodes.charsets.decoder import Decoded, read_answer
from voicegraph.nodes.data.json_errors import wrong_json
from voicegraph.nodes.data.json_lines import SUFFIXES, plain_records, records
from voicegraph.nodes.data.jsonable import is_deeper, unkept
from voicegraph.nodes.data.large_json import decode
from voicegraph.nodes.text.filenames import clean_name, seen_name

_TEXTS = frozenset({
    "application/xml", "application/javascript", "application/x-javascript", "application/ecmascript",
    "application/x-www-form-urlencoded", "application/yaml", "application/x-yaml",
})  # fmt: skip
_JSON = frozenset({"application/json", "text/json", "application/x-json", "text/x-json", "json"})
_LINES = frozenset({
    "application/x-ndjson", "application/ndjson", "text/x-ndjson", "application/jsonl", "application/x-jsonl",
    "application/jsonlines", "application/x-jsonlines", "application/json-lines", "application/x-json-stream",
    "application/stream+json", "application/json-seq",
})  # fmt: skip
_TABLES = frozenset({"text/csv", "text/tab-separated-values", "application/csv"})
_UNKNOWN = frozenset(
    {"application/octet-stream", "binary/octet-stream", "application/x-download", "application/unknown", "*/*"}
)
"""What servers say that do not know what they send."""
_ANY = _UNKNOWN | {"", "text/plain"}
"""Under which the name at the end of the address tells more."""
_ENCODED_NAME = re.compile(r"filename\*=(?:utf-8'[^']*')?([^;\s]+)", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"filename=(?:\"([^\"]*)\"|([^;\s]+))", re.IGNORECASE)


def media_type(response: httpx.Response) -> str:
    """The media type in lower case without parameters; empty when the server named none."""
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()


def is_json(kind: str) -> bool:
    """Whether the media type is JSON or built on it (RFC 6839)."""
    return kind in _JSON or (kind.endswith("+json") and kind not in _LINES)


def is_text(kind: str) -> bool:
    """Whether the media type is for people or programs to read as text."""
    return kind.startswith("text/") or kind in _TEXTS | _LINES or kind.endswith("+xml") or is_json(kind)


def is_for_files(response: httpx.Response) -> bool:
    """Whether a text is a file by its sender's word: sent to be saved, or a table under the name of one."""
    attached = response.headers.get("content-disposition", "").strip().lower().startswith("attachment")
    named = file_name(response).lower().endswith((".csv", ".tsv"))
    return attached or (named and (media_type(response) in _TABLES or media_type(response) == "text/plain"))


def may_be_json(response: httpx.Response) -> bool:
    """Whether a file of no known kind begins as a JSON object or list does."""
    return media_type(response) in _UNKNOWN and response.content[:1_024].lstrip()[:1] in (b"{", b"[")


@dataclass(frozen=True, slots=True)
class Body:
    """The text of an answer and how it was read, the data in it, and why there is none where it was to be expected."""

    read: Decoded
    data: JsonValue = None
    note: str | None = None


def read_body(response: httpx.Response, encoding: str | None = None) -> Body:
    """What the answer says, in the encoding a person named, if any; for a large one this is work for a thread.

    Data is what is announced as JSON, and what is a JSON object or list, or several in lines, from its beginning to its end whatever
    it is announced as: many servers send their JSON as text/plain or text/html, or do not say what it is.
    """
    read, kind = read_answer(response, encoding), media_type(response)
    text = read.text
    lines = kind in _LINES or (kind in _ANY and file_name(response).lower().endswith(SUFFIXES))
    announced = is_json(kind) or lines
    if not (announced and text.strip()) and text[:1_024].lstrip()[:1] not in ("{", "["):
        return Body(read)
    try:
        data = records(text, decode) if lines else decode(text)
    except ValueError as error:
        data = None if lines else plain_records(text, decode)
        if data is None:
            said = kind if kind not in _ANY else "JSON Lines"
            return Body(
                read,
                None,
                f"The answer is announced as {said} and is none: {wrong_json(error)}." if announced else None,
            )
    if is_deeper(MAX_DEPTH, data):
        return Body(
            read, None, f"The answer's JSON is nested more than {MAX_DEPTH} levels deep: it is kept as text only."
        )
    return Body(read, data, unkept(text, data, "the answer's data"))


def file_name(response: httpx.Response) -> str:
    """A name to keep the body under: of Content-Disposition (RFC 6266), else the end of the URL's path."""
    disposition = response.headers.get("content-disposition", "")
    given = ""
    if encoded := _ENCODED_NAME.search(disposition):
        given = unquote(encoded[1])
    elif plain := _PLAIN_NAME.search(disposition):
        given = plain[1] or plain[2] or ""
    name = next((name for name in (given, response.url.path.rstrip("/")) if seen_name(name)), "download")
    return clean_name(name)
