from __future__ import annotations

from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue, SecretStr, field_validator, model_validator

from voicegraph.errors import NodeError, Problem
from voicegraph.graph.model import Node, NodeId, Pin, Workflow
from voicegraph.nodes.action import Lack, Params, action, param
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.params.binding import bind_params, missing_params, notices, problems
from voicegraph.nodes.params.fields import schema_of
from voicegraph.nodes.registry import Registry
from voicegraph.settings import Settings


class Send(Params):
    to: str = param(
        title="To", config="recipientEmail", setting="user_email", why="it is who gets the mail", widget="text"
    )
    subject: str = param("Hello", title="Subject")
    many_copies: int = param(1, title="Copies", ge=1, le=9)
    headers: dict[str, Any] = param({}, title="Headers")
    tags: list[str] = param([], title="Tags")
    kind: Literal["html", "text"] = param("text", title="Kind")
    hook: str | None = param(None, title="Hook", setting="notify_url")
    code: str = param("", title="Code", template=False)

    @field_validator("code")
    @classmethod
    def _is_code(cls, code: str) -> str:
        if code == "bad":
            raise ValueError("this is no code")
        return code

    @model_validator(mode="after")
    def _fits(self) -> Send:
        if self.subject == self.to:
            raise ValueError("subject and recipient are the same")
        return self


class Nothing(Params):
    pass


@action(
    "mail",
    "send",
    group="delivery",
    title="Send mail",
    requires=lambda settings, _: None if settings.smtp_host else "Set SMTP_HOST to your mail server.",
)
async def send(params: Send, node: NodeContext) -> Output:
    """Sends."""
    return Output(text=params.to)


@action("mail", "check", group="delivery", title="Check mail")
async def check(params: Nothing, node: NodeContext) -> Output:
    """Checks."""
    return Output()


@action(
    "llm",
    "generate",
    group="ai",
    title="Ask",
    any_name=True,
    requires=lambda _, name: Lack(f"Without a model {name} is only so good.", blocking=False),
)
async def generate(params: Nothing, node: NodeContext) -> Output:
    """Asks."""
    return Output()


REGISTRY = Registry([send, check, generate])
SETTINGS = Settings(_env_file=None)
SCOPE = {"input": "news", "data": {"n": 3}, "config": {"recipientEmail": "x@y.z"}}


def node(type: str = "mail", action: str = "send", /, **params: JsonValue) -> Node:
    return Node(id=NodeId("n1"), type=type, action=action, params=params)


def bind(config: dict[str, Any] | None = None, settings: Settings = SETTINGS, /, **params: JsonValue) -> Send:
    bound = bind_params(send, node(**params), config or {}, settings, SCOPE)
    assert isinstance(bound, Send)
    return bound


# -- what fills a param


def test_the_graph_fills_params_in_either_spelling() -> None:
    assert bind(to="a@b.c", manyCopies=2).many_copies == 2
    assert bind(to="a@b.c", many_copies=2).many_copies == 2


@pytest.mark.parametrize("left_open", [{}, {"to": None}, {"to": ""}, {"to": "  "}])
def test_an_open_param_is_filled_by_answer_config_and_setting_in_this_order(left_open: dict[str, JsonValue]) -> None:
    settings = Settings(_env_file=None, user_email="setting@x.y")
    answers = {"n1": {"to": "answer@x.y"}}
    assert bind({"params": answers, "recipientEmail": "config@x.y"}, settings, **left_open).to == "answer@x.y"
    assert (
        bind({"params": {"other": {"to": "no"}}, "recipientEmail": "config@x.y"}, settings, **left_open).to
        == "config@x.y"
    )
    assert bind({"recipientEmail": ""}, settings, **left_open).to == "setting@x.y"
    assert bind({}, settings, to="graph@x.y").to == "graph@x.y"


def test_an_answer_overrides_the_graph() -> None:
    assert bind({"params": {"n1": {"to": "b@x.y", "manyCopies": 3}}}, to="a@x.y", many_copies=2).many_copies == 3
    assert bind({"params": {"n1": {"to": ""}}}, to="a@x.y").to == "a@x.y"


@pytest.mark.parametrize("odd", [{"params": None}, {"params": []}, {"params": {"n1": "x"}}, {"params": {"n1": None}}])
def test_an_odd_config_answers_nothing(odd: dict[str, Any]) -> None:
    assert bind(odd, to="a@x.y").to == "a@x.y"


def test_an_empty_text_where_none_fits_is_the_default() -> None:
    bound = bind(to="a@x.y", manyCopies="", kind="", subject="")
    assert (bound.many_copies, bound.kind, bound.subject) == (1, "text", "")


def test_a_secret_setting_fills_as_it_is_and_is_no_template() -> None:
    settings = Settings(_env_file=None, notify_url=SecretStr("tgram://{{ input }}"))
    assert bind({}, settings, to="a@x.y").hook == "tgram://{{ input }}"


# -- templates


def test_every_text_is_rendered_however_deep() -> None:
    bound = bind(
        to="{{ config.recipientEmail }}",
        subject="About {input}",
        manyCopies="{{ data.n }}",
        headers={"A": {"{{ input }}": ["{{ input }}", 1, None]}},
        tags=["{{ input | upcase }}", "plain"],
    )
    assert (bound.to, bound.subject, bound.many_copies) == ("x@y.z", "About news", 3)
    assert bound.headers == {"A": {"{{ input }}": ["news", 1, None]}}
    assert bound.tags == ["NEWS", "plain"]


def test_another_language_is_left_alone() -> None:
    assert bind(to="a@x.y", code="{{ input }}{input}").code == "{{ input }}{input}"


def test_answers_may_be_templates_too() -> None:
    assert bind({"params": {"n1": {"to": "{input}@x.y"}}}).to == "news@x.y"


def test_the_graph_is_not_changed() -> None:
    source = node(to="{{ input }}", headers={"a": "{{ input }}"})
    before = source.model_copy(deep=True)
    bind_params(send, source, {"params": {"n1": {"tags": ["{{ input }}"]}}}, SETTINGS, SCOPE)
    assert source == before


# -- what is refused


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({}, "params.to: a value is still missing; fill it in the node's form."),
        (
            {"to": "{{ nothing }}"},
            "params.to: its template gave an empty text; where there may be nothing to write, put a condition before the node, or give another text for that case: {% else %} in a loop, or | default.",
        ),
        ({"to": 5}, "params.to: the value should be text, not a number."),
        ({"to": "a", "manyCopies": "{{ input }}"}, "params.manyCopies: the value should be a whole number, not text"),
        ({"to": "a", "manyCopies": 10}, "params.manyCopies: the value should be at most 9."),
        ({"to": "a", "tags": ["x", 1]}, "params.tags[1]: the value should be text, not a number."),
        (
            {"to": "a", "subjct": 1},
            "params.subjct: there is no such param; did you mean subject? (the action takes to,",
        ),
        ({"to": "a", "code": "bad"}, "params.code: this is no code."),
        ({"to": "a", "subject": "a"}, "params: subject and recipient are the same."),
    ],
)
def test_wrong_params_are_located(params: dict[str, JsonValue], says: str) -> None:
    with pytest.raises(NodeError) as caught:
        bind(**params)
    assert (caught.value.code, caught.value.retryable) == ("invalid_params", False)
    assert caught.value.message.startswith(says)


def test_a_value_is_never_in_the_message() -> None:
    with pytest.raises(NodeError) as caught:
        bind(to="a", manyCopies="s3cret")
    assert "s3cret" not in caught.value.message


def test_a_wrong_template_is_located() -> None:
    with pytest.raises(NodeError, match=r"params\.headers\.A\[0\]: The template is wrong") as caught:
        bind(to="a", headers={"A": ["{{ x"]})
    assert caught.value.code == "bad_template"


# -- before a run


def graph(*nodes: Node) -> Workflow:
    return Workflow(nodes=[one.model_copy(update={"id": f"n{index}"}) for index, one in enumerate(nodes, 1)])


def test_missing_params_say_what_a_run_still_needs() -> None:
    workflow = graph(node(), node(to="a"), node("nosuch", "x"), node("mail", "check"), node(to=""))
    (first, last) = missing_params(workflow, REGISTRY, {"params": {"n2": {}}}, SETTINGS)
    assert first.model_dump() == {
        "nodeId": "n1",
        "nodeLabel": "Send mail",
        "param": "to",
        "title": "To",
        "why": "it is who gets the mail",
        "schema": schema_of(Send)["properties"]["to"],
        "config": "recipientEmail",
    }
    assert last.node_id == "n5"


@pytest.mark.parametrize("config", [{"recipientEmail": "a@b.c"}, {"params": {"n1": {"to": "a@b.c"}}}])
def test_nothing_is_missing_that_the_config_answers(config: dict[str, Any]) -> None:
    assert missing_params(graph(node()), REGISTRY, config, SETTINGS) == []


def test_nothing_is_missing_that_a_setting_fills() -> None:
    assert missing_params(graph(node()), REGISTRY, {}, Settings(_env_file=None, user_email="a@b.c")) == []


@pytest.mark.parametrize(
    ("broken", "where", "says", "code"),
    [
        (node("mial", "send"), "nodes[0].type", "did you mean “mail”? Types: mail, llm.", "unknown_type"),
        (node("zzz", "send"), "nodes[0].type", "There is no node type “zzz”. Types: mail, llm.", "unknown_type"),
        (
            node("mail", "sned"),
            "nodes[0].action",
            "no action “sned”; did you mean “send”? It has: send, check.",
            "unknown_action",
        ),
        (node("llm", "Not Snake"), "nodes[0].action", "llm has no action “Not Snake”", "unknown_action"),
        (node(to=1), "nodes[0].params.to", "the value should be text", "invalid_param"),
        (node(to="a", tags=["a", 2]), "nodes[0].params.tags[1]", "the value should be text", "invalid_param"),
        (node(many_copies=0), "nodes[0].params.many_copies", "at least 1", "invalid_param"),
        (node(kind="pdf"), "nodes[0].params.kind", "'html' or 'text'", "invalid_param"),
        (node(whom="a"), "nodes[0].params.whom", "no such param", "invalid_param"),
        (node(code="bad"), "nodes[0].params.code", "this is no code", "invalid_param"),
        (node(to="a", subject="a"), "nodes[0].params", "the same", "invalid_param"),
        (node(to="{{ x"), "nodes[0].params.to", "never closed", "bad_template"),
        (node(headers={"A": ["{% if %}"]}), "nodes[0].params.headers.A[0]", "template", "bad_template"),
    ],
)
def test_problems_are_located(broken: Node, where: str, says: str, code: str) -> None:
    (found,) = problems(graph(broken), REGISTRY)
    assert isinstance(found, Problem)
    assert (found.where, found.code) == (where, code)
    assert says in found.message
    assert found.message.endswith((".", ")"))


@pytest.mark.parametrize(
    "fine",
    [
        node(),
        node(to="", many_copies="", tags=None),
        node(to="{{ input }}", manyCopies="{{ data.n }}", tags=["{input}", 1]),
        node(to="a", subject="{input}"),
        node("llm", "extract_meeting_dates"),
        node("mail", "check"),
    ],
)
def test_what_is_open_or_filled_later_is_no_problem(fine: Node) -> None:
    assert problems(graph(fine), REGISTRY) == []


def test_notices_say_what_the_settings_lack() -> None:
    workflow = graph(node(), node("mail", "check"), node("llm", "dream_up"), node("nosuch", "x"))
    mail, model = notices(workflow, REGISTRY, Settings(_env_file=None, smtp_host=None))
    assert mail.model_dump() == {
        "nodeId": "n1",
        "message": "Set SMTP_HOST to your mail server.",
        "setting": "SMTP_HOST",
        "blocking": True,
    }
    assert (model.node_id, model.setting, model.blocking) == ("n3", None, False)
    assert "dream_up" in model.message
    assert len(notices(workflow, REGISTRY, Settings(_env_file=None, smtp_host="mail.test"))) == 1


# -- properties

_NAMES = st.sampled_from(["to", "subject", "many_copies", "manyCopies", "headers", "tags", "kind", "hook", "code", "x"])
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["{{ data.n }}", "{input}", "{{"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_PARAMS = st.dictionaries(_NAMES, _VALUES, max_size=6)


@given(_PARAMS, st.none() | _PARAMS | st.dictionaries(st.sampled_from(["params", "recipientEmail"]), _VALUES))
def test_any_params_are_bound_or_refused(params: dict[str, Any], config: dict[str, Any] | None) -> None:
    one = node(**params)
    workflow = graph(one)
    problems(workflow, REGISTRY)
    missing = missing_params(workflow, REGISTRY, config or {}, SETTINGS)
    try:
        bound = bind_params(send, one, config or {}, SETTINGS, SCOPE)
    except NodeError:
        return
    assert isinstance(bound, Send)
    assert missing == []


@pytest.mark.parametrize("kind", ["condition", "approval"])
def test_a_pin_on_a_node_that_chooses_a_branch_must_say_which(kind: str) -> None:
    def found(branch: bool | None) -> list[tuple[str, str]]:
        chooser = Node(id=NodeId("n"), type=kind, action="any", pin=Pin(text="kept", branch=branch))
        return [(one.where, one.code) for one in problems(Workflow(nodes=[chooser]), REGISTRY) if "pin" in one.code]

    assert found(None) == [("nodes[0].pin.branch", "pin_without_branch")]
    assert found(True) == found(False) == []
