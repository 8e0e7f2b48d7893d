from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.nodes.http.urls import normal_url, shown


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        (" https://example.org/a ", "https://example.org/a"),
        ("HTTP://example.org", "HTTP://example.org"),
        ("example.org/feed", "https://example.org/feed"),
        ("//example.org", "https://example.org"),
        ("localhost:8000/x", "https://localhost:8000/x"),
        ("[::1]:80", "https://[::1]:80"),
    ],
)
def test_addresses_as_people_type_them(typed: str, url: str) -> None:
    assert normal_url(typed) == url


@pytest.mark.parametrize(
    "text",
    [
        "ftp://x",
        "javascript:alert(1)",
        "file:///etc",
        "https://",
        "",
        "http://a b",
        "http://[",
        "\x00",
        "http://h:99999",
        "http://h:0/",
    ],
)
def test_what_is_no_web_address(text: str) -> None:
    with pytest.raises(ValueError, match=r"http|address"):
        normal_url(text)


@given(st.text())
def test_any_text_is_an_address_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert normal_url(text).lower().startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://user:secret@example.org:8443/a/b?token=secret#c", "https://example.org:8443/a/b"),
        ("http://[::1]:80/", "http://[::1]/"),
        ("/relative", "relative"),
        ("http://\x00", "the address"),
    ],
)
def test_messages_show_no_secrets(url: str, text: str) -> None:
    assert shown(url) == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("http://example.org/" + "a" * 100_000, "it is longer than 65,536 characters"),
        ("http://xn--/", "its host or port cannot be read"),
        ("http://xn--a.example/x", "its host or port cannot be read"),
    ],
)
def test_why_it_is_none_is_said(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        normal_url(text)
    assert type(caught.value) is ValueError
    assert shown("http://xn--/") == "the address"
