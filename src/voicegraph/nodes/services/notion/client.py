"""Notion's REST interface as the notion nodes use it: pages are followed to the end, every failure is a NodeError.

API version 2025-09-03, in which a database holds one or more data sources and the rows belong to those.
https://developers.notion.com/reference
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import httpx

from voicegraph.errors import NodeError
from voicegraph.lazy_imports import importing
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.http.sdk_client import delegating_client
from voicegraph.nodes.http.service_errors import status_error, translated
from voicegraph.setting_names import name_in_use
from voicegraph.settings import Settings
from voicegraph.words.truncation import sentence

if TYPE_CHECKING:
    from notion_client import AsyncClient

Json = dict[str, Any]

PAGE_SIZE = 100
VERSION = "2025-09-03"
_SHARE = "Open it in Notion, choose ••• > Connections and add your integration; then check the id or the title."
# Before these nothing has left this machine, so that trying again cannot do a thing twice.
TIMEOUT = 60.0
"""Seconds for one answer, where the node has no limit of its own."""
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def requires_key(settings: Settings, _action: str) -> str | None:
    """What is missing for any notion node."""
    if settings.notion_api_key:
        return None
    return "Notion needs a key: set NOTION_API_KEY to the token of an integration (notion.so/my-integrations)."


class Notion:
    """One node's access to Notion. Objects are the API's, as dicts."""

    def __init__(self, sdk: AsyncClient) -> None:
        self._sdk = sdk

    @classmethod
    def of(cls, node: NodeContext) -> Notion:
        """With NOTION_API_KEY; NodeError where it is not set."""
        key = node.settings.notion_api_key
        token = key.get_secret_value() if key else ""
        if not token:
            raise NodeError("not_configured", str(requires_key(node.settings, node.action)))
        return cls.with_token(token, node.settings, node.http, node.limit or TIMEOUT)

    @classmethod
    def with_token(cls, token: str, settings: Settings, http: httpx.AsyncClient, seconds: float) -> Notion:
        """At the address of the settings, over the guarded client. `seconds` for one answer."""
        with importing("notion_client"):
            from notion_client import AsyncClient
            from notion_client.client import RetryOptions

        sdk = AsyncClient(
            client=delegating_client(http),
            auth=token,
            base_url=settings.notion_base_url.rstrip("/"),
            notion_version=VERSION,
            timeout_ms=int(seconds * 1000),
            # Notion allows three requests a second, and one page can take dozens: short pauses are waited for here.
            retry=RetryOptions(max_retries=2, max_retry_delay_ms=10_000),
            # Its default adds a handler to the same logger for every client.
            logger=logging.getLogger("voicegraph.notion"),
        )
        return cls(sdk)

    async def try_token(self) -> None:
        """NodeError unless the token is taken."""
        with _failures("The user of the token"):
            answer: object = await self._sdk.users.me()
        if not isinstance(answer, dict) or "object" not in answer:
            raise NodeError("bad_response", "what answers is no Notion. Check VOICEGRAPH_NOTION_BASE_URL.")

    async def page(self, page_id: str) -> Json:
        """A page's properties, without its blocks."""
        with _failures("The page"):
            return cast("Json", await self._sdk.pages.retrieve(page_id))

    async def database(self, database_id: str) -> Json:
        """A database and its `data_sources` ({id, name})."""
        with _failures("The database"):
            return cast("Json", await self._sdk.databases.retrieve(database_id))

    async def data_source(self, source_id: str) -> Json:
        """A data source: its title and the schema of its `properties`."""
        with _failures("The data source"):
            return cast("Json", await self._sdk.data_sources.retrieve(source_id))

    async def children(self, block_id: str) -> AsyncIterator[Json]:
        """The direct children of a page or block, in order."""
        cursor: str | None = None
        while True:
            with _failures("The block"):
                answer = cast(
                    "Json",
                    await self._sdk.blocks.children.list(block_id, page_size=PAGE_SIZE, start_cursor=cursor),
                )
            for block in answer["results"]:
                yield block
            if not (cursor := _next(answer)):
                return

    async def rows(self, source_id: str, limit: int, query: Json) -> tuple[list[Json], bool]:
        """At most `limit` pages of a data source, and whether there are more. `query`: `filter`, `sorts`."""
        rows: list[Json] = []
        cursor: str | None = None
        while True:
            size = min(PAGE_SIZE, limit - len(rows))
            with _failures("The database"):
                answer = cast(
                    "Json",
                    await self._sdk.data_sources.query(source_id, page_size=size, start_cursor=cursor, **query),
                )
            rows += [found for found in answer["results"] if found.get("object") == "page"]
            cursor = _next(answer)
            if not cursor or len(rows) >= limit:
                return rows[:limit], bool(cursor) or len(rows) > limit

    async def search(self, title: str, kind: str) -> list[Json]:
        """The first hundred objects of a kind (`page`, `data_source`) whose title resembles this one."""
        only = {"property": "object", "value": kind}
        with _failures("The search"):
            answer = await self._sdk.search(query=title, filter=only, page_size=PAGE_SIZE)
        return cast("list[Json]", cast("Json", answer)["results"])

    async def create_page(self, parent: Json, properties: Json, children: list[Json]) -> Json:
        """A new page. `children` within the limits of one request."""
        with _failures("The parent page"), _written_once():
            made = await self._sdk.pages.create(parent=parent, properties=properties, children=children)
        return cast("Json", made)

    async def append(self, block_id: str, children: list[Json]) -> list[str]:
        """Add children at the end, within the limits of one request; the ids of the new blocks, in order."""
        with _failures("The page"), _written_once():
            made = await self._sdk.blocks.children.append(block_id, children=children)
        return [block["id"] for block in cast("Json", made)["results"]]


def _next(answer: Json) -> str | None:
    return answer.get("next_cursor") if answer.get("has_more") else None


@contextmanager
def _failures(what: str) -> Generator[None]:
    with importing("notion_client"):
        from notion_client.errors import HTTPResponseError, NotionClientErrorBase, RequestTimeoutError

    try:
        with translated("Notion"):
            yield
    except RequestTimeoutError as error:
        raise NodeError("timeout", "Notion did not answer in time.", retryable=True) from error
    except HTTPResponseError as error:
        raise _node_error(what, error.status, error.headers, str(error)) from error
    except NotionClientErrorBase as error:
        raise NodeError(
            "invalid_request", "Notion cannot be asked this: an id or a part of the request is broken."
        ) from error
    except ValueError as error:
        message = "Notion's answer is not JSON. Check VOICEGRAPH_NOTION_BASE_URL."
        raise NodeError("bad_response", message) from error


def _node_error(what: str, status: int, headers: httpx.Headers, said: str) -> NodeError:
    if status == 401:
        return NodeError("unauthorized", f"Notion refused the token. Check {name_in_use('notion_api_key')}.")
    if status == 403:
        return NodeError(
            "forbidden",
            f"The Notion integration lacks a capability for this; allow it in its settings. It said: {sentence(said)}",
        )
    if status == 404:
        return NodeError(
            "not_found", f"{what} does not exist in Notion, or is not shared with the integration. {_SHARE}"
        )
    return status_error(status, "Notion", headers, said)


@contextmanager
def _written_once() -> Generator[None]:
    """Notion has no idempotency keys: a write whose outcome is unknown is final, so that it is not done twice."""
    with importing("notion_client"):
        from notion_client.errors import HTTPResponseError, RequestTimeoutError

    try:
        yield
    except (RequestTimeoutError, httpx.TransportError, HTTPResponseError) as error:
        cause = error.__context__ if isinstance(error, RequestTimeoutError) else error
        if isinstance(cause, _UNSENT) or (isinstance(error, HTTPResponseError) and error.status < 500):
            raise
        raise NodeError(
            "outcome_unknown",
            "Notion did not confirm the write, so it may or may not have happened. "
            "Look in Notion before running this again.",
        ) from error
