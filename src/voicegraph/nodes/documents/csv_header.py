"""The header of a CSV file: the row of names, which may stand under a title; or none, where it is one column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from operator import itemgetter

Row = Sequence[str]

_LOOKED_AT = 50
_MOST_LINES = 10
"""Of a title."""
_MOSTLY = 0.8
"""Share of the rows under a header that are as wide as it is; the others may be totals and remarks."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_VALUE = re.compile(r"[-+(]?\s*[$€£¥]?\s*[-+]?\d")
"""How an amount, a date or a time begins, and no name of a column does that is no year."""
_NUMBER = re.compile(r"[-+]?\d[\d.,]*\s?[%$€£¥]?")
_MISSING = frozenset({"", "-", "?", "n/a", "na", "nan", "null", "none", "nil", "unknown", "tbd", "k.a."})
"""What stands among numbers where one is missing."""
_DECIMAL_COMMA = re.compile(r"(?<![\w,:/])(?<!\w-)(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+,(?:\d+|-+))(?![\w,])")
"""In a number on its own (`1,50`, `-1.234,5`, `5,-`), or commas among thousands; not in a list (`1,2,3`) or behind a date."""


def header_at(rows: Sequence[Row], gaps: Sequence[int] = ()) -> int:
    """Which row names the columns: the first, unless that is a title, lines of one filled cell above a row of names.

    `gaps` are the rows above which an empty line stands: what is above it may be a title of several cells.
    """
    rows = rows[:_LOOKED_AT]
    gaps = [gap for gap in gaps if 0 < gap < len(rows)]
    if len(gaps) == 1 and gaps[0] <= _MOST_LINES and _is_title(rows[: gaps[0]], rows[gaps[0]], rows[gaps[0] + 1 :]):
        return gaps[0]
    at = next((at for at, row in enumerate(rows[: _MOST_LINES + 1]) if len(_filled(row)) > 1), 0)
    return at if at and _heads(rows[at], rows[at + 1 :]) else 0


def is_one_column(rows: Sequence[Row], lines: Sequence[str], delimiter: str) -> bool:
    """Whether the delimiter, which made these rows of the lines, stands within their texts and numbers only.

    The header is without it then, and no table stands under it as it does under a title.
    """
    if not rows or len(rows[0]) > 1:
        return False
    at = header_at(rows)
    if only_within_cells(lines, delimiter):
        return not at or not _counts(rows[at], rows[at + 1 :])
    return not _agree(rows[at + 1 :])


def only_within_cells(cells: Sequence[str], sign: str) -> bool:
    """Whether the sign only stands as decimal and thousands commas do, or has a space behind it as in a sentence."""
    bare = "\n".join(cells)
    return not re.search(rf"{re.escape(sign)}(?![ \r\n]|$)", without_decimals(bare) if sign == "," else bare)


def without_decimals(text: str) -> str:
    """The text without its numbers that hold a comma."""
    return _DECIMAL_COMMA.sub("", text)


def _is_title(above: Sequence[Row], names: Row, body: Sequence[Row]) -> bool:
    """Whether lines above an empty one are no header, with or without rows: a sentence, of another width, or over names."""
    if not _heads(names, body) or _heads(above[0], above[1:]):
        return False
    if {len(names)}.isdisjoint(map(len, above)) or (is_sentence(above[0]) and not is_sentence(names)):
        return True
    return _MISSING.isdisjoint(name.strip().lower() for name in names) and _counts(names, body)


def is_sentence(row: Row) -> bool:
    """Whether a space stands behind each sign that made cells of it."""
    return len(row) > 1 and all(cell.startswith(" ") for cell in row[1:])


def _heads(names: Row, body: Sequence[Row]) -> bool:
    """Whether a row looks like the names of the rows under it."""
    filled = _filled(names)
    if len(set(filled)) < len(filled) or any(_VALUE.match(name) and not _YEAR.fullmatch(name) for name in filled):
        return False
    return _agree(body, len(names))


def _agree(body: Sequence[Row], wanted: int | None = None) -> bool:
    """Whether rows are of one width, and not of one cell each."""
    width, count = max(Counter(map(len, body)).items(), key=itemgetter(1), default=(0, 0))
    return width > 1 and width == (wanted or width) and count >= _MOSTLY * len(body)


def _counts(names: Row, body: Sequence[Row]) -> bool:
    """Whether nothing but numbers stands under a name that is none."""
    for at, name in enumerate(names):
        cells = [row[at].strip() for row in body if len(row) > at and row[at].strip()]
        if cells and not _NUMBER.fullmatch(name.strip()) and all(map(_NUMBER.fullmatch, cells)):
            return True
    return False


def _filled(row: Row) -> list[str]:
    return [cell.strip() for cell in row if cell.strip()]
