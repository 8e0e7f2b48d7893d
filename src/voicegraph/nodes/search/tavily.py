"""Search through Tavily's API. https://docs.tavily.com/documentation/api-reference/endpoint/search"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from voicegraph import clock
from voicegraph.errors import NodeError
from voicegraph.imports import importing
from voicegraph.nodes.delegate import delegating_client
from voicegraph.nodes.failures import translated
from voicegraph.nodes.search.results import Question, Result, result

if TYPE_CHECKING:
    import httpx

SECONDS = 30.0


async def search_tavily(
    question: Question, key: str, base_url: str, http: httpx.AsyncClient, seconds: float | None = None
) -> list[Result]:
    """The hits, best first; none when there are none. Its answer is waited for `seconds`, else SECONDS."""
    with importing("tavily"):
        from tavily import AsyncTavilyClient

    options: dict[str, Any] = {"topic": "news" if question.news else "general", "max_results": question.limit}
    if question.days:
        since = datetime.fromtimestamp(clock.now(), UTC) - timedelta(days=question.days)
        options["start_date"] = since.date().isoformat()
    # Its annotations are too loose for the type checker.
    client = cast("Any", AsyncTavilyClient(key, api_base_url=base_url.rstrip("/"), client=delegating_client(http)))
    with _failures():
        answer: dict[str, Any] = await client.search(question.query, timeout=seconds or SECONDS, **options)
    hits = cast("list[dict[str, Any]]", answer.get("results") or [])
    found = (
        result(hit.get("title") or "", hit["url"], hit.get("content") or "", hit.get("published_date")) for hit in hits
    )
    return [each for each in found if each]


@contextmanager
def _failures() -> Generator[None]:
    with importing("tavily"):
        from tavily import BadRequestError, InvalidAPIKeyError, UsageLimitExceededError
        from tavily.errors import ForbiddenError
        from tavily.errors import TimeoutError as TavilyTimeout

    try:
        with translated("Tavily"):
            yield
    except InvalidAPIKeyError as error:
        raise NodeError("unauthorized", "Tavily refused the key. Check TAVILY_API_KEY.") from error
    except UsageLimitExceededError as error:
        raise NodeError("rate_limited", f"Tavily asks for a pause. {error}".rstrip(), retryable=True) from error
    except ForbiddenError as error:
        message = f"Tavily does not take this search; the plan may be used up. {error}"
        raise NodeError("forbidden", message.rstrip()) from error
    except BadRequestError as error:
        raise NodeError("rejected", f"Tavily does not take this search. {error}".rstrip()) from error
    except TavilyTimeout as error:
        raise NodeError("timeout", "Tavily did not answer in time.", retryable=True) from error
    except ValueError as error:
        message = "Tavily's answer is not JSON. Check VOICEGRAPH_TAVILY_BASE_URL."
        raise NodeError("bad_response", message) from error
