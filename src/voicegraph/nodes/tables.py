"""Rows as a Markdown table, for people and models alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MAX_CHARACTERS = 200_000
MAX_CELL = 2_000


def markdown_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], max_characters: int = MAX_CHARACTERS
) -> tuple[str, int]:
    """A GitHub-flavoured table and how many of the rows are in it: it ends with the last one that fits whole."""
    lines = [_line(columns), _line(["---"] * len(columns))]
    room = max_characters - sum(map(len, lines))
    for row in rows:
        line = _line(row)
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    return "\n".join(lines), len(lines) - 2


def _line(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        value = ", ".join(str(item) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    text = " ".join(str(value)[: MAX_CELL + 1].split())
    return (text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}…").replace("|", "\\|")
