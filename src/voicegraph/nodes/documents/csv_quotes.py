"""Quotes in a CSV file that stand where they should not: never closed, or within a cell and not written twice."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from voicegraph.nodes.documents.csv_dialect import CsvForm

END = "\ue0f0end\ue0f1"
"""A last line, which is a row of its own unless a quote is open."""


def with_end(text: str, noted: list[str]) -> Iterator[str]:
    """The lines of the text, and END; each is noted as it is taken."""
    for line in io.StringIO(text, newline=""):
        noted.append(line)
        yield line
    noted.append(END)
    yield END


def is_swallowed(lines: list[str], form: CsvForm) -> bool:
    """Whether a row of several lines has a quote within a cell: where the next one stood, a cell that was open ended."""
    return len(lines) > 1 and has_stray_quote("".join(lines), form)


def has_stray_quote(row: str, form: CsvForm) -> bool:
    """Whether a quote within a quoted cell is neither written twice nor the end of it."""
    row = re.sub(rf'"[ \t]+(?=[{re.escape(form.delimiter)}\r\n]|$)', '"', row)
    try:
        for _ in csv.reader(io.StringIO(row, newline=""), strict=True, **form.options(row)):
            pass
    except csv.Error:
        return True
    return False


def opened_in(lines: list[str], form: CsvForm) -> int:
    """In which line of a row the quote stands that should have been closed, counted from 0."""
    row = "".join(lines)
    signs = re.compile(r'\\\\.|"' if form.escapes else r'""|"', re.DOTALL)
    before = re.compile(rf"(?:^|[{re.escape(form.delimiter)}\r\n]) *$")
    inside, opened, at = False, 0, 0
    while found := signs.search(row, at):
        at = found.end()
        if inside:
            inside = found[0] != '"'
        elif found[0][0] == '"' and before.search(row[max(0, found.start() - 20) : found.start()]):
            inside, opened, at = True, found.start(), found.start() + 1
    return row.count("\n", 0, opened)


def as_text(line: str, form: CsvForm) -> list[str] | None:
    """The cells of a line whose stray quotes are a part of the text; None where a cell would not end in the line.

    A quoted cell ends at a quote before the delimiter or the line's end; of two there, the first is a part of the text
    where it ends what a stray one began: `"Miller, "Bob"",1`.
    """
    if form.escapes:
        return None
    line = line.rstrip("\r\n")
    ends = re.compile(rf" *({re.escape(form.delimiter)}|$)")
    start = re.compile(' *"' if form.options(line)["skipinitialspace"] else '"')
    cells: list[str] = []
    at = 0
    while at <= len(line):
        opened = start.match(line, at)
        if not opened:
            cell, found, _ = line[at:].partition(form.delimiter)
            cells.append(cell)
            at = at + len(cell) + 1 if found else len(line) + 1
            continue
        ended = _end_of(line, opened.end(), ends)
        if ended is None:
            return None
        cell, at = ended
        cells.append(cell)
    return cells


def _end_of(line: str, at: int, ends: re.Pattern[str]) -> tuple[str, int] | None:
    """The text of a quoted cell, and where the next one begins."""
    written: list[str] = []
    within = False
    while (quote := line.find('"', at)) >= 0:
        written.append(line[at:quote])
        if ended := ends.match(line, quote + 1):
            return "".join(written), ended.end() if ended[1] else len(line) + 1
        twice = line.startswith('"', quote + 1) and not (within and ends.match(line, quote + 2))
        written.append('"')
        within ^= not twice
        at = quote + 1 + twice
    return None
