from __future__ import annotations

import pytest

from voicegraph.nodes.services.web_search.results import as_data, as_markdown, result


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", "/relative", "ftp://example.com", "http://"])
def test_addresses_that_are_not_of_the_web_are_dropped(url: str):
    assert result("x", url, "") is None


@pytest.mark.parametrize(
    ("date", "iso"),
    [
        (None, None),
        ("2026-11-01T10:00:00+00:00", "2026-11-01T10:00:00+00:00"),
        ("Tue, 12 Mar 2024 04:21:31 GMT", "2024-03-12T04:21:31+00:00"),
        ("yesterday", "yesterday"),
    ],
)
def test_dates(date: str | None, iso: str | None):
    found = result("x", "https://e.com", "", date)
    assert found is not None
    assert found.date == iso


def test_a_title_cannot_break_out_of_its_link():
    found = result("Evil](https://evil.test) [x", "https://www.e.com/a(b)", "one\n<b>two</b>" + "y" * 700)
    assert found is not None
    text = as_markdown([found])
    assert text.startswith(
        "1. [Evil\\](https://evil.test) \\[x](https://www.e.com/a%28b%29) (e.com)\n   one \\<b>two\\</b>"
    )
    assert text.endswith("…")
    assert as_data([found]) == [
        {
            "title": "Evil](https://evil.test) [x",
            "url": "https://www.e.com/a(b)",
            "snippet": "one <b>two</b>" + "y" * 700,
            "date": None,
            "source": "e.com",
        }
    ]


def test_a_hit_without_a_title_is_named_by_its_host():
    found = result(" ", "https://www.e.com/a", "", source="The Paper")
    assert found is not None
    assert as_markdown([found]) == "1. [e.com](https://www.e.com/a) (The Paper)"
