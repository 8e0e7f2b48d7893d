"""Put a new node where it belongs: where the words say, else where its kind makes sense."""

from __future__ import annotations

from collections.abc import Sequence

from voicegraph.graph import edit as graph_edit
from voicegraph.graph.diff import diff
from voicegraph.graph.model import Node, NodeId, Workflow
from voicegraph.graph.order import roots, sinks
from voicegraph.plan.rules.steps import Step

_DELIVERIES = frozenset({"email", "slack", "notify", "notion_create", "file"})
_SOURCES = frozenset({"notion", "web_search", "tavily", "web_page", "rss", "csv_upload", "pdf_upload", "txt_upload", "file_upload", "prompt"})


def is_delivery(node: Node) -> bool:
    """Whether the node sends or stores a result."""
    return node.type in _DELIVERIES or (node.type, node.action) == ("github", "create_issue") or (node.type == "http" and node.params.get("method", "GET") != "GET")


def is_source(node: Node) -> bool:
    """Whether the node fetches material."""
    return node.type in _SOURCES or (node.type == "github" and node.action != "create_issue") or (node.type == "http" and not is_delivery(node))


def place(workflow: Workflow, node: Node, step: Step, *, beside: bool = False) -> Workflow:
    """Add a node where its kind belongs. `beside`: next to what is there ("also", "at the same time")."""
    if not workflow.nodes:
        return graph_edit.append(workflow, node)
    if step.role == "source" and not step.follows:
        return _new_source(workflow, node)
    ends = _content_ends(workflow)
    if step.role == "deliver":
        return graph_edit.append(workflow, node, after=ends or None)
    thinking = [other for other in workflow.nodes if other.type == "llm"]
    if beside and thinking and step.role == "think":
        return graph_edit.add_parallel(workflow, node, thinking[-1].id)
    deliveries = [end for end in sinks(workflow) if is_delivery(workflow.node(end))]
    return insert_before_all(workflow, node, deliveries) if deliveries else graph_edit.append(workflow, node)


def _new_source(workflow: Workflow, node: Node) -> Workflow:
    """Beside the first source: what works on that works on both."""
    sources = [root for root in roots(workflow) if is_source(workflow.node(root))]
    return graph_edit.add_parallel(workflow, node, sources[-1]) if sources else graph_edit.prepend(workflow, node)


def _content_ends(workflow: Workflow) -> list[NodeId]:
    """The nodes whose results are delivered, or would be."""
    ends: list[NodeId] = []
    for end in sinks(workflow):
        ends += (workflow.predecessors(end) or [end]) if is_delivery(workflow.node(end)) else [end]
    return list(dict.fromkeys(ends))


def insert_before_all(workflow: Workflow, node: Node, targets: Sequence[NodeId]) -> Workflow:
    """Add one node that all of `targets` wait for, in the place of what the first of them waited for."""
    before = workflow
    shared = set(workflow.predecessors(targets[0]))
    workflow = graph_edit.insert_before(workflow, node, targets[0])
    added = diff(before, workflow).added_nodes[0]
    edges = [
        edge.model_copy(update={"source": added, "when": None})
        if edge.target in targets[1:] and edge.source in shared
        else edge
        for edge in workflow.edges
    ]
    unique = {(edge.source, edge.target, edge.when): edge for edge in reversed(edges)}
    return workflow.model_copy(update={"edges": list(reversed(unique.values()))})


def added_by(before: Workflow, after: Workflow) -> list[NodeId]:
    """Ids of the nodes an operation added."""
    return diff(before, after).added_nodes
