"""Values handed to a run that is a step: `{"params": {"post": {"channel": "#team"}}}` says where it reaches to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from pydantic import JsonValue

from voicegraph.graph.model import Node, Workflow
from voicegraph.nodes.action import Target
from voicegraph.nodes.params.fields import fields_of, texts_of
from voicegraph.nodes.registry import Registry
from voicegraph.nodes.templates.template import names_in
from voicegraph.plan.constants import Constants
from voicegraph.plan.named import Named, targets_of


class Handed:
    """The values of one step that runs another workflow, which is looked up among the user's."""

    def __init__(self, node: Node, named: Named, registry: Registry) -> None:
        self._registry = registry
        self._named = named
        self._child = _child_of(node, named.own)
        self._targets = _every_target(registry)
        self._steps, self._keys = self._that_fill() if self._child else (set[str](), set[str]())

    def texts(self, value: JsonValue) -> Iterator[tuple[Target, str]]:
        """Every text in the values, and what it names there; `values` where it is no target."""
        if not isinstance(value, dict):
            yield from _as("workflow", value)  # which is judged as a whole
            return
        for key, item in cast("dict[str, Any]", value).items():
            if key == "params" and isinstance(item, dict):
                for node_id, params in cast("dict[str, Any]", item).items():
                    yield from self._of_step(node_id, params)
            else:
                target = self._targets.get(key) or self._unknown(key in self._keys)
                yield from _as(target, item)

    def _of_step(self, node_id: str, params: Any) -> Iterator[tuple[Target, str]]:
        if not isinstance(params, dict):
            yield from _as(self._unknown(True), params)
            return
        for name, value in cast("dict[str, Any]", params).items():
            target = self._targets.get(name) or self._unknown(node_id in self._steps)
            if target == "values" and isinstance(value, dict):  # it runs a workflow in its turn
                yield from self.texts(cast("JsonValue", value))
                continue
            yield from _as(target, value)

    def _unknown(self, fills: bool) -> Target:
        """Whatever may fill a target of the child's is judged as a whole; so is everything where no child is known."""
        return "workflow" if fills or self._child is None else "values"

    def _that_fill(self) -> tuple[set[str], set[str]]:
        """The child's steps whose words fill its targets, and the values of its config that do."""
        child = cast("Workflow", self._child)
        constants = Constants(child, self._named, self._registry)
        steps: set[str] = set()
        paths: set[tuple[str, ...]] = set()
        for node in child.nodes:
            for _, _, value in targets_of(node, self._registry):
                for _, text in texts_of(value):
                    paths |= names_in(text)
                    for source in constants.sources(node, text):
                        steps.add(source.id)
                        paths |= {path for _, one in texts_of(source.params) for path in names_in(one)}
        return steps, {path[1] for path in paths if path[:1] == ("config",) and len(path) > 1}


def _as(target: Target, value: Any) -> Iterator[tuple[Target, str]]:
    for _, text in texts_of(value):
        yield target, text


def _child_of(node: Node, own: Any) -> Workflow | None:
    wanted = str(node.params.get("workflow", "")).strip().casefold()
    return next((one for one in own if wanted in (one.name.strip().casefold(), one.workflow_id.casefold())), None)


def _every_target(registry: Registry) -> dict[str, Target]:
    """What the params and the config keys of all actions name, by their names."""
    found: dict[str, Target] = {}
    for action in registry:
        for field in fields_of(action.params).targets:
            for name in filter(None, (field.name, field.attribute, field.config)):
                if field.target and (name not in found or field.target == "url"):  # of several, what any URL has to be
                    found[name] = field.target
    return found
