"""The names people give to repositories, accounts and moments, as GitHub takes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from voicegraph import clock
from voicegraph.words.durations import parse_moment, parse_span

# https://docs.github.com/en/get-started/using-github: letters, digits and hyphens; repositories also dots and underscores.
_OWNER = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?"
_ACCOUNT = re.compile(_OWNER)
_REPO = re.compile(rf"({_OWNER})/([A-Za-z0-9._-]{{1,100}})")
_ADDRESS = re.compile(r"(?:git@|ssh://git@|https?://)?(?:[\w-]+\.)+[a-z]+(?::\d+)?[:/]", re.IGNORECASE)


def parse_repo(text: str) -> str:
    """`owner/name` from that, or from any address of the repository. ValueError for anything else."""
    path = _ADDRESS.sub("", text.strip(), count=1).strip("/")
    owner, _, rest = path.partition("/")
    name = rest.split("/", 1)[0].split("#", 1)[0].split("?", 1)[0].removesuffix(".git")
    found = _REPO.fullmatch(f"{owner}/{name}")
    if not found or name in {".", ".."}:
        raise ValueError("write the repository as owner/name, or give its GitHub address")
    return found[0]


def parse_account(text: str) -> str:
    """A user's or organisation's name from that, `@name` or its address. "" stays. ValueError for anything else."""
    name = _ADDRESS.sub("", text.strip(), count=1).strip("/@")
    if name and not _ACCOUNT.fullmatch(name):
        raise ValueError("write the name of the account as it is on GitHub")
    return name


def parse_since(text: str) -> str:
    """ISO 8601 in UTC of a date, a date-time or a span before now (`7 days`). "" stays. ValueError for anything else."""
    if not text.strip():
        return ""
    try:
        at = parse_span(text.strip().lower().removesuffix("ago")).before(clock.now(), UTC)
    except ValueError:
        try:
            at = parse_moment(text, clock.now(), UTC)
        except ValueError as error:
            raise ValueError("write a date like 2026-11-01, or a span like 7 days or 3 months") from error
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def parse_labels(given: str | list[str]) -> list[str]:
    """The labels of a list, or of a text with commas or line ends between them."""
    labels = re.split(r"[,\r\n]", given) if isinstance(given, str) else given
    return [name for label in labels if (name := " ".join(label.split()))]
