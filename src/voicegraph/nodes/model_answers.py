"""How large an answer of a model's server may become: pydantic-ai's clients read whatever comes into memory."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from voicegraph.errors import NodeError
from voicegraph.nodes.limited import LimitedBody

if TYPE_CHECKING:
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


def too_large(error: BaseException) -> NodeError | None:
    """What is wrong with the answer itself, its size or how it is packed: SDKs report a connection that broke."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, NodeError):
        found = found.__cause__ or found.__context__
    return found


async def _limit(response: Any) -> None:
    """Called when the head of an answer is there."""
    encoding = response.headers.pop("content-encoding", "")
    stream: object = response.stream
    response.stream = _body(type(stream))(stream, encoding, MAX_BYTES, response.request.url.host, _LIMIT)


@cache
def _body(kind: type) -> Any:
    """Each client takes streams of its own library only."""
    return type("LimitedAnswer", (LimitedBody, kind), {})
