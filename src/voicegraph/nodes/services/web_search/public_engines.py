"""Search without a key, through the public pages of DuckDuckGo and other engines (the library ddgs).

It brings its own HTTP client, because the engines turn away what does not look like a browser. That client talks to the
engines' fixed hosts alone, so the address guard has nothing to judge.
"""

from __future__ import annotations

from typing import Any, cast

from voicegraph.errors import NodeError
from voicegraph.lazy_imports import importing
from voicegraph.nodes.services.web_search.results import SearchQuestion, SearchResult, result
from voicegraph.nodes.threads import in_thread

SECONDS = 10
"""For one engine; a search asks two or three."""

_KEY = "With a key in TAVILY_API_KEY searches do not depend on public engines."


async def search_public(question: SearchQuestion) -> list[SearchResult]:
    """The hits, best first, at least one: engines that refuse us answer with nothing, which is a NodeError here."""
    hits = await in_thread(_ask, question)
    found = (
        result(
            str(hit.get("title") or ""),
            str(hit.get("href") or hit.get("url") or ""),
            str(hit.get("body") or ""),
            hit.get("date"),
            hit.get("source"),
        )
        for hit in hits
    )
    return [each for each in found if each]


def _ask(question: SearchQuestion) -> list[dict[str, Any]]:
    with importing("ddgs"):
        import ddgs
        from ddgs.exceptions import DDGSException, TimeoutException

        # The package is typed only where it is loaded late, which is here.
        engines = cast("Any", ddgs).DDGS(timeout=SECONDS)
    search = engines.news if question.news else engines.text
    try:
        return search(question.query, max_results=question.limit, timelimit=_span(question.days))
    except TimeoutException as error:
        raise NodeError("timeout", f"The search engines did not answer in time. {_KEY}", retryable=True) from error
    except DDGSException as error:
        raise _failure(question, error) from error


def _failure(question: SearchQuestion, error: Exception) -> NodeError:
    if "No results" in str(error):
        message = (
            f"The search engines gave no results for “{question.query}”; they may limit us. Try again later. {_KEY}"
        )
        return NodeError("no_results", message, retryable=True)
    message = "The search engines cannot be reached. Check the server's connection to the internet."
    return NodeError("unreachable", message, retryable=True)


def _span(days: int | None) -> str | None:
    """The engines know day, week, month and year."""
    if not days:
        return None
    return next((name for name, longest in (("d", 1), ("w", 7), ("m", 31)) if days <= longest), "y")
