"""CSV files: the header, the rows, the types of the columns; `dialect.py` says how they are written."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voicegraph.errors import NodeError
from voicegraph.nodes.cutting import one_line
from voicegraph.nodes.decoding import UNTOLD, Labels
from voicegraph.nodes.documents.dialect import (
    END,
    MAX_FIELD,
    ONE_COLUMN,
    Form,
    form_of,
    is_swallowed,
    opened_in,
    with_end,
)
from voicegraph.nodes.documents.header import header_at
from voicegraph.nodes.documents.model import MAX_COLUMNS, MAX_ROWS, Document
from voicegraph.nodes.documents.text import read_text
from voicegraph.nodes.tables import markdown_table

if TYPE_CHECKING:
    from pydantic import JsonValue

Row = list[str]
Cell = str | int | float | None

# Longer digit strings are identifiers, and a leading zero means a postcode or a telephone number.
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,10})?")
_DECIMAL = re.compile(r"[+-]?\d{1,15},\d{1,10}")
"""No number in `data`, but no name of a column either."""


def parse_csv(name: str, content: bytes, labels: Labels = UNTOLD) -> Document:
    """Rows as a list of objects in `data`; a table in the text.

    A column whose every value is a plain number holds numbers, with null for empty cells; others hold strings. So do
    numbers with a decimal comma: `1,234` is one and a bit here and more than a thousand there, and nothing in a file tells.
    `meta`: `rows` and `columns` of the file, `encoding`, `delimiter`, `shownRows` and `keptRows` when cut;
    `title` of the lines above the header, `longerRows` than the header. `delimiter` is null where there is one column.
    """
    read = read_text(content, labels)
    form, text = form_of(read.text)
    parts = _read(name, text, form)
    header, rows, total = parts.header, parts.rows, parts.total
    columns = [_typed([row[i] for row in rows]) for i in range(len(header))]
    typed = list(zip(*columns, strict=True))
    table, shown = markdown_table(header, rows)
    meta: dict[str, JsonValue] = {
        "format": "csv",
        **read.meta,
        "delimiter": None if form.delimiter == ONE_COLUMN else form.delimiter,
        "rows": total,
        "columns": [*header],
    }
    if parts.title:
        meta["title"] = parts.title
        table = f"{parts.title}\n\n{table}"
    if parts.longer:
        meta["longerRows"] = parts.longer
    if min(shown, len(rows)) < total:
        meta |= {"truncated": True, "shownRows": shown, "keptRows": len(rows)}
        table += f"\n\n… and {total - shown} more rows."
    data: JsonValue = [{**dict(zip(header, row, strict=True))} for row in typed]
    return Document(f"### {name}\n\n{table}", data, meta)


def told_of_table(meta: dict[str, JsonValue], name: str) -> Iterable[str]:
    """What the log says of a table that may not be read as it was meant."""
    if title := meta.get("title"):
        shown = one_line(str(title), 100)
        yield f"{name} begins with a title, “{shown}”: the row under it was taken for the names of the columns."
    if count := meta.get("longerRows"):
        longer = "1 row is" if count == 1 else f"{count} rows are"
        yield (
            f"{name}: {longer} longer than the header. What has no name there is in columns called column_2, column_3 and so on; "
            "look whether what separates the cells stands within them, too."
        )


@dataclass(frozen=True, slots=True)
class _Parts:
    """Of a table: at most MAX_ROWS of its rows padded to one width, of `total`; how many are longer than the header."""

    title: str
    header: list[str]
    rows: list[Row]
    total: int
    longer: int


def _read(name: str, text: str, form: Form) -> _Parts:
    csv.field_size_limit(MAX_FIELD)
    lines: list[str] = []
    reader = csv.reader(with_end(text, lines), **form.options(text))
    kept: list[Row] = []
    total = 0
    try:
        for row in reader:
            if (row and row[-1].endswith(END) and row != [END]) or is_swallowed(lines, form):
                raise _never_closed(name, reader.line_num, lines, form)
            if row != [END] and any(cell.strip() for cell in row):
                total += 1
                if len(kept) <= MAX_ROWS:
                    kept.append(row)
            lines.clear()
    except csv.Error as error:
        if "field larger" in str(error) and '"' in text:
            raise _never_closed(name, reader.line_num, lines, form) from error
        raise NodeError(
            "bad_csv",
            f"{name} is not valid CSV: in line {reader.line_num + form.skipped} "
            f"there is a cell of more than {MAX_FIELD:,} characters, or a sign that no table holds.",
        ) from error
    at = header_at(kept)
    width = max(map(len, kept[at:]), default=0)
    if width > MAX_COLUMNS:
        raise NodeError("too_wide", f"{name} has {width} columns; at most {MAX_COLUMNS} are read.")
    if not kept:
        raise NodeError("empty_file", f"{name} has no rows. Choose a file with content.")
    given = kept[at]
    headless = all(_NUMBER.fullmatch(cell) or _DECIMAL.fullmatch(cell) for cell in map(str.strip, given))
    body = kept[at : at + MAX_ROWS] if headless else kept[at + 1 : at + 1 + MAX_ROWS]
    return _Parts(
        title="\n".join(" ".join(" ".join(row).split()) for row in kept[:at]),
        header=_names([] if headless else given, width),
        rows=[row + [""] * (width - len(row)) for row in body],
        total=total - at - (not headless),
        longer=0 if headless else sum(any(map(str.strip, row[len(given) :])) for row in body),
    )


def _never_closed(name: str, last: int, lines: list[str], form: Form) -> NodeError:
    """`lines` are those of the row, of which `last` is the number of the last one."""
    line = last - len(lines) + 1 + opened_in(lines, form) + form.skipped
    return NodeError(
        "bad_csv",
        f"{name} is not valid CSV: a quotation mark opens a cell in line {line} and is never closed, so that lines after it "
        "would be a part of that cell. Close it there, or write it twice where it is a part of the text.",
    )


def _names(given: Row, width: int) -> list[str]:
    """Every column gets a name of its own: `name`, `name_2`, and `column_3` where there is none."""
    names: dict[str, None] = {}
    for i in range(width):
        base = " ".join(given[i].split()) if i < len(given) else ""
        name, n = base or f"column_{i + 1}", 1
        while name in names:
            n += 1
            name = f"{base or f'column_{i + 1}'}_{n}"
        names[name] = None
    return list(names)


def _typed(values: Sequence[str]) -> list[Cell]:
    stripped = [value.strip() for value in values]
    filled = [value for value in stripped if value]
    if not filled or not all(_NUMBER.fullmatch(value) for value in filled):
        return list(values)
    number = float if any("." in value for value in filled) else int
    return [number(value) if value else None for value in stripped]
