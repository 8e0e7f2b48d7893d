"""Web pages: the readable text as Markdown, title and other facts, and links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from voicegraph.errors import NodeError
from voicegraph.imports import importing
from voicegraph.nodes.documents.model import Document
from voicegraph.nodes.documents.text import decode, shortened

if TYPE_CHECKING:
    from pydantic import JsonValue

MAX_LINKS = 300
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE
)


def decode_page(content: bytes, charset: str | None) -> str:
    """The page's source: a byte order mark decides, then the charset of the response, the page's own, then a guess."""
    declared = _DECLARED.search(content[:2_048])
    for encoding in (charset, declared[1].decode() if declared else None):
        if encoding and not content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
            try:
                return content.decode(encoding)
            except (LookupError, UnicodeError):  # an encoding nobody knows, or not the one it is
                continue
    return decode(content)[0]


def read_page(address: str, content: bytes) -> Document:
    """What a page at `address` says; `content` is UTF-8. `data` holds url, title, author, date, description and links.

    Raises NodeError `no_text` where there is nothing to read.
    """
    with importing("trafilatura"):
        import trafilatura

    source = content.decode("utf-8", errors="replace")
    tree: Any = trafilatura.load_html(source)
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


def feed_link(address: str, content: bytes) -> str | None:
    """The address of the feed a page announces (`<link rel="alternate" type="application/rss+xml">`), if it does."""
    with importing("trafilatura"):
        import trafilatura

    tree: Any = trafilatura.load_html(content.decode("utf-8", errors="replace"))
    for link in tree.iterfind(".//link[@href]") if tree is not None else ():
        if "alternate" in link.get("rel", "") and link.get("type", "").endswith(("rss+xml", "atom+xml")):
            return urljoin(address, link.get("href"))
    return None


def _links(tree: Any, address: str) -> list[JsonValue]:
    """Where the page links to, each place once, in the page's order; anchors within the page left out."""
    found: dict[str, str] = {}
    for anchor in tree.iterfind(".//a[@href]"):
        url = _absolute(address, anchor.get("href"))
        if url and url not in found and url != address:
            found[url] = " ".join("".join(anchor.itertext()).split())
        if len(found) == MAX_LINKS:
            break
    return [{"url": url, "text": text} for url, text in found.items()]


def _absolute(address: str, target: str) -> str | None:
    try:
        url = urljoin(address, target.strip()).partition("#")[0]
        return url if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None


def _first_text(*candidates: str | None) -> str | None:
    return next((text.strip() for text in candidates if text and text.strip()), None)
