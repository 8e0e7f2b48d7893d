"""The head of a page: the base of its links, its feed, and where it leads at once."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

MAX_DELAY = 10
"""Seconds. A page that leads on after more than that is read first, by people too."""
_FEEDS = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
_PERHAPS_FEEDS = ("text/xml", "application/xml", "text/rss+xml", "text/atom+xml")
"""Types that older pages give to their feeds, and some to other things."""
_OF_COMMENTS = re.compile(r"comment|kommentar", re.IGNORECASE)
_REFRESH = re.compile(
    r"\s*+(?:(\d{1,6})|(?=\.))[\d.]*+(?=[;,\s])\s*+[;,]?+\s*+(?>(?:url\s*=\s*)?)(?:\"([^\"]*)|'([^']*)|(\S.*))",
    re.IGNORECASE,
)
"""Seconds, with or without a figure before the point, and an address; an empty one is none (HTML 4.2.5.3)."""
_FEED_SCHEME = re.compile(r"feed:(?:(?://)?((?=https?:))|(?=//))", re.IGNORECASE)
"""`feed://host/x` and `feed:https://host/x`, with which browsers once called their feed reader."""


def base_of(tree: Any, address: str) -> str:
    """The address that relative links of the page are meant from: its `<base href>`, else its own."""
    first = next(tree.iterfind(".//base[@href]"), None) if tree is not None else None
    return (absolute(address, first.get("href")) if first is not None else None) or address


def feed_of(tree: Any, address: str) -> str | None:
    """The feed the page announces: rather one of articles than one of comments, and the first of those."""
    base = base_of(tree, address)
    found: list[tuple[bool, bool, int, str]] = []
    for number, link in enumerate(tree.iterfind(".//link[@href]") if tree is not None else ()):
        kind = link.get("type", "").partition(";")[0].strip().lower()
        rel = link.get("rel", "").lower().split()
        plainly = "feed" in rel or ("alternate" in rel and kind in _FEEDS)
        url = absolute(base, http_of(link.get("href").strip()))
        if url and url != address.partition("#")[0] and (plainly or ("alternate" in rel and kind in _PERHAPS_FEEDS)):
            of_comments = _OF_COMMENTS.search(f"{link.get('title', '')} {link.get('href')}") is not None
            found.append((of_comments, not plainly, number, url))
    return min(found)[-1] if found else None


def refresh_of(tree: Any, address: str) -> str | None:
    """Where `<meta http-equiv="refresh">` leads in a few seconds; not for browsers without scripts, nor back to itself."""
    base = base_of(tree, address)
    for meta in tree.iterfind(".//meta[@content]") if tree is not None else ():
        if meta.get("http-equiv", "").strip().lower() != "refresh" or _within_noscript(meta):
            continue
        found = _REFRESH.match(meta.get("content"))
        target = next(filter(None, found.groups()[1:]), None) if found else None
        url = absolute(base, target) if target else None
        if found and url and int(found[1] or 0) <= MAX_DELAY and url != address.partition("#")[0]:
            return url
    return None


def http_of(address: str) -> str:
    """The address of a feed without the scheme that is none."""
    scheme = _FEED_SCHEME.match(address)
    return address if scheme is None else f"{'http:' if scheme[1] is None else ''}{address[scheme.end() :]}"


def absolute(base: str, target: str) -> str | None:
    """The http or https address without its anchor; None when it is none."""
    try:
        url = urljoin(base, target.strip()).partition("#")[0]
        return url if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None


def _within_noscript(element: Any) -> bool:
    return any(above.tag == "noscript" for above in element.iterancestors())
