from __future__ import annotations

import httpx
import pytest

from voicegraph.errors import NodeError
from voicegraph.nodes.http.service_errors import excerpt, raise_for_status, retry_after, status_error, translated


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0.5 ", 0.5),
        ("-3", 0.0),
        ("999999999", 86_400.0),
        ("inf", 86_400.0),
        ("nan", None),
        ("soon", None),
        ("", None),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        ("Sun, 06 Nov 1994 08:49:37", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after({"RETRY-AFTER": value}) == seconds


def test_without_the_header_the_engine_decides() -> None:
    assert retry_after({}) is None


def test_a_service_is_named_and_quoted() -> None:
    error = status_error(403, "GitHub", detail="Resource not accessible")
    assert error.message == (
        "GitHub answered 403 Forbidden; the key or token may lack a permission. It said: Resource not accessible."
    )


@pytest.mark.parametrize(
    ("kind", "body", "shown"),
    [
        ("application/json", '{"a":\n 1}', '{"a": 1}'),
        ("text/plain", "no " * 200, ("no " * 100)[:299] + "…"),
        ("text/html", "<html>", ""),
        ("image/png", "x", ""),
    ],
)
def test_only_readable_bodies_are_quoted(kind: str, body: str, shown: str) -> None:
    assert excerpt(httpx.Response(500, text=body, headers={"content-type": kind})) == shown


@pytest.mark.parametrize("charset", ["hex", "zlib", "punycode", "utf-16", "iso-2022-jp"])
def test_a_body_in_any_charset_is_no_other_failure(charset: str) -> None:
    response = httpx.Response(500, content=b"zz\xff", headers={"content-type": f"text/plain; charset={charset}"})
    assert status_error(500, "GitHub", response.headers, excerpt(response)).code == "server_error"


def test_a_body_that_begins_with_spaces_is_quoted_as_far_as_it_is_looked_at() -> None:
    headers = {"content-type": "text/plain"}
    assert excerpt(httpx.Response(500, text=" " * 3_998 + "no more", headers=headers)) == "n…"


def test_success_is_no_error() -> None:
    raise_for_status(httpx.Response(204))


REQUEST = httpx.Request("GET", "https://user:secret@example.org/a?token=secret")


@pytest.mark.parametrize(
    ("raised", "code", "retryable"),
    [
        (httpx.ReadTimeout("x"), "timeout", True),
        (httpx.ReadError("x"), "unreachable", True),
        (httpx.ConnectError("x"), "unreachable", True),
        (httpx.RemoteProtocolError(""), "unreachable", True),
        (httpx.UnsupportedProtocol("x"), "invalid_request", False),
        (httpx.InvalidURL("x"), "invalid_request", False),
        (httpx.TooManyRedirects("x"), "too_many_redirects", False),
        (
            httpx.HTTPStatusError("x", request=REQUEST, response=httpx.Response(502, request=REQUEST)),
            "server_error",
            True,
        ),
    ],
)
def test_every_error_of_httpx_is_told_apart(raised: Exception, code: str, retryable: bool) -> None:
    with pytest.raises(NodeError) as caught, translated(str(REQUEST.url)):
        raise raised
    assert (caught.value.code, caught.value.retryable) == (code, retryable)
    assert "https://example.org/a" in caught.value.message
    assert "secret" not in caught.value.message


def test_other_errors_pass() -> None:
    with pytest.raises(NodeError, match="mine"), translated("Service"):
        raise NodeError("mine", "mine")
    with pytest.raises(KeyError), translated("Service"):
        raise KeyError
