"""Figures of a table (a list of objects): what its numbers, dates and repeated values say, without a model."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeGuard

from pydantic import JsonValue

Row = Mapping[str, JsonValue]

MOSTLY = 0.8
"""Share of a column's filled cells that must read as numbers (or dates) for the column to be one."""
_MAX_COLUMNS = 20
_MAX_VALUES = 5
_LONGEST_VALUE = 60
_ID_NAMES = re.compile(r"^(id|nr|no|number|index|#|.*[_ ]id|.*Id|uuid|key)$")
_PLAIN = re.compile(r"^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$", re.IGNORECASE)
_COMMA_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
_POINT_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(\.\d{3})+,\d+$")
_DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d{1,2}$")
_UNITS = re.compile(r"^(?:[$€£¥₹]|USD|EUR|GBP|CHF)\s*|\s*(?:[%$€£¥₹]|USD|EUR|GBP|CHF)$")


def tables(data: JsonValue) -> dict[str, list[Row]]:
    """The tables in an input: a list of objects, or an object of such lists (several predecessors), by name."""
    if _is_table(data):
        return {"": data}
    if isinstance(data, dict):
        return {name: value for name, value in data.items() if _is_table(value)}
    return {}


def describe(rows: Sequence[Row]) -> list[str]:
    """Facts about the table as Markdown lines without a bullet: its size first, then one line a telling column."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    size = f"{_count(len(rows), 'row')}, {_count(len(columns), 'column')}: {', '.join(columns[:_MAX_COLUMNS])}"
    facts = [size + (", …" if len(columns) > _MAX_COLUMNS else "")]
    for name in columns[:_MAX_COLUMNS]:
        cells = [row[name] for row in rows if row.get(name) not in (None, "", [])]
        if fact := _column(name, cells, len(rows)):
            facts.append(fact)
    return facts


def _is_table(value: JsonValue) -> TypeGuard[list[Row]]:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _column(name: str, cells: Sequence[JsonValue], rows: int) -> str | None:
    numbers = [number for number in map(as_number, cells) if number is not None]
    missing = f", empty in {_count(rows - len(cells), 'row')}" if len(cells) < rows else ""
    if not cells or _ID_NAMES.match(name):
        return None
    if len(numbers) >= MOSTLY * len(cells):
        total = sum(numbers)
        figures = {"min": min(numbers), "mean": total / len(numbers), "max": max(numbers), "sum": total}
        return f"**{name}**: " + ", ".join(f"{key} {_show(value)}" for key, value in figures.items()) + missing
    dates = [date for date in map(_as_date, cells) if date is not None]
    if len(dates) >= MOSTLY * len(cells):
        return f"**{name}**: from {min(dates)} to {max(dates)}{missing}"
    return _frequent(name, cells, missing)


def _frequent(name: str, cells: Sequence[JsonValue], missing: str) -> str | None:
    """The most frequent values, where values repeat enough to mean something."""
    texts = [str(part) for cell in cells for part in (cell if isinstance(cell, list) else [cell])]
    counts = Counter(texts)
    if any(isinstance(cell, dict) for cell in cells) or max(map(len, counts)) > _LONGEST_VALUE:
        return None
    if len(counts) == 1:
        return f"**{name}**: always {texts[0]}{missing}"
    if len(counts) > len(texts) * 0.6:
        return None
    top = ", ".join(f"{value} ({count})" for value, count in counts.most_common(_MAX_VALUES))
    more = f", and {len(counts) - _MAX_VALUES} more" if len(counts) > _MAX_VALUES else ""
    return f"**{name}**: {top}{more}{missing}"


def as_number(cell: JsonValue) -> float | None:
    """The number a cell shows (`1,234.50`, `€ 12`, `7 %`, `3,14`), or None."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return float(cell) if math.isfinite(cell) else None
    text = _UNITS.sub("", cell.strip()) if isinstance(cell, str) else ""
    if _COMMA_THOUSANDS.match(text):
        text = text.replace(",", "")
    elif _POINT_THOUSANDS.match(text):
        text = text.replace(".", "").replace(",", ".")
    elif _DECIMAL_COMMA.match(text):
        text = text.replace(",", ".")
    number = float(text) if _PLAIN.match(text) else math.nan
    return number if math.isfinite(number) else None


def _as_date(cell: JsonValue) -> str | None:
    """`2026-11-22`, when the cell is an ISO 8601 date or time."""
    if not isinstance(cell, str) or len(cell) < 8:
        return None
    try:
        return datetime.fromisoformat(cell).date().isoformat()
    except ValueError:
        return None


def _show(value: float) -> str:
    """Two decimals at most, thousands apart."""
    return f"{value:,.0f}" if value.is_integer() else f"{value:,.2f}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
