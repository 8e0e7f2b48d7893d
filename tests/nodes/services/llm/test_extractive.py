"""Summaries without a model: what is taken, what is left, and that nothing is made up."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from voicegraph.nodes.output import Output, join_inputs
from voicegraph.nodes.services.llm.extractive import insights, summarize, top_terms
from voicegraph.nodes.services.llm.passages import passages, sentences
from voicegraph.nodes.services.llm.table_figures import as_number, describe, tables

REVIEW = """# Quarterly review

The team met on Monday to review the third quarter. Revenue grew by 14 % to 3.2 million euros, mostly because of the
new subscription plan. Dr. Meyer explained that churn fell from 5.1 % to 3.9 %. Everybody was happy. Lunch was late.

## Risks

- The payment provider had **two outages** in September, which cost about 40,000 euros of revenue.
- Hiring is slow: four of seven open positions are [unfilled](https://example.com/jobs).

## Decisions

1. Extend the subscription plan to Spain and Italy in January.
2. Move to a second payment provider before Christmas, because outages cost revenue.

```python
outages_cost = revenue * provider_of_payment  # the code says outages and revenue and provider
```

| month | outages |
|---|---|
| revenue | provider |
"""


def lines(text: str) -> list[str]:
    return [line.removeprefix("- ") for line in text.splitlines() if line.startswith("- ")]


def test_the_points_that_matter_in_order_under_their_headings() -> None:
    summary = summarize(REVIEW)
    assert "Revenue grew by 14 % to 3.2 million euros, mostly because of the new subscription plan." in lines(summary)
    assert "The payment provider had two outages in September, which cost about 40,000 euros of revenue." in summary
    assert "Everybody was happy." not in summary
    assert "code" not in summary
    assert "|" not in summary
    headings = [line for line in summary.splitlines() if line.startswith("#")]
    assert headings == ["### Quarterly review", "### Risks", "### Decisions"]


def test_count_bounds_the_points() -> None:
    assert len(lines(summarize(REVIEW, count=2))) == 2
    assert len(lines(summarize(REVIEW, count=4))) == 4


def test_repetitions_are_left_out() -> None:
    text = "The server failed at noon because of a full disk. " * 5 + "The backup was restored at one o'clock by Ann."
    assert len(lines(summarize(text))) == 2


def test_several_inputs_keep_their_labels() -> None:
    inputs = join_inputs(
        {
            "a": ("Get issues", Output(text="The login page fails for users with an apostrophe in their name.")),
            "b": ("Search the web", Output(text="Apostrophes in names break login pages on many web sites today.")),
        }
    )
    summary = summarize(inputs.text)
    assert "### Get issues\n\n- The login page fails" in summary
    assert "### Search the web\n\n- Apostrophes" in summary
    assert "---" not in summary


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Der Umsatz stieg um zehn Prozent. Das Wetter war schön. Der Umsatz im Export stieg am stärksten.",
            "Der Umsatz stieg um zehn Prozent.",
        ),
        ("今日は天気がいいです。会議では予算が決まりました。予算は百万円です。", "会議では予算が決まりました。"),
    ],
)
def test_other_languages(text: str, expected: str) -> None:
    assert expected in lines(summarize(text, count=2))


def test_text_without_sentences_is_given_back() -> None:
    assert summarize("42") == "42"
    assert summarize("") == ""
    assert insights("42") == "42"


def test_insights_have_points_terms_and_figures() -> None:
    found = insights(REVIEW, [{"city": "Rome", "sales": 1}, {"city": "Rome", "sales": 3}])
    assert found.startswith("### Key points\n\n- ")
    assert "### Main terms\n\nrevenue (" in found
    assert "### Figures\n\n- 2 rows, 2 columns: city, sales\n- **city**: always Rome\n- **sales**: min 1" in found


def test_terms_are_shown_as_they_are_written() -> None:
    assert top_terms("SQLite is small. We like SQLite and sqlite.")[0] == ("SQLite", 3)


def test_a_long_text_takes_well_under_a_second() -> None:
    began = time.perf_counter()
    summarize(REVIEW * 300)
    assert time.perf_counter() - began < 3


@given(st.text(max_size=400))
def test_any_text_is_survived_and_every_point_is_in_it(text: str) -> None:
    known = {passage.text for passage in passages(text)}
    assert set(lines(summarize(text))) <= known | {line.removeprefix("- ") for line in text.splitlines()}
    insights(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dr. Meyer came. He left.", 2),
        ("It costs e.g. ten euros. Good.", 2),
        ("J. R. R. Tolkien wrote it. We read it.", 2),
        ('He said "Stop." Then he left.', 2),
        ("Version 2.5 is out. www.example.com has it.", 1),
        ("Really?! Yes! No…  Maybe.", 4),
        ("", 0),
    ],
)
def test_sentences(text: str, count: int) -> None:
    found = sentences(text)
    assert len(found) == count
    assert "".join(found).replace(" ", "") == text.replace(" ", "")


def test_passages_know_heading_and_place() -> None:
    found = passages("Intro one. Intro two.\n\n# Part _A_\n> quoted text here\n- item `code` snake_case\n\na;b;c;d\n")
    assert [(p.text, p.heading, p.section, p.place) for p in found] == [
        ("Intro one.", "", 0, 0),
        ("Intro two.", "", 0, 1),
        ("quoted text here", "Part A", 1, 0),
        ("item code snake_case", "Part A", 1, 1),
    ]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (3, 3.0),
        (2.5, 2.5),
        ("1,234.50", 1234.5),
        ("1.234,50", 1234.5),
        ("3,14", 3.14),
        ("€ 12", 12.0),
        ("12 EUR", 12.0),
        ("7 %", 7.0),
        ("-4", -4.0),
        ("1e3", 1000.0),
        ("1e999", None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        ("twelve", None),
        ("2026-11-22", None),
        ("", None),
        (None, None),
        ([1], None),
    ],
)
def test_numbers_as_people_write_them(cell: JsonValue, number: float | None) -> None:
    assert as_number(cell) == number


def test_the_figures_of_a_table() -> None:
    rows: list[dict[str, JsonValue]] = [
        {"id": n, "region": "EU" if n % 3 else "US", "amount": f"{n * 1000 + 0.5:,.2f}", "when": f"2026-01-{n + 1:02d}"}
        for n in range(12)
    ]
    rows[0]["amount"] = ""
    rows[1]["note"] = "a text that is much longer than a value that could be counted, so it is left out"
    assert describe(rows) == [
        "12 rows, 5 columns: id, region, amount, when, note",
        "**region**: EU (8), US (4)",
        "**amount**: min 1,000.50, mean 6,000.50, max 11,000.50, sum 66,005.50, empty in 1 row",
        "**when**: from 2026-01-01 to 2026-01-12",
    ]


def test_lists_in_cells_count_by_item_and_many_values_are_cut() -> None:
    rows: list[dict[str, JsonValue]] = [{"labels": ["bug", "ui"]}, {"labels": ["bug"]}, {"labels": ["bug"]}]
    assert describe([*rows, {"labels": []}])[1] == "**labels**: bug (3), ui (1), empty in 1 row"
    many: list[dict[str, JsonValue]] = [{"word": f"w{n % 8}"} for n in range(40)]
    assert describe(many)[1].endswith("and 3 more")
    assert describe([{"word": "a"}, {"word": "b"}]) == ["2 rows, 1 column: word"]
    assert describe([{"cell": {"x": 1}}, {"cell": {"x": 1}}]) == ["2 rows, 1 column: cell"]
    assert describe([{f"c{n}": 1 for n in range(30)}])[0].endswith("c19, …")


def test_tables_are_lists_of_objects() -> None:
    row: JsonValue = {"a": 1}
    assert tables([row]) == {"": [row]}
    assert tables({"step-0": [row], "step-1": "text", "step-2": []}) == {"step-0": [row]}
    assert tables([1, 2]) == {}
    assert tables(None) == {}
    assert "### step-0\n\n- 1 row, 1 column: a" in summarize("", {"step-0": [row]})
