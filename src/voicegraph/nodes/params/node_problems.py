"""Problems of a workflow's nodes, and what their actions still lack, said before a run."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from voicegraph.errors import ConfigError, Problem
from voicegraph.graph.branches import APPROVAL, BRANCHING
from voicegraph.graph.legacy_format import TYPES
from voicegraph.graph.model import Node, Wire, Workflow
from voicegraph.nodes.action import Action, Lack
from voicegraph.nodes.params.expression_limits import too_many
from voicegraph.nodes.params.fields import explain, fields_of, texts_of
from voicegraph.nodes.registry import Registry
from voicegraph.nodes.templates.template import check, is_template
from voicegraph.settings import Settings
from voicegraph.words.truncation import sentence

_SETTING = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")


class Notice(Wire):
    """Why a node cannot run as the server is set up (`blocking`), or not as well as it might."""

    node_id: str
    message: str
    setting: str | None = None
    blocking: bool = True


def problems(workflow: Workflow, registry: Registry) -> list[Problem]:
    """Every breach of the catalogue's rules: unknown types, actions and params, wrong values, broken templates.

    Values that hold a template are judged when they are filled, by then with the real data. Of a workflow that holds too
    many expressions nothing else is judged.
    """
    if much := too_many(workflow, registry):
        return much
    fed = {edge.target for edge in workflow.edges}
    found = [problem for index, node in enumerate(workflow.nodes) for problem in _of_node(index, node, registry)]
    return (
        found
        + [
            Problem(f"nodes[{index}].each", message, "not_per_item")
            for index, node in enumerate(workflow.nodes)
            if node.each and (message := _not_per_item(node, registry, node.id in fed))
        ]
        + [*_pins_without_branch(workflow)]
    )


def bad_expressions(workflow: Workflow, registry: Registry) -> list[Problem]:
    """Breaches in conditions, selections and scripts: what is written in them means nothing, whatever the data.

    Of all that can be wrong these are refused when a workflow is saved; the rest may still be open while one works on it.
    """
    found = too_many(workflow, registry)
    for index, node in enumerate(workflow.nodes if not found else ()):
        if action := registry.find(node.type, node.action):
            verbatim = {field.name for field in fields_of(action.params).every if not field.template}
            places = tuple(f"nodes[{index}].params.{name}" for name in verbatim)
            found += [one for one in _of_node(index, node, registry) if one.where in places]
    return found


def notices(workflow: Workflow, registry: Registry, settings: Settings) -> list[Notice]:
    """What the settings lack for the nodes of this workflow."""
    found: list[Notice] = []
    for node in workflow.nodes:
        action = registry.find(node.type, node.action)
        if action is None or action.requires is None:
            continue
        lack = action.requires(settings, node.action)
        if lack:
            lack = Lack(lack) if isinstance(lack, str) else lack
            named = _SETTING.search(lack.message)
            setting = named[0] if named else None
            found.append(Notice(node_id=node.id, message=lack.message, setting=setting, blocking=lack.blocking))
    return found


def require_types(names: Iterable[str], registry: Registry, setting: str) -> None:
    """ConfigError for a setting that names a type of nodes that is none: it would do nothing, and nobody would know."""
    known = {*registry.types, *TYPES}
    if unknown := next((name for name in names if name not in known), None):
        raise ConfigError(setting, f"{setting}: {_unknown_type(unknown, registry)}")


def _unknown_type(name: str, registry: Registry) -> str:
    nearest = _nearest(name, registry.types)
    return f"There is no node type “{name}”{nearest} Types: {_listed(registry.types)}."


def _of_node(index: int, node: Node, registry: Registry) -> Iterator[Problem]:
    place = f"nodes[{index}]"
    action = registry.find(node.type, node.action)
    if action is not None:
        yield from _of_params(place, node, action)
    elif names := registry.names(node.type):
        message = f"{node.type} has no action “{node.action}”{_nearest(node.action, names)} It has: {_listed(names)}."
        yield Problem(f"{place}.action", message, "unknown_action")
    else:
        yield Problem(f"{place}.type", _unknown_type(node.type, registry), "unknown_type")


def _pins_without_branch(workflow: Workflow) -> Iterator[Problem]:
    """Nodes that choose a branch, and whose pinned output does not say which: both would run, or none."""
    for index, node in enumerate(workflow.nodes):
        if node.pin is not None and node.pin.branch is None and node.type in BRANCHING:
            said = "was approved (true) or rejected (false)" if node.type == APPROVAL else "is true or false"
            message = f"The pinned output must say whether it {said}. Choose the branch, or unpin the output."
            yield Problem(f"nodes[{index}].pin.branch", message, "pin_without_branch")


def _not_per_item(node: Node, registry: Registry, fed: bool) -> str | None:
    """Why the node cannot run once per item."""
    action = registry.find(node.type, node.action)
    if action is None:
        return None
    if not action.each:
        return (
            f"“{action.title}” cannot run once per item: it works on its input as a whole, or waits. Switch “each” off."
        )
    if not fed:
        return (
            "Nothing comes in that could be gone through item by item. Connect a node before it, or switch “each” off."
        )
    return None


def _of_params(place: str, node: Node, action: Action) -> Iterator[Problem]:
    """Judge the literal values by the model; of the others only the syntax can be judged before the run."""
    fields = fields_of(action.params)
    literal: dict[str, Any] = {}
    for name, value in node.params.items():
        field = fields.by_name.get(name)
        if field is not None and field.is_open(value):
            continue
        if field is not None and field.template and _is_filled_later(value):
            yield from _of_templates(f"{place}.params.{name}", value)
        else:
            literal[name] = value
    try:
        action.params.model_validate(literal)
    except ValidationError as error:
        complete = len(literal) == len(node.params)
        for breach in explain(error, action.params):
            if breach.param in literal or (not breach.param and complete):
                yield Problem(f"{place}.{breach.place}", sentence(breach.message), "invalid_param")


def _is_filled_later(value: Any) -> bool:
    return any(is_template(text) for _, text in texts_of(value))


def _of_templates(place: str, value: Any) -> Iterator[Problem]:
    for where, text in texts_of(value):
        wrong = check(text)
        if wrong:
            yield Problem(f"{place}{where}", wrong, "bad_template")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _nearest(name: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean “{close[0]}”?" if close else "."
