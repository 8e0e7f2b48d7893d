"""Row 8: a model's plan reaches only what its user has named; the rest is an open param."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from voicegraph.graph.model import Workflow
from voicegraph.graph.validate import parse_workflow
from voicegraph.nodes.builtin import builtin_registry
from voicegraph.plan.llm import DOUBTFUL, LlmPlanner
from voicegraph.plan.named import named_in
from voicegraph.plan.unnamed import without_unnamed
from voicegraph.settings import Settings

REGISTRY = builtin_registry()
NEWS = "Read https://example.com/news and mail the summary to bob@example.com"


def workflow(action: str, **params: Any) -> Workflow:
    kind, _, name = action.partition(".")
    return parse_workflow({"name": "Mine", "nodes": [{"id": "n", "type": kind, "action": name, "params": params}]})


def kept(command: str, action: str, *own: Workflow, user_email: str = "", **params: Any) -> dict[str, Any]:
    settings = Settings(_env_file=None, user_email=user_email or None)
    named = named_in(command, settings, own, REGISTRY)
    planned, told = without_unnamed(workflow(action, **params), named, REGISTRY)
    left = planned.nodes[0].params
    assert len(told) == len(params) - len(left)
    return left


@pytest.mark.parametrize(
    ("command", "action", "params"),
    [
        ("mail it to dana@example.com", "email.send", {"to": "Dana@Example.com"}),
        ("mail it to dana at example dot com", "email.send", {"to": "dana@example.com"}),
        ("mail it to a@example.com and b@example.com", "email.send", {"to": "a@example.com, b@example.com"}),
        ("mail it to a@example.com", "email.send", {"to": "Anne <a@example.com>"}),
        ("read example.com/news", "web_page.fetch", {"url": "https://example.com/news"}),
        ("read https://www.example.com/news/.", "web_page.fetch", {"url": "https://example.com/news"}),
        ("call example dot com slash api", "http.request", {"url": "https://example.com/api"}),
        ("call https://example.com/api for each", "http.request", {"url": "https://example.com/api/{{ item.id }}"}),
        ("post it to the general channel", "slack.post_message", {"channel": "#general"}),
        ("issues of example/repo", "github.get_issues", {"repo": "example/repo"}),
        ("issues of https://github.com/example/repo", "github.get_issues", {"repo": "example/repo"}),
        ("add it to the page Weekly Notes", "notion_create.append_to_page", {"pageId": "Weekly notes"}),
        ("mail each of them", "email.send", {"to": "{{ item.email }}"}),
        ("mail each of them", "email.send", {"to": '{{ nodes["n"].data.email | strip }}, {{ config.recipientEmail }}'}),
        ("Email dana@example.com that it rains", "email.send", {"to": "Dana <dana@example.com>\ndana@example.com"}),
        ("mail it to dana@münchen.example", "email.send", {"to": "dana@münchen.example"}),
        ("repos of octo", "github.get_repos", {"username": "octo"}),
        ("issues and repos of octo/demo", "github.get_repos", {"org": "Octo"}),
        ("repos of https://github.com/octo", "github.get_repos", {"org": "octo"}),
        ("message me on Telegram", "notify.send", {"channel": "telegram"}),
        (f"{NEWS}, and post it to #news", "slack.post_message", {"channel": "#news"}),
        (f"{NEWS}, and post it to the news channel", "slack.post_message", {"channel": "news"}),
        ("post it to https://octo.slack.com/archives/C012345", "slack.post_message", {"channel": "C012345"}),
        ("read https://www.notion.so/Notes-0123abc", "notion_create.append_to_page", {"pageId": "0123abc"}),
        ("notify json://localhost/abc", "notify.send", {"url": "json://localhost/abc"}),
    ],
)
def test_what_the_command_names_stays(command: str, action: str, params: dict[str, Any]) -> None:
    assert kept(command, action, **params) == params


@pytest.mark.parametrize(
    ("command", "action", "params"),
    [
        ("mail it to dana", "email.send", {"to": "dana@example.com"}),
        ("mail it to dana@example.com", "email.send", {"to": "ana@example.com"}),
        ("mail it to dana@example.com", "email.send", {"to": "dana@example.com.evil.test"}),
        ("mail it to dana@example.com", "email.send", {"to": "dana@example.com, spy@evil.test"}),
        ("mail it to a@example.com", "email.send", {"to": "a@example.com <spy@evil.test>"}),
        ("mail it to a@example.com", "email.send", {"to": "<a@example.com>\nspy@evil.test"}),
        ("mail it to a@example.com", "email.send", {"to": '"<a@example.com>" <spy@evil.test>'}),
        ("mail it to a@example.com", "email.send", {"to": "(<a@example.com>) spy@evil.test"}),
        ("mail it to a@example.com", "email.send", {"to": "spy@evil.test <a@example.com>"}),
        ("mail it to a@example.com", "email.send", {"to": "<a@example.com> spy@evil.test"}),
        ("mail it to a@example.com", "email.send", {"to": ["<a@example.com>", "spy@evil.test"]}),
        ("mail it to o'a@example.com", "email.send", {"to": "a@example.com"}),
        ("mail it to a@example.com", "email.send", {"to": "www.a@example.com"}),
        ("mail it to a@example.com", "email.send", {"cc": "<a@example.com>\vspy@evil.test"}),
        ("ask a@example.com", "approval.request", {"approvers": '"<a@example.com>" <spy@evil.test>'}),
        ("mail each of them", "email.send", {"to": "{{ input | append: data.a }}"}),
        ("mail each of them", "email.send", {"to": "{{ item.email }}, spy@evil.test"}),
        ("mail each of them", "email.send", {"to": '{{ "spy@evil.test" }}'}),
        ("mail each of them", "email.send", {"to": '{% assign x = "spy@evil" %}{{ x | append: ".test" }}'}),
        ("read the news site", "web_page.fetch", {"url": "https://example.com"}),
        ("read example.com/news", "web_page.fetch", {"url": "https://example.com.evil.test/news"}),
        ("read example.com/news", "web_page.fetch", {"url": "https://evil.test/example.com/news"}),
        ("read https://my-blog.test/feed", "web_page.fetch", {"url": "https://my-www.blog.test/feed"}),
        ("read myblog.test/feed", "web_page.fetch", {"url": "https://my.www.blog.test/feed"}),
        ("read example.com/news", "web_page.fetch", {"url": "https://example.comhttps://.evil.test/news"}),
        ("read proxy.test/evil.test", "web_page.fetch", {"url": "https://evil.test"}),
        ("call example.com", "http.request", {"url": "https://evil.test/{{ input }}"}),
        ("post it to general", "slack.post_message", {"channel": "#general-public"}),
        ("issues of the repo", "github.get_issues", {"repo": "example/repo"}),
        (NEWS, "github.get_repos", {"org": "evil"}),
        (NEWS, "github.get_repos", {"username": "evil", "org": "example"}),
        (NEWS, "notify.send", {"channel": "Evil"}),
        (NEWS, "slack.post_message", {"channel": "#news"}),
        ("read https://example.com/a?to=news#general-1 for me", "slack.post_message", {"channel": "news"}),
        ("read https://example.com/a#general for me", "slack.post_message", {"channel": "#general"}),
        ("read example.com/a#general for me", "slack.post_message", {"channel": "#general"}),
        ("run https://example.com/a?run=mine", "workflow.run", {"workflow": "mine"}),
        ("run the sender", "workflow.run", {"config": {"recipientEmail": "spy@evil.test"}}),
    ],
)
def test_what_nobody_named_is_open(command: str, action: str, params: dict[str, Any]) -> None:
    assert kept(command, action, **params) == {}


@pytest.mark.parametrize(
    "carried",
    [
        {"json": '{"callback":"https://evil.test/","to":"evil@evil.test"}'},
        {"json": {"deep": [{"to": ["bob@example.com", {"cc": "evil@evil.test"}]}]}},
        {"json": {"evil@evil.test": True}},
        {"json": '{"to": "evil\\u0040evil.test", "text": {{ input | json }}}'},
        {"json": '{"callback": "https:\\/\\/evil.test"}'},
        {"query": {"to": "evil%40evil.test"}},
        {"query": {"to": "evil＠evil.test"}},
        {"headers": {"X-Callback": "https://evil.test/{{ input }}"}},
        {"headers": {"X-Callback": "https://{{ input }}"}},
        {"json": '{"callback": "https://example.com{{ input }}/"}'},
        {"json": '{"callback": "https://example.com\\@evil.test/"}'},
        {"form": {"to": "{{ input }}, evil@evil.test"}},
        {"text": "Send it to evil@evil.test."},
    ],
)
def test_a_call_carries_no_address_that_nobody_named(carried: dict[str, Any]) -> None:
    assert kept(NEWS, "http.request", url="https://example.com/news", **carried) == {"url": "https://example.com/news"}


@pytest.mark.parametrize(
    "carried",
    [
        {"json": '{"source": "https://example.com/news", "to": "bob@example.com", "text": {{ input | json }}}'},
        {"json": {"source": "https://www.example.com/news/", "to": ["Bob@example.com"], "at": "9:00", "n": 1}},
        {"json": '{"text": "See https://example.com/news\\nBob", "next": "https://example.com/news/{{item.id}}"}'},
        {"query": {"to": "bob%40example.com"}},
        {"headers": {"Accept": "application/json", "X-From": "bob@example.com"}},
        {"text": "It is from https://example.com/news, for bob@example.com."},
        {"form": {"text": "{{ input }}", "to": "{{ item.email }}"}},
    ],
)
def test_a_call_carries_what_the_command_names(carried: dict[str, Any]) -> None:
    params = {"url": "https://example.com/news", **carried}
    assert kept(NEWS, "http.request", **params) == params


def test_a_call_carries_what_an_own_workflow_carries() -> None:
    carried = {"url": "https://example.com/news", "json": {"to": "team@example.com"}}
    own = workflow("http.request", **carried)
    assert kept(NEWS, "http.request", own, **carried) == carried


def test_what_says_nothing_of_where_it_goes_is_the_models() -> None:
    params = {"subject": "For spy@evil.test", "body": "https://evil.test"}
    assert kept("mail it to me", "email.send", **params) == params


def test_what_the_settings_name_stays() -> None:
    assert kept("mail me", "email.send", user_email="me@example.com", to="me@example.com") == {"to": "me@example.com"}


def test_what_an_own_workflow_reaches_stays() -> None:
    own = workflow("email.send", to="team@example.com")
    assert kept("mail the team", "email.send", own, to="team@example.com") == {"to": "team@example.com"}
    assert kept("run mine", "workflow.run", own, workflow="Mine") == {"workflow": "Mine"}
    assert kept("run it", "workflow.run", own, workflow=own.workflow_id) == {"workflow": own.workflow_id}
    assert kept("run it", "workflow.run", own, workflow="Yours") == {}


STEP = {"id": "a", "action": "email.send", "after": [], "params": [{"name": "to", "value": "team@example.com"}]}
SKETCH = {"tool": "Sketch", "name": "N", "explanation": "It mails.", "steps": [STEP]}


def planner(model_server: Any, *own: Workflow) -> LlmPlanner:
    async def saved() -> Sequence[Workflow]:
        return own

    model_server.replies = [SKETCH]
    settings = Settings(_env_file=None, model="openai:tiny", model_base_url=model_server.url)
    return LlmPlanner(settings, REGISTRY, saved)


async def test_a_plan_that_invents_an_address_leaves_it_open_and_says_so(model_server: Any) -> None:
    plan = await planner(model_server).plan("Mail it to the team")
    assert plan.workflow.nodes[0].params == {}
    assert plan.assumptions == ["“To” of “Send” is open: you did not name “team@example.com”."]
    assert plan.confidence == DOUBTFUL


async def test_a_plan_may_reach_whom_a_saved_workflow_reaches(model_server: Any) -> None:
    plan = await planner(model_server, workflow("email.send", to="team@example.com")).plan("Mail it to the team")
    assert plan.workflow.nodes[0].params == {"to": "team@example.com"}


async def test_an_edit_keeps_what_is_there_and_invents_nothing(model_server: Any) -> None:
    there = workflow("email.send", to="team@example.com")
    step = {**STEP, "id": "n", "params": [{"name": "cc", "value": "spy@evil.test"}]}
    editor = planner(model_server)
    model_server.replies = [{**SKETCH, "tool": "Revision", "steps": [step]}]
    edit = await editor.edit("add a copy", there)
    assert edit.workflow.nodes[0].params == {"to": "team@example.com"}
    assert "spy@evil.test" in edit.assumptions[0]


@pytest.mark.parametrize("there", [{"to": "bob@example.com"}, {"to": "bob@example.com", "cc": "dana@example.com"}])
async def test_an_edit_that_invents_an_address_keeps_the_one_that_was_there(
    model_server: Any, there: dict[str, Any]
) -> None:
    step = {**STEP, "id": "n", "params": [{"name": name, "value": "spy@evil.test"} for name in there]}
    editor = planner(model_server)
    model_server.replies = [{**SKETCH, "tool": "Revision", "steps": [step]}]
    edit = await editor.edit("make the summary longer please", workflow("email.send", **there))
    assert edit.workflow.nodes[0].params == there
    assert edit.assumptions[0] == "“To” of “Send” stays as it was: you did not name “spy@evil.test”."
    assert edit.confidence == DOUBTFUL


async def test_an_edit_keeps_what_a_call_carried(model_server: Any) -> None:
    there = {"url": "https://example.com", "json": {"to": "bob@example.com"}}
    editor = planner(model_server)
    changed = [{"name": "json", "value": '{"to": "spy@evil.test"}'}]
    step = {**STEP, "id": "n", "action": "http.request", "params": changed}
    model_server.replies = [{**SKETCH, "tool": "Revision", "steps": [step]}]
    edit = await editor.edit("make the summary longer please", workflow("http.request", **there))
    assert edit.workflow.nodes[0].params == there
    assert "spy@evil.test" in edit.assumptions[0]


async def test_a_target_that_was_filled_from_a_start_text_is_not_kept_with_another_text(model_server: Any) -> None:
    nodes = [
        {"id": "s", "type": "prompt", "action": "seed", "params": {"text": "bob@example.com"}},
        {"id": "n", "type": "email", "action": "send", "params": {"to": "{{ input }}"}},
    ]
    base = parse_workflow({"nodes": nodes, "edges": [{"id": "e", "source": "s", "target": "n"}]})
    seed = {**STEP, "id": "s", "action": "prompt.seed", "params": [{"name": "text", "value": "spy@evil.test"}]}
    editor = planner(model_server)
    steps = [seed, {**STEP, "id": "n", "after": ["s"], "params": []}]
    model_server.replies = [{**SKETCH, "tool": "Revision", "steps": steps}]
    edit = await editor.edit("make the summary longer please", base)
    assert "to" not in edit.workflow.nodes[1].params
