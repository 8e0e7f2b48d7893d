"""Search through Tavily's API. https://docs.tavily.com/documentation/api-reference/endpoint/search"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from voicegraph import clock
from voicegraph.errors import NodeError
from voicegraph.lazy_imports import importing
from voicegraph.nodes.http.sdk_client import delegating_client
from voicegraph.nodes.http.service_errors import excerpt, status_error, translated
from voicegraph.nodes.services.web_search.results import SearchQuestion, SearchResult, result
from voicegraph.setting_names import name_in_use
from voicegraph.words.truncation import one_line, sentence

if TYPE_CHECKING:
    import httpx

SECONDS = 30.0
_NOT_TOLD = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.TOO_MANY_REQUESTS})
"""Other servers only search, and Tavily tells ten times in ten minutes."""


async def search_tavily(
    question: SearchQuestion, key: str, base_url: str, http: httpx.AsyncClient, seconds: float | None = None
) -> list[SearchResult]:
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


async def try_key(key: str, base_url: str, http: httpx.AsyncClient) -> bool:
    """Whether somebody says that the key is right, which costs nothing. False: what is there has no such page.

    NodeError when the key is refused or there is no Tavily. The SDK knows no such call:
    https://docs.tavily.com/documentation/api-reference/endpoint/usage
    """
    with translated("Tavily"):
        answer = await http.get(f"{base_url.rstrip('/')}/usage", headers={"Authorization": f"Bearer {key}"})
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        raise _refused()
    if answer.status_code in _NOT_TOLD:
        return False
    if answer.is_error:
        raise status_error(answer.status_code, "Tavily", answer.headers, excerpt(answer))
    try:
        told: object = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict) or not {"key", "account"} & told.keys():
        raise NodeError("bad_response", "What answers is not Tavily. Check VOICEGRAPH_TAVILY_BASE_URL.")
    return True


def _refused() -> NodeError:
    return NodeError("unauthorized", f"Tavily refused the key. Check {name_in_use('tavily_api_key')}.")


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
        raise _refused() from error
    except UsageLimitExceededError as error:
        raise NodeError("rate_limited", f"Tavily asks for a pause.{_said(error)}", retryable=True) from error
    except ForbiddenError as error:
        message = f"Tavily does not take this search; the plan may be used up.{_said(error)}"
        raise NodeError("forbidden", message) from error
    except BadRequestError as error:
        raise NodeError("rejected", f"Tavily does not take this search.{_said(error)}") from error
    except TavilyTimeout as error:
        raise NodeError("timeout", "Tavily did not answer in time.", retryable=True) from error
    except ValueError as error:
        message = "Tavily's answer is not JSON. Check VOICEGRAPH_TAVILY_BASE_URL."
        raise NodeError("bad_response", message) from error


def _said(error: Exception) -> str:
    """The service's own words."""
    said = one_line(str(error), 300)
    return f" It said: {sentence(said)}" if said else ""
