"""Web pages: the readable text as Markdown, title and other facts, and links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from voicegraph.errors import NodeError
from voicegraph.imports import importing
from voicegraph.nodes.charsets import codec_of, decoded, encoded, marked
from voicegraph.nodes.cutting import cut
from voicegraph.nodes.documents.model import MAX_TEXT, Document
from voicegraph.nodes.documents.page_head import absolute, base_of, feed_of, refresh_of
from voicegraph.nodes.documents.text import decode, shortened

if TYPE_CHECKING:
    from pydantic import JsonValue

MAX_LINKS = 300
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE
)


def decode_page(content: bytes, charset: str | None, most: int | None = None) -> str:
    """The page's source: a byte order mark decides, then the charset of the response, the page's own, then a guess.

    For a large page this is work for a thread, as the two below are.
    """
    declared = _DECLARED.search(content[:2_048])
    for label in (charset, declared[1].decode() if declared else None):
        codec = None if marked(content) else codec_of(label)
        try:
            if codec:
                return decoded(content, codec, most=most)
        except UnicodeError:  # not the encoding it is
            continue
    return decode(content, most)[0]


def page_in_utf8(content: bytes, charset: str | None) -> bytes:
    """The page's source in the one encoding that its readers take."""
    return encoded(decode_page(content, charset))


def plain_text(content: bytes, charset: str | None, form: str) -> Document:
    """Text from the web as it is, its first `MAX_TEXT` characters: how many more there are is not counted."""
    text = decode_page(content, charset, MAX_TEXT + 1)
    truncated: dict[str, JsonValue] = {"truncated": True} if len(text) > MAX_TEXT else {}
    return Document(cut(text, MAX_TEXT), None, {"format": form, **truncated})


def read_page(address: str, content: bytes) -> Document:
    """What a page at `address` says; `content` is UTF-8. `data` holds url, title, author, date, description and links.

    Of a page that leads on to another at once, only where: `meta.refresh`. Raises NodeError `no_text` where there is
    nothing to read.
    """
    with importing("trafilatura"):
        import trafilatura

    source = content.decode("utf-8", errors="replace")
    tree: Any = trafilatura.load_html(source)
    if "refresh" in (led := _led_on(tree, address)):
        return Document("", None, led)
    text = trafilatura.extract(tree, url=address, output_format="markdown") or trafilatura.html2txt(source)
    if tree is None or not text.strip():
        from voicegraph.nodes.urls import shown

        raise NodeError(
            "no_text",
            f"{shown(address)} has no readable text. A page that only a browser's JavaScript fills cannot be read; "
            "look for its feed or its API.",
        )
    facts: Any = trafilatura.extract_metadata(tree, default_url=address)
    data: dict[str, JsonValue] = {
        "url": address,
        "title": _first_text(facts.title, tree.findtext(".//title")),
        "author": facts.author,
        "site": facts.sitename,
        "date": facts.date,
        "description": facts.description,
        "links": _links(tree, address),
    }
    document = shortened(text, {"format": "page"})
    return Document(document.text, data, document.meta)


def read_feed_link(address: str, content: bytes) -> Document:
    """A page's `data` is the address of the feed it announces; `meta.refresh` where it leads at once."""
    with importing("trafilatura"):
        import trafilatura

    tree: Any = trafilatura.load_html(content.decode("utf-8", errors="replace"))
    link = feed_of(tree, address)
    return Document("", link, {"format": "page"} if link else _led_on(tree, address))


def _led_on(tree: Any, address: str) -> dict[str, JsonValue]:
    target = refresh_of(tree, address)
    return {"format": "page", "refresh": target} if target else {"format": "page"}


def _links(tree: Any, address: str) -> list[JsonValue]:
    """Where the page links to, each place once, in the page's order; anchors within the page left out."""
    found: dict[str, str] = {}
    base = base_of(tree, address)
    for anchor in tree.iterfind(".//a[@href]"):
        target = anchor.get("href").strip()
        url = None if target.startswith("#") else absolute(base, target)
        if url and url not in found and url != address:
            found[url] = " ".join("".join(anchor.itertext()).split())
        if len(found) == MAX_LINKS:
            break
    return [{"url": url, "text": text} for url, text in found.items()]


def _first_text(*candidates: str | None) -> str | None:
    return next((text.strip() for text in candidates if text and text.strip()), None)
