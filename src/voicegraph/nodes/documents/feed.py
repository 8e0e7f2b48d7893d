"""RSS and Atom feeds."""

from __future__ import annotations

import calendar
import html
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

from voicegraph import clock
from voicegraph.errors import NodeError
from voicegraph.imports import importing
from voicegraph.nodes.cutting import cut
from voicegraph.nodes.documents.model import Document

if TYPE_CHECKING:
    from pydantic import JsonValue

MAX_ENTRIES = 500
MAX_SUMMARY = 2_000
_TAGS = re.compile(r"<[^<>]*>")


def read_feed(address: str, content: bytes) -> Document:
    """Title and link of the feed in `meta`, its entries, in its own order, in `data`; no text.

    An entry has title, link, published (ISO 8601 or None), author, summary (text without markup) and tags.
    Raises NodeError `not_a_feed`.
    """
    with importing("feedparser"):
        import feedparser

    # A stream, because feedparser takes other bytes for the name of a file. Markup is stripped below, at less cost.
    headers = {"content-location": address, "content-type": "application/xml"}
    feed = cast("Any", feedparser).parse(BytesIO(content), response_headers=headers, sanitize_html=False)
    version = feed.get("version", "")
    if not version and not feed.entries:
        from voicegraph.nodes.urls import shown

        raise NodeError("not_a_feed", f"{shown(address)} is neither RSS nor Atom; give the address of the feed itself.")
    meta: dict[str, JsonValue] = {
        "format": version or "unknown",
        "title": _plain(feed.feed.get("title")),
        "link": feed.feed.get("link"),
        "entries": len(feed.entries),
    }
    return Document("", [_entry(entry) for entry in feed.entries[:MAX_ENTRIES]], meta)


def _entry(entry: Any) -> JsonValue:
    at = entry.get("published_parsed") or entry.get("updated_parsed")
    summary = entry.get("summary") or next((part.get("value") for part in entry.get("content", [])), "")
    return {
        "title": _plain(entry.get("title")),
        "link": entry.get("link"),
        "published": clock.iso(calendar.timegm(at)) if at else None,
        "author": entry.get("author"),
        "summary": cut(_plain(summary), MAX_SUMMARY),
        "tags": [tag.term for tag in entry.get("tags", []) if tag.get("term")],
    }


def _plain(markup: str | None) -> str:
    return " ".join(html.unescape(_TAGS.sub(" ", markup or "")).split())
