"""The workflow while it is edited, and what is told about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from voicegraph.errors import Refusal
from voicegraph.graph.model import Node, NodeId, Workflow
from voicegraph.plan.rules.edits.placing import added_by
from voicegraph.plan.rules.edits.reference import find_node, in_order
from voicegraph.plan.rules.refuse import EDIT_EXAMPLE
from voicegraph.plan.rules.steps.step import PlannedStep
from voicegraph.plan.rules.text.normalize import Spoken

_SHOWN = 8


@dataclass(slots=True)
class EditWork:
    """`said`: what was done, in sentences; `touched`: the nodes it was done to."""

    workflow: Workflow
    spoken: Spoken
    said: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])
    touched: list[NodeId] = field(default_factory=list[NodeId])

    @property
    def nodes(self) -> list[Node]:
        """The nodes in the order they run."""
        return in_order(self.workflow)

    def tell(self, sentence: str, *nodes: NodeId) -> None:
        """Note what was done, and to which nodes."""
        self.said.append(sentence)
        self.touched += nodes

    def find(self, words: str) -> Node | None:
        """The node these words mean, or None."""
        return find_node(words, self.workflow)

    def require(self, words: str) -> Node:
        """The node these words mean. Raises Refusal `unclear` when there is none."""
        found = self.find(words)
        if found is None:
            raise self.missing(words)
        return found

    def missing(self, words: str) -> Refusal:
        """The refusal for words that mean no step of this workflow."""
        steps = ", ".join(title(node) for node in self.nodes[:_SHOWN]) or "none"
        said = self.spoken.written(words.strip())[:60]
        return Refusal(
            "unclear", f"There is no step like “{said}” in this workflow. Its steps are: {steps}.", EDIT_EXAMPLE
        )

    def add(self, step: PlannedStep, placed: Workflow) -> NodeId:
        """Take over a workflow with one more node; returns its id."""
        added = added_by(self.workflow, placed)
        self.workflow = placed
        self.notes += [step.note] if step.note else []
        self.tell(f"Added {title(placed.node(added))}.", added)
        return added


def title(node: Node) -> str:
    """The label of a node, as a sentence shows it."""
    return f"“{node.label or node.action}”"
