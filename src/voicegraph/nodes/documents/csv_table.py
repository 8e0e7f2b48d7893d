"""CSV files: the header, the rows, the types of the columns; `csv_dialect.py` says how they are written."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voicegraph.errors import NodeError
from voicegraph.nodes.charsets.decoder import UNTOLD, Labels
from voicegraph.nodes.documents.csv_dialect import MAX_FIELD, ONE_COLUMN, CsvForm, form_of
from voicegraph.nodes.documents.csv_header import header_at, is_sentence
from voicegraph.nodes.documents.csv_quotes import END, as_text, has_stray_quote, is_swallowed, opened_in, with_end
from voicegraph.nodes.documents.csv_warnings import MOST_TOLD
from voicegraph.nodes.documents.parsed_document import MAX_COLUMNS, MAX_ROWS, Document
from voicegraph.nodes.documents.text_file import read_text
from voicegraph.nodes.text.markdown_tables import markdown_table

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
    `title` of the lines above the header, `longerRows` than the header, `strayQuotes` (the first lines that have some). `delimiter` is null where there is one column.
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
    if parts.stray:
        meta["strayQuotes"] = [*parts.stray]
    if min(shown, len(rows)) < total:
        meta |= {"truncated": True, "shownRows": shown, "keptRows": len(rows)}
        table += f"\n\n… and {total - shown} more rows."
    data: JsonValue = [{**dict(zip(header, row, strict=True))} for row in typed]
    return Document(f"### {name}\n\n{table}", data, meta)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Of a table: at most MAX_ROWS of its rows padded to one width, of `total`; how many are longer than the header.

    `stray` are the first lines in which quotes were not written twice.
    """

    title: str
    header: list[str]
    rows: list[Row]
    total: int
    longer: int
    stray: list[int]


@dataclass(slots=True)
class _Lines:
    """The rows as they stand, title and header among them: at most one more than MAX_ROWS of `total`.

    `gaps` are the rows above which an empty line stands, `stray` the first lines with quotes that were not written twice.
    """

    kept: list[Row]
    gaps: list[int]
    stray: list[int]
    total: int = 0

    def add(self, row: Row) -> None:
        """One more row, or an empty line."""
        if any(cell.strip() for cell in row):
            self.total += 1
            if len(self.kept) <= MAX_ROWS:
                self.kept.append(row)
        elif self.gaps[-1:] != [len(self.kept)]:
            self.gaps.append(len(self.kept))


def _lines(name: str, text: str, form: CsvForm) -> _Lines:
    csv.field_size_limit(MAX_FIELD)
    lines: list[str] = []
    reader = csv.reader(with_end(text, lines), **form.options(text))
    found = _Lines([], [], [])
    try:
        for row in reader:
            if (row and row[-1].endswith(END) and row != [END]) or is_swallowed(lines, form):
                raise _never_closed(name, reader.line_num, lines, form)
            if any('"' in cell for cell in row) and has_stray_quote("".join(lines), form):
                found.stray = [*found.stray, reader.line_num + form.skipped][:MOST_TOLD]
                found.add(as_text(lines[0], form) or row)
            elif row != [END]:
                found.add(row)
            lines.clear()
    except csv.Error as error:
        if "field larger" in str(error) and '"' in text:
            raise _never_closed(name, reader.line_num, lines, form) from error
        raise NodeError(
            "bad_csv",
            f"{name} is not valid CSV: in line {reader.line_num + form.skipped} "
            f"there is a cell of more than {MAX_FIELD:,} characters, or a sign that no table holds.",
        ) from error
    return found


def _read(name: str, text: str, form: CsvForm) -> _Parts:
    found = _lines(name, text, form)
    kept = found.kept
    at = header_at(kept, found.gaps)
    width = max(map(len, kept[at:]), default=0)
    if width > MAX_COLUMNS:
        raise NodeError("too_wide", f"{name} has {width} columns; at most {MAX_COLUMNS} are read.")
    if not kept:
        raise NodeError("empty_file", f"{name} has no rows. Choose a file with content.")
    given = kept[at]
    headless = all(_NUMBER.fullmatch(cell) or _DECIMAL.fullmatch(cell) for cell in map(str.strip, given))
    body = kept[at : at + MAX_ROWS] if headless else kept[at + 1 : at + 1 + MAX_ROWS]
    return _Parts(
        title="\n".join(" ".join((form.delimiter if is_sentence(row) else " ").join(row).split()) for row in kept[:at]),
        header=_names([] if headless else given, width),
        rows=[row + [""] * (width - len(row)) for row in body],
        total=found.total - at - (not headless),
        longer=0 if headless else sum(any(map(str.strip, row[len(given) :])) for row in body),
        stray=found.stray,
    )


def _never_closed(name: str, last: int, lines: list[str], form: CsvForm) -> NodeError:
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
