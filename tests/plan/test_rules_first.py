"""Rules and a model together: who is asked, and what happens while the model is away."""

from __future__ import annotations

from typing import Any

import pytest

from voicegraph.app import make_planners
from voicegraph.errors import Refusal, UserError
from voicegraph.nodes.builtin import builtin_registry
from voicegraph.plan.planner import PlannerUnavailable
from voicegraph.plan.planner_choice import Planners
from voicegraph.plan.rules import RulesPlanner
from voicegraph.plan.rules.rules_planner import plan as by_rules
from voicegraph.settings import Settings

SURE = "Get the open issues of octo/demo, summarize them and email them to dana@example.com"
DOUBTFUL = "check the weather and email bob a summary"
OFF_TOPIC = "Tell me a joke"
UNCLEAR = "wiggle the wobble"
SKETCH = {
    "name": "Weather",
    "explanation": "It asks the model.",
    "steps": [
        {
            "id": "a",
            "action": "prompt.seed",
            "label": "Ask",
            "said": "weather",
            "after": [],
            "params": [{"name": "text", "value": "Weather?"}],
        }
    ],
}


@pytest.fixture
def planners(model_server: Any) -> Planners:
    settings = Settings(_env_file=None, model="openai:tiny", model_base_url=model_server.url)
    return make_planners(settings, builtin_registry())


async def test_rules_that_are_sure_answer_without_the_model(planners: Planners, model_server: Any) -> None:
    planned = await planners.usual.plan(SURE)
    assert planned.planner == "rules"
    edited = await planners.usual.edit("remove the summary", planned.workflow)
    assert edited.planner == "rules"
    assert model_server.requests == []


@pytest.mark.parametrize("command", [DOUBTFUL, UNCLEAR])
async def test_the_model_is_asked_where_rules_only_guess(planners: Planners, model_server: Any, command: str) -> None:
    model_server.replies = [{"tool": "Sketch", **SKETCH}]
    planned = await planners.usual.plan(command)
    assert planned.planner == "llm"
    assert planned.explanation == "It asks the model."


async def test_small_talk_costs_no_call(planners: Planners, model_server: Any) -> None:
    with pytest.raises(Refusal):
        await planners.usual.plan(OFF_TOPIC)
    assert model_server.requests == []


async def test_the_guess_is_taken_while_the_model_is_away_and_says_so(planners: Planners, model_server: Any) -> None:
    model_server.replies = [(503, {"error": {"message": "down", "code": None, "type": "x"}})]
    planned = await planners.usual.plan(DOUBTFUL)
    assert planned.planner == "rules"
    assert planned.workflow.nodes
    assert planned.assumptions[-1].endswith("So it was planned by rules.")
    edited = await planners.usual.edit("add a step for the calendar and wiggle it", planned.workflow)
    assert "planned by rules" in edited.assumptions[-1]
    with pytest.raises(Refusal) as refused:  # what the rules could not read stays their refusal, with its example
        await planners.usual.plan(UNCLEAR)
    assert isinstance(refused.value.__cause__, PlannerUnavailable)


async def test_either_can_be_forced(planners: Planners, model_server: Any) -> None:
    model_server.replies = [{"tool": "Sketch", **SKETCH}]
    assert (await planners.of("llm").plan(SURE)).planner == "llm"
    assert (await planners.of("rules").plan(DOUBTFUL)).planner == "rules"
    alone = Planners(RulesPlanner(), {"rules": RulesPlanner()})
    with pytest.raises(UserError, match="VOICEGRAPH_MODEL"):
        alone.of("llm")


def test_what_is_sure_here_is_what_the_rules_say() -> None:
    assert by_rules(SURE).confidence == 1.0
    assert by_rules(DOUBTFUL).confidence < 0.95
