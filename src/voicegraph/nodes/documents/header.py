"""Where the table begins in a CSV file: at the row of names, which may stand under a title; or whether it is one column."""

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
_DECIMAL_COMMA = re.compile(r"(?<![\w,:/])(?<!\w-)(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+,(?:\d+|-+))(?![\w,])")
"""In a number on its own (`1,50`, `-1.234,5`, `5,-`), or commas among thousands; not in a list (`1,2,3`) or behind a date."""


def header_at(rows: Sequence[Row]) -> int:
    """Which row names the columns: the first, unless that is a title, lines of one filled cell above a row of names."""
    rows = rows[:_LOOKED_AT]
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
