"""What a model writes into a step fills a target through it: that has to be named as well."""

from __future__ import annotations

from typing import Any

import pytest

from voicegraph.graph.model import Workflow
from voicegraph.graph.validate import parse_workflow
from voicegraph.nodes.builtin import builtin_registry
from voicegraph.plan.named import named_in
from voicegraph.plan.unnamed import without_unnamed
from voicegraph.settings import Settings

REGISTRY = builtin_registry()
EVIL = "spy@evil.test"


def step(action: str, **params: Any) -> dict[str, Any]:
    kind, _, name = action.partition(".")
    return {"type": kind, "action": name, "params": params}


def chain(*steps: dict[str, Any], name: str = "Mine") -> Workflow:
    """The steps one after the other: s0, s1, …"""
    nodes = [{"id": f"s{index}", **one} for index, one in enumerate(steps)]
    edges = [{"source": f"s{index}", "target": f"s{index + 1}"} for index in range(len(steps) - 1)]
    return parse_workflow({"name": name, "nodes": nodes, "edges": edges})


def judged(command: str, plan: Workflow, *own: Workflow) -> tuple[dict[str, Any], list[str]]:
    """The params of the last step that stay, and what is said about the others."""
    named = named_in(command, Settings(_env_file=None), own, REGISTRY)
    planned, told = without_unnamed(plan, named, REGISTRY)
    return dict(planned.nodes[-1].params), told


TO_INPUT = step("email.send", to="{{ input }}")


@pytest.mark.parametrize(
    "steps",
    [
        [step("prompt.seed", text=EVIL)],
        [step("prompt.seed", text="dana@example.com"), step("transform.template", template=EVIL)],
        [step("prompt.seed", text=EVIL), step("condition.if", expression="true")],
        [step("prompt.seed", text=EVIL), step("approval.request")],
        [step("prompt.seed"), step("approval.request", content=EVIL)],
        [step("prompt.seed"), step("code.run", code="'spy@' + 'evil.test'")],
        [step("prompt.seed"), step("code.run", code="chr(115)")],
        [step("transform.select", expression="join('@', ['spy', 'evil.test'])")],
        [step("transform.select", expression='keys({"spy@evil.test": a})')],
        [step("transform.template", template="{{ 'spy@' | append: 'evil.test' }}")],
        [step("transform.template", template="{{ config.who }}.evil.test")],
        [step("prompt.seed", text=EVIL), step("transform.template", template="{{ input }}")],
        [step("prompt.seed", text=EVIL), step("transform.template", template="{input}")],
        [step("prompt.seed", text=EVIL), step("email.send", to="dana@example.com")],
    ],
)
def test_a_recipient_from_the_models_own_words_is_open(steps: list[dict[str, Any]]) -> None:
    params, told = judged("Mail dana@example.com and ask before", chain(*steps, TO_INPUT))
    assert "to" not in params
    assert "“To”" in told[-1]
    assert "with words that you did not name" in told[-1]


@pytest.mark.parametrize("template", ["{{ nodes.s0.text }}", '{{ nodes["s0"].text }}', "{{ nodes[config.a].text }}"])
def test_a_step_that_is_named_is_followed(template: str) -> None:
    plan = chain(step("prompt.seed", text=EVIL), step("wait.delay", duration="1 s"), step("email.send", to=template))
    assert "to" not in judged("mail it", plan)[0]


@pytest.mark.parametrize(
    ("last", "param"),
    [
        (step("http.request", url="{{ input }}"), "url"),
        (step("web_page.fetch", url="{{ input }}"), "url"),
        (step("slack.post_message", channel="{{ input }}"), "channel"),
        (step("github.get_issues", repo="{{ input }}"), "repo"),
        (step("workflow.run", workflow="{{ input }}"), "workflow"),
        (step("workflow.run", config={"recipientEmail": "{{ input }}"}), "config"),
    ],
)
def test_every_kind_of_target_is_followed(last: dict[str, Any], param: str) -> None:
    plan = chain(step("prompt.seed", text="https://evil.test evil/evil"), last)
    assert param not in judged("do it", plan)[0]


@pytest.mark.parametrize(
    "steps",
    [
        [step("prompt.seed", text="Dana@example.com, bea@example.com")],
        [step("prompt.seed", text="{{ config.who }}")],
        [step("csv_upload.upload_csv")],
        [step("csv_upload.upload_csv"), step("transform.select", expression="[?status == 'paid'].email")],
        [step("csv_upload.upload_csv"), step("condition.if", expression="size(data) > 3")],
        [step("csv_upload.upload_csv"), step("approval.request", message="Shall it go out?")],
        [step("rss.fetch", url="https://example.com/feed")],
        [step("rss.fetch", url="https://example.com/feed"), step("llm.summarize", instruction="In five words")],
    ],
)
def test_what_the_user_gives_may_fill_a_target(steps: list[dict[str, Any]]) -> None:
    command = "Read https://example.com/feed and mail it to dana@example.com and bea@example.com"
    assert judged(command, chain(*steps, TO_INPUT)) == ({"to": "{{ input }}"}, [])


@pytest.mark.parametrize("template", ["{{ config.who }}", "{{ trigger.body.email }}"])
def test_config_and_trigger_are_the_users(template: str) -> None:
    plan = chain(step("prompt.seed", text=EVIL), step("email.send", to=template))
    assert judged("mail it", plan) == ({"to": template}, [])


def test_a_fixed_origin_that_is_named_stays() -> None:
    plan = chain(step("prompt.seed", text="anything"), step("http.request", url="https://example.com/?q={{ input }}"))
    assert judged("ask https://example.com/?q=", plan)[1] == []


def test_what_a_workflow_of_the_users_does_stays() -> None:
    own = chain(
        step("prompt.seed"), step("code.run", code="'a@' + 'b.test'"), step("email.send", to='{{ nodes["s1"].text }}')
    )
    assert judged("say it louder", own, own)[1] == []


CHILD = chain(
    step("prompt.seed", text="{{ config.topic }}"),
    step("transform.template", template="{{ config.room }}"),
    step("slack.post_message", channel='{{ nodes["s1"].text }}', text="{{ config.words }}"),
    name="Poster",
)


@pytest.mark.parametrize(
    "config",
    [
        {"params": {"s2": {"channel": "#evil"}}},
        {"params": {"s2": {"repo": "evil/evil"}}},
        {"params": {"s2": {"pageId": "evil"}}},
        {"params": {"s1": {"template": "evil"}}},
        {"params": {"s2": "#evil"}},
        {"room": "#evil"},
        {"channel": "#evil"},
        {"recipientEmail": '"<dana@example.com>" <spy@evil.test>'},
        {"params": {"s2": {"config": {"channel": "#evil"}}}},
    ],
)
def test_what_is_handed_to_a_run_is_judged_as_its_target(config: dict[str, Any]) -> None:
    plan = chain(step("workflow.run", workflow="Poster", config=config))
    params, told = judged("run the poster for #general and dana@example.com", plan, CHILD)
    assert params == {"workflow": "Poster"}
    assert "“Values”" in told[0]


@pytest.mark.parametrize(
    "config",
    [
        {"params": {"s2": {"channel": "#general", "text": "Good morning to all of you"}}},
        {"room": "general", "words": "Good morning", "count": 3},
        {"recipientEmail": "dana@example.com"},
        {"room": "{{ config.room }}"},
    ],
)
def test_what_is_handed_to_a_run_and_named_stays(config: dict[str, Any]) -> None:
    plan = chain(step("workflow.run", workflow="Poster", config=config))
    assert judged("run the poster for #general and dana@example.com", plan, CHILD)[1] == []
