"""A model's plan does not decide by itself when it runs, that silence is a yes, and which model works."""

from __future__ import annotations

from typing import Any

import pytest

from voicegraph.graph.model import Schedule, Workflow
from voicegraph.graph.validate import parse_workflow
from voicegraph.nodes.builtin import builtin_registry
from voicegraph.plan.llm import DOUBTFUL, LlmPlanner
from voicegraph.plan.planner import Edit, Plan
from voicegraph.settings import Settings

REGISTRY = builtin_registry()
NEWS = "Read https://example.com/news and mail the summary to bob@example.com"
SUMMARY = {"id": "a", "action": "llm.summarize", "after": []}


def step(action: str, **params: str) -> dict[str, Any]:
    return {"id": "a", "action": action, "after": [], "params": [{"name": n, "value": v} for n, v in params.items()]}


def one(action: str, **params: str) -> Workflow:
    kind, _, name = action.partition(".")
    return parse_workflow({"nodes": [{"id": "a", "type": kind, "action": name, "params": params}]})


async def planned(model_server: Any, command: str, *steps: dict[str, Any], **more: Any) -> Plan:
    model_server.replies = [{"tool": "Sketch", "name": "N", "explanation": "It works.", "steps": [*steps], **more}]
    settings = Settings(_env_file=None, model="openai:tiny", model_base_url=model_server.url)
    return await LlmPlanner(settings, REGISTRY).plan(command)


async def edited(model_server: Any, command: str, base: Workflow, *steps: dict[str, Any], **more: Any) -> Edit:
    model_server.replies = [{"tool": "Revision", "name": "N", "explanation": "It works.", "steps": [*steps], **more}]
    settings = Settings(_env_file=None, model="openai:tiny", model_base_url=model_server.url)
    return await LlmPlanner(settings, REGISTRY).edit(command, base)


@pytest.mark.parametrize("command", [NEWS, "Summarize https://example.com/every/day", "Fetch the report and save it"])
async def test_a_plan_without_a_word_of_time_is_started_by_hand(model_server: Any, command: str) -> None:
    plan = await planned(model_server, command, SUMMARY, trigger="schedule", cron="* * * * *")
    assert plan.workflow.triggers == []
    assert plan.assumptions == ["You did not say when it runs, so it starts by hand."]
    assert plan.confidence == DOUBTFUL


@pytest.mark.parametrize(
    "command",
    [
        f"{NEWS} every Monday",
        f"{NEWS} daily",
        f"{NEWS} at nine",
        f"{NEWS} at 9:30",
        f"{NEWS} and do it on Fridays",
        "Monitor the page example.com and mail me",
        "Send the digest in the mornings",
        "Jeden Montag lies https://example.com/news und maile mir die Zusammenfassung",
        "Tous les lundis, lis https://example.com/news",
    ],
)
async def test_a_schedule_that_the_command_may_ask_for_stays(model_server: Any, command: str) -> None:
    plan = await planned(model_server, command, SUMMARY, trigger="schedule", cron="0 9 * * 1")
    assert plan.workflow.triggers == [Schedule(cron="0 9 * * 1")]
    assert plan.assumptions == []


async def test_an_edit_without_a_word_of_time_leaves_the_schedule(model_server: Any) -> None:
    base = one("llm.summarize").model_copy(update={"triggers": [Schedule(cron="0 9 * * 1")]})
    edit = await edited(model_server, "make the summary longer", base, SUMMARY, trigger="schedule", cron="* * * * *")
    assert edit.workflow.triggers == base.triggers
    assert edit.assumptions == ["You did not say when it runs, so it starts as before."]
    zone = {"cron": "0 9 * * 1", "timezone": "Europe/Berlin"}
    edit = await edited(model_server, "let the schedule be Berlin's", base, SUMMARY, trigger="schedule", **zone)
    assert edit.workflow.triggers == [Schedule(cron="0 9 * * 1", timezone="Europe/Berlin")]


async def test_silence_is_no_yes_unless_that_is_said(model_server: Any) -> None:
    asks = step("approval.request", message="Fine?", onExpiry="approve")
    plan = await planned(model_server, f"{NEWS}, but do not send it before I approve", asks)
    assert plan.workflow.nodes[0].params == {"message": "Fine?"}
    assert "only if you say so" in plan.assumptions[0]
    edit = await edited(model_server, "ask nicely", one("approval.request", onExpiry="fail"), asks)
    assert edit.workflow.nodes[0].params == {"message": "Fine?", "onExpiry": "fail"}
    edit = await edited(model_server, "ask nicely", one("approval.request", onExpiry="approve"), asks)
    assert edit.workflow.nodes[0].params["onExpiry"] == "approve"


@pytest.mark.parametrize(
    "words",
    ["if nobody answers send it anyway", "if I don't reply within a day, send it", "approve it when it times out"],
)
async def test_silence_is_a_yes_where_that_is_said(model_server: Any, words: str) -> None:
    plan = await planned(
        model_server, f"Ask me before it is sent; {words}", step("approval.request", onExpiry="approve")
    )
    assert plan.workflow.nodes[0].params == {"onExpiry": "approve"}


@pytest.mark.parametrize(
    ("command", "model", "kept"),
    [
        (NEWS, "ollama:evil", False),
        (f"{NEWS} and let https://evil.test/ollama:evil alone", "ollama:evil", False),
        (NEWS, "openai:tiny", True),
        (f"{NEWS} and use gpt-9-mini", "openai:gpt-9-mini", True),
        (f"{NEWS} and use ollama:qwen3.5", "ollama:qwen3.5", True),
    ],
)
async def test_a_step_uses_no_model_that_nobody_named(model_server: Any, command: str, model: str, kept: bool) -> None:
    plan = await planned(model_server, command, step("llm.summarize", model=model))
    assert plan.workflow.nodes[0].params == ({"model": model} if kept else {})
    assert (model in "".join(plan.assumptions)) is not kept
