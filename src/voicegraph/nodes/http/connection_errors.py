"""Reasons why a connection failed, in words: libraries speak of their states, of errno and of classes."""

from __future__ import annotations

import errno
import ssl
from collections.abc import Iterator
from typing import cast

import httpx

_NO_HTTP = "what answers there does not speak HTTP as a web server does"
_SAID = (
    ("switch_upgrade", "it switches to another protocol, which nodes do not speak"),
    ("illegal status line", _NO_HTTP),
    ("illegal header", "a header of its answer is broken"),
    ("illegal chunk", "its answer is broken"),
    ("without sending a response", "it closed the connection without an answer"),
    ("without sending complete", "it closed the connection before its answer was whole"),
    ("receive buffer too long", "the head of its answer is too long"),
    ("connection reset", "it closed the connection"),
)
_ERRNO = {
    errno.ECONNREFUSED: "nothing listens there",
    errno.ECONNRESET: "it closed the connection",
    errno.EPIPE: "it closed the connection",
    errno.ENETUNREACH: "no way leads there",
    errno.EHOSTUNREACH: "no way leads there",
    errno.ETIMEDOUT: "it did not answer in time",
}
_BY_CLASS: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ReadError, "it closed the connection before its answer was whole"),
    (httpx.WriteError, "it closed the connection before it had taken the request"),
    (httpx.ConnectError, "no connection came about"),
    (httpx.RemoteProtocolError, _NO_HTTP),
    (httpx.DecodingError, "its answer cannot be unpacked"),
)


def reason_of(error: Exception) -> str:
    """Why, as the end of a sentence."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return "it does not speak TLS there as https wants it"
        if isinstance(cause, OSError) and cause.errno in _ERRNO:
            return _ERRNO[cause.errno]
    said = str(error).lower()
    words = next((words for sign, words in _SAID if sign in said), None)
    return words or next((words for kind, words in _BY_CLASS if isinstance(error, kind)), "it broke off")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it comes of, those in groups too."""
    left: list[BaseException | None] = [error]
    seen: set[int] = set()
    while left:
        cause = left.pop()
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        left += [cause.__context__, cause.__cause__]
        if isinstance(cause, BaseExceptionGroup):
            left += cast("BaseExceptionGroup[BaseException]", cause).exceptions
