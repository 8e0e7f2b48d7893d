"""The dialect of a CSV file: what separates its cells, and how quotes stand in them."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import Any

from voicegraph.nodes.documents.csv_header import is_one_column, only_within_cells, without_decimals

MAX_FIELD = 1 << 20
_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 50
_LOOKED_AT = 1 << 16
_SEP_WITHIN = 40
_SEP = re.compile(
    r"[ \t]*\"?[ \t]*sep[ \t]*=[ \t]*(?:\"?(\\t|tab|[^\s\"]|\t)\"?)?[ \t]*\"?[ \t,;|]*(?:\r\n?|\n)?", re.IGNORECASE
)
"""Excel's first line. A spreadsheet that wrote the file anew has put it in quotes, or cells behind it."""

ONE_COLUMN = "\x1f"
"""Stands between the cells of a file of one column, that is nowhere: no text holds it."""


@dataclass(frozen=True, slots=True)
class CsvForm:
    """`skipped` lines stand before the rows; with `escapes`, a quote within a cell is written with a backslash."""

    delimiter: str
    skipped: int = 0
    escapes: bool = False

    def options(self, text: str) -> dict[str, Any]:
        """For `csv.reader`."""
        padded = f'{self.delimiter} "' in text[:_LOOKED_AT]
        found: dict[str, Any] = {"delimiter": self.delimiter, "skipinitialspace": padded}
        return {**found, "escapechar": "\\", "doublequote": False} if self.escapes else found


def form_of(text: str) -> tuple[CsvForm, str]:
    """How the text is written, and the text without the line that says so."""
    skipped = 0
    delimiter = None
    first = next(iter(text[:_SEP_WITHIN].splitlines(keepends=True)), "")
    if len(first) < _SEP_WITHIN and (named := _SEP.fullmatch(first.lstrip("\ufeff"))):
        delimiter = "\t" if (named[1] or "").lower() in ("\\t", "tab") else named[1]
        text, skipped = text[len(first) :], 1
    sample = list(islice(io.StringIO(text[: 1 << 20], newline=""), _SAMPLE_LINES))
    if delimiter is None:
        delimiter = _likeliest(sample)
        rows = [row for row in csv.reader(sample, **_written(sample, delimiter).options("")) if any(row)]
        if is_one_column(rows, sample, delimiter):
            delimiter = ONE_COLUMN
    escapes = _escapes(text[:_LOOKED_AT], delimiter) or _written(sample, delimiter).escapes
    return CsvForm(delimiter, skipped, escapes), text


def _likeliest(sample: list[str]) -> str:
    """The one that agrees best, unless another agrees as well and leaves of that one nothing but what cells may hold."""
    agreed = {candidate: _agreement(sample, _written(sample, candidate)) for candidate in _DELIMITERS}
    best = max(_DELIMITERS, key=agreed.__getitem__)
    for other in ("\t", ";", "|"):
        if other == best or agreed[other][2] < 2 or agreed[other][:2] < agreed[best][:2]:
            continue
        rows = list(csv.reader(sample, **_written(sample, other).options("")))
        if _is_no_padding(rows, best) if other == "\t" else best == "," and _are_decimal(rows):
            return other
    return best


def _is_no_padding(rows: list[list[str]], sign: str) -> bool:
    """Whether a tab stands on its own in every line, as it does in no text, and not behind the delimiter as a space might."""
    return not any(cell.rstrip(" ").endswith(sign) for row in rows for cell in row[:-1])


def _are_decimal(rows: list[list[str]]) -> bool:
    """Whether every comma within the cells is one of a number or a sentence, and there are some of numbers."""
    cells = [cell for row in rows for cell in row]
    text = "\n".join(cells)
    return without_decimals(text) != text and only_within_cells(cells, ",")


def _written(sample: list[str], delimiter: str) -> CsvForm:
    """With the delimiter; with backslashes where they stand for quotes, or where cells with them fit the other rows."""
    bare, escaped = CsvForm(delimiter), CsvForm(delimiter, escapes=True)
    text = "".join(sample)
    if _escapes(text, delimiter):
        return escaped
    split = f"\\{delimiter}" in text and _agreement(sample, escaped) > _agreement(sample, bare)
    return escaped if split else bare


def _escapes(text: str, delimiter: str) -> bool:
    """Whether quotes within quotes are written with a backslash; that a cell ends in one is no sign of it."""
    edge = re.escape(delimiter)
    inside = re.search(rf'\\"(?![{edge}\r\n]|$)', text)
    return bool(inside) and not re.search(r'[^\\",;\t|\r\n]""[^",;\t|\r\n]', text)


def _agreement(sample: list[str], form: CsvForm) -> tuple[bool, float, int]:
    """(whether quotes fit it, share of rows of the usual width, that width); one that never occurs scores nothing."""
    csv.field_size_limit(MAX_FIELD)
    options = form.options("")
    try:
        widths = Counter(len(row) for row in csv.reader(sample, **options) if row)
    except csv.Error:
        return False, 0.0, 0
    width, count = max(widths.items(), key=lambda item: item[1], default=(0, 0))
    return (_quotes_fit(sample, options), count / widths.total(), width) if width > 1 else (False, 0.0, 0)


def _quotes_fit(sample: list[str], options: dict[str, Any]) -> bool:
    """Whether what is quoted ends at the delimiter or the line, as far as a sample shows that is cut off."""
    reader = csv.reader(sample, strict=True, **options)
    try:
        for _ in reader:
            pass
    except csv.Error:
        return reader.line_num == _SAMPLE_LINES
    return True
