"""What a model's plan may reach: only what its user has named, in the command, the settings or a workflow of theirs.

A model fills gaps with what is likely: an address, a host, a channel that nobody said. Such a value is taken out again
and the param is open, so that the run dialog asks for it (SECURITY row 8, docs/decisions/0020).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from voicegraph.graph.model import Node, Workflow
from voicegraph.nodes.action import Target
from voicegraph.nodes.fields import texts_of
from voicegraph.nodes.recipients import joined
from voicegraph.nodes.registry import Registry
from voicegraph.nodes.targets import FIXED_ORIGIN
from voicegraph.nodes.template import is_template
from voicegraph.plan.constants import Constants
from voicegraph.plan.handed import Handed
from voicegraph.plan.named import Named, targets_of


def without_unnamed(workflow: Workflow, named: Named, registry: Registry) -> tuple[Workflow, list[str]]:
    """The workflow with every target that nobody named left open, and a sentence for each of those."""
    judge = _Judge(named, registry, Constants(workflow, named, registry))
    told: list[str] = []
    nodes = list(workflow.nodes)
    for index, node in enumerate(nodes):
        kept = dict(node.params)
        for name, field, value in targets_of(node, registry):
            if why := judge.unnamed(node, field.target or "values", value):
                del kept[name]
                told.append(f"“{field.title}” of “{node.label or node.id}” is open: {why}.")
        nodes[index] = node.model_copy(update={"params": kept})
    return workflow.model_copy(update={"nodes": nodes}), told


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges one plan."""

    named: Named
    registry: Registry
    constants: Constants

    def unnamed(self, node: Node, target: Target, value: JsonValue) -> str | None:
        """Why this value cannot stay, in words; None when it can."""
        if target == "values":
            return self._unnamed_values(node, value)
        value = joined(value) if target == "recipient" else value  # type: ignore[assignment]
        for _, text in texts_of(value):
            if why := self._unnamed_text(node, target, text):
                return why
        return None

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
