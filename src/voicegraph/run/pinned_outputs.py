"""Pinned outputs: given instead of running a node, in runs that a person starts and never in those that start alone."""

from __future__ import annotations

from voicegraph.graph.branches import BRANCHING
from voicegraph.graph.model import Node
from voicegraph.nodes.output import FileRef, Output
from voicegraph.run.events import NewRun, TriggerName

BY_A_PERSON: frozenset[TriggerName] = frozenset({"manual", "replay"})
MESSAGE = "The output is pinned: the node was not run."


def takes_pins(trigger: TriggerName) -> bool:
    """Whether pins count in a run that was started this way."""
    return trigger in BY_A_PERSON


def pinned_output(run: NewRun, node: Node) -> Output | None:
    """What the node gives in this run without being run; `meta.pinned` says so in the history for good.

    The check asks for the branch of a node that chooses one. A pin that is older than this takes the false one.
    """
    if (pin := node.pin) is None or not takes_pins(run.trigger):
        return None
    files = [FileRef.model_validate(file.model_dump()) for file in pin.files]
    output = Output(text=pin.text, data=pin.data, files=files, meta={"pinned": True}, branch=pin.branch)
    if output.branch is None and node.type in BRANCHING:
        output.branch = False
    return output
