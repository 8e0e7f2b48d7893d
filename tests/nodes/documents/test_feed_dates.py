"""Dates of feeds: as people write them, and what is none."""

from __future__ import annotations

from typing import Any

import pytest

from voicegraph.nodes.documents.feed import read_feed


def published(date: str) -> Any:
    good = "<item><title>Good</title><pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item>"
    item = f"<item><title>A</title><pubDate>{date}</pubDate></item>"
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{item}{good}</channel></rss>'
    entries: Any = read_feed("https://example.org/feed", body.encode()).data
    assert entries[1]["published"] == "2026-11-02T10:00:00.000Z"
    return entries[0]["published"]


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Mon, 02 Nov 2026 10:00:00 CEST", "2026-11-02T08:00"),
        ("Mon, 02 Nov 2026 10:00:00 CET", "2026-11-02T09:00"),
        ("Mon, 02 Nov 2026 10:00:00 MESZ", "2026-11-02T08:00"),
        ("Mon, 02 Nov 2026 10:00:00 BST", "2026-11-02T09:00"),
        ("Mon, 02 Nov 2026 10:00 AM PST", "2026-11-02T18:00"),
        ("Mon, 02 Nov 2026 03:00 PM EST", "2026-11-02T20:00"),
        ("Mon, 02 Nov 2026 12:05 a.m. GMT", "2026-11-02T00:05"),
        ("Monday, November 2, 2026 10:00:00 AM PST", "2026-11-02T18:00"),
        ("Nov 2nd, 2026 10:00 am", "2026-11-02T10:00"),
        ("Mon Nov  2 10:00:00 CEST 2026", "2026-11-02T08:00"),
        ("2026-11-02 10:00:00 CEST", "2026-11-02T08:00"),
        ("2026-11-02T10:00:00+02:00", "2026-11-02T08:00"),
        ("Mon, 02 Nov 2026 10:00:00 +0200", "2026-11-02T08:00"),
        ("Mon, 02 Nov 2026 10:00:00 QQQ", "2026-11-02T10:00"),
        ("2026年11月2日", "2026-11-02T00:00"),
        ("2026年11月2日 10:30", "2026-11-02T10:30"),
        ("2026년 11월 2일", "2026-11-02T00:00"),
        ("2026. 11. 2.", "2026-11-02T00:00"),
        ("2026.11.02", "2026-11-02T00:00"),
        ("2026.11.02 10:00 JST", "2026-11-02T01:00"),
        ("2026/11/02 10:00", "2026-11-02T10:00"),
        ("2026/11/2", "2026-11-02T00:00"),
        ("Mon, 2026-11-02, 10:00", "2026-11-02T10:00"),
        ("2026-W45-1", "2026-11-02T00:00"),
        ("2026W451", "2026-11-02T00:00"),
        ("2026-306", "2026-11-02T00:00"),
        ("2026-11", "2026-11-01T00:00"),
        ("20261102", "2026-11-02T00:00"),
        ("20261102T100000Z", "2026-11-02T10:00"),
        ("20261102100000", "2026-11-02T10:00"),
        ("2026-11-02T10", "2026-11-02T10:00"),
        ("2026-11-02+02:00", "2026-11-02T00:00"),
        ("2026-11-02T10:00:00 GMT+0200", "2026-11-02T08:00"),
    ],
)
def test_dates_as_people_write_them(date: str, at: str) -> None:
    assert published(date) == f"{at}:00.000Z"


@pytest.mark.parametrize(
    "date",
    [
        "0000-00-00T00:00:00Z",
        "9999-12-31T23:59:59-12:00",
        "0000-01-01",
        "Mon, 99 Foo 20266 99:99:99 GMT",
        "-1",
        "",
        "Mon, 01 Jan 0000 00:00:00 GMT",
        "x" * 5_000,
        "10000-01-01T00:00:00Z",
        "2026-13-45",
        "2026-02-30",
        "2026-02-30T10:00:00Z",
        "2026-06-00",
        "2026-00-10",
        "2026/02/30",
        "2026.13.45",
        "2026年13月1日",
        "20260230",
        "20260230100000",
        "2026-366",
        "2026-W54-1",
        "2026-13",
        "01-06-26",
        "12:30",
        "2026 in Kalenderwoche 23",
        "99999999999999",
        "1762077600",
        "2026-11-02T10:00:00+99:00",
        "Mon, 2 Nov 2026 10:00 +9999",
    ],
)
def test_an_absurd_date_is_none_and_kills_nothing(date: str) -> None:
    assert published(date) is None
