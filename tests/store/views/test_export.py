"""Exports: what a spreadsheet reads is what was written, and never a formula."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st
from support.history import History
from support.past import past_run

from voicegraph.nodes.text.csv_rows import FORMULA, guarded
from voicegraph.store.views.export import COLUMNS, as_csv, cell, csv_lines, details
from voicegraph.store.views.filters import RunFilter

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
DANGEROUS = st.sampled_from(FORMULA).flatmap(lambda first: TEXT.map(lambda rest: first + rest))


@settings(deadline=None)
@given(st.lists(st.lists(TEXT | DANGEROUS, min_size=2, max_size=5), min_size=1, max_size=5))
def test_every_cell_comes_back_and_none_begins_like_a_formula(rows: list[list[str]]):
    read = list(csv.reader(io.StringIO(csv_lines(rows), newline="")))
    assert read == [[guarded(value) for value in row] for row in rows]
    assert not any(value.startswith(FORMULA) for row in read for value in row)


def test_numbers_and_nothing():
    assert [cell(value) for value in (None, 0, 1.5, -1)] == ["", "0", "1.5", "-1"]
    assert csv_lines([["a", 'b"c', "d,e"]]) == 'a,"b""c","d,e"\r\n'


async def test_all_that_fits_is_exported_page_by_page(history: History, monkeypatch):
    from voicegraph.store.views import export

    monkeypatch.setattr(export, "PAGE", 2)
    made = [await past_run(history, f"=cmd|{number}", name="@name") for number in range(5)]
    await past_run(history, "something else")
    which = RunFilter(text="cmd")
    text = "".join([piece async for piece in as_csv(history.queries, which)])
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    assert tuple(header) == COLUMNS
    assert [row[0] for row in rows] == made[::-1]
    assert {(row[1], row[3][:2], row[4][:5]) for row in rows} == {("completed", "'@", "'=cmd")}
    assert [run.summary.id async for run in details(history.queries, which)] == made[::-1]
