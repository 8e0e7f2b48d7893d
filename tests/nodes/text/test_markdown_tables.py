from __future__ import annotations

from voicegraph.nodes.text.markdown_tables import MAX_CELL, markdown_table, table_cell


def test_cells_of_every_type_are_one_line():
    text, shown = markdown_table(["a", "b", "c"], [(None, ["x", 1], "two\nlines | bar")])
    assert text.splitlines()[2] == "|  | x, 1 | two lines \\| bar |"
    assert shown == 1


def test_the_table_ends_with_the_last_row_that_fits():
    text, shown = markdown_table(["n"], ([i] for i in range(1_000)), max_characters=100)
    assert len(text) <= 100
    assert text.splitlines()[-1] == f"| {shown - 1} |"


def test_long_cells_are_shortened():
    assert table_cell("x" * 5_000) == "x" * (MAX_CELL - 1) + "…"
