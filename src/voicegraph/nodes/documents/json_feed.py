"""JSON Feed (jsonfeed.org, versions 1 and 1.1)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from voicegraph.nodes.documents.feed_dates import published
from voicegraph.nodes.documents.markup import words_of
from voicegraph.nodes.documents.parsed_document import Document
from voicegraph.words.truncation import cut

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import JsonValue

_VERSION = "https://jsonfeed.org/version/"


def read_json_feed(
    content: bytes, most: int, longest: int, link: Callable[[str], str | None], date: Callable[[str], Any]
) -> Document | None:
    """The feed; None when it is none. `most` entries, summaries of `longest` characters."""
    try:
        found: Any = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not str(_of(found, "version")).startswith(_VERSION):
        return None
    feed = cast("dict[str, Any]", found)
    items: list[dict[str, Any]] = [item for item in _list(feed, "items") if isinstance(item, dict)]
    meta: dict[str, JsonValue] = {
        "format": f"json{str(feed['version']).removeprefix(_VERSION).replace('.', '')[:4]}",
        "title": words_of(_text(feed, "title"), "text/plain", literal=True),
        "link": _text(feed, "home_page_url"),
        "entries": len(items),
    }
    return Document("", [_entry(item, longest, link, date) for item in items[:most]], meta)


def _entry(
    item: dict[str, Any], longest: int, link: Callable[[str], str | None], date: Callable[[str], Any]
) -> JsonValue:
    url = _text(item, "url") or _text(item, "external_url")
    plain = _text(item, "summary") or _text(item, "content_text")
    summary = words_of(plain, "text/plain", literal=True) if plain else words_of(_text(item, "content_html"))
    authors = [*_list(item, "authors"), _of(item, "author")]
    dates = {"published_parsed": _date(item, "date_published"), "updated_parsed": _date(item, "date_modified")}
    return {
        "title": words_of(_text(item, "title"), "text/plain", literal=True),
        "link": link(url) if url else None,
        "published": published({key: date(text) for key, text in dates.items() if text}),
        "author": next((name for one in authors if isinstance(one, dict) and (name := _text(one, "name"))), None),
        "summary": cut(summary, longest),
        "tags": [tag for tag in _list(item, "tags") if isinstance(tag, str) and tag],
    }


def _of(holder: Any, key: str) -> Any:
    return holder.get(key)


def _text(holder: Any, key: str) -> str | None:
    value = holder.get(key)
    return value if isinstance(value, str) and value.strip() else None


def _date(item: dict[str, Any], key: str) -> str | None:
    """Some write the seconds since 1970, or thousandths of them, as a number."""
    value = item.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e14:
        return str(int(value))
    return _text(item, key)


def _list(holder: Any, key: str) -> list[Any]:
    value = holder.get(key)
    return cast("list[Any]", value) if isinstance(value, list) else []
