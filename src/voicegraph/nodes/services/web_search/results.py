"""Search results, whoever searched."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from pydantic import JsonValue

from voicegraph.nodes.text.markdown import escaped
from voicegraph.words.truncation import cut, one_line

MAX_SNIPPET = 2_000
_SHOWN_SNIPPET = 600


@dataclass(frozen=True, slots=True)
class SearchQuestion:
    """What to look for. `days`: nothing older, where the engine can tell."""

    query: str
    limit: int
    news: bool = False
    days: int | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One hit. `date` is in ISO 8601 where the engine's could be read, `source` the publisher or the host."""

    title: str
    url: str
    snippet: str
    date: str | None
    source: str


def result(
    title: str, url: str, snippet: str, date: str | None = None, source: str | None = None
) -> SearchResult | None:
    """A hit, tidied; None when its address is not one of the web."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    words = one_line(snippet, MAX_SNIPPET)
    host = parts.hostname.removeprefix("www.")
    return SearchResult(" ".join(title.split()) or host, url, words, _iso(date), source or host)


def as_markdown(results: list[SearchResult]) -> str:
    """A numbered list."""
    return "\n".join(_line(number, each) for number, each in enumerate(results, 1))


def as_data(results: list[SearchResult]) -> JsonValue:
    """A list of objects."""
    return [asdict(each) for each in results]


def _line(number: int, each: SearchResult) -> str:
    marker = f"{number}. "
    about = ", ".join(filter(None, (each.source, (each.date or "")[:10])))
    address = each.url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
    head = f"{marker}[{escaped(each.title)}]({address}) ({escaped(about)})"
    snippet = cut(each.snippet, _SHOWN_SNIPPET)
    return f"{head}\n{' ' * len(marker)}{escaped(snippet)}" if snippet else head


def _iso(date: str | None) -> str | None:
    """Engines give ISO 8601 or the form of e-mails (RFC 5322); what is neither stays as it is."""
    if not date:
        return None
    try:
        return datetime.fromisoformat(date).isoformat()
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(date).isoformat()
    except ValueError:
        return date
