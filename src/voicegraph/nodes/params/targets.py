"""Targets of nodes, and whether somebody else's words say them (SECURITY row 8, docs/decisions/0020).

A workflow is fixed before it reads a stranger's text, but a param may be filled from that text: `to: {{ item.email }}`.
Whoever writes the page then says who gets the mail. Such a workflow is refused before its run, unless a person approves
the content on its way, or the owner of the workflow allowed it on that node.

Whose words a node gives is in `text_origins.py`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from voicegraph.errors import Problem
from voicegraph.graph.model import Node, Workflow
from voicegraph.nodes.params.fields import ParamField, fields_of, texts_of
from voicegraph.nodes.params.text_origins import Origins
from voicegraph.nodes.registry import Registry
from voicegraph.nodes.templates.template import is_template

OUTSIDE_TARGET = "outside_target"
FREE = frozenset({"link"})
"""Reading a page that another one links to is what feeds and searches are for: no key goes along, nothing is changed."""

FIXED_ORIGIN = re.compile(r"https?://[^\s/?#@\\{}]+[/?#]", re.IGNORECASE)
"""How an address begins whose scheme and host are written out: what is filled in behind them leads nowhere else."""


def outside_targets(
    workflow: Workflow, registry: Registry, *, handed: bool = False, made: Collection[str] = ()
) -> list[Problem]:
    """The params that say where a node reaches to, and are filled with what comes from outside.

    `handed`: the run is a step of another one, or its error workflow; what it is given may come from outside, too.
    `made`: those of `files_named` that runs made; what is in them may be fetched.
    """
    places = [place for index, node in enumerate(workflow.nodes) for place in _filled_targets(index, node, registry)]
    if not places:
        return []
    origins = Origins(workflow, registry, handed, made)
    return [
        Problem(where, _words(field, source), OUTSIDE_TARGET)
        for where, node, field, text in places
        if (source := origins.source_of(node, text))
    ]


def files_named(workflow: Workflow, registry: Registry) -> set[str]:
    """The ids of stored files that its nodes read, as far as they are written in the workflow."""
    return {
        text.strip()
        for node in workflow.nodes
        if (action := registry.find(node.type, node.action))
        for field in fields_of(action.params).files
        for _, text in texts_of(fields_of(action.params).taken(node.params).get(field.name))
    }


def _words(field: ParamField, source: str) -> str:
    return (
        f"“{field.title}” is filled with what {source} gives: whoever writes that text could say where this goes. "
        "Fill it in yourself, let somebody approve the content before, or allow it: “Let content say where this goes”, "
        "in this node's panel."
    )


def _filled_targets(index: int, node: Node, registry: Registry) -> Iterator[tuple[str, Node, ParamField, str]]:
    action = registry.find(node.type, node.action)
    if action is None or node.allow_outside_target:
        return
    fields = fields_of(action.params)
    params = fields.taken(node.params)
    for field in fields.targets:
        if field.target in FREE:
            continue
        for place, text in texts_of(params.get(field.name)):
            if is_template(text) and not (field.target == "url" and FIXED_ORIGIN.match(text)):
                yield f"nodes[{index}].params.{field.name}{place}", node, field, text
