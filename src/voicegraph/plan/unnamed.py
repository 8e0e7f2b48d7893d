"""The reach of a model's plan: only what its user has named, in the command, the settings or a workflow of theirs.

A model fills gaps with what is likely: an address, a host, a channel that nobody said. Such a value is taken out again
and the param is open, so that the run dialog asks for it; in an edit it is again what it was before (SECURITY row 8,
docs/decisions/0020).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote

from pydantic import JsonValue

from voicegraph.graph.model import Node, Workflow
from voicegraph.nodes.action import Target
from voicegraph.nodes.mail.recipients import joined
from voicegraph.nodes.params.fields import ParamField, fields_of, texts_of
from voicegraph.nodes.params.targets import FIXED_ORIGIN
from voicegraph.nodes.registry import Registry
from voicegraph.nodes.templates.template import is_template
from voicegraph.plan.constants import Constants
from voicegraph.plan.handed import Handed
from voicegraph.plan.named import Named, targets_of


def without_unnamed(
    workflow: Workflow, named: Named, registry: Registry, base: Workflow | None = None
) -> tuple[Workflow, list[str]]:
    """The workflow with every target that nobody named left open, or as it was in `base`, and a sentence for each."""
    judge = _Judge(named, registry, Constants(workflow, named, registry))
    before = {node.id: node for node in base.nodes} if base else {}
    told: list[str] = []
    nodes = list(workflow.nodes)
    for index, node in enumerate(nodes):
        kept = dict(node.params)
        for name, field, value in (*targets_of(node, registry), *said_in(node, registry)):
            target = field.target or SAID.get((node.type, field.name))
            if why := judge.unnamed(node, target, value):
                del kept[name]
                was = _value_before(before.get(node.id), node, field)
                stays = was is not None and was != value and not judge.unnamed(node, target, was)
                if stays:
                    kept[name] = was
                what = "stays as it was" if stays else "is open"
                told.append(f"“{field.title}” of “{node.label or node.id}” {what}: {why}.")
        nodes[index] = node.model_copy(update={"params": kept})
    return workflow.model_copy(update={"nodes": nodes}), told


def _value_before(old: Node | None, node: Node, field: ParamField) -> JsonValue:
    """The value the param had in the same step of the workflow that is edited."""
    if old is None or (old.type, old.action) != (node.type, node.action):
        return None
    return next((old.params[name] for name in (field.attribute, field.name) if name in old.params), None)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges one plan."""

    named: Named
    registry: Registry
    constants: Constants

    def unnamed(self, node: Node, target: Target | None, value: JsonValue) -> str | None:
        """Why this value cannot stay, in words; None when it can. Without a target it is what a call carries."""
        if target is None:
            found = next((one for text in words_of(value) for one in self.named.unnamed_addresses(text)), None)
            return f"you did not name {_shown(found)}" if found and not self._is_own(node, value) else None
        if target == "values":
            return self._unnamed_values(node, value)
        value = joined(value) if target == "recipient" else value  # type: ignore[assignment]
        for _, text in texts_of(value):
            if why := self._unnamed_text(node, target, text):
                return why
        return None

    def _is_own(self, node: Node, value: JsonValue) -> bool:
        own = (one for workflow in self.named.own for one in workflow.nodes)
        return any((one.type, one.action) == (node.type, node.action) and value in one.params.values() for one in own)

    def _unnamed_values(self, node: Node, value: JsonValue) -> str | None:
        """What a run that is a step gets: its targets are this plan's, too."""
        handed = Handed(node, self.named, self.registry)
        for target, text in handed.texts(value):
            if why := self._unnamed_text(node, target, text):
                return why
        return None

    def _unnamed_text(self, node: Node, target: Target, text: str) -> str | None:
        if not self.named.is_own(node, text) and not self.named.reaches(text, target):
            return f"you did not name {_shown(text)}"
        if not is_template(text) or (target in ("url", "link") and FIXED_ORIGIN.match(text)):
            return None
        source = self.constants.unnamed_in(node, text)
        return source and f"“{source.label or source.id}” would fill it, with words that you did not name"


def _shown(text: Any) -> str:
    return f"“{str(text)[:80]}”"


# -- params that are no targets, and name some all the same


_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\(/)")
"""A sign as JSON may write it, `\\u0040`, also in a body that is a template and so no JSON yet."""

_LINE_END = re.compile(r"\\[nrt]")


SAID: dict[tuple[str, str], Target] = {("notify", "channel"): "channel"}
"""Of params that only repeat what the user said, by node type and name: as what it was said."""


def said_in(node: Node, registry: Registry) -> Iterator[tuple[str, ParamField, JsonValue]]:
    """The params in `SAID`, and those that go to a service whose `url` may be anybody's: query, headers, body."""
    found = registry.find(node.type, node.action)
    fields = fields_of(found.params) if found else None
    if fields is None:
        return
    calls = any(field.target == "url" for field in fields.targets)
    for field in fields.every:
        if field.target is None and (calls or (node.type, field.name) in SAID):
            yield from ((name, field, node.params[name]) for name in {field.name, field.attribute} & node.params.keys())


def words_of(value: Any) -> Iterator[str]:
    """Every text in the value, keys too, as it is and as whoever gets it reads it."""
    if isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            yield from words_of(key)
            yield from words_of(item)
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from words_of(item)
    elif isinstance(value, str):
        value = _LINE_END.sub(" ", value)
        yield value
        plain = _ESCAPED.sub(lambda found: found[2] or chr(int(found[1], 16)), value)
        yield unicodedata.normalize("NFKC", unquote(plain))
