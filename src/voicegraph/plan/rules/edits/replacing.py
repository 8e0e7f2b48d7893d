"""Put one step, or one value, in the place of another: "replace the email with a Slack message", "X instead of Y"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from voicegraph.graph import edit as graph_edit
from voicegraph.graph.model import Node
from voicegraph.plan.rules.edits.described import describe, new_node
from voicegraph.plan.rules.edits.orders import Order
from voicegraph.plan.rules.edits.placing import is_delivery, is_source
from voicegraph.plan.rules.edits.setting import INSTEAD
from voicegraph.plan.rules.edits.work import EditWork, title
from voicegraph.plan.rules.steps.step import PlannedStep, Role
from voicegraph.words.patterns import named, rx, words

_CHANGE = words("replace swap swap_out exchange substitute change turn switch convert")
_REPLACE = tuple(
    rx(f"^{pattern}$")
    for pattern in (
        r"(?:make|turn) (?P<old>(?:the [\w -]+?|step \w+)) (?:into )?(?P<new>an? .+)",
        "(?:switch|change|go) from (?P<old>.+?) to (?P<new>.+)",
        f"{_CHANGE} (?P<old>.+?) (?:with|by|for|to|into) (?P<new>.+?)(?: instead)?",
        "(?P<new>.+?) (?:instead of|rather than|in place of) (?P<old>.+)",
        r"(?P<old>.+?) should (?:rather |really )?be (?P<new>(?!in\b|as\b|\w+ed\b|sent\b|after\b|before\b).+?)(?: instead)?",
    )
)
_MAKE_IT = rx("^(?:make|turn) (?:it|that|this) (?:into )?", named("new", "an? .+"), "$")
_USE = rx("^(?:use|take|make it|make that|have|do) ")
_WEB_SEARCH = rx(
    "(?:an?|the) (?:(?:regular|normal|plain|ordinary|general|simple) )?(?:(?:web|internet|google) )?search"
)
_SEARCH_FOR = rx("^(?:search for |look for |for )")
_ARTICLE = rx("^(?:the|my|our|a|an) ")
_SERVICES = {"notion": "Notion", "github": "GitHub"}


def replace_named(order: Order, work: EditWork) -> bool:
    """“Use the pull requests instead of the issues”: what goes is named."""
    found = next((match for pattern in _REPLACE if (match := pattern.match(order.text))), None)
    if found is None:
        return False
    old, new = found["old"], _USE.sub("", found["new"])
    target = work.find(old)
    steps = (describe(new, work) or _of_its_service(target, new, work)) if target else []
    if target is None or not steps:
        return (
            _other_words(old, new, work)
            or (target is not None and _other_query(target, new, work))
            or (target is None and _same_kind(new, work))
        )
    step = next((step for step in steps if step.type == target.type), None)
    step = step or next((step for step in steps if step.role == _role(target)), steps[0])
    if step.key == (target.type, target.action) and not step.params:
        return False
    _put_in_place(target, step, work)
    return True


def _of_its_service(target: Node, new: str, work: EditWork) -> list[PlannedStep]:
    """“The database instead of the page”: one of Notion, as the page is."""
    service = _SERVICES.get(target.type)
    return describe(f"my {service} {_ARTICLE.sub('', new)}", work) if service else []


def _same_kind(new: str, work: EditWork) -> bool:
    """“Wait thirty minutes instead of two hours”: what goes is a value of the step that does the same."""
    steps = describe(new, work)
    target = _most_like(steps[0], work) if len(steps) == 1 else None
    if target is None or target.type != steps[0].type:
        return False
    _put_in_place(target, steps[0], work)
    return True


def replace_like(order: Order, work: EditWork) -> bool:
    """“Search for flights to Rome instead”, “make it a Slack message”: it takes the place of the step most like it."""
    made = None if order.also or order.then else _MAKE_IT.match(order.text)
    text = made["new"] if made else INSTEAD.sub("", order.text)
    steps = describe(text, work) if made or INSTEAD.search(order.text) else []
    pairs = [(target, step) for step in steps if (target := _most_like(step, work))]
    for target, step in pairs:
        _put_in_place(target, step, work)
    return bool(pairs)


def _role(node: Node) -> Role:
    return "deliver" if is_delivery(node) else "source" if is_source(node) else "think"


def _most_like(step: PlannedStep, work: EditWork) -> Node | None:
    tests: tuple[Callable[[Node], bool], ...] = (
        lambda node: (node.type, node.action) == step.key,
        lambda node: node.type == step.type and _role(node) == step.role,
        lambda node: _role(node) == step.role,
    )
    nodes = work.nodes[::-1] if step.role == "deliver" else work.nodes
    return next((node for test in tests for node in nodes if test(node)), None)


def _put_in_place(target: Node, step: PlannedStep, work: EditWork) -> None:
    """The new step keeps the place, and the params that its type shares with the old one."""
    same = step.key == (target.type, target.action)
    kept = target.params if step.type == target.type and (same or step.type != "llm") else {}
    params = {**step.params, **kept} if step.bare else {**kept, **step.params}
    if step.action == "get_commits":
        params.pop("state", None)
    node = new_node(replace(step, params=params, each=step.each or (same and target.each)))
    node = node.model_copy(update={"retry": target.retry, "timeout": target.timeout})
    work.workflow = graph_edit.replace(work.workflow, target.id, node)
    work.notes += [step.note] if step.note and not params.get("repo") else []
    work.tell(f"Changed {title(target)}." if same else f"Replaced {title(target)} with {title(node)}.", target.id)


def _other_words(old: str, new: str, work: EditWork) -> bool:
    """Put one value in the place of another: "change hotels to flights", "b@example.com instead of a@example.com"."""
    written = work.spoken.shelter.plain
    before, after = _ARTICLE.sub("", written(old)), written(new)
    pattern = re.compile(rf"(?<!\w){re.escape(before)}(?!\w)", re.IGNORECASE)
    for node in work.nodes:
        for name, value in node.params.items():
            if before and isinstance(value, str) and pattern.search(value):
                fresh = pattern.sub(lambda _: after, value)
                work.workflow = graph_edit.set_params(work.workflow, node.id, {name: fresh})
                work.tell(f"Changed {name} of {title(node)} to “{fresh}”.", node.id)
                return True
    return False


def _other_query(target: Node, new: str, work: EditWork) -> bool:
    if target.type not in {"web_search", "tavily"}:
        return False
    if _WEB_SEARCH.fullmatch(new):
        node = target.model_copy(update={"action": "search", "label": ""})
        work.workflow = graph_edit.replace(work.workflow, target.id, node)
        work.tell(f"{title(target)} now searches the web.", target.id)
        return True
    query = work.spoken.shelter.plain(_SEARCH_FOR.sub("", new))
    work.workflow = graph_edit.set_params(work.workflow, target.id, {"query": query})
    work.tell(f"{title(target)} now searches for “{query}”.", target.id)
    return True
