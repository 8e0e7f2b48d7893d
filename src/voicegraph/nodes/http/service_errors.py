"""Failures of services as NodeErrors, the same for all of the catalogue: which are worth another try, and when.

4xx is final but for 408, 409, 425 and 429; 5xx, time-outs and broken connections are tried again.
"""

from __future__ import annotations

import ssl
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime
from http.client import responses

import httpx

from voicegraph import clock
from voicegraph.errors import NodeError
from voicegraph.nodes.charsets.decoder import text_of
from voicegraph.nodes.http.connection_errors import reason_of
from voicegraph.nodes.http.urls import shown
from voicegraph.words.truncation import cut, one_line, sentence

RETRYABLE = frozenset({408, 409, 425, 429})
MAX_RETRY_AFTER = 86_400.0
MAX_EXCERPT = 300
_LOOKED_AT = 4_000
"""Characters of a body, spaces included, of which the excerpt is made."""

_CODES = {401: "unauthorized", 403: "forbidden", 404: "not_found", 408: "timeout", 429: "rate_limited"}
_ADVICE = {
    401: "check the key or token",
    403: "the key or token may lack a permission",
    404: "check the address or id",
    429: "the service asks for a pause",
}


@contextmanager
def translated(what: str) -> Generator[None]:
    """Turn httpx's errors into NodeErrors about `what`: a URL, or the name of a service."""
    try:
        yield
    except httpx.HTTPStatusError as error:
        raise status_error(error.response.status_code, what, error.response.headers, excerpt(error.response)) from error
    except httpx.TimeoutException as error:
        raise NodeError("timeout", f"{_name(what)} did not answer in time.", retryable=True) from error
    except httpx.TooManyRedirects as error:
        raise too_many_redirects(what) from error
    except httpx.InvalidURL as error:  # whose words quote the address
        raise NodeError(
            "invalid_request", f"{_name(what)}: the request cannot be sent: the address is broken."
        ) from error
    except (httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
        why = "its address is none of the web's" if isinstance(error, httpx.UnsupportedProtocol) else "it is broken"
        raise NodeError("invalid_request", f"{_name(what)}: the request cannot be sent: {why}.") from error
    except UnicodeError as error:  # whose words quote the header, which may be a key
        raise NodeError(
            "invalid_request",
            f"{_name(what)}: a header or the address holds a character that cannot be sent in a request.",
        ) from error
    except httpx.ConnectError as error:
        raise _connect_error(what, error) from error
    except httpx.HTTPError as error:
        message = f"The connection to {_name(what)} broke: {reason_of(error)}."
        raise NodeError("unreachable", message, retryable=True) from error


def too_many_redirects(what: str) -> NodeError:
    """It may go round in a circle."""
    return NodeError("too_many_redirects", f"{_name(what)} redirects more than ten times.")


def raise_for_status(response: httpx.Response) -> None:
    """Raise NodeError for an answer of 4xx or 5xx. The body must have been read."""
    if response.is_error:
        raise status_error(response.status_code, str(response.url), response.headers, excerpt(response))


def status_error(status: int, what: str, headers: Mapping[str, str] | None = None, detail: str = "") -> NodeError:
    """What an HTTP status means for the node. `what` is a URL or a service's name, `detail` what the service said."""
    phrase = responses.get(status, "")
    advice = f"; {_ADVICE[status]}" if status in _ADVICE else ""
    said = f" It said: {sentence(detail)}" if detail else ""
    return NodeError(
        _CODES.get(status, "server_error" if status >= 500 else "rejected"),
        f"{_name(what)} answered {status} {phrase}".rstrip() + f"{advice}.{said}",
        retryable=status >= 500 or status in RETRYABLE,
        retry_after=retry_after(headers or {}),
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from a Retry-After header (RFC 9110, 10.2.3: seconds or a date), a day at most; None without one."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            at = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - clock.now()
    return min(max(seconds, 0.0), MAX_RETRY_AFTER) if seconds == seconds else None  # noqa: PLR0124 - not a number


def excerpt(response: httpx.Response) -> str:
    """The start of a readable body on one line; nothing for HTML, which says nothing in its first lines."""
    kind = response.headers.get("content-type", "")
    if "html" in kind or not ("json" in kind or kind.startswith("text/") or not kind):
        return ""
    return one_line(cut(text_of(response, _LOOKED_AT + 1), _LOOKED_AT), MAX_EXCERPT)


def _name(what: str) -> str:
    return shown(what) if what.lower().startswith(("http://", "https://")) else what


def _connect_error(what: str, error: httpx.ConnectError) -> NodeError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return NodeError("bad_certificate", f"{_name(what)} has no valid certificate: {cause.verify_message}.")
        cause = cause.__cause__ or cause.__context__
    return NodeError(
        "unreachable", f"{_name(what)} cannot be reached: {reason_of(error)}. Check the address.", retryable=True
    )
