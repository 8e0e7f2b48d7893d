"""Edit operations: each takes a workflow and gives back another; what is not named keeps its id, params and position.

All of them raise GraphError, in words for the user, when a node is unknown or the result would break a rule of the
format. A node that is added keeps its own id when that is free and gets the next `step-N` otherwise
(`diff(before, after).added_nodes` tells). When the nodes have positions, the new one gets a free place.

Edges that leave a condition: where an operation has to draw one and `when` is not said, it is the yes branch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from voicegraph.graph import order
from voicegraph.graph.branches import BRANCHING, CONDITION
from voicegraph.graph.draft import Draft, refuse, revised
from voicegraph.graph.model import Node, Trigger, Workflow
from voicegraph.words.truncation import quoted


def append(
    workflow: Workflow, node: Node, after: str | Sequence[str] | None = None, when: bool | None = None
) -> Workflow:
    """Add a node that waits for `after` (None: for every node nothing waits for yet, so it becomes the end).

    What already comes after `after` stays beside the new node; an empty sequence adds the node unconnected.
    `when` is the branch when `after` is a condition.
    """
    draft = Draft(workflow)
    sources = order.sinks(workflow) if after is None else [draft.node(name).id for name in _names(after)]
    new = draft.add(node)
    for source in sources:
        draft.link(source, new, draft.branch(source, when))
    return draft.finish()


def prepend(workflow: Workflow, node: Node, before: str | Sequence[str] | None = None) -> Workflow:
    """Add a node that `before` waits for (None: every node that waits for nothing yet, so it becomes the start)."""
    draft = Draft(workflow)
    targets = order.roots(workflow) if before is None else [draft.node(name).id for name in _names(before)]
    new = draft.add(node, 0)
    for target in targets:
        draft.link(new, target, draft.branch(new, None))
    return draft.finish()


def insert_before(workflow: Workflow, node: Node, target: str) -> Workflow:
    """Add a node between `target` and all it waited for."""
    draft = Draft(workflow)
    _before(draft, node, target)
    return draft.finish()


def insert_after(workflow: Workflow, node: Node, target: str, when: bool | None = None) -> Workflow:
    """Add a node between `target` and all that waited for it; after a condition, on the branch `when` alone."""
    draft = Draft(workflow)
    _after(draft, node, target, when)
    return draft.finish()


def insert_between(workflow: Workflow, node: Node, source: str, target: str) -> Workflow:
    """Add a node on the edge from `source` to `target`. GraphError when there is no such edge."""
    draft = Draft(workflow)
    joint = [edge for edge in draft.leaving(draft.node(source).id) if edge.target == draft.node(target).id]
    if not joint:
        raise refuse(f"{quoted(source)} does not lead straight to {quoted(target)}, so nothing fits between them.")
    new = draft.add(node, draft.index(target))
    draft.redirect(joint, target=new)
    draft.link(new, joint[0].target, draft.branch(new, None))
    return draft.finish()


def add_parallel(workflow: Workflow, node: Node, beside: str) -> Workflow:
    """Add a node that waits for what `beside` waits for, and that what comes after `beside` waits for as well.

    The branches of a condition or an approval stay its own: nothing behind them waits for the node beside it.
    """
    draft = Draft(workflow)
    new = draft.add(node, draft.index(beside) + 1)
    for edge in draft.entering(beside):
        draft.link(edge.source, new, edge.when)
    for edge in draft.leaving(beside):
        if draft.stands_on(beside, edge.when) is None:
            draft.link(new, edge.target, draft.branch(new, None))
    return draft.finish()


def remove(workflow: Workflow, node_id: str) -> Workflow:
    """Take a node out; what waited for it now waits for what it waited for.

    The branch of a condition on which the node stood is kept. When the node is a condition itself, what stood on its
    branches runs in any case. No edge is drawn between nodes of which one runs after the other anyway.
    """
    draft = Draft(workflow)
    draft.take_out(node_id)
    return draft.finish()


def replace(workflow: Workflow, node_id: str, node: Node) -> Workflow:
    """Put a node in the place of another: id, position and edges stay, all else is the new node's.

    The old label stays only when the new node has none and does the same action. Edges that leave the node lose
    their branch when it no longer chooses one, and get the yes branch when it has become a condition.
    """
    draft = Draft(workflow)
    index = draft.index(node_id)
    old = draft.nodes[index]
    same = (old.type, old.action) == (node.type, node.action)
    label = node.label or (old.label if same else "")
    draft.nodes[index] = node.model_copy(update={"id": old.id, "position": old.position, "label": label})
    if node.type not in BRANCHING:
        draft.redirect(draft.leaving(old.id), when=None)
    elif node.type == CONDITION:
        draft.redirect([edge for edge in draft.leaving(old.id) if edge.when is None], when=True)
    draft.drop_doubles()
    return draft.finish()


def move_to_end(workflow: Workflow, node_id: str) -> Workflow:
    """Take a node out, as `remove` does, and let it wait for every node that then ends the workflow."""
    if order.sinks(workflow) == [node_id]:
        return workflow
    draft = Draft(workflow)
    node = _lifted(draft, node_id)
    leads = {edge.source for edge in draft.edges}
    ends = [other.id for other in draft.nodes if other.id not in leads]
    draft.add(node)
    for end in ends:
        draft.link(end, node.id, draft.branch(end, None))
    return draft.finish()


def move_before(workflow: Workflow, node_id: str, target: str) -> Workflow:
    """Take a node out, as `remove` does, and insert it before `target`."""
    draft = Draft(workflow)
    _apart(draft, node_id, target)
    _before(draft, _lifted(draft, node_id), target)
    return draft.finish()


def move_after(workflow: Workflow, node_id: str, target: str, when: bool | None = None) -> Workflow:
    """Take a node out, as `remove` does, and insert it after `target`; after a condition, on the branch `when`."""
    draft = Draft(workflow)
    _apart(draft, node_id, target)
    _after(draft, _lifted(draft, node_id), target, when)
    return draft.finish()


def connect(workflow: Workflow, source: str, target: str, when: bool | None = None) -> Workflow:
    """Let `target` wait for `source`. GraphError when it does already, or when that would close a circle."""
    draft = Draft(workflow)
    start, end = draft.node(source).id, draft.node(target).id
    branch = draft.branch(start, when)
    stands_on = draft.stands_on(start, branch)
    if any(edge.target == end and draft.stands_on(start, edge.when) is stands_on for edge in draft.leaving(start)):
        raise refuse(f"{quoted(source)} leads to {quoted(target)} already.", "duplicate_edge")
    draft.link(start, end, branch)
    return draft.finish()


def set_params(workflow: Workflow, node_id: str, changes: Mapping[str, JsonValue]) -> Workflow:
    """Change some params of a node; None takes a param away, the others stay (RFC 7396, on the top level)."""
    draft = Draft(workflow)
    index = draft.index(node_id)
    params = {**draft.nodes[index].params, **changes}
    kept = {name: value for name, value in params.items() if value is not None or name not in changes}
    draft.nodes[index] = revised(draft.nodes[index], params=kept)
    return draft.finish()


def set_label(workflow: Workflow, node_id: str, label: str) -> Workflow:
    """Give a node another label."""
    draft = Draft(workflow)
    index = draft.index(node_id)
    draft.nodes[index] = revised(draft.nodes[index], label=label)
    return draft.finish()


def set_triggers(workflow: Workflow, triggers: Sequence[Trigger]) -> Workflow:
    """Put these triggers in the place of the old ones; none means the workflow starts by hand only."""
    return Draft(revised(workflow, triggers=list(triggers))).finish()


def rename(workflow: Workflow, name: str) -> Workflow:
    """Give the workflow another name."""
    return Draft(revised(workflow, name=name)).finish()


def _names(names: str | Sequence[str]) -> Sequence[str]:
    return [names] if isinstance(names, str) else names


def _before(draft: Draft, node: Node, target: str) -> None:
    entering = draft.entering(draft.node(target).id)
    new = draft.add(node, draft.index(target))
    draft.redirect(entering, target=new)
    draft.link(new, draft.node(target).id, draft.branch(new, None))


def _after(draft: Draft, node: Node, target: str, when: bool | None) -> None:
    source = draft.node(target).id
    branch = draft.branch(source, when)
    stands_on = draft.stands_on(source, branch)
    onward = [edge for edge in draft.leaving(source) if draft.stands_on(source, edge.when) is stands_on]
    new = draft.add(node, draft.index(target) + 1)
    draft.redirect(onward, source=new, when=draft.branch(new, None))
    draft.link(source, new, branch)


def _apart(draft: Draft, node_id: str, target: str) -> None:
    draft.node(target)
    if node_id == target:
        raise refuse(f"{quoted(node_id)} cannot be moved next to itself; name another node.")


def _lifted(draft: Draft, node_id: str) -> Node:
    """The node, out of its place; its position went with it."""
    return draft.take_out(node_id).model_copy(update={"position": None})
