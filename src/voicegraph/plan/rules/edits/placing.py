"""Put a new node where its kind makes sense."""

from __future__ import annotations

from collections.abc import Sequence

from voicegraph.graph import edit as graph_edit
from voicegraph.graph.diff import diff
from voicegraph.graph.model import Node, NodeId, Workflow
from voicegraph.graph.order import roots, sinks
from voicegraph.plan.rules.steps.step import PlannedStep

_DELIVERIES = frozenset({"email", "slack", "notify", "notion_create", "file"})
_SOURCES = frozenset(
    {
        "notion",
        "web_search",
        "tavily",
        "web_page",
        "rss",
        "csv_upload",
        "pdf_upload",
        "txt_upload",
        "file_upload",
        "prompt",
        "github",
        "http",
    }
)


def is_delivery(node: Node) -> bool:
    """Whether the node sends or stores a result."""
    return node.type in _DELIVERIES or node.action == "create_issue" or node.params.get("method", "GET") != "GET"


def is_source(node: Node) -> bool:
    """Whether the node fetches material."""
    return node.type in _SOURCES and not is_delivery(node)


def place(workflow: Workflow, node: Node, step: PlannedStep, *, beside: bool = False) -> Workflow:
    """Add a node where its kind belongs. `beside`: next to what is there ("also", "at the same time")."""
    if step.role == "source" and not step.follows:
        return _beside_sources(workflow, node)
    if step.role == "deliver":
        return graph_edit.append(workflow, node, after=_results(workflow))
    thinking = [other for other in workflow.nodes if other.type == "llm"]
    if beside and thinking and step.role == "think":
        return graph_edit.add_parallel(workflow, node, thinking[-1].id)
    deliveries = deliveries_of(workflow)
    return insert_before_all(workflow, node, deliveries) if deliveries else graph_edit.append(workflow, node)


def deliveries_of(workflow: Workflow) -> list[NodeId]:
    """The nodes at its ends that send or store a result."""
    return [end for end in sinks(workflow) if is_delivery(workflow.node(end))]


def _beside_sources(workflow: Workflow, node: Node) -> Workflow:
    """What works on the last source works on the new one as well."""
    sources = [root for root in roots(workflow) if is_source(workflow.node(root))]
    return graph_edit.add_parallel(workflow, node, sources[-1]) if sources else graph_edit.prepend(workflow, node)


def _results(workflow: Workflow) -> list[NodeId]:
    """The nodes whose results are delivered, or would be."""
    ends: list[NodeId] = []
    for end in sinks(workflow):
        ends += (workflow.predecessors(end) or [end]) if is_delivery(workflow.node(end)) else [end]
    return list(dict.fromkeys(ends))


def insert_before_all(workflow: Workflow, node: Node, targets: Sequence[NodeId]) -> Workflow:
    """Add one node before all of `targets`, in the place of what the first of them waited for."""
    shared = set(workflow.predecessors(targets[0]))
    placed = graph_edit.insert_before(workflow, node, targets[0])
    added = added_by(workflow, placed)
    edges = {
        (added, edge.target, None)
        if edge.target in targets[1:] and edge.source in shared
        else (edge.source, edge.target, edge.when): edge
        for edge in placed.edges
    }
    moved = [edge.model_copy(update={"source": source, "when": when}) for (source, _, when), edge in edges.items()]
    return placed.model_copy(update={"edges": moved})


def added_by(before: Workflow, after: Workflow) -> NodeId:
    """Id of the node an operation added."""
    return diff(before, after).added_nodes[0]
