"""A parsed file: its text, data and facts, and how much of them is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pydantic import JsonValue

Kind = Literal["csv", "json", "pdf", "text", "html", "page", "feed", "feed_link"]

MAX_TEXT = 1_000_000
"""Characters of text kept: more than any model reads at once."""

MAX_ROWS = 10_000
MAX_COLUMNS = 1_000
MAX_PAGES = 2_000


@dataclass(frozen=True, slots=True)
class Document:
    """`meta` says what was read (`format`, `encoding`, `rows`, `pages`, …) and `truncated` when not all of it was kept."""

    text: str
    data: JsonValue = None
    meta: dict[str, JsonValue] = field(default_factory=dict["str", "JsonValue"])
