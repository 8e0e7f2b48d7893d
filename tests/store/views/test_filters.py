"""Filters of the history and its full-text search, on both kinds of database."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as options
from hypothesis import strategies as st
from support.history import History
from support.past import past_run

from voicegraph.graph.model import RunId
from voicegraph.nodes.output import Metrics, Output
from voicegraph.run.state import RunStatus
from voicegraph.store.views.filters import RunFilter

NOON = 1_772_366_400.0


async def found(history: History, text: str = "", **more: object) -> set[RunId]:
    """What fits; asserts that the total says the same as the pages."""
    which = RunFilter(text=text, **more)  # pyright: ignore[reportArgumentType]
    pages: list[RunId] = []
    cursor = None
    while True:
        page = await history.queries.page(which, 2, cursor)
        pages += [run.id for run in page.runs]
        total = page.total
        if (cursor := page.next) is None:
            break
    assert len(pages) == len(set(pages)) == total
    return set(pages)


async def test_words_in_any_order_from_their_beginning_and_in_quotes(history: History):
    digest = await past_run(history, "Summarize the release notes and email them", name="Weekly digest")
    other = await past_run(history, "Email the notes of the release to Bea")
    await past_run(history, "Nothing of the kind")
    assert await found(history, "notes release") == {digest, other}
    assert await found(history, "EMAIL rel") == {digest, other}
    assert await found(history, '"release notes"') == {digest}
    assert await found(history, '"notes" bea') == {other}
    assert await found(history, '"note"') == set()
    assert await found(history, 'digest "release notes') == {digest}
    assert await found(history, "weekly summarize") == {digest}
    assert await found(history, "release-notes") == {digest}
    assert await found(history, "elease") == set()


async def test_results_and_errors_are_searched_when_the_run_is_over(history: History):
    outputs = {"a": Output(text="There was an outage in Zürich"), "b": Output(text="Mail sent")}
    done = await past_run(history, "Read the page", outputs=outputs)
    failed = await past_run(history, "Read the page", RunStatus.FAILED, error="The mail server refused bea@example.org")
    assert await found(history, "outage read") == {done}
    assert await found(history, "zurich") == {done}
    assert await found(history, "refused bea") == {failed}
    assert await found(history, "mail") == {done, failed}


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "NaN", "\\u0000", '"', "'; --", "AND", "NOT (", "said:", "x" * 500])
async def test_no_result_keeps_a_run_from_ending(history: History, text: str):
    output = Output(text=f"{text} outage", data={"x": float("nan"), text: text}, metrics=Metrics(cost=0.5))
    run = await past_run(history, text, RunStatus.FAILED, outputs={"a": output}, error=text)
    summary = await history.queries.summary(run)
    assert summary.status == "failed"
    assert await found(history, workflow_id="wf_test") == {run}


async def test_several_statuses_and_triggers_at_once(history: History):
    made = {
        (status, trigger): await past_run(history, "Say it", status, trigger=trigger)
        for status in RunStatus
        for trigger in ("manual", "schedule", "webhook")
    }
    for text in ("", "say"):
        for statuses in (
            ("failed",),
            ("failed", "completed"),
            ("running", "failed"),
            ("waiting",),
            ("pending", "waiting"),
        ):
            expected = {run for (status, _), run in made.items() if status in statuses}
            assert await found(history, text, statuses=statuses) == expected
            one = {run for (status, trigger), run in made.items() if status in statuses and trigger == "webhook"}
            assert await found(history, text, statuses=statuses, triggers=("webhook",)) == one
        two = {run for (_, trigger), run in made.items() if trigger != "manual"}
        assert await found(history, text, triggers=("schedule", "webhook")) == two
        over = {run for (status, _), run in made.items() if status.terminal}
        assert await found(history, text, over=True) == over
        assert await found(history, text, over=True, statuses=("running", "failed")) == {
            run for (status, _), run in made.items() if status == "failed"
        }
        assert await found(history, text, over=True, statuses=("running",)) == set()


async def test_days_include_their_beginning_and_not_their_end(history: History):
    before, first, last, after = [
        await past_run(history, "Say it", at=NOON + seconds) for seconds in (-0.001, 0, 3_599.999, 3_600)
    ]
    for text in ("", "say"):
        assert await found(history, text, since=NOON, until=NOON + 3_600) == {first, last}
        assert await found(history, text, since=NOON) == {first, last, after}
        assert await found(history, text, until=NOON) == {before}
        assert await found(history, text, since=NOON + 7_200) == set()
        assert await found(history, text, since=-1e12, until=1e15) == {before, first, last, after}


async def test_workflows_with_ids_of_every_shape(history: History):
    one, other = (
        await past_run(history, "Say it", workflow_id="wf-1_A"),
        await past_run(history, "Say it", workflow_id="wf-1_B"),
    )
    for text in ("", "say"):
        assert await found(history, text, workflow_id="wf-1_A") == {one}
        assert await found(history, text, workflow_id="wf-1_B") == {other}
        assert await found(history, text, workflow_id="wf") == set()


async def test_what_was_deleted_is_not_found_any_more(history: History):
    keep, gone = await past_run(history, "Say it"), await past_run(history, "Say it")
    await history.removals.delete(gone)
    assert await found(history, "say") == {keep}
    (left,) = history.rows("SELECT count(*) FROM run_search")
    assert left == (1,)


async def test_the_cost_of_a_run_is_what_its_models_reported(history: History):
    outputs = {
        "a": Output(text="A", metrics=Metrics(model="m", input_tokens=10, output_tokens=3, cost=0.25)),
        "b": Output(text="B", metrics=Metrics(model="m", input_tokens=5, cost=0.5, estimated=True)),
    }
    run = await history.queries.summary(await past_run(history, outputs=outputs))
    assert (run.cost, run.input_tokens, run.output_tokens, run.estimated) == (0.75, 15, 3, 1)
    without = await history.queries.summary(await past_run(history, outputs={"a": Output(text="A")}))
    assert (without.cost, without.input_tokens, without.output_tokens) == (None, None, None)


@options(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40) | st.text('\uff9e\u037a\u0301" a-', max_size=8))
async def test_any_search_is_answered(history: History, text: str):
    await history.queries.page(RunFilter(text=text))
    await history.queries.page(RunFilter(("failed", "running"), "wf_test", text, ("manual",)))


@pytest.mark.parametrize("sign", ["\uff9e", "\u037a", "\ufc5e"])
async def test_signs_that_are_letters_until_they_are_folded(history: History, sign: str):
    """They are no words; alone, they are looked for as they are."""
    ada = await past_run(history, "Greet Ada")
    other = await past_run(history, f"Greet {sign}")
    assert await found(history, sign) == {other}
    assert await found(history, f'"{sign}"') == set()
    assert await found(history, f"{sign} ada") == await found(history, f'"{sign}" greet ada') == {ada}


@pytest.mark.parametrize("word", ["ガス", "हिन्दी", "Über", "ﬁne", "한국어", "ไทย"])
async def test_words_of_every_script_are_found(history: History, word: str):
    run = await past_run(history, f"Read {word} aloud")
    await past_run(history, "Read something else")
    assert await found(history, word) == {run}
    assert await found(history, f'"{word}" read') == {run}
