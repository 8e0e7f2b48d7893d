"""Permissions of the owner on a node: they hold for the target they saw, not for one that an edit in words puts there.

An owner allows that content says where a node goes (`allow_outside_target`) of the params as they stand. A sentence, and a
model even more so, may change these without anybody thinking of the permission (docs/decisions/0020).
"""

from __future__ import annotations

from voicegraph.graph.model import Node, Workflow
from voicegraph.nodes.params.fields import fields_of
from voicegraph.nodes.registry import Registry


def without_stale_permissions(before: Workflow, after: Workflow, registry: Registry) -> tuple[Workflow, list[str]]:
    """The edited workflow with each permission taken back whose node reaches elsewhere now, and a sentence for each."""
    old = {node.id: node for node in before.nodes}
    stale = [
        node
        for node in after.nodes
        if node.allow_outside_target and not _is_as_allowed(old.get(node.id), node, registry)
    ]
    gone = {node.id for node in stale}
    nodes = [
        node.model_copy(update={"allow_outside_target": False}) if node.id in gone else node for node in after.nodes
    ]
    told = [
        f"“{node.label or node.id}” reaches elsewhere now, so content may not say where it goes any more. "
        "Allow it again in its settings if you want that."
        for node in stale
    ]
    return (after.model_copy(update={"nodes": nodes}) if stale else after), told


def _is_as_allowed(old: Node | None, new: Node, registry: Registry) -> bool:
    action = registry.find(new.type, new.action)
    if old is None or action is None or not old.allow_outside_target:
        return False
    if (old.type, old.action) != (new.type, new.action):
        return False
    fields = fields_of(action.params)
    was, now = fields.taken(old.params), fields.taken(new.params)
    return all(was.get(field.name) == now.get(field.name) for field in fields.targets)
