"""Rows as a Markdown table, for people and models alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from voicegraph.words.truncation import cut, one_line

MAX_CHARACTERS = 200_000
MAX_CELL = 2_000


def markdown_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], max_characters: int = MAX_CHARACTERS
) -> tuple[str, int]:
    """A GitHub-flavoured table and how many of the rows are in it: it ends with the last one that fits whole."""
    lines = table_lines([table_cell(name) for name in columns], [])
    room = max_characters - len(lines[0]) - len(lines[1]) - 1
    for row in rows:
        line = _line([table_cell(value) for value in row])
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    return "\n".join(lines), len(lines) - 2


def table_lines(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table whose cells are Markdown already; see `table_cell`."""
    return [_line(columns), _line(["---"] * len(columns)), *map(_line, rows)]


def table_cell(value: object) -> str:
    """A value as the content of a cell: one line, without bars, shortened."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, cast("Sequence[object]", value)))
    return one_line(cut(str(value), MAX_CELL + 1), MAX_CELL).replace("|", "\\|")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
