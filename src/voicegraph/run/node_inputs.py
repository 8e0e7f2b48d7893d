"""The inputs of a node: the outputs of its live predecessors, and those its templates may name."""

from __future__ import annotations

from collections.abc import Mapping

from voicegraph.graph.model import Node, NodeId, Workflow
from voicegraph.nodes.output import Inputs, Output, join_inputs
from voicegraph.nodes.templates.template import mentions_nodes
from voicegraph.run.events import NodeRun
from voicegraph.run.state import RunState


class InputReader:
    """Reads inputs for nodes of one run from its rows. Made once; machine and rows may go on changing."""

    def __init__(
        self, workflow: Workflow, machine: RunState, rows: Mapping[NodeId, NodeRun], given: Inputs | None = None
    ) -> None:
        """`given` is what nodes without a predecessor get: the input of a run that is a step of another."""
        self._given = given
        self._workflow = workflow
        self._machine = machine
        self._rows = rows
        self._nodes = {node.id: node for node in workflow.nodes}

    def inputs(self, node_id: NodeId) -> Inputs:
        """Of the live predecessors, joined."""
        if self._given and not self._machine.live_sources(node_id):
            return self._given
        given = {source: (self._nodes[source].label, self._output(source)) for source in self._sources(node_id)}
        return join_inputs(given, self._nodes[node_id].merge)

    def ancestors(self, node: Node) -> dict[NodeId, Output]:
        """Outputs of everything the node depends on; only gathered when its params name nodes."""
        found: dict[NodeId, Output] = {}
        stack = self._machine.live_sources(node.id)[:] if mentions_nodes(repr(node.params)) else []
        while stack:
            source = stack.pop()
            if source not in found:
                found[source] = self._output(source)
                stack.extend(self._machine.live_sources(source))
        return found

    def _sources(self, node_id: NodeId) -> list[NodeId]:
        """Live predecessors, in the order of the workflow's edges rather than of who was first."""
        live = set(self._machine.live_sources(node_id))
        if len(live) < 2:
            return [*live]
        return [source for source in self._workflow.predecessors(node_id) if source in live]

    def _output(self, node_id: NodeId) -> Output:
        return self._rows[node_id].output or Output()
