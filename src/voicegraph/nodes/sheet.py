"""Data as CSV (RFC 4180) that no spreadsheet mistakes for a formula."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import cast

from pydantic import JsonValue

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the start of a formula; some read the full-width signs so too."""
_BLANK = r'(?:[^\S\t\r\n]|["\x00-\x08\x0e-\x1f\xad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff])'
"""What a spreadsheet drops before it reads a cell: spaces of every width, what has none, and quotes."""
_INSIDE = re.compile(rf"([;\t\r\n]{_BLANK}*)(?=[=@＝＠＋－]|[+-](?! |[\d.,]+[ \t]*(?:[;\r\n]|$)))")
"""Where a cell would begin for a spreadsheet that separates by semicolons, and takes our quotes for text."""
_AFTER_BLANKS = re.compile(rf"{_BLANK}+(?:[=@＝＠＋－]|[+-](?![\d.,\s]+$))")
"""A formula behind blanks. What has only digits in it (`-12,50`, `+49 170 1234567`) computes to nothing worse."""


def to_csv(data: JsonValue) -> str:
    """Objects become rows under the names of all their keys, lists rows of cells, anything else a row of one cell.

    One object is one row. A text that a spreadsheet would take for a formula gets a `'` in front (SECURITY row 6).
    """
    rows: list[JsonValue] = data if isinstance(data, list) else [] if data is None else [data]
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    objects = [row for row in rows if isinstance(row, dict)]
    if rows and len(objects) == len(rows):
        columns = [*dict.fromkeys(key for row in objects for key in row)]
        writer.writerow(map(cell, columns))
        writer.writerows([cell(row.get(name)) for name in columns] for row in objects)
    else:
        writer.writerows(map(cell, _cells(row)) for row in rows)
    return written.getvalue()


def _cells(row: JsonValue) -> Iterable[JsonValue]:
    return cast("list[JsonValue]", row) if isinstance(row, list) else [row]


def cell(value: JsonValue) -> str:
    """A value as the text of a cell: numbers as they are, objects and lists as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return guarded(value)
    written = json.dumps(value, ensure_ascii=False)
    return guarded(written) if isinstance(value, dict | list) else written


def guarded(text: str) -> str:
    """The text with a `'` before whatever a spreadsheet would compute, at its start or where it might be cut in two."""
    text = _INSIDE.sub(r"\1'", text)
    return f"'{text}" if text.startswith(FORMULA) or _AFTER_BLANKS.match(text) else text
