"""Where a table begins, and files that are one column."""

from __future__ import annotations

from typing import Any

import pytest

from voicegraph.nodes.documents.csv_table import parse_csv
from voicegraph.nodes.documents.csv_warnings import told_of_table


def read(text: str) -> tuple[Any, dict[str, Any], str]:
    document = parse_csv("x.csv", text.encode())
    return document.data, document.meta, document.text


ONE_COLUMN = {
    "decimal commas": ("price\n1,50\n2,75", ["1,50", "2,75"]),
    "decimal commas, some": ("price\n1,50\n2\n3,75\n4", ["1,50", "2", "3,75", "4"]),
    "thousands and decimal commas": ("Preis in EUR\n1.234,50\n2.000,00", ["1.234,50", "2.000,00"]),
    "thousands": ("amount\n1,234\n5,678", ["1,234", "5,678"]),
    "amounts with a sign": ("Betrag\n1,50 €\n-2,75 €\n5,-", ["1,50 €", "-2,75 €", "5,-"]),
    "sentences": (
        "comment\nI like it; it is good\nbad, but cheap",
        ["I like it; it is good", "bad, but cheap"],
    ),
    "sentences with as many commas": ("comment\nbad, but cheap\ngood, but dear\nold", None),
    "sentences with semicolons": ("comment\nfine; very fine\nbad; very bad", None),
    "one with a comma": ("name\nAda\nGrace,B\nJoan", ["Ada", "Grace,B", "Joan"]),
    "names": ("name\nDoe, John\nRoe, Jane", ["Doe, John", "Roe, Jane"]),
    "quoted": ('note\n"says ""hi"", then goes"\n"x\ny"', ['says "hi", then goes', "x\ny"]),
    "a header of words": ("What do you like?\nthe red one; or the blue\nnone", None),
    "a comma far down": ("name\n" + "Ada\n" * 60 + "Grace, B\n", ["Ada"] * 60 + ["Grace, B"]),
    "all signs": ("x\na, b\nc; d\te | f\n", None),
}


@pytest.mark.parametrize("name", ONE_COLUMN)
def test_a_header_without_the_separator_and_rows_of_one_value_are_one_column(name: str):
    text, wanted = ONE_COLUMN[name]
    header, *rows = text.strip("\n").split("\n")
    data, meta, _ = read(text)
    assert data == [{header: value} for value in (wanted or rows)]
    assert meta["delimiter"] is None
    assert not meta.keys() & {"title", "longerRows"}
    assert [*told_of_table(meta, "x.csv")] == []


@pytest.mark.parametrize("text", ["a,b\n1,5\n2,5", "1,5\n2,5", "a\n1,x\n2,y", "sep=,\nprice\n1,50\n2,75"])
def test_what_may_be_two_columns_stays_two(text: str):
    _, meta, _ = read(text)
    assert meta["delimiter"] == ","
    assert len(meta["columns"]) == 2


TITLED = {
    "bare": "Sales report 2026\nname,amount\nA,1\nB,2",
    "padded": "Sales report 2026,\nname,amount\nA,1\nB,2",
    "a semicolon": "Sales report 2026;;;\nname;amount;;\nA;1;;\nB;2;;",
    "an empty line": "Sales report 2026\n\nname,amount\nA,1\nB,2",
    "tabs": "Sales report 2026\nname\tamount\nA\t1\nB\t2",
    "a space behind each comma": "Sales report 2026\nname, amount\nA, 1\nB, 2",
    "a comma in it": "Sales report 2026\nname;amount\nA;1\nB;2",
    "the separator said": "sep=;\nSales report 2026;\nname;amount\nA;1\nB;2",
}


@pytest.mark.parametrize("name", TITLED)
def test_a_title_above_the_header_is_no_header_and_is_told(name: str):
    data, meta, shown = read(TITLED[name])
    rows = [{key: row[key] for key in ("name", "amount")} for row in data]
    assert rows == [{"name": "A", "amount": 1}, {"name": "B", "amount": 2}]
    assert (meta["title"], meta["rows"]) == ("Sales report 2026", 2)
    assert "Sales report 2026\n\n| name | amount |" in shown
    [line] = told_of_table(meta, "x.csv")
    assert "“Sales report 2026”" in line


def test_a_title_may_have_several_lines_and_the_names_may_be_years():
    data, meta, _ = read("Sales\nall of them\n\nregion;2024;2025\nNorth;1;2\nSouth;3;4\n")
    assert data[0] == {"region": "North", "2024": 1, "2025": 2}
    assert meta["title"] == "Sales\nall of them"


@pytest.mark.parametrize(
    ("text", "columns", "longer"),
    [
        ("name\nA,1\nB,2", ["name", "column_2"], 2),
        ("log\n2026-01-01,start\n2026-01-02,stop", ["log", "column_2"], 2),
        ("name,amount\nA,1,50\nB,2\nC,3,75", ["name", "amount", "column_3"], 2),
        ("name,amount\nA,1,\nB,2,", ["name", "amount", "column_3"], 0),
        ("name,amount\nA\nB,2", ["name", "amount"], 0),
        ("1,2\n3,4,5", ["column_1", "column_2", "column_3"], 0),
    ],
)
def test_rows_that_are_longer_than_the_header_are_told(text: str, columns: list[str], longer: int):
    _, meta, _ = read(text)
    assert (meta["columns"], meta.get("longerRows", 0)) == (columns, longer)
    assert "title" not in meta
    told = [*told_of_table(meta, "x.csv")]
    assert len(told) == bool(longer)
    assert all("longer than the header" in line for line in told)


UNDER_AN_EMPTY_LINE = {
    "a comma": ("Report, 2025\n\nname,amount\nA,1\nB,2", "Report, 2025"),
    "a comma before a quarter": ("Sales, Q1 2025\n\nname,amount\nA,1\nB,2", "Sales, Q1 2025"),
    "commas, as many": ("Sales, by name, in EUR\n\nname,amount,year\nA,1,2025\nB,2,2025", "Sales, by name, in EUR"),
    "a semicolon": ("Report; 2025\n\nname;amount\nA;1\nB;2", "Report; 2025"),
    "cells": ("Report,2025\n,\nname,amount\nA,1\nB,2", "Report 2025"),
    "two lines": ("From,2025-01-01\nTo,2025-02-01\n\nname,amount,x\nA,1,0\nB,2,0", "From 2025-01-01\nTo 2025-02-01"),
}


@pytest.mark.parametrize("name", UNDER_AN_EMPTY_LINE)
def test_a_title_of_several_cells_is_one_above_an_empty_line(name: str):
    text, title = UNDER_AN_EMPTY_LINE[name]
    data, meta, _ = read(text)
    assert [(row["name"], row["amount"]) for row in data] == [("A", 1), ("B", 2)]
    assert meta["title"] == title


@pytest.mark.parametrize(
    "text",
    [
        "name,city\n\nAnna,Berlin\nBert,Bonn",
        "name,age\n\nAnna,n/a\nBert,12",
        "name,age\n\nAnna,3\n\nBert,12",
        "a,b\n1,2\n3,4\n\nregion,amount,x\nN,1,2",
        "a, b\n\nx, y\nz, w",
    ],
)
def test_a_header_stays_one_above_an_empty_line(text: str):
    _, meta, _ = read(text)
    assert "title" not in meta
    assert meta["columns"][:2] == [cell.strip() for cell in text.split("\n", maxsplit=1)[0].split(",")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name\nA,1", "in a column called column_2;"),
        ("name,amount\nA,1,50", "in a column called column_3;"),
        ("name,amount\nA,1,50,2", "in columns called column_3 and column_4;"),
        ("name,amount\nA,1,50,2,3", "in columns called column_3 to column_5;"),
    ],
)
def test_the_columns_without_a_name_are_named_as_they_are(text: str, words: str):
    [line] = told_of_table(read(text)[1], "x.csv")
    assert words in line


def test_what_is_no_table_is_told_nothing_of_columns():
    assert [*told_of_table({"format": "rss", "title": "My Blog"}, "f.rss")] == []
