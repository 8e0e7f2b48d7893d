from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.nodes.services.web_search.query_text import MAX_QUERY, search_query

ARTICLE = """

## The return of the night train

After decades of decline, **night trains** are back. New sleeper routes link Paris and Vienna.
"""
NOTES = "Meeting\n\n" + "Budget for solar panels was approved. The solar panels arrive in May, the budget holds.\n" * 4
TABLE = "### sales.csv\n\n| region | espresso |\n| --- | --- |\n" + "| Lisbon | espresso machines |\n" * 9


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("  hotels   in Paris ", "hotels in Paris"),
        ("site:example.com -x", "site:example.com -x"),
        ("", ""),
        (" \n ", ""),
        (ARTICLE, "The return of the night train"),
        (NOTES, "Meeting budget solar panels approved arrive"),
        (TABLE, "sales espresso lisbon machines region"),
        ("1. [A guide to bees](https://e.com/bees) (e.com)\n   text", "A guide to bees (e.com)"),
        ("word " * 200, "word " * 11 + "word"),
        ("---\n***", ""),
    ],
)
def test_a_query_says_what_the_text_is_about(text: str, query: str):
    assert search_query(text) == query


@given(st.text())
def test_a_query_is_one_short_line(text: str):
    query = search_query(text)
    assert len(query) <= MAX_QUERY
    assert query == " ".join(query.split())
