from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.nodes.text import csv_rows
from voicegraph.nodes.text.csv_rows import FORMULA, guarded, to_csv


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (None, ""),
        ([], ""),
        ([{"a": 1, "b": None}, {"c": [1]}], "a,b,c\r\n1,,\r\n,,[1]\r\n"),
        ({"a": True}, "a\r\ntrue\r\n"),
        ([["x", 2], "y"], "x,2\r\ny\r\n"),
        ("a,b", '"a,b"\r\n'),
        ([-5, "-5"], "-5\r\n-5\r\n"),
    ],
)
def test_data_as_csv(data: Any, text: str) -> None:
    assert to_csv(data) == text


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=2, max_size=2)
    )
)
def test_no_cell_is_a_formula_and_none_is_lost(rows: list[list[str]]) -> None:
    read = [*csv.reader(io.StringIO(to_csv([[*row] for row in rows]), newline=""))]
    assert len(read) == len(rows)
    for row, back in zip(rows, read, strict=True):
        for cell, kept in zip(row, back, strict=True):
            assert without_marks(kept) == without_marks(cell)
            assert not kept.startswith(FORMULA) or re.fullmatch(
                r"[+-](?:[A-Z]{3} )?[\W\d]*\d[\W\de]*(?: [A-Za-zµ]{1,3})?|[+-]{1,3}", kept
            )
            assert not kept.lstrip().startswith(("=", "@"))


def without_marks(text: str) -> str:
    return text.replace("'", "")


@given(st.text(st.sampled_from("=+-@;＝＋－＠﹦﹢﹣﹫ \"'\n\r\tab1,(|!"), max_size=20))
def test_a_reader_that_separates_by_semicolons_meets_no_formula(text: str) -> None:
    """Spreadsheets of half the world read our commas as text, and so our quotes inside a line."""
    for line in re.split(r"[\r\n]", to_csv([["first", text]])):
        for cell in line.split(";")[1:]:
            opening = cell.lstrip(' "\t')
            harmless = re.fullmatch(r"[+-](?: [^(|!\t]*(?:\t.*)?|[\d.,]+[\s\"]*)", opening)
            assert harmless or not opening.startswith(("=", "+", "-", "@", *"＝＋－＠﹦﹢﹣﹫")), line


NUMBERS = ["-12,50", "+49 170 1234567", "-5", "+3%", "-1.234,56", "-1.234,56 €", "+ 5", "-1'234.50", "-1.5e-3", "1,5"]
FORMULAS = [
    "-2+3",
    "+49-170-12",
    "-2+3+cmd|' /C calc'!A0",
    "+cmd|1",
    "-A1",
    "+1(2)",
    "-1\t2",
    "\r5",
    "--5",
    "+",
]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("=1+1", "'=1+1"),
        ("＝1+1", "'＝1+1"),
        ("＠SUM", "'＠SUM"),
        ("﹦1+1", "'﹦1+1"),
        ("﹢1+1", "'﹢1+1"),
        ("﹣1+1", "'﹣1+1"),
        ("﹫1+1", "'﹫1+1"),
        (" ﹦1+1;﹫SUM", "' ﹦1+1;'﹫SUM"),
        ("a;=cmd|'/c calc'!A0", "a;'=cmd|'/c calc'!A0"),
        (";-cmd|1", ";'-cmd|1"),
        ("x\n@SUM(1)", "x\n'@SUM(1)"),
        ("- one\n- two", "'- one\n- two"),
        ("a;- cmd|'/c calc'!A0", "a;'- cmd|'/c calc'!A0"),
        ("a\n+ SUM(1)\n- b", "a\n'+ SUM(1)\n- b"),
        ("a;- ", "a;- "),
        ("a;-12,50;+3", "a;-12,50;+3"),
        ("12;13", "12;13"),
        (" =1+1", "' =1+1"),
        ("\u00a0=1+1", "'\u00a0=1+1"),
        ("\u3000@SUM(1)", "'\u3000@SUM(1)"),
        ("\ufeff\u200b=1", "'\ufeff\u200b=1"),
        ('"=1+1"', '\'"=1+1"'),
        (" -cmd|1", "' -cmd|1"),
        ("a;\u00a0=1", "a;\u00a0'=1"),
        ("a;\u200b=1", "a;\u200b'=1"),
        (" -12,50", " -12,50"),
        ("  +49 170 1234567", "  +49 170 1234567"),
        (" a=1", " a=1"),
        *((number, number) for number in NUMBERS),
        *((formula, f"'{formula}") for formula in FORMULAS),
        ({"a": ";=1"}, '{"a": ";\'=1"}'),
    ],
)
def test_what_is_guarded(text: Any, kept: str) -> None:
    assert next(csv.reader(io.StringIO(to_csv([["first", text]]), newline="")))[1] == kept


LONG = {
    "semicolons": ";" * 9_000_000,
    "tabs": "+5" + "\t" * 9_000_000,
    "blanks": ";" + " " * 9_000_000,
    "quotes": " " + '"' * 9_000_000,
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_cell_is_written_as_a_short_one(name: str) -> None:
    written = to_csv([["first", LONG[name]]])
    head, _, kept = written.removesuffix("\r\n").partition(",")
    assert head == "first"
    assert kept.strip('"').replace("'", "").replace('""', '"').strip('"') == LONG[name].strip('"')


@given(st.text(st.sampled_from(';\t\r\n= +-5.,a"\u00a0＝'), max_size=60), st.sampled_from([1, 3, 5, 8]))
def test_wherever_a_long_cell_is_cut_it_is_guarded(text: str, piece: int) -> None:
    whole = guarded(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "PIECE", piece)
        cut = guarded(text)
    assert cut.replace("'", "") == text
    marks = [sum(mark == "'" for mark in one) for one in (whole, cut)]
    assert marks[0] <= marks[1], "one more before a number at the end of a part is no harm, one less is"


@pytest.mark.parametrize(
    "text",
    [
        "-$12.50", "-€3", "-CHF 5.00", "-3 kg", "-5 °C", "-12’345.67", "-,5", "+49 (0)170/123-45", "+1 (555) 010-9999",
        "+49 170-1234567", "-", "--",
    ],
)  # fmt: skip
def test_money_units_telephone_numbers_and_lone_signs_stay(text: str) -> None:
    assert guarded(text) == text


@pytest.mark.parametrize("text", ["-A1", "-2+3", "+49-170-1234567", "+1 (2)+3", "-1 LN(2)", "-SUM(1)", "-2 A1", "-1/2"])
def test_what_computes_is_marked(text: str) -> None:
    assert guarded(text) == f"'{text}"
