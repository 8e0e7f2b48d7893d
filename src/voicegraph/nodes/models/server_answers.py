"""Answers of a model's server: no larger than allowed, and mended where a gateway bends the format.

pydantic-ai's clients read whatever comes into memory, and take a body with status 200 for an answer.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from voicegraph.errors import NodeError
from voicegraph.nodes.data.large_json import SMALL_CHARACTERS, beside
from voicegraph.nodes.http.limited_body import LimitedBody
from voicegraph.nodes.models.gateway_errors import mend

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pydantic_ai.providers import Provider

MAX_BYTES = 2 << 20
"""Several times what MAX_TOKENS and the thinking before it take, escaped as JSON."""
_LIMIT = "the limit for an answer of a model"


def limit_answers(provider: Provider[Any]) -> None:
    """Let the provider's client read MAX_BYTES of an answer at most. What is more is NodeError `too_large`, as a cause.

    The client is one of httpx or httpx2, as the provider's SDK wants it, with the proxies of the environment. Providers
    that speak without HTTP have none.
    """
    client: Any = provider._own_http_client  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    if client is not None:
        client.headers["accept-encoding"] = "gzip"  # what is counted here is what it unpacks to
        client.event_hooks["response"].append(_limit)


def flaw(error: BaseException) -> NodeError | None:
    """What is wrong with the answer itself, its size or how it is packed: SDKs report a connection that broke."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, NodeError):
        found = found.__cause__ or found.__context__
    return found


async def _limit(response: Any) -> None:
    """Called when the head of an answer is there."""
    encoding = response.headers.pop("content-encoding", "")
    stream: object = response.stream
    host = response.request.url.host
    body = _body(type(stream))(stream, encoding, MAX_BYTES, host, _LIMIT)
    response.stream = body
    if response.status_code == 200:
        try:
            content = b"".join([chunk async for chunk in body])
        finally:
            await body.aclose()
        mended = await beside(len(content) <= SMALL_CHARACTERS, mend, content, host)
        if mended.body is not content:  # JSON was found in it, whatever it was called
            response.headers["content-type"] = "application/json"
            response.headers.pop("content-length", None)
        response.status_code = mended.status or response.status_code
        response.stream = _whole(type(stream))(mended.body)


@cache
def _body(kind: type) -> Any:
    """Each client takes streams of its own library only."""
    return type("LimitedAnswer", (LimitedBody, kind), {})


class _Whole:
    """A body that is there already."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body

    async def aclose(self) -> None:
        """Nothing is open."""


@cache
def _whole(kind: type) -> Any:
    return type("MendedAnswer", (_Whole, kind), {})
