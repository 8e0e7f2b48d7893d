from __future__ import annotations

import pytest

from voicegraph import clock
from voicegraph.nodes.services.github.references import parse_account, parse_labels, parse_repo, parse_since


@pytest.mark.parametrize(
    "text",
    [
        "octo/demo",
        " https://github.com/octo/demo ",
        "https://github.com/octo/demo.git",
        "http://www.github.com/octo/demo/issues/12?q=x#y",
        "github.com/octo/demo#readme",
        "git@github.com:octo/demo.git",
        "ssh://git@github.example.com:2222/octo/demo.git",
    ],
)
def test_a_repository_by_name_or_address(text: str):
    assert parse_repo(text) == "octo/demo"


@pytest.mark.parametrize(
    "text", ["octo", "", "octo/", "octo/..", "../../user", "octo/de mo", "a/b%2fc", "-x/y", "octo/{{ x }}"]
)
def test_what_is_no_repository_is_refused(text: str):
    with pytest.raises(ValueError, match="owner/name"):
        parse_repo(text)


@pytest.mark.parametrize(
    ("text", "name"), [("torvalds", "torvalds"), ("@octo", "octo"), ("https://github.com/octo/", "octo"), ("", "")]
)
def test_an_account(text: str, name: str):
    assert parse_account(text) == name


def test_what_is_no_account_is_refused():
    with pytest.raises(ValueError, match="as it is on GitHub"):
        parse_account("a/b")


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("", ""),
        ("2026-11-01", "2026-11-01T00:00:00Z"),
        ("2026-11-01T10:00:00+02:00", "2026-11-01T08:00:00Z"),
        ("7 days", "2026-11-15T12:00:00Z"),
        ("24h ago", "2026-11-21T12:00:00Z"),
    ],
)
def test_since(monkeypatch: pytest.MonkeyPatch, text: str, since: str):
    monkeypatch.setattr(clock, "now", lambda: 1_795_348_800.0)
    assert parse_since(text) == since


def test_what_is_no_moment_is_refused():
    with pytest.raises(ValueError, match="2026-11-01"):
        parse_since("last spring")


@pytest.mark.parametrize(
    "given", ["bug, help wanted,", ["bug", " help wanted "], "bug\nhelp  wanted\r\n", ["bug\n", "help\nwanted"]]
)
def test_labels(given: str | list[str]):
    assert parse_labels(given) == ["bug", "help wanted"]
