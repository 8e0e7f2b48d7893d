"""What an HTTP response carries: text, JSON, a web page, or a file."""

from __future__ import annotations

import re
from urllib.parse import unquote

import httpx
from pydantic import JsonValue

from voicegraph.nodes.bulk import decode
from voicegraph.nodes.charsets import text_of
from voicegraph.nodes.filenames import clean_name, seen_name

_TEXTS = frozenset(
    {"application/xml", "application/javascript", "application/x-www-form-urlencoded", "application/yaml"}
)
_ENCODED_NAME = re.compile(r"filename\*=(?:utf-8'[^']*')?([^;\s]+)", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"filename=(?:\"([^\"]*)\"|([^;\s]+))", re.IGNORECASE)


def media_type(response: httpx.Response) -> str:
    """The media type in lower case without parameters; empty when the server named none."""
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()


def is_json(kind: str) -> bool:
    """Whether the media type is JSON or built on it (RFC 6839)."""
    return kind in ("application/json", "text/json") or kind.endswith("+json")


def is_text(kind: str) -> bool:
    """Whether the media type is for people or programs to read as text."""
    return kind.startswith("text/") or kind in _TEXTS or kind.endswith("+xml") or is_json(kind)


def json_of(response: httpx.Response) -> JsonValue:
    """The value of a JSON response; None when it is something else, or broken."""
    if not is_json(media_type(response)):
        return None
    try:
        return decode(response.content)
    except (ValueError, RecursionError):
        return None


def text_and_json(response: httpx.Response) -> tuple[str, JsonValue]:
    """Both at once: for a large response this is work for a thread."""
    return text_of(response), json_of(response)


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
