"""The planner that asks a model, against a local server that answers in turn."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voicegraph.errors import Refusal, UserError
from voicegraph.graph.model import Schedule, Webhook, Workflow
from voicegraph.graph.validate import parse_workflow
from voicegraph.nodes.builtin import builtin_registry
from voicegraph.plan.llm import DOUBTFUL, REPAIRS, LlmPlanner
from voicegraph.plan.planner import MAX_TEXT, PlannerUnavailable
from voicegraph.settings import Settings

REGISTRY = builtin_registry()


def step(id: str, action: str, *after: str, **more: Any) -> dict[str, Any]:
    params = [{"name": name, "value": value} for name, value in more.pop("params", {}).items()]
    return {"id": id, "action": action, "after": list(after), "params": params, **more}


def sketch(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"tool": "Sketch", "name": "Digest", "explanation": "It makes a digest.", "steps": list(steps), **more}


def revision(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**sketch(*steps, **more), "tool": "Revision"}


DIGEST = sketch(
    step("a", "prompt.seed", label="Start text", params={"text": "Hello"}, said="take hello"),
    step("b", "llm.summarize", "a", label="Summarize", said="summarize it"),
    step("c", "email.send", "b", params={"to": "dana@example.com"}, said="and mail it to dana"),
)

BASE = parse_workflow(
    {
        "name": "Old name",
        "nodes": [
            {"id": "step-0", "type": "prompt", "action": "seed", "label": "Seed", "params": {"text": "x" * 400}}
            | {"position": {"x": 5, "y": 7}, "retry": {"attempts": 7}},
            {"id": "step-1", "type": "notify", "action": "send", "label": "Ping"}
            | {"params": {"url": "json://canary/secret", "title": "T"}, "position": {"x": 400, "y": 7}},
        ],
        "edges": [{"id": "edge-7", "source": "step-0", "target": "step-1"}],
        "triggers": [{"kind": "schedule", "cron": "0 9 * * 1"}],
    }
)


@pytest.fixture
def planner(model_server: Any) -> LlmPlanner:
    return LlmPlanner(Settings(_env_file=None, model="openai:tiny", model_base_url=model_server.url), REGISTRY)


def edges(workflow: Workflow) -> list[tuple[str, str, bool | None]]:
    return [(edge.source, edge.target, edge.when) for edge in workflow.edges]


async def test_a_plan(planner: LlmPlanner, model_server: Any) -> None:
    model_server.replies = [DIGEST]
    plan = await planner.plan("Take hello, summarize it and mail it to dana@example.com")
    nodes = plan.workflow.nodes
    assert [(node.id, node.type, node.action) for node in nodes] == [
        ("step-0", "prompt", "seed"),
        ("step-1", "llm", "summarize"),
        ("step-2", "email", "send"),
    ]
    assert nodes[2].params == {"to": "dana@example.com"}
    assert edges(plan.workflow) == [("step-0", "step-1", None), ("step-1", "step-2", None)]
    assert all(node.position for node in nodes)
    assert (plan.workflow.name, plan.explanation, plan.confidence) == ("Digest", "It makes a digest.", 1.0)
    assert [(clause.text, list(clause.node_ids)) for clause in plan.clauses] == [
        ("take hello", ["step-0"]),
        ("summarize it", ["step-1"]),
        ("and mail it to dana", ["step-2"]),
    ]
    system, user = model_server.requests[0]["messages"]
    assert "- email.send:" in system["content"]
    assert "Take hello, summarize it and mail it to dana@example.com" in user["content"]


async def test_branches_conditions_each_and_own_actions(planner: LlmPlanner, model_server: Any) -> None:
    model_server.replies = [
        sketch(
            step("in", "csv_upload.upload_csv"),
            step("many", "condition.if", "in", params={"expression": "size(data) > 10"}),
            step("dates", "llm.extract_due_dates", "many:yes", each=True),
            step("slack", "slack.post_message", "many:no", "dates", params={"channel": "#news"}),
            step("mail", "email.send", "many"),
            assumptions=["Ten is many."],
        )
    ]
    plan = await planner.plan("…if there are more than ten rows… to #news …")
    assert edges(plan.workflow) == [
        ("step-0", "step-1", None),
        ("step-1", "step-2", True),
        ("step-1", "step-3", False),
        ("step-2", "step-3", None),
        ("step-1", "step-4", True),
    ]
    assert plan.workflow.nodes[2].each is True
    assert (plan.assumptions, plan.confidence) == (["Ten is many."], DOUBTFUL)


@pytest.mark.parametrize(
    ("given", "triggers"),
    [
        ({"trigger": "schedule", "cron": "0 9 * * 1"}, [Schedule(cron="0 9 * * 1")]),
        (
            {"trigger": "schedule", "cron": "0 9 * * 1", "timezone": "Europe/Berlin"},
            [Schedule(cron="0 9 * * 1", timezone="Europe/Berlin")],
        ),
        ({"trigger": "webhook"}, [Webhook()]),
        ({"trigger": "manual"}, []),
        ({}, []),
    ],
)
async def test_triggers(planner: LlmPlanner, model_server: Any, given: dict[str, str], triggers: list[Any]) -> None:
    model_server.replies = [{**DIGEST, **given}]
    assert (await planner.plan("do it")).workflow.triggers == triggers


async def test_params_that_are_no_text_are_read_as_json(planner: LlmPlanner, model_server: Any) -> None:
    params = {"method": "POST", "url": "https://example.com", "headers": '{"X-A": "1"}', "failOnError": "false"}
    model_server.replies = [sketch(step("a", "http.request", params={**params, "text": "42", "query": ""}))]
    node = (await planner.plan("post it to example.com")).workflow.nodes[0]
    assert node.params == {**params, "headers": {"X-A": "1"}, "failOnError": False, "text": "42"}


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ([step("a", "fax.send")], "fax"),
        ([step("a", "email.fly")], "email has no action"),
        ([step("a", "email.send", params={"whom": "x@y.org"})], "no such param"),
        ([step("a", "email.send", params={"to": "nobody"})], "not an e-mail address"),
        ([step("a", "http.request", params={"url": "https://example.com", "headers": "oops"})], "headers"),
        ([step("a", "llm.summarize", "zzz")], "no step zzz to wait for"),
        ([step("a", "llm.summarize"), step("a", "llm.analyze")], "another step"),
        ([step("a", "llm.summarize", "b"), step("b", "llm.analyze", "a")], "circle"),
        ([step("a", "llm.summarize", params={"instruction": "{{ input"})], "never closed"),
    ],
)
async def test_a_broken_plan_goes_back_until_it_is_right(
    planner: LlmPlanner, model_server: Any, steps: list[dict[str, Any]], says: str
) -> None:
    model_server.replies = [sketch(*steps), DIGEST]
    assert len((await planner.plan("do it")).workflow.nodes) == 3
    assert says.lower() in json.dumps(model_server.requests[1]["messages"]).lower()


async def test_a_schedule_that_is_none_goes_back(planner: LlmPlanner, model_server: Any) -> None:
    model_server.replies = [{**DIGEST, "trigger": "schedule", "cron": "soon"}, DIGEST]
    await planner.plan("do it soon")
    assert "triggers[0].cron" in json.dumps(model_server.requests[1]["messages"])


async def test_a_model_that_never_gets_it_right_is_unavailable(planner: LlmPlanner, model_server: Any) -> None:
    model_server.replies = [lambda _: sketch(step("a", "fax.send"))]
    with pytest.raises(PlannerUnavailable) as caught:
        await planner.plan("fax it")
    assert (caught.value.code, caught.value.status) == ("planner_unavailable", 503)
    assert len(model_server.requests) == REPAIRS + 1


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (step("a", "email.send", params={"to": "evil＠x.example"}), "“evil＠x.example” is not an e-mail address"),
        (step("a", "email.send", params={"whom": "x@y.org"}), "there is no such param"),
    ],
)
async def test_a_plan_that_cannot_be_used_is_told_as_such(
    planner: LlmPlanner, model_server: Any, broken: dict[str, Any], why: str
) -> None:
    model_server.replies = [lambda _: sketch(broken)]
    with pytest.raises(PlannerUnavailable) as caught:
        await planner.plan("mail it")
    assert why in caught.value.message
    assert "in other words" in caught.value.message
    assert "VOICEGRAPH_MODEL" not in caught.value.message


@pytest.mark.parametrize("answer", ["Hello there", {"tool": "Sketch", "name": "No steps"}])
async def test_an_answer_that_is_no_plan_is_a_models_all_the_same(
    planner: LlmPlanner, model_server: Any, answer: Any
) -> None:
    model_server.replies = [lambda _: answer]
    with pytest.raises(PlannerUnavailable, match="gave no usable answer") as caught:
        await planner.plan("mail it")
    assert "VOICEGRAPH_MODEL" not in caught.value.message


async def test_a_plan_that_was_cut_off_is_refused_and_never_half_a_graph(
    planner: LlmPlanner, model_server: Any
) -> None:
    name = "final_result_Sketch"
    call = {"id": "1", "type": "function", "function": {"name": name, "arguments": json.dumps(DIGEST)}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    choice = {"index": 0, "message": message, "finish_reason": "length"}
    model_server.replies = [(200, {"choices": [choice]})]
    with pytest.raises(PlannerUnavailable, match="cut off before it was whole"):
        await planner.plan("search for news and mail them")
    assert len(model_server.requests) == 1


@pytest.mark.parametrize("code", ["off_topic", "unclear"])
async def test_a_refusal_has_an_example(planner: LlmPlanner, model_server: Any, code: str) -> None:
    model_server.replies = [{"tool": "Decline", "code": code, "message": "That is no task."}]
    with pytest.raises(Refusal) as caught:
        await planner.plan("How are you?")
    assert (caught.value.code, caught.value.message) == (code, "That is no task.")
    assert "Monday" in caught.value.example


@pytest.mark.parametrize(("text", "code"), [(" … ", "unclear"), ("", "unclear"), ("a" * (MAX_TEXT + 1), "too_long")])
async def test_what_needs_no_model_does_not_ask_one(
    planner: LlmPlanner, model_server: Any, text: str, code: str
) -> None:
    with pytest.raises(UserError) as caught:
        await planner.plan(text)
    assert caught.value.code == code
    assert model_server.requests == []


async def test_a_provider_that_fails_is_unavailable(planner: LlmPlanner, model_server: Any) -> None:
    model_server.replies = [(401, {"error": {"message": "no", "code": "invalid_api_key", "type": "x"}})]
    with pytest.raises(PlannerUnavailable, match="OPENAI_API_KEY"):
        await planner.plan("do it")


async def test_without_a_model_it_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in ("OPENAI", "ANTHROPIC", "GOOGLE", "GROQ", "CEREBRAS"):
        monkeypatch.delenv(f"{provider}_API_KEY", raising=False)
    with pytest.raises(PlannerUnavailable, match="VOICEGRAPH_MODEL"):
        await LlmPlanner(Settings(_env_file=None), REGISTRY).plan("do it")


# -- edits


async def test_an_edit_keeps_what_it_does_not_name(planner: LlmPlanner, model_server: Any) -> None:
    model_server.replies = [
        revision(
            step("step-0", "prompt.seed"),
            step("new", "llm.analyze", "step-0", label="Analyze", said="analyze it first"),
            step("step-1", "notify.send", "new", params={"title": "News", "url": "(kept)"}),
            name="",
        )
    ]
    edit = await planner.edit("analyze it first and call it News", BASE)
    seed, ping, new = edit.workflow.node("step-0"), edit.workflow.node("step-1"), edit.workflow.nodes[1]
    assert seed == BASE.node("step-0")
    assert ping == BASE.node("step-1").model_copy(update={"params": {"url": "json://canary/secret", "title": "News"}})
    assert (new.type, new.action, bool(new.position)) == ("llm", "analyze", True)
    assert (edit.workflow.name, edit.workflow.triggers) == ("Old name", BASE.triggers)
    assert edit.workflow.workflow_id == BASE.workflow_id
    assert edges(edit.workflow) == [("step-0", new.id, None), (new.id, "step-1", None)]
    assert edit.diff.added_nodes == [new.id]
    assert edit.diff.changed_nodes == ["step-1"]
    assert [(clause.text, clause.node_ids) for clause in edit.clauses] == [("analyze it first", [new.id])]


async def test_the_model_sees_no_secret_and_no_long_text(planner: LlmPlanner, model_server: Any) -> None:
    model_server.replies = [revision(step("step-0", "prompt.seed"), step("step-1", "notify.send", "step-0"))]
    edit = await planner.edit("leave it", BASE)
    sent = json.dumps(model_server.requests[0])
    assert "canary" not in sent
    assert "x" * 301 not in sent
    assert "(kept)" in sent
    assert edit.workflow.edges == BASE.edges
    assert edit.diff.summary == "renamed"


async def test_steps_are_removed_only_when_that_is_said(planner: LlmPlanner, model_server: Any) -> None:
    alone = step("step-0", "prompt.seed")
    model_server.replies = [revision(alone), revision(alone, removed=["step-1"], trigger="manual")]
    edit = await planner.edit("drop the ping, by hand only", BASE)
    assert "step-1 is missing" in json.dumps(model_server.requests[1]["messages"])
    assert [node.id for node in edit.workflow.nodes] == ["step-0"]
    assert edit.workflow.triggers == []


async def test_another_action_in_the_place_of_one(planner: LlmPlanner, model_server: Any) -> None:
    swapped = step("step-1", "slack.post_message", "step-0", params={"channel": "#a"})
    model_server.replies = [revision(step("step-0", "prompt.seed", params={"text": ""}), swapped)]
    edit = await planner.edit("post it to #a instead", BASE)
    node = edit.workflow.node("step-1")
    assert (node.type, node.params, node.position) == ("slack", {"channel": "#a"}, BASE.node("step-1").position)
    assert edit.workflow.node("step-0").params == {}


async def test_a_workflow_without_places_stays_without(planner: LlmPlanner, model_server: Any) -> None:
    nodes = [node.model_copy(update={"position": None}) for node in BASE.nodes]
    bare = BASE.model_copy(update={"nodes": nodes})
    model_server.replies = [revision(step("step-0", "prompt.seed"), step("step-1", "notify.send", "step-0", each=True))]
    edit = await planner.edit("for each", bare)
    assert [node.position for node in edit.workflow.nodes] == [None, None]
    assert edit.workflow.node("step-1").each is True


async def test_branches_are_shown_as_they_are_written(planner: LlmPlanner, model_server: Any) -> None:
    base = parse_workflow(
        {
            "nodes": [
                {"id": "q", "type": "condition", "action": "if", "params": {"expression": "true"}},
                {"id": "y", "type": "llm", "action": "summarize"},
                {"id": "n", "type": "mystery", "action": "act", "params": {"depth": [1]}},
            ],
            "edges": [
                {"id": "e1", "source": "q", "target": "y", "when": True},
                {"id": "e2", "source": "q", "target": "n", "when": False},
            ],
        }
    )
    model_server.replies = [
        revision(step("q", "condition.if"), step("y", "llm.summarize", "q:yes"), removed=["n"]),
    ]
    edit = await planner.edit("drop the mystery", base)
    shown = model_server.requests[0]["messages"][1]["content"]
    assert '"q:yes"' in shown
    assert '"q:no"' in shown
    assert [edge.id for edge in edit.workflow.edges] == ["e1"]


@pytest.mark.parametrize(
    ("kind", "when", "shown", "said", "kept"),
    [
        ("approval.request", None, "q:yes", "q:yes", True),
        ("approval.request", None, "q:yes", "q", True),
        ("approval.request", True, "q:yes", "q:yes", True),
        ("approval.request", False, "q:no", "q:no", True),
        ("approval.request", True, "q:yes", "q:no", False),
        ("condition.if", None, "q", "q", True),
        ("condition.if", True, "q:yes", "q", True),
        ("condition.if", None, "q", "q:yes", False),
        ("condition.if", None, "q", "q:no", False),
    ],
)
async def test_an_edge_that_a_model_writes_again_stays_what_it_was(
    planner: LlmPlanner, model_server: Any, kind: str, when: bool | None, shown: str, said: str, kept: bool
) -> None:
    asks, action = kind.split(".")
    params = {"expression": "true"} if asks == "condition" else {"message": "Fine?"}
    nodes = [
        {"id": "q", "type": asks, "action": action, "params": params},
        {"id": "y", "type": "llm", "action": "summarize"},
    ]
    base = parse_workflow({"nodes": nodes, "edges": [{"id": "e1", "source": "q", "target": "y", "when": when}]})
    model_server.replies = [revision(step("q", kind), step("y", "llm.summarize", said, label="New"))]
    edit = await planner.edit("call it new", base)
    assert f'"after": ["{shown}"]' in model_server.requests[0]["messages"][1]["content"]
    assert (edit.workflow.edges == base.edges) is kept
    if not kept:
        assert [edge.when for edge in edit.workflow.edges] == [said == "q:yes"]
