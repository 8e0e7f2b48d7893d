"""RSS and Atom feeds, and JSON Feed."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urljoin

from voicegraph.errors import NodeError
from voicegraph.lazy_imports import importing
from voicegraph.nodes.charsets.charsets import WEB, decoded, marked, python_codec
from voicegraph.nodes.documents.feed_dates import published, read_date
from voicegraph.nodes.documents.feed_source import ends_within_an_entry, is_cut_off, without_bare_ampersands
from voicegraph.nodes.documents.json_feed import read_json_feed
from voicegraph.nodes.documents.markup import line_of, words_of
from voicegraph.nodes.documents.parsed_document import Document
from voicegraph.words.truncation import cut

if TYPE_CHECKING:
    from pydantic import JsonValue

MAX_ENTRIES = 500
MAX_SUMMARY = 2_000
_ROOT_WITHIN = 64 << 10
"""Characters among which the first element stands, behind comments and style sheets."""
_PROLOG = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(?:\[[^\]]*\]\s*)?>", re.DOTALL | re.IGNORECASE)
_ELEMENT = re.compile(r"<(?:[A-Za-z][\w.-]*:)?([A-Za-z][\w-]*)")
_ROOTS = frozenset({"rss", "feed", "rdf"})


def root_of(content: bytes) -> str:
    """The name of the first element in small letters, without its namespace; empty where none is to be seen."""
    content = _from_its_beginning(content)
    name, start = marked(content) or ("windows-1252", 0)
    source = decoded(content, python_codec(name), WEB, _ROOT_WITHIN, start)
    at = 0
    while found := _PROLOG.match(source, at):
        at = found.end()
    element = _ELEMENT.match(source, at)
    return element[1].lower() if element else ""


def is_feed(content: bytes) -> bool:
    """Whether it is plainly a feed, whatever it was announced as."""
    return root_of(content) in _ROOTS


def read_feed(address: str, content: bytes) -> Document:
    """Title and link of the feed in `meta`, its entries, in its own order, in `data`; no text.

    Of one that is cut off, the entries that came whole: `meta.truncated`, and `meta.note` for the log.
    An entry has title, link, published (ISO 8601 or None), author, summary (text without markup) and tags.
    Raises NodeError `not_a_feed`.
    """
    content = _from_its_beginning(content)
    feedparser = _feedparser()
    if content.removeprefix(BOM_UTF8).startswith(b"{"):
        found = read_json_feed(content, MAX_ENTRIES, MAX_SUMMARY, lambda url: urljoin(address, url), _read_any_date)
        if found is not None:
            return found
    # A stream, because feedparser takes other bytes for the name of a file. Markup is stripped below, at less cost.
    headers = {"content-location": address, "content-type": "application/xml; charset=utf-8"}
    source = BytesIO(without_bare_ampersands(content))
    feed = feedparser.parse(source, response_headers=headers, sanitize_html=False)
    version = feed.get("version", "")
    if not version and not feed.entries:
        from voicegraph.nodes.http.urls import shown

        raise NodeError("not_a_feed", f"{shown(address)} is neither RSS nor Atom; give the address of the feed itself.")
    literal = version.startswith("atom")
    entries: list[Any] = feed.entries
    root = root_of(content)
    cut_off = root in _ROOTS and is_cut_off(content, root)
    if cut_off and ends_within_an_entry(content):
        entries = entries[:-1]
    meta: dict[str, JsonValue] = {
        "format": version or "unknown",
        "title": _words(feed.feed, "title", literal),
        "link": feed.feed.get("link"),
        "entries": len(entries),
    }
    if cut_off:
        came = "no entry" if not entries else "1 entry" if len(entries) == 1 else f"{len(entries)} entries"
        meta |= {
            "truncated": True,
            "note": f"The feed is cut off before its end: {came} came whole, the rest is missing.",
        }
    return Document("", [_entry(entry, literal) for entry in entries[:MAX_ENTRIES]], meta)


def _from_its_beginning(content: bytes) -> bytes:
    """Without the white space before it, which XML does not allow; a byte order mark stays."""
    bare = content[:_ROOT_WITHIN].lstrip(b" \t\r\n" + BOM_UTF8)
    leading = content[: len(content[:_ROOT_WITHIN]) - len(bare)]
    return (BOM_UTF8 if BOM_UTF8 in leading else b"") + content[len(leading) :]


def _entry(entry: Any, literal: bool) -> JsonValue:
    parts: list[Any] = [
        entry.get("summary_detail"),
        *entry.get("content", []),
    ]  # `summary` may be a copy without its type
    texts = (words_of(part.get("value"), part.get("type"), literal=literal) for part in parts if part)
    summary = next(filter(None, texts), "")
    return {
        "title": _words(entry, "title", literal),
        "link": entry.get("link"),
        "published": published(entry),
        "author": entry.get("author"),
        "summary": cut(summary, MAX_SUMMARY),
        "tags": [_line(tag.term, literal) for tag in entry.get("tags", []) if tag.get("term")],
    }


def _words(holder: Any, name: str, literal: bool) -> str:
    detail: dict[str, Any] = holder.get(f"{name}_detail") or {}
    value = holder.get(name)
    return _line(value or "", literal, detail.get("type"))


def _line(text: str, literal: bool, kind: str | None = "text/plain") -> str:
    words = words_of(text, kind, literal=True) if literal else line_of(text, kind)
    return words or words_of(text, "text/plain", literal=True)  # a title about `<script>` is no script


@cache
def _feedparser() -> Any:
    with importing("feedparser"):
        import feedparser
    library = cast("Any", feedparser)
    library.registerDateHandler(read_date)
    return library


def _read_any_date(text: str) -> Any:
    with importing("feedparser"):
        from feedparser.datetimes import _parse_date  # pyright: ignore
    return cast("Any", _parse_date)(text)
