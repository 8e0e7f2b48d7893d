"""Row 8: whom and what a workflow reaches is said by its owner, not by the pages it reads or by a model."""

from __future__ import annotations

from typing import Any

import pytest

from voicegraph.graph.validate import parse_workflow
from voicegraph.nodes.builtin import builtin_registry
from voicegraph.nodes.params.targets import files_named, outside_targets

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


def joined(to: str, *edges: tuple[str, str, bool | None]) -> list[str]:
    """A page, an approval, a node of the owner's words and a mail to whom `to` says, with these edges behind the page."""
    drawn = [("page", "ask", None), *edges]
    wire = [
        {"id": f"e{at}", "source": source, "target": target, "when": when}
        for at, (source, target, when) in enumerate(drawn)
    ]
    sorry = ("sorry", "prompt.seed", {"text": "Sorry"})
    return refused(PAGE, APPROVAL, sorry, ("mail", "email.send", {"to": to}), edges=wire)


OF_ASK = ['{{ nodes["ask"].text }}', "{{ nodes.ask.data.author }}", "{{ nodes[config.which].text }}"]


@pytest.mark.parametrize("to", OF_ASK)
@pytest.mark.parametrize(
    "edges",
    [
        [("ask", "mail", False)],
        [("ask", "sorry", False), ("sorry", "mail", None)],
        [("ask", "mail", True), ("ask", "sorry", False), ("sorry", "mail", None)],
        [("ask", "sorry", False), ("ask", "sorry", True), ("sorry", "mail", None)],
    ],
)
def test_who_is_reached_by_a_rejection_reads_nothing_approved(to: str, edges: list[Any]) -> None:
    assert joined(to, *edges) == ["nodes[3].params.to"]


@pytest.mark.parametrize("to", ["{{ input }}", *OF_ASK[:2]])
@pytest.mark.parametrize("when", [None, True])
def test_who_is_reached_by_the_approval_alone_reads_what_was_approved(to: str, when: bool | None) -> None:
    assert joined(to, ("ask", "mail", when), ("ask", "sorry", False)) == []


@pytest.mark.parametrize(
    "params",
    [
        {"onExpiry": "approve"},
        {"on_expiry": "approve"},
        {"onExpiry": "", "on_expiry": "approve", "expires": "1s"},
        {"onExpiry": "reject", "on_expiry": "approve"},
        {"onExpiry": "{{ config.late }}"},
    ],
)
def test_params_are_judged_as_the_node_will_read_them(params: dict[str, Any]) -> None:
    assert refused(PAGE, ("ask", "approval.request", params), MAIL) == ["nodes[2].params.to"]
    patient = ("ask", "approval.request", {"on_expiry": "approve", "onExpiry": "fail"})
    assert refused(PAGE, patient, MAIL) == []


def test_a_target_is_found_under_either_spelling() -> None:
    page = ("last", "notion_create.create_page", {"parent_id": "{{ input }}", "parentId": ""})
    assert refused(PAGE, page) == ["nodes[1].params.parentId"]


HIDDEN = [
    "{% assign n='input' %}{{ [n] }}",
    "{% assign n='nodes' %}{% assign m=[n] %}{{ m['page'].text }}",
    "{% if false %}{% assign input='x' %}{% endif %}{{ input }}",
    "{% if false %}{% capture input %}x{% endcapture %}{% endif %}{{ input }}",
    "{% for input in (1..0) %}{% else %}{{ input }}{% endfor %}",
    "{% for x in (1..0) %}{% assign input = x %}{% else %}{{ input }}{% endfor %}",
    "{% unless true %}{% assign data='x' %}{% endunless %}{{ data.author }}",
    "a{% increment input %}{{ input }}",
    "{% decrement input %}{{ input }}",
    "{{ nodes.first[1].text }}",
    "{% for one in nodes %}{{ one[1].text }}{% endfor %}",
    "{% liquid\nassign n = 'input'\necho [n]\n%}",
]


@pytest.mark.parametrize("to", HIDDEN)
def test_how_a_template_comes_to_a_text_makes_no_difference(to: str) -> None:
    assert refused(PAGE, ("mail", "email.send", {"to": to})) == ["nodes[1].params.to"]


@pytest.mark.parametrize("name", ["first", "last", "size"])
def test_a_node_that_is_called_like_a_word_of_liquids_hides_no_other(name: str) -> None:
    edges = [{"id": "e0", "source": "page", "target": "mail"}]
    mail = ("mail", "email.send", {"to": f"{{{{ nodes.{name}[1].text }}}}"})
    assert refused(PAGE, (name, "prompt.seed", {"text": "Hello"}), mail, edges=edges) == ["nodes[2].params.to"]


@pytest.mark.parametrize("to", ["{% assign n='trigger' %}{{ [n].text }}", "{% assign n='input' %}{{ [n] }}"])
def test_what_is_handed_over_is_found_under_a_name_that_is_computed(to: str) -> None:
    mail = ("mail", "email.send", {"to": to})
    assert refused(mail) == []
    assert refused(mail, handed=True) == ["nodes[0].params.to"]


@pytest.mark.parametrize(
    "to",
    [
        "{% assign who = config.who %}{{ who }}",
        "{% for one in config.people %}{{ one }}, {% endfor %}",
        "{% if config.urgent %}a@example.com{% else %}b@example.com{% endif %}",
        "{{ nodes.seed.text }}",
        "{{ config[run.id] }}",
    ],
)
def test_templates_over_the_owners_own_words_are_free(to: str) -> None:
    seed = ("seed", "prompt.seed", {"text": "a@example.com"})
    edges = [{"id": f"e{one}", "source": one, "target": "mail"} for one in ("page", "seed")]
    assert refused(PAGE, seed, ("mail", "email.send", {"to": to}), edges=edges) == []


@pytest.mark.parametrize("code", ["nodes['page']['text']", "ｎodes['page']['text']", "𝐧𝐨𝐝𝐞𝐬['page']['text']"])
def test_a_script_that_names_nodes_reads_them_in_whatever_letters(code: str) -> None:
    assert refused(PAGE, APPROVAL, ("code", "code.run", {"code": code}), MAIL) == ["nodes[3].params.to"]


TABLE_OF_A_RUN = ("rows", "csv_upload.upload_csv", {"fileId": "file_made"})


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (TABLE_OF_A_RUN, ["nodes[1].params.to"]),
        (("rows", "csv_upload.upload_csv", {"file_id": "file_made"}), ["nodes[1].params.to"]),
        (("rows", "file_upload.upload_any", {"fileId": "{{ trigger.body.file }}"}), ["nodes[1].params.to"]),
        (("rows", "csv_upload.upload_csv", {"fileId": "file_sent"}), []),
    ],
)
def test_a_file_that_a_run_made_is_not_its_users(rows: Any, found: list[str]) -> None:
    workflow = chain(rows, ("mail", "email.send", {"to": "{{ data[0].to }}"}))
    assert [one.where for one in outside_targets(workflow, REGISTRY, made={"file_made"})] == found


def test_the_files_a_workflow_names_are_those_its_nodes_read() -> None:
    other = ("text", "prompt.seed", {"text": "file_other"})
    assert files_named(chain(TABLE_OF_A_RUN, other, MAIL), REGISTRY) == {"file_made"}


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
        "Fill it in yourself, let somebody approve the content before, or allow it: “Let content say where this goes”, "
        "in this node's panel."
    )
