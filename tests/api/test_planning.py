"""Sentences, edits, checks and layouts over HTTP."""

from __future__ import annotations

import pytest
from support.api import Api, seed, steps, template

READ = "Read https://example.com/news and email me the key points"


async def test_a_sentence_becomes_a_workflow_and_says_how_it_was_understood(api: Api) -> None:
    plan = await api.call("POST", "/api/parse", {"text": READ})
    assert plan["success"] is True
    nodes = plan["workflow"]["nodes"]
    assert [node["type"] for node in nodes] == ["web_page", "llm", "email"]
    assert nodes[0]["params"]["url"] == "https://example.com/news"
    assert all(node["position"] for node in nodes)
    assert {node_id for clause in plan["clauses"] for node_id in clause["nodeIds"]} == {node["id"] for node in nodes}
    assert plan["explanation"]


async def test_a_schedule_holds_in_the_place_that_is_said_with_its_time(api: Api) -> None:
    plan = await api.call("POST", "/api/parse", {"text": f"Every weekday at 9 in New York {READ.lower()}"})
    trigger = plan["workflow"]["triggers"][0]
    assert (trigger["cron"], trigger["timezone"]) == ("0 9 * * 1-5", "America/New_York")
    plan = await api.call("POST", "/api/parse", {"text": f"Every weekday at 9 in Springfield {READ.lower()}"})
    assert plan["workflow"]["triggers"][0]["timezone"] is None
    assert '"Springfield"' in plan["assumptions"][0]


@pytest.mark.parametrize(
    ("text", "code"), [("What is the capital of France?", "off_topic"), ("", "unclear"), ("umm, well", "unclear")]
)
async def test_what_is_no_task_is_refused_with_an_example_that_works(api: Api, text: str, code: str) -> None:
    problem = await api.call("POST", "/api/parse", {"text": text}, status=422)
    assert problem["code"] == code
    again = await api.call("POST", "/api/parse", {"text": problem["details"]["example"]})
    assert again["workflow"]["nodes"]


async def test_an_edit_changes_what_the_sentence_names_and_nothing_else(api: Api) -> None:
    before = (await api.call("POST", "/api/parse", {"text": READ}))["workflow"]
    edit = await api.call("POST", "/api/edit-workflow", {"text": "remove the email step", "currentWorkflow": before})
    assert [node["type"] for node in edit["workflow"]["nodes"]] == ["web_page", "llm"]
    assert edit["workflow"]["nodes"][0]["params"] == before["nodes"][0]["params"]
    assert edit["diff"]["removedNodes"] == [before["nodes"][2]["id"]]
    assert edit["diff"]["addedNodes"] == []
    assert edit["message"]
    assert edit["workflow"]["workflowId"] == before["workflowId"]


async def test_an_edit_that_asks_for_what_is_there_is_told_so(api: Api) -> None:
    before = (await api.call("POST", "/api/parse", {"text": READ}))["workflow"]
    edit = await api.call("POST", "/api/edit-workflow", {"text": "email me the result", "currentWorkflow": before})
    assert edit["workflow"]["nodes"] == before["nodes"]
    assert edit["message"] == "“Email me” is there already, so nothing was added. Say “also” to have it twice."
    again = {"text": "also email me the result", "currentWorkflow": before}
    edit = await api.call("POST", "/api/edit-workflow", again)
    assert len(edit["diff"]["addedNodes"]) == 1


async def test_a_check_names_breaches_open_values_and_lacking_settings(api: Api) -> None:
    workflow = steps(
        {"id": "read", "type": "web_page", "action": "fetch"},
        {"id": "fill", **template("{{ input | nothing_such }}")},
        {"id": "send", "type": "email", "action": "send", "params": {"subject": "News"}, "label": "Mail it"},
    )
    check = await api.call("POST", "/api/check", {"workflow": workflow})
    assert check["success"] is False
    assert [(problem["where"], problem["code"]) for problem in check["problems"]] == [
        ("nodes[1].params.template", "bad_template")
    ]
    asked = {(one["nodeId"], one["param"]): one for one in check["missing"]}
    assert set(asked) == {("read", "url"), ("send", "to")}
    assert asked["send", "to"]["config"] == "recipientEmail"
    assert asked["send", "to"]["nodeLabel"] == "Mail it"
    assert asked["read", "url"]["config"] is None
    assert asked["read", "url"]["why"]
    assert asked["read", "url"]["schema"]["x-widget"] == "url"
    assert [(one["nodeId"], one["blocking"]) for one in check["notices"]] == [("send", True)]
    assert "SMTP_HOST" in check["notices"][0]["message"]


async def test_the_config_answers_what_a_check_asks(api: Api) -> None:
    workflow = steps(
        {"id": "read", "type": "web_page", "action": "fetch"}, {"id": "send", "type": "email", "action": "send"}
    )
    config = {"recipientEmail": "me@example.com", "params": {"read": {"url": "https://example.com"}}}
    check = await api.call("POST", "/api/check", {"workflow": workflow, "config": config})
    assert check["missing"] == []
    assert check["success"] is True


@pytest.mark.parametrize(
    ("path", "status"), [("/api/check", 200), ("/api/execute", 422), ("/api/execute-background", 422)]
)
async def test_an_answer_for_a_node_that_is_not_there_is_told(api: Api, path: str, status: int) -> None:
    config = {"params": {"step-9": {"text": "x"}, "elsewhere": {"text": "x"}, "left": {}, "step-0": {"text": "Ada"}}}
    body = {"workflow": steps(seed(), template("Hi")), "config": config, "mode": "live"}
    answer = await api.call("POST", path, body, status=status)
    problems = answer["problems"] if path == "/api/check" else answer["details"]
    assert [(one["where"], one["code"], one["message"]) for one in problems] == [
        ("config.params.step-9", "unknown_node",
         "there is no node “step-9”; did you mean step-1? (the workflow has step-0, step-1)."),
        ("config.params.elsewhere", "unknown_node",
         "there is no node “elsewhere” (the workflow has step-0, step-1)."),
    ]  # fmt: skip


async def test_few_of_many_answers_for_nodes_that_are_not_there_are_told(api: Api) -> None:
    config = {"params": {f"{number}{'x' * 200}": {"text": "x"} for number in range(300)}}
    check = await api.call("POST", "/api/check", {"workflow": steps(seed()), "config": config})
    assert len(check["problems"]) == 20
    assert max(len(one["message"]) + len(one["where"]) for one in check["problems"]) < 300


async def test_layout_puts_parallel_branches_side_by_side(api: Api) -> None:
    nodes = [seed(id=node_id) for node_id in ("a", "b", "c", "d")]
    edges = [{"source": s, "target": t} for s, t in (("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"))]
    placed = (await api.call("POST", "/api/layout", {"workflow": {"nodes": nodes, "edges": edges}}))["workflow"]
    at = {node["id"]: (node["position"]["x"], node["position"]["y"]) for node in placed["nodes"]}
    assert len(set(at.values())) == 4
    flows_down = at["a"][1] < at["b"][1]
    along, across = (1, 0) if flows_down else (0, 1)
    assert at["b"][along] == at["c"][along]
    assert at["b"][across] != at["c"][across]
    assert at["a"][along] < at["b"][along] < at["d"][along]


@pytest.mark.parametrize("path", ["/api/parse", "/api/edit-workflow"])
async def test_a_sentence_is_at_most_4000_characters(api: Api, path: str) -> None:
    body = {"text": "x" * 4001, "currentWorkflow": steps(seed())}
    problem = await api.call("POST", path, body, status=422)
    assert problem["details"][0]["where"] == "text"


async def test_a_file_is_read_and_gives_nothing_its_author_allowed(api: Api) -> None:
    text = "nodes:\n  - {id: a, type: email, action: send, allowOutsideTarget: true, params: {to: '{{ input }}'}}"
    workflow = (await api.call("POST", "/api/read-workflow", {"text": text}))["workflow"]
    assert (workflow["nodes"][0]["type"], workflow["nodes"][0]["allowOutsideTarget"]) == ("email", False)


async def test_a_file_of_another_program_is_named_as_what_it_is(api: Api) -> None:
    problem = await api.call("POST", "/api/read-workflow", {"text": '{"nodes": [], "connections": {}}'}, status=422)
    assert "n8n" in problem["error"]
