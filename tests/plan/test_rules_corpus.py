"""The rules planner on commands and edits it was not built from, and on any text at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan.matching import is_accepted, rows, workflow_of

from voicegraph.errors import UserError
from voicegraph.graph.model import Workflow
from voicegraph.graph.validate import parse_workflow
from voicegraph.plan.planner import MAX_TEXT
from voicegraph.plan.rules import RulesPlanner

planner = RulesPlanner()
VOCABULARY = """
get search read fetch upload email post summarize translate if otherwise every Monday at nine in parallel then and before
after wait two hours my approval Notion Slack #news GitHub octo/demo the issues latest news about AI it them a CSV each
https://example.com/a dana@example.com row to me , . ? um please not " ' 15 1/2 remove replace step last
"""
SENTENCES = st.lists(st.sampled_from(VOCABULARY.split()), max_size=40).map(" ".join)
REFUSALS = ("off_topic", "unclear", "too_long")


async def _answer(row: dict[str, Any]) -> Workflow | UserError:
    try:
        if "before" in row:
            return (await planner.edit(row["text"], workflow_of(row["before"]))).workflow
        return (await planner.plan(row["text"])).workflow
    except UserError as error:
        return error


@pytest.mark.parametrize(("name", "share"), [("commands.jsonl", 0.95), ("edits.jsonl", 0.95)])
async def test_the_corpus_is_understood(name: str, share: float) -> None:
    wrong = [row for row in rows(name) if not is_accepted(row, await _answer(row))]
    total = len(list(rows(name)))
    told = "\n".join(f"{row['id']}: {row['text']}" for row in wrong)
    assert total - len(wrong) >= share * total, f"{len(wrong)} of {total} are wrong:\n{told}"


async def test_every_plan_explains_itself_and_can_be_drawn() -> None:
    for row in rows("commands.jsonl"):
        if any("refuse" in wanted for wanted in row["accept"]):
            continue
        plan = await planner.plan(row["text"])
        ids = {node.id for node in plan.workflow.nodes}
        assert parse_workflow(dict(plan.workflow.to_wire())) == plan.workflow
        assert plan.explanation
        assert all(set(clause.node_ids) <= ids for clause in plan.clauses)
        assert all(node.label and node.position for node in plan.workflow.nodes)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=200), SENTENCES))
async def test_any_text_is_planned_or_refused(text: str) -> None:
    answer = await _answer({"text": text})
    assert answer.code in REFUSALS if isinstance(answer, UserError) else answer.nodes


@settings(max_examples=200, deadline=None)
@given(SENTENCES)
async def test_any_text_is_an_edit_or_refused(text: str) -> None:
    answer = await _answer({"text": text, "before": next(rows("edits.jsonl"))["before"]})
    assert not isinstance(answer, UserError) or answer.code in REFUSALS


async def test_a_command_that_is_too_long_is_refused() -> None:
    with pytest.raises(UserError, match="4,000") as caught:
        await planner.plan("x" * (MAX_TEXT + 1))
    assert caught.value.code == "too_long"
