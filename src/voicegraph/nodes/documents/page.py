"""Web pages: the readable text as Markdown, title and other facts, and links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voicegraph.errors import NodeError
from voicegraph.lazy_imports import importing
from voicegraph.nodes.charsets.charsets import encoded
from voicegraph.nodes.charsets.decoder import Decoded, decode
from voicegraph.nodes.documents.large_page import HEAD_CHARACTERS
from voicegraph.nodes.documents.page_head import absolute, base_of, feed_of, refresh_of
from voicegraph.nodes.documents.page_source import readable, tree_of
from voicegraph.nodes.documents.page_title import title_of
from voicegraph.nodes.documents.parsed_document import MAX_TEXT, Document
from voicegraph.nodes.documents.text_file import shortened
from voicegraph.words.truncation import cut

if TYPE_CHECKING:
    from pydantic import JsonValue

MAX_LINKS = 300


def decode_page(content: bytes, charset: str | None, most: int | None = None, named: str | None = None) -> Decoded:
    """The page's source, by the charset of the response and what the page says itself, see `decoder.py`.

    For a large page this is work for a thread, as the two below are.
    """
    return decode(content, named=named, declared=charset, markup=True, most=most)


def page_in_utf8(content: bytes, charset: str | None) -> bytes:
    """The page's source in the one encoding that its readers take."""
    return encoded(decode_page(content, charset).text)


def plain_text(content: bytes, charset: str | None, form: str, named: str | None = None) -> Document:
    """Text from the web as it is, its first `MAX_TEXT` characters: how many more there are is not counted."""
    read = decode_page(content, charset, MAX_TEXT + 1, named)
    truncated: dict[str, JsonValue] = {"truncated": True} if len(read.text) > MAX_TEXT else {}
    return Document(cut(read.text, MAX_TEXT), None, {"format": form, **read.meta, **truncated})


def read_page(address: str, content: bytes) -> Document:
    """What a page at `address` says; `content` is UTF-8. `data` holds url, title, author, date, description and links.

    Of a page that leads on to another at once, only where: `meta.refresh`. Raises NodeError `no_text` where there is
    nothing to read. Of a page that is very large, or too deeply nested, it is all the text, main or not: `meta.all_text`.
    """
    with importing("trafilatura"):
        import trafilatura

    tree, source = tree_of(content.decode("utf-8", errors="replace"))
    if "refresh" in (led := _led_on(tree, address)):
        return Document("", None, led)
    text, large = readable(source, tree, address)
    if tree is None or not text.strip():
        from voicegraph.nodes.http.urls import shown

        raise NodeError(
            "no_text",
            f"{shown(address)} has no readable text. A page that only a browser's JavaScript fills cannot be read; "
            "look for its feed or its API.",
        )
    head: Any = trafilatura.load_html(source[:HEAD_CHARACTERS]) if large else tree
    facts: Any = trafilatura.extract_metadata(tree if head is None else head, default_url=address)
    data: dict[str, JsonValue] = {
        "url": address,
        "title": title_of(tree, address, facts.title),
        "author": facts.author,
        "site": facts.sitename,
        "date": facts.date,
        "description": facts.description,
        "links": _links(tree, address),
    }
    document = shortened(text, {"format": "page", "all_text": True} if large else {"format": "page"})
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
