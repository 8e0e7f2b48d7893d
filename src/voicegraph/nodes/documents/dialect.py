"""How a CSV file is written: what separates its cells, how quotes stand in them, and where one is never closed."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

MAX_FIELD = 1 << 20
_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 50
_LOOKED_AT = 1 << 16
_SEP_WITHIN = 40
_SEP = re.compile(
    r"[ \t]*\"?[ \t]*sep[ \t]*=[ \t]*(?:\"?(\\t|tab|[^\s\"]|\t)\"?)?[ \t]*\"?[ \t,;|]*(?:\r\n?|\n)?", re.IGNORECASE
)
"""Excel's first line. A spreadsheet that wrote the file anew has put it in quotes, or cells behind it."""


@dataclass(frozen=True, slots=True)
class Form:
    """`skipped` lines stand before the rows; with `escapes`, a quote within a cell is written with a backslash."""

    delimiter: str
    skipped: int = 0
    escapes: bool = False

    def options(self, text: str) -> dict[str, Any]:
        """For `csv.reader`."""
        padded = f'{self.delimiter} "' in text[:_LOOKED_AT]
        found: dict[str, Any] = {"delimiter": self.delimiter, "skipinitialspace": padded}
        return {**found, "escapechar": "\\", "doublequote": False} if self.escapes else found


def form_of(text: str) -> tuple[Form, str]:
    """How the text is written, and the text without the line that says so."""
    skipped = 0
    delimiter = None
    first = next(iter(text[:_SEP_WITHIN].splitlines(keepends=True)), "")
    if len(first) < _SEP_WITHIN and (named := _SEP.fullmatch(first.lstrip("\ufeff"))):
        delimiter = "\t" if (named[1] or "").lower() in ("\\t", "tab") else named[1]
        text, skipped = text[len(first) :], 1
    sample = list(islice(io.StringIO(text[: 1 << 20], newline=""), _SAMPLE_LINES))
    if delimiter is None:
        delimiter = max(_DELIMITERS, key=lambda candidate: _agreement(sample, candidate))
    return Form(delimiter, skipped, _escapes(text[:_LOOKED_AT], delimiter)), text


def _escapes(text: str, delimiter: str) -> bool:
    """Whether quotes within quotes are written with a backslash; that a cell ends in one is no sign of it."""
    edge = re.escape(delimiter)
    inside = re.search(rf'\\"(?![{edge}\r\n]|$)', text)
    return bool(inside) and not re.search(r'[^\\",;\t|\r\n]""[^",;\t|\r\n]', text)


def _agreement(sample: list[str], delimiter: str) -> tuple[bool, float, int]:
    """(whether quotes fit it, share of rows of the usual width, that width); one that never occurs scores nothing."""
    csv.field_size_limit(MAX_FIELD)
    options = Form(delimiter, escapes=_escapes("".join(sample), delimiter)).options("")
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


END = "\ue0f0end\ue0f1"
"""A last line, which is a row of its own unless a quote is open."""


def with_end(text: str) -> Iterator[str]:
    """The lines of the text, and END."""
    yield from io.StringIO(text, newline="")
    yield END


def opened_in(text: str, row: int, form: Form) -> int:
    """The line of the quote that is never closed, counted from 1, in a row that begins in line `row` and takes the rest."""
    lines = islice(io.StringIO(text, newline=""), row - 1, None)
    rest = "".join(lines)
    signs = re.compile(r'\\\\.|"' if form.escapes else r'""|"', re.DOTALL)
    before = re.compile(rf"(?:^|[{re.escape(form.delimiter)}\r\n]) *$")
    inside, opened, at = False, 0, 0
    while found := signs.search(rest, at):
        at = found.end()
        if inside:
            inside = found[0] != '"'
        elif found[0][0] == '"' and before.search(rest[max(0, found.start() - 20) : found.start()]):
            inside, opened, at = True, found.start(), found.start() + 1
    return row + rest.count("\n", 0, opened)
