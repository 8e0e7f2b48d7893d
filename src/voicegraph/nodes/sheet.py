"""Data as CSV (RFC 4180) that no spreadsheet mistakes for a formula."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import cast

from pydantic import JsonValue

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
        return f"'{value}" if value.startswith(_FORMULA) else value
    return json.dumps(value, ensure_ascii=False)
