"""Warnings about a CSV file that may not be read as it was meant, for the log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from voicegraph.words.truncation import one_line

if TYPE_CHECKING:
    from pydantic import JsonValue

MOST_TOLD = 10
"""Lines that are named."""


def told_of_table(meta: dict[str, JsonValue], name: str) -> Iterable[str]:
    """What the log says of a table that may not be read as it was meant."""
    if meta.get("format") != "csv":
        return
    if title := meta.get("title"):
        shown = one_line(str(title), 100)
        yield f"{name} begins with a title, “{shown}”: the row under it was taken for the names of the columns."
    if count := meta.get("longerRows"):
        longer = "1 row is" if count == 1 else f"{count} rows are"
        yield (
            f"{name}: {longer} longer than the header. What has no name there is in {_unnamed(meta['columns'])}; "
            "look whether what separates the cells stands within them, too."
        )
    if isinstance(lines := meta.get("strayQuotes"), list):
        where = f"line {lines[0]}" if len(lines) == 1 else f"lines {', '.join(map(str, lines))}"
        more = " and others" if len(lines) == MOST_TOLD else ""
        yield (
            f"{name}: in {where}{more} a quotation mark stands within a cell in quotes and is not written twice, "
            "so that the cell may end elsewhere than it was taken to; look whether the cells there are right."
        )


def _unnamed(columns: JsonValue) -> str:
    """The last columns, which got their names here, in words."""
    names = cast("list[str]", columns)
    first = next(at for at in range(len(names), -1, -1) if not at or names[at - 1] != f"column_{at}")
    found = names[first:] or names[-1:]
    if len(found) == 1:
        return f"a column called {found[0]}"
    return f"columns called {found[0]} {'and' if len(found) == 2 else 'to'} {found[-1]}"
