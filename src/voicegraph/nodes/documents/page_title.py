"""The title of a page: its heading, where its `<title>` says the same, else that title without the name of the site.

A page has many headings, and the first may be the site's (“Town News”), a menu's or a banner's. So none counts alone: a heading
is the page's when it is a part of the title between its signs (“Budget agreed | Town News”), or has most words in common with
it. Of what is a part of the title, the site's is what links to its first page, stands in the head of the page and at the end
of the title, or is told as the site's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any, cast
from urllib.parse import urlsplit

from voicegraph.nodes.documents.page_head import absolute, base_of

_SIGNS = re.compile(r"\W+")
_SEPARATOR = re.compile(r"\s+[–•·—|⁄*⋆~‹«<›»>:/-]+\s+|\s*[|»›]\s*|:\s+")
_TITLES = frozenset({"dc.title", "dcterms.title", "citation_title", "parsely-title"})
_SITES = frozenset({"og:site_name", "application-name", "apple-mobile-web-app-title"})
_CHROME = frozenset({"nav", "footer", "aside", "dialog"})
_ROLES = frozenset({"banner", "navigation", "contentinfo", "dialog", "alertdialog", "complementary"})
_FIRST_PAGE = re.compile(r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|home|default)\.\w+)?", re.IGNORECASE)
_HEADINGS = 100
"""The first ones of a page, among which its own is."""
_WORDS = 3
"""So many together are no accident."""
_MOST, _TOLD = 0.6, 0.75


def title_of(tree: Any, address: str, found: str | None) -> str | None:
    """`found` is a guess of the library's, for a page that says nothing of it."""
    if tree is None:
        return found
    head = tree.find(".//head//title")
    whole = _text(tree.find(".//title") if head is None else head)
    said = list(dict.fromkeys([*_meta(tree, ("og:title", "twitter:title")), *_headlines(tree), *_meta(tree, _TITLES)]))
    sites = _sites(tree, address, whole)
    headings = [
        one for one in map(_Heading, _first_headings(tree, "h1", "h2")) if one.letters and one.letters not in sites
    ]
    told = [bare for title in said if _letters(bare := _without(title, sites)) not in sites]
    bare = _without(whole, sites)
    first = [one for one in headings if one.is_first and not one.is_chrome]
    only = [one.text for one in first if not one.in_header]
    said_alone = [*told, *(only if len(first) == 1 else [])]
    return (
        (_agreed(headings, told, whole) if whole else None)
        # Of a site that calls all its pages the same; one or two words may be of a menu.
        or next((text for text in said_alone if len(text.split()) >= _WORDS), None)
        or (bare if _letters(bare) not in sites else None)
        or next(iter([*told, *only]), None)
        or whole
        or " ".join((found or "").split())
        or None
    )


def _agreed(headings: list[_Heading], told: list[str], whole: str) -> str | None:
    """What the page's title and something else in it say alike; rather its beginning than its end, where a site may be named."""
    parts = [_letters(part) for part in _SEPARATOR.split(whole)]
    found: list[tuple[bool, bool, bool, bool, int, str]] = []
    if not any(one.is_first and _likeness(one.text, whole) for one in headings):
        headings = []
    for heading in headings:
        if heading.is_chrome or (heading.in_header and len(parts) == 1):
            continue
        if likeness := _likeness(heading.text, whole):
            is_last = len(parts) > 1 and heading.letters == parts[-1]
            rank = (heading.in_header, is_last, likeness < 1, not heading.is_first, -len(heading.letters))
            found.append((*rank, heading.text))
    found += [
        (False, False, likeness < 1, True, 0, text) for text in told if (likeness := _likeness(text, whole)) > _TOLD
    ]
    best = min(found, key=lambda one: one[:5], default=None)
    return _as_written(best[-1], whole) if best else None


class _Heading:
    """A heading, and where it stands: in a menu, a banner or the like; in the head of the page, not of an article."""

    def __init__(self, element: Any) -> None:
        self.text = _text(element)
        self.letters = _letters(self.text)
        self.is_first = element.tag == "h1"
        self.is_chrome, self.in_header = _place(element)


def _first_headings(tree: Any, *tags: str) -> list[Any]:
    return list(islice(cast("Iterator[Any]", tree.iter(*tags)), _HEADINGS))


def _place(element: Any) -> tuple[bool, bool]:
    """Whether it stands in a menu, a banner or the like; whether in the head of the page, and not of an article."""
    in_header = False
    for above in element.iterancestors():
        if above.tag in ("article", "main"):
            return False, False
        if above.tag in _CHROME or (above.get("role") or "").lower() in _ROLES - {"banner"}:
            return True, in_header
        in_header = in_header or above.tag == "header" or (above.get("role") or "").lower() == "banner"
    return False, in_header


def _sites(tree: Any, address: str, whole: str) -> set[str]:
    """The names of the site, as `_letters`."""
    parts = [_letters(part) for part in _SEPARATOR.split(whole)]
    ends = {parts[0], parts[-1]} if len(parts) > 1 else {parts[0]}
    names = {_letters(text) for text in _meta(tree, _SITES)}
    host = (urlsplit(address).hostname or "").removeprefix("www.")
    names |= {_letters(host), *(label for label in host.split(".")[:-1] if len(label) > 2)}
    base = base_of(tree, address)
    for anchor in tree.iterfind(".//a[@href]"):
        if (text := _letters(_text(anchor))) in ends and _is_first_page(absolute(base, anchor.get("href")), address):
            names.add(text)
    for heading in _first_headings(tree, "h1"):
        text = _letters(_text(heading))
        if len(parts) > 1 and text == parts[-1] and _place(heading)[1]:
            names.add(text)
    return names - {""}


def _is_first_page(url: str | None, address: str) -> bool:
    if url is None or url.partition("?")[0] == address.partition("#")[0].partition("?")[0]:
        return False
    there = urlsplit(url)
    return there.hostname == urlsplit(address).hostname and _FIRST_PAGE.fullmatch(there.path) is not None


def _likeness(text: str, title: str) -> float:
    """1 where it is a part of the title, between its signs or of some words; else the share of words they have in common."""
    letters, all_letters = _letters(text), _letters(title)
    parts = [_letters(part) for part in _SEPARATOR.split(title)]
    runs = {" ".join(filter(None, parts[:end])) for end in range(1, len(parts) + 1)} | {*parts}
    if letters in runs or (len(letters.split()) >= _WORDS and f" {letters} " in f" {all_letters} "):
        return 1.0
    ours, theirs = set(letters.split()), set(all_letters.split())
    share = len(ours & theirs) / max(len(ours), len(theirs), 1)
    return share if share >= _MOST and len(ours & theirs) > 1 else 0.0


def _as_written(text: str, title: str) -> str:
    """A heading in capitals, as the title writes it."""
    parts = _SEPARATOR.split(title) if text.isupper() else []
    return next((part for part in parts if _letters(part) == _letters(text)), text)


def _without(title: str, sites: set[str]) -> str:
    """The title without the site's name at its end or its beginning."""
    while (signs := [*_SEPARATOR.finditer(title)]) and signs[0].start():
        if _letters(title[signs[-1].end() :]) in sites:
            title = title[: signs[-1].start()]
        elif _letters(title[: signs[0].start()]) in sites:
            title = title[signs[0].end() :]
        else:
            break
    return title


def _meta(tree: Any, names: Collection[str]) -> list[str]:
    found = (
        " ".join(meta.get("content").split())
        for meta in tree.iterfind(".//meta[@content]")
        if (meta.get("property") or meta.get("name") or "").lower() in names
    )
    return [text for text in found if text]


def _headlines(tree: Any) -> Iterator[str]:
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        try:
            data: Any = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        graph = cast("dict[str, Any]", data).get("@graph", data) if isinstance(data, dict) else data
        for one in cast("list[Any]", graph) if isinstance(graph, list) else [graph]:
            text = cast("dict[str, Any]", one).get("headline") if isinstance(one, dict) else None
            if isinstance(text, str) and text.strip():
                yield " ".join(text.split())


def _text(element: Any) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _letters(text: str) -> str:
    return _SIGNS.sub(" ", text).strip().casefold()
