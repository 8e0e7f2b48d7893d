"""Row 8: whom and what a workflow reaches is said by its owner, not by the pages it reads or by a model."""

from __future__ import annotations

from typing import Any

import pytest

from voicegraph.graph.validate import parse_workflow
from voicegraph.nodes.builtin import builtin_registry
from voicegraph.nodes.targets import outside_targets

REGISTRY = builtin_registry()
PAGE = ("page", "web_page.fetch", {"url": "https://example.com"})
APPROVAL = ("ask", "approval.request", {})
MODEL = ("model", "llm.generate", {"instruction": "Who is it?"})


def chain(*nodes: tuple[str, str, dict[str, Any]], edges: list[dict[str, Any]] | None = None, **last: Any) -> Any:
    wire = [
        {"id": node_id, "type": key.split(".")[0], "action": key.split(".")[1], "label": node_id, "params": params}
        for node_id, key, params in nodes
    ]
    wire[-1] |= last
    return parse_workflow({"nodes": wire} | ({"edges": edges} if edges is not None else {}))


def refused(*nodes: tuple[str, str, dict[str, Any]], handed: bool = False, **more: Any) -> list[str]:
    return [found.where for found in outside_targets(chain(*nodes, **more), REGISTRY, handed=handed)]


FILLED = [
    ("email.send", {"to": "{{ input }}"}, "to"),
    ("email.send", {"to": "a@example.com", "cc": "{{ data.author }}"}, "cc"),
    ("email.send", {"to": "{% if input contains 'x' %}a@example.com{% else %}b@example.com{% endif %}"}, "to"),
    ("email.send", {"to": '{{ nodes["page"].data.author }}'}, "to"),
    ("email.send", {"to": "{input}"}, "to"),
    ("http.request", {"url": "{{ input }}"}, "url"),
    ("http.request", {"url": "https://{{ data.host }}/x"}, "url"),
    ("http.request", {"url": "https://example.com{{ input }}"}, "url"),
    ("http.request", {"url": "https://example.com\\{{ input }}"}, "url"),
    ("notify.send", {"url": "json://{{ input }}"}, "url"),
    ("slack.post_message", {"channel": "#{{ input }}"}, "channel"),
    ("github.create_issue", {"repo": "{{ input }}", "title": "T"}, "repo"),
    ("github.get_issues", {"repo": "example/{{ input }}"}, "repo"),
    ("notion_create.create_page", {"parentId": "{{ input }}"}, "parentId"),
    ("workflow.run", {"workflow": "{{ input }}"}, "workflow"),
    ("workflow.run", {"workflow": "Send", "config": {"recipientEmail": "{{ input }}"}}, "config.recipientEmail"),
    ("approval.request", {"approvers": "{{ input }}"}, "approvers"),
]


@pytest.mark.parametrize(("key", "params", "place"), FILLED)
def test_a_fetched_text_does_not_say_where_a_node_reaches_to(key: str, params: dict[str, Any], place: str) -> None:
    assert refused(PAGE, ("last", key, params)) == [f"nodes[1].params.{place}"]


@pytest.mark.parametrize(("key", "params", "place"), FILLED)
def test_the_owner_may_allow_it_on_the_node(key: str, params: dict[str, Any], place: str) -> None:
    assert refused(PAGE, ("last", key, params), allowOutsideTarget=True) == []


@pytest.mark.parametrize(
    ("key", "params"),
    [
        ("email.send", {"to": "a@example.com", "subject": "{{ input }}", "body": "{{ input }}"}),
        ("email.send", {"to": "{{ config.recipientEmail }}"}),
        ("email.send", {"to": "{{ trigger.body.email }}"}),
        ("email.send", {}),
        ("http.request", {"url": "https://example.com/{{ input | url_encode }}", "json": {"text": "{{ input }}"}}),
        ("http.request", {"url": "https://example.com?q={{ input | url_encode }}"}),
        ("web_page.fetch", {"url": "{{ item.link }}"}),
        ("rss.fetch", {"url": "{{ data.feed }}"}),
    ],
)
def test_what_is_said_where_a_node_reaches_to_may_be_fetched(key: str, params: dict[str, Any]) -> None:
    assert refused(PAGE, ("last", key, params)) == []


MAIL = ("mail", "email.send", {"to": "{{ input }}"})


@pytest.mark.parametrize(
    "between",
    [
        [("pass", "transform.template", {"template": "{{ input }}"})],
        [("pass", "transform.select", {"expression": "author"})],
        [("pass", "code.run", {"code": "result = input"})],
        [("pass", "condition.if", {"expression": "true"}), ("wait", "wait.delay", {"duration": "1 second"})],
        [("pass", "file.save", {"name": "a.txt"})],
        [MODEL],
    ],
)
def test_nodes_that_hand_it_on_change_nothing(between: list[Any]) -> None:
    assert refused(PAGE, *between, MAIL) == [f"nodes[{len(between) + 1}].params.to"]


def test_a_models_answer_is_nobodys_word() -> None:
    assert refused(("text", "prompt.seed", {"text": "Hello"}), MODEL, MAIL) == ["nodes[2].params.to"]


@pytest.mark.parametrize(
    "source",
    [
        ("text", "prompt.seed", {"text": "a@example.com"}),
        ("rows", "csv_upload.upload_csv", {}),
        ("code", "code.run", {"code": "result = 'a@example.com'"}),
    ],
)
def test_the_owners_own_words_may_say_it(source: Any) -> None:
    assert refused(source, MAIL) == []


def test_text_of_the_owners_that_names_a_page_is_the_pages() -> None:
    assert refused(PAGE, ("text", "prompt.seed", {"text": '{{ nodes["page"].text }}'}), MAIL) == ["nodes[2].params.to"]
    assert refused(PAGE, APPROVAL, ("code", "code.run", {"code": "result = nodes['page']['text']"}), MAIL) == [
        "nodes[3].params.to"
    ]


def test_a_person_may_approve_it_on_its_way() -> None:
    assert refused(PAGE, APPROVAL, MAIL) == []
    assert refused(PAGE, APPROVAL, ("pass", "transform.template", {"template": "{{ input }}"}), MAIL) == []


@pytest.mark.parametrize("to", ['{{ nodes["page"].text }}', "{{ nodes[config.which].text }}"])
def test_what_goes_round_the_approval_is_not_approved(to: str) -> None:
    assert refused(PAGE, APPROVAL, ("mail", "email.send", {"to": to})) == ["nodes[2].params.to"]


def test_nobody_approved_what_time_approved() -> None:
    assert refused(PAGE, ("ask", "approval.request", {"onExpiry": "approve"}), MAIL) == ["nodes[2].params.to"]


def test_what_was_rejected_is_not_approved() -> None:
    edges = [
        {"id": "e0", "source": "page", "target": "ask"},
        {"id": "e1", "source": "ask", "target": "mail", "when": False},
    ]
    assert refused(PAGE, APPROVAL, MAIL, edges=edges) == ["nodes[2].params.to"]


def test_one_way_round_the_approval_is_enough() -> None:
    edges = [
        {"id": "e0", "source": "page", "target": "ask"},
        {"id": "e1", "source": "ask", "target": "mail"},
        {"id": "e2", "source": "page", "target": "mail"},
    ]
    assert refused(PAGE, APPROVAL, MAIL, edges=edges) == ["nodes[2].params.to"]


@pytest.mark.parametrize("to", ["{{ input }}", "{{ trigger.text }}"])
def test_what_another_workflow_hands_over_may_be_anything(to: str) -> None:
    mail = ("mail", "email.send", {"to": to})
    assert refused(mail) == []
    assert refused(mail, handed=True) == ["nodes[0].params.to"]


def test_the_refusal_says_what_it_means_and_what_to_do() -> None:
    (found,) = outside_targets(chain(PAGE, MAIL), REGISTRY)
    assert found.code == "outside_target"
    assert found.message == (
        "“To” is filled with what “page” gives: whoever writes that text could say where this goes. "
        "Fill it in yourself, let somebody approve the content before, or allow it in the settings of this node."
    )
