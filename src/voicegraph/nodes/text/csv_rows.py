"""Data as CSV (RFC 4180) that no spreadsheet mistakes for a formula."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from pydantic import JsonValue

_WIDE = "＝＠＋－﹦﹫﹢﹣"
FORMULA = ("=", "+", "-", "@", "\t", "\r", *_WIDE)
"""What a spreadsheet takes for the start of a formula; some read the full-width and the small signs so too."""
_BLANK = r'[ "\x00-\x08\x0b\x0c\x0e-\x1f\x85\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2069\u3000\ufeff]'
"""What a spreadsheet drops before it reads a cell: spaces of every width, what has none, and quotes."""
_INSIDE, _BEFORE_TAB = (
    re.compile(
        rf"([;\t\r\n](?>{_BLANK}*))(?=[=@{_WIDE}]|[+-](?! [^(|!;\t\r\n]*(?:[;\t\r\n]|$)|[\d.,]+[ \t]*(?:[;\r\n]{end})))"
    )
    for end in ("|$", "")
)
"""Where a cell would begin for a spreadsheet that separates by semicolons, and takes our quotes for text.

`- one` is a line of a list; what has a bracket, a bar or an exclamation mark might call something. The other one is for a part of a text that goes on with a tab: that a number ends there is not known."""
_CUT = re.compile(r"[;\t\r\n]")
PIECE = 64 << 10
"""Characters that are looked at in one call, about."""
_MONEY = "$£¥€₩₪₫₱₴₹₺₽"
_NUMBER = re.compile(
    rf"[+-](?:[ \u00a0]?(?:[{_MONEY}]|[A-Z]{{3}}[ \u00a0])[ \u00a0]?)?[ \u00a0]?[.,]?\d[\d.,'’ \u00a0\u202f]*"
    rf"(?:[eE][+-]?\d{{1,3}})?[ \u00a0\u202f]?(?:[%‰{_MONEY}]|°[CF]?|(?<=[ \u00a0\u202f])[A-Za-zµ]{{1,3}}[²³]?)?"
)
"""A signed number, as any country writes it, with its currency or unit, or a telephone number: `-12,50`, `+3 %`,
`-1.234,56 €`, `-$12.50`, `-3 kg`, `+49 170 1234567`. It computes to nothing but itself, which `-2+3` and `+49-170` do not."""
_TELEPHONE = re.compile(r"\+\d{1,3}[ \u00a0]?(?:\(\d{1,5}\)[ \u00a0]?\d|\d*[ \u00a0]\d)(?:[ \u00a0./-]?\d){3,12}")
"""With an area code in brackets, or blanks between figures: no formula, whatever else separates them."""
_SIGNS = re.compile("-{1,3}")
"""What tables have where there is no value."""
_MOST_DIGITS = 60
_AFTER_BLANKS = re.compile(rf"(?>{_BLANK}+)(?:[=@{_WIDE}]|[+-](?![\d.,\s]+$))")
"""A formula behind blanks. What has only digits in it (`-12,50`, `+49 170 1234567`) computes to nothing worse."""


def to_csv(data: JsonValue, columns: Sequence[str] = ()) -> str:
    """Objects become rows under the names of all their keys, lists rows of cells, anything else a row of one cell.

    One object is one row; of no rows, the `columns` are written. A text that a spreadsheet would take for a formula gets a `'` in front (SECURITY row 6).
    """
    rows: list[JsonValue] = data if isinstance(data, list) else [] if data is None else [data]
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    if not rows and columns:
        writer.writerow(map(cell, columns))
    objects = [row for row in rows if isinstance(row, dict)]
    if rows and len(objects) == len(rows):
        columns = [*dict.fromkeys(key for row in objects for key in row)]
        lines: Iterable[list[str]] = ([cell(row.get(name)) for name in columns] for row in objects)
        writer.writerow(map(cell, columns))
    else:
        lines = ([*map(cell, _cells(row))] for row in rows)
    for line in lines:
        if any(len(text) > PIECE for text in line):
            written.write(",".join(map(_quoted, line)) + "\r\n")
        else:
            writer.writerow(line)
    return written.getvalue()


def _quoted(text: str) -> str:
    """As the library writes a cell; that looks at each character of a long one in one call."""
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text


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
    text = "".join(_inside(text)) if len(text) > PIECE else _INSIDE.sub(r"\1'", text)
    if len(text) <= _MOST_DIGITS and any(form.fullmatch(text) for form in (_NUMBER, _TELEPHONE, _SIGNS)):
        return text
    return f"'{text}" if text.startswith(FORMULA) or _AFTER_BLANKS.match(text) else text


def _inside(text: str) -> Iterator[str]:
    """The same for the inside of a long text, in parts that begin where a cell might."""
    start = 0
    while start < len(text):
        cut = _CUT.search(text, start + PIECE)
        end = cut.start() if cut else len(text)
        pattern = _BEFORE_TAB if cut and cut[0] == "\t" else _INSIDE
        yield pattern.sub(r"\1'", text[start:end])
        start = end
