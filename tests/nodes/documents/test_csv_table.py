from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.errors import NodeError
from voicegraph.nodes.documents.csv_table import parse_csv
from voicegraph.nodes.documents.csv_warnings import told_of_table
from voicegraph.nodes.documents.parsed_document import MAX_COLUMNS, MAX_ROWS

SALES = "region,units,price,code\nNorth,3,1.5,007\nSouth,,2,12\n"


def test_rows_become_objects_with_typed_columns():
    document = parse_csv("sales.csv", SALES.encode())
    assert document.data == [
        {"region": "North", "units": 3, "price": 1.5, "code": "007"},
        {"region": "South", "units": None, "price": 2.0, "code": "12"},
    ]
    assert document.meta == {
        "format": "csv",
        "encoding": "utf-8",
        "delimiter": ",",
        "rows": 2,
        "columns": ["region", "units", "price", "code"],
    }


def test_text_is_a_table_of_the_cells_as_written():
    text = parse_csv("sales.csv", SALES.encode()).text
    assert text.splitlines() == [
        "### sales.csv",
        "",
        "| region | units | price | code |",
        "| --- | --- | --- | --- |",
        "| North | 3 | 1.5 | 007 |",
        "| South |  | 2 | 12 |",
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_delimiters_and_encodings_are_found(delimiter: str, encoding: str):
    text = delimiter.join(["Stadt", "Größe"]) + "\r\n" + delimiter.join(["Köln", "405.2"]) + "\r\n"
    assert parse_csv("x.csv", text.encode(encoding)).data == [{"Stadt": "Köln", "Größe": 405.2}]


def test_decimal_commas_do_not_hide_a_semicolon():
    document = parse_csv("x.csv", b"a;b\n1,5;2,5\n3,5;4,5\n")
    assert document.data == [{"a": "1,5", "b": "2,5"}, {"a": "3,5", "b": "4,5"}]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (
            "Name;Preis, netto;Preis, brutto\nA;1,50;2,00\nB;3,00;4,00",
            {"Name": "A", "Preis, netto": "1,50", "Preis, brutto": "2,00"},
        ),
        ("Betrag, EUR;Datum\n1,50;01.01.2026\n2,50;02.01.2026", {"Betrag, EUR": "1,50", "Datum": "01.01.2026"}),
        ("A;1,50;2,00\nB;3,00;4,00", {"A": "B", "1,50": "3,00", "2,00": "4,00"}),
        ("1,5;2,5\n3,5;4,5", {"column_1": "1,5", "column_2": "2,5"}),
        ("Preis;Ort, Land\n1.234,56 €;Köln\n-5,-;Bonn, Bad", {"Preis": "1.234,56 €", "Ort, Land": "Köln"}),
        ("Preis|Ort, Land\n1,234,567.5|Köln\n2,5|Bonn", {"Preis": "1,234,567.5", "Ort, Land": "Köln"}),
        ("a, x\tb, y\n1,5\t2,5", {"a, x": "1,5", "b, y": "2,5"}),
        ("Meier, Anna, Dr.\t5\nAbt, Ida, Prof.\t3", {"Meier, Anna, Dr.": "Abt, Ida, Prof.", "5": 3}),
        ("x;y\t1\nz;w\t2", {"x;y": "z;w", "1": 2}),
    ],
)
def test_a_comma_within_numbers_or_before_a_space_is_no_delimiter(text: str, first: dict[str, object]):
    assert parse_csv("x.csv", text.encode()).data[0] == first


@pytest.mark.parametrize(
    "text",
    [
        "name,note\nA,x; y\nB,z; w",
        "id,range,val\n1,2;3,4\n2,3;4,5",
        "A,x;y,1,5\nB,p;q,2,6",
        "x;y,1,5\np;q,2,6",
        "A, x;y\nB, p;q",
        "2026-01-01,1;2,3\n2026-01-02,1;2,3",
        "1,2,3;4,5\n1,2,3;4,5",
        "a,\tb\n1,\t2",
    ],
)
def test_semicolons_and_tabs_within_the_cells_of_a_table_with_commas(text: str):
    assert parse_csv("x.csv", text.encode()).meta["delimiter"] == ","


def test_excel_names_its_delimiter_in_a_first_line():
    assert parse_csv("x.csv", b"sep=;\r\na;b\r\n1;2\r\n").data == [{"a": 1, "b": 2}]


def test_one_column_is_a_table_too():
    assert parse_csv("x.csv", b"name\nAda\nGrace\n").data == [{"name": "Ada"}, {"name": "Grace"}]


def test_what_stands_within_quotes_is_no_delimiter():
    document = parse_csv("x.csv", b'"name","value"\r\n"","\t","\r\t"\r\n')
    assert (document.meta["delimiter"], document.meta["columns"]) == (",", ["name", "value"])


def test_quoted_line_breaks_and_pipes_stay_in_their_cell():
    document = parse_csv("x.csv", b'a, "b"\n1, "x\ny|z"\n')
    assert document.data == [{"a": 1, "b": "x\ny|z"}]
    assert "| 1 | x y\\|z |" in document.text


def test_numbers_in_the_first_row_mean_there_is_no_header():
    assert parse_csv("x.csv", b"1,2\n3,4\n").data == [{"column_1": 1, "column_2": 2}, {"column_1": 3, "column_2": 4}]


def test_ragged_rows_and_repeated_names_get_columns_of_their_own():
    document = parse_csv("x.csv", b"a,a,\nx\n\np,q,r,s\n")
    assert document.data == [
        {"a": "x", "a_2": "", "column_3": "", "column_4": ""},
        {"a": "p", "a_2": "q", "column_3": "r", "column_4": "s"},
    ]


def test_identifiers_keep_their_digits():
    document = parse_csv("x.csv", b"id\n12345678901234567890\n2\n")
    assert document.data == [{"id": "12345678901234567890"}, {"id": "2"}]


def test_long_files_are_cut_and_say_so():
    content = "n,text\n" + "".join(f"{i},{'x' * 40}\n" for i in range(MAX_ROWS + 5))
    document = parse_csv("long.csv", content.encode())
    assert isinstance(document.data, list)
    assert len(document.data) == MAX_ROWS
    assert document.meta["rows"] == MAX_ROWS + 5
    assert document.meta["truncated"] is True
    assert len(document.text) < 201_000
    assert document.text.endswith(f"… and {MAX_ROWS + 5 - int(str(document.meta['shownRows']))} more rows.")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (("a" + "," * MAX_COLUMNS).encode(), "too_wide"),
        (b'a,b\n"' + b"x" * (1 << 20) + b'x",1\n', "bad_csv"),
    ],
)
def test_files_beyond_the_limits_are_refused(content: bytes, code: str):
    with pytest.raises(NodeError) as caught:
        parse_csv("x.csv", content)
    assert caught.value.code == code


_CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff"), max_size=20)


@given(st.lists(st.lists(_CELLS, min_size=2, max_size=4), min_size=1, max_size=8), st.sampled_from(["utf-8", "utf-16"]))
def test_any_table_of_text_is_read_without_losing_a_row(rows: list[list[str]], encoding: str):
    sink = io.StringIO()
    csv.writer(sink, quoting=csv.QUOTE_ALL).writerows([["name", "value"], *rows])
    document = parse_csv("x.csv", sink.getvalue().encode(encoding))
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    assert document.meta["rows"] == len(kept)
    assert isinstance(document.data, list)
    assert len(document.data) == len(kept)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('id,note\n1,"broken\n2,fine\n3,fine\n', 2),
        ('id,note\n1,"two\nlines"\n2,"broken\n3,fine', 4),
        ('"broken,a\n1,2\n', 1),
        ('id;note\r\n1;"says ""x"" and\r\n2;"y"\r\n3;"z\r\n', 2),
        ('id,note\n1,"broken\n2,"fine"\n3,fine\n', 2),
        ('id,note\n1,"two\nlines" ,\n2,"broken\n"3",fine\n', 4),
        ('sep=;\nid;note\n1;"broken\n2;fine\n', 3),
        ('id, note\n1, "broken\n', 2),
        ('id,note\n1,a "quote" within\n2,"broken\n3,x\n', 3),
        ('id,note\n1,"\n' + "2,fine\n" * 200_000, 2),
    ],
)
def test_a_quote_that_is_never_closed_is_named_with_its_line(text: str, line: int):
    with pytest.raises(NodeError) as caught:
        parse_csv("x.csv", text.encode())
    assert caught.value.code == "bad_csv"
    assert f"opens a cell in line {line} and is never closed" in caught.value.message


@pytest.mark.parametrize(
    "first",
    [
        "sep=;\n",
        "sep=;\r\n",
        "SEP=;\n",
        '"sep=;"\r\n',
        "Sep = ;\n",
        "\ufeffsep=;\n",
        "sep=;;;\n",
        '"sep=;",,\n',
        'sep=";"\n',
        "sep=\n",
        "sep=;\r",
    ],
)
def test_every_form_of_the_line_that_names_the_delimiter(first: str):
    assert parse_csv("x.csv", f"{first}a;b\n1,5;x\n".encode()).data == [{"a": "1,5", "b": "x"}]


@pytest.mark.parametrize("first", ["sep=\t\n", "sep=\\t\n", "sep=tab\n"])
def test_the_delimiter_may_be_a_tab(first: str):
    assert parse_csv("x.csv", f"{first}a\tb\n1,5\tx\n".encode()).data == [{"a": "1,5", "b": "x"}]


def test_the_delimiter_may_be_any_sign():
    assert parse_csv("x.csv", b"sep=^\na^b\nx,y^z\n").data == [{"a": "x,y", "b": "z"}]


def test_a_first_cell_that_looks_like_it_is_a_name():
    assert parse_csv("x.csv", b"sep,x\n1,2\n").meta["columns"] == ["sep", "x"]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ('id,note\n1,"says \\"hi\\", then goes"\n', 'says "hi", then goes'),
        ('id,note\n1,"says ""hi"", then goes"\n', 'says "hi", then goes'),
        ('id,path\n1,"C:\\dir\\"\n2,"D:\\"\n', "C:\\dir\\"),
        ("id,path\n1,C:\\new\n", "C:\\new"),
    ],
)
def test_quotes_within_quotes(text: str, note: str):
    data = parse_csv("x.csv", text.encode()).data
    assert isinstance(data, list)
    assert [*data[0].values()] == [1, note]


def test_a_header_alone_is_a_table_without_rows():
    document = parse_csv("x.csv", b"name;city\n")
    assert (document.data, document.meta["columns"], document.meta["rows"]) == ([], ["name", "city"], 0)


def test_numbers_with_a_decimal_comma_stay_as_they_are_written():
    text = "a;b;c;d\n1.234,56;-12,50;+49 170 1;0049\n2,5;3,5;+3%;9007199254740993123\n"
    data = parse_csv("x.csv", text.encode()).data
    assert data == [
        {"a": "1.234,56", "b": "-12,50", "c": "+49 170 1", "d": "0049"},
        {"a": "2,5", "b": "3,5", "c": "+3%", "d": "9007199254740993123"},
    ]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("a,b\n1,x\\, y\n2,z\n", {"a": 1, "b": "x, y"}),
        ("a\tb\n1\tx\\\ty\n2\tz\n", {"a": 1, "b": "x\ty"}),
        ("a,b\nC:\\,1\nD:\\,2\n", {"a": "C:\\", "b": 1}),
    ],
)
def test_a_delimiter_behind_a_backslash_is_none_where_the_other_rows_say_so(text: str, row: dict[str, object]):
    data = parse_csv("x.csv", text.encode()).data
    assert isinstance(data, list)
    assert data[0] == row


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('"he said "hi" there",1', ['he said "hi" there', 1]),
        ('"Miller, "Bob"",1', ['Miller, "Bob"', 1]),
        ('"he said "hi"",1', ['he said "hi"', 1]),
        ('"Miller, "Bob", Jr" x",1', None),
        ('"5" pipe",1', ['5" pipe', 1]),
        ('"x ""y"" "z" w",1', ['x "y" "z" w', 1]),
        ('"","x "y" z"', ["", 'x "y" z']),
    ],
)
def test_a_quote_that_was_not_written_twice_is_a_part_of_the_text_and_told(line: str, cells: list[object] | None):
    document = parse_csv("x.csv", f"a,b\n{line}\n".encode())
    if cells:
        assert [*document.data[0].values()] == cells
    assert document.meta["strayQuotes"] == [2]
    said = [*told_of_table(document.meta, "x.csv")]
    assert "in line 2 a quotation mark stands within a cell" in said[-1]


@pytest.mark.parametrize("line", ['"say ""hi""",1', '5" pipe,1', '"a" ,1', '"x\ny ""z""",1', '"",1', 'say "hi",1'])
def test_quotes_that_are_right_are_not_told(line: str):
    assert "strayQuotes" not in parse_csv("x.csv", f"a,b\n{line}\n".encode()).meta
