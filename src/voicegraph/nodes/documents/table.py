"""CSV files: the dialect, the header, the types of the columns."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from voicegraph.errors import NodeError
from voicegraph.nodes.decoding import UNTOLD, Labels
from voicegraph.nodes.documents.model import MAX_COLUMNS, MAX_ROWS, Document
from voicegraph.nodes.documents.text import read_text
from voicegraph.nodes.tables import markdown_table

if TYPE_CHECKING:
    from pydantic import JsonValue

Row = list[str]
Cell = str | int | float | None

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 50
_MAX_FIELD = 1 << 20
# Longer digit strings are identifiers, and a leading zero means a postcode or a telephone number.
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,10})?")


def parse_csv(name: str, content: bytes, labels: Labels = UNTOLD) -> Document:
    """Rows as a list of objects in `data`; a table in the text.

    A column whose every value is a plain number holds numbers, with null for empty cells; others hold strings.
    `meta`: `rows` and `columns` of the file, `encoding`, `delimiter`, `shownRows` and `keptRows` when cut.
    """
    read = read_text(content, labels)
    delimiter, text = _delimiter(read.text)
    header, rows, total = _read(name, text, delimiter)
    columns = [_typed([row[i] for row in rows]) for i in range(len(header))]
    typed = list(zip(*columns, strict=True))
    table, shown = markdown_table(header, rows)
    meta: dict[str, JsonValue] = {
        "format": "csv",
        **read.meta,
        "delimiter": delimiter,
        "rows": total,
        "columns": [*header],
    }
    if min(shown, len(rows)) < total:
        meta |= {"truncated": True, "shownRows": shown, "keptRows": len(rows)}
        table += f"\n\n… and {total - shown} more rows."
    data: JsonValue = [{**dict(zip(header, row, strict=True))} for row in typed]
    return Document(f"### {name}\n\n{table}", data, meta)


def _delimiter(text: str) -> tuple[str, str]:
    """The delimiter whose rows agree best on their width, and the text without Excel's `sep=;` line."""
    first, _, rest = text.partition("\n")
    if re.fullmatch(r"sep=[,;\t|]\r?", first):
        return first[4], rest
    sample = list(islice(io.StringIO(text, newline=""), _SAMPLE_LINES))
    return max(_DELIMITERS, key=lambda candidate: _agreement(sample, candidate)), text


def _agreement(sample: list[str], delimiter: str) -> tuple[bool, float, int]:
    """(whether quotes fit it, share of rows of the usual width, that width); one that never occurs scores nothing."""
    csv.field_size_limit(_MAX_FIELD)
    try:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if row)
    except csv.Error:
        return False, 0.0, 0
    width, count = max(widths.items(), key=lambda item: item[1], default=(0, 0))
    return (_quotes_fit(sample, delimiter), count / widths.total(), width) if width > 1 else (False, 0.0, 0)


def _quotes_fit(sample: list[str], delimiter: str) -> bool:
    """Whether what is quoted ends at the delimiter or the line, as far as a sample shows that is cut off."""
    reader = csv.reader(sample, delimiter=delimiter, strict=True)
    try:
        for _ in reader:
            pass
    except csv.Error:
        return reader.line_num == _SAMPLE_LINES
    return True


def _read(name: str, text: str, delimiter: str) -> tuple[list[str], list[Row], int]:
    """(column names, at most MAX_ROWS rows padded to one width, number of rows in the file)."""
    padded_quotes = f'{delimiter} "' in text[:65_536]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=padded_quotes)
    try:
        lines = (row for row in reader if any(cell.strip() for cell in row))
        kept = list(islice(lines, MAX_ROWS + 1))
        total = len(kept) + sum(1 for _ in lines)
    except csv.Error as error:
        raise NodeError("bad_csv", f"{name} is not valid CSV: line {reader.line_num}: {error}.") from error
    width = max(map(len, kept), default=0)
    if width > MAX_COLUMNS:
        raise NodeError("too_wide", f"{name} has {width} columns; at most {MAX_COLUMNS} are read.")
    headless = all(_NUMBER.fullmatch(cell.strip()) for cell in kept[0])
    rows = kept[:MAX_ROWS] if headless else kept[1:]
    header = _names([] if headless else kept[0], width)
    return header, [row + [""] * (width - len(row)) for row in rows], total - (not headless)


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
