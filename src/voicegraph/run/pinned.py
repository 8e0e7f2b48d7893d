"""Pinned outputs: given instead of running a node, in runs that a person starts and never in those that start alone."""

from __future__ import annotations

from voicegraph.graph.model import Node
from voicegraph.nodes.output import Output
from voicegraph.run.events import NewRun, TriggerName

BY_A_PERSON: frozenset[TriggerName] = frozenset({"manual", "replay"})
MESSAGE = "The output is pinned: the node was not run."


def takes_pins(trigger: TriggerName) -> bool:
    """Whether pins count in a run that was started this way."""
    return trigger in BY_A_PERSON


def pinned_output(run: NewRun, node: Node) -> Output | None:
    """What the node gives in this run without being run; `meta.pinned` says so in the history for good."""
    if node.pin is None or not takes_pins(run.trigger):
        return None
    return Output.model_validate(node.pin.model_dump() | {"meta": {"pinned": True}})
