"""The rules that span several nodes: limits, ids, edges, circles, branches, schedules. Shape is `model.py`'s."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from voicegraph.errors import Problem
from voicegraph.graph.branches import BRANCHING, branch_of
from voicegraph.graph.cron import check_zone, parse_cron
from voicegraph.graph.model import MAX_BYTES, MAX_EDGES, MAX_NODES, MAX_TRIGGERS, Schedule, Workflow
from voicegraph.graph.order import find_cycles
from voicegraph.words.truncation import quoted

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Outline:
    """The parts of a workflow that the rules look at. None: a value whose shape is wrong, which is reported elsewhere.

    `nodes` are (id, type); `edges` are (id, source, target, when); `schedules` are (place, cron, timezone);
    `triggers` are ids.
    """

    nodes: Sequence[tuple[str | None, str | None]]
    edges: Sequence[tuple[str | None, str | None, str | None, object]]
    schedules: Sequence[tuple[str, str | None, str | None]]
    triggers: Sequence[str | None] = ()

    @classmethod
    def of(cls, workflow: Workflow) -> Outline:
        """The outline of a workflow whose shape is right."""
        return cls(
            nodes=[(node.id, node.type) for node in workflow.nodes],
            edges=[(edge.id, edge.source, edge.target, edge.when) for edge in workflow.edges],
            schedules=[
                (f"triggers[{index}]", trigger.cron, trigger.timezone)
                for index, trigger in enumerate(workflow.triggers)
                if isinstance(trigger, Schedule)
            ],
            triggers=[trigger.id for trigger in workflow.triggers],
        )

    @classmethod
    def loose(cls, raw: Mapping[str, Any]) -> Outline:
        """The outline of a decoded workflow whose shape may be wrong anywhere."""
        triggers = _objects(raw.get("triggers"))
        return cls(
            nodes=[(_text(node, "id"), _text(node, "type")) for node in _objects(raw.get("nodes"))],
            edges=[
                (_text(edge, "id"), _text(edge, "source"), _text(edge, "target"), edge.get("when"))
                for edge in _objects(raw.get("edges"))
            ],
            schedules=[
                (f"triggers[{index}]", _text(trigger, "cron", 200), _text(trigger, "timezone", 64))
                for index, trigger in enumerate(triggers)
                if trigger.get("kind") == "schedule"
            ],
            triggers=[_text(trigger, "id") for trigger in triggers],
        )


def _objects(value: object) -> list[Mapping[str, Any]]:
    """The items of a list, with an empty object for each that is none, so that the indexes stay right."""
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("Mapping[str, Any]", item) if isinstance(item, dict) else {} for item in items]


def _text(holder: Mapping[str, Any], key: str, limit: int = MAX_BYTES) -> str | None:
    value = holder.get(key)
    return value if isinstance(value, str) and len(value) <= limit else None


def check(workflow: Workflow) -> list[Problem]:
    """Every breach of the rules, located; empty when all is well."""
    return check_outline(Outline.of(workflow))


def check_outline(outline: Outline) -> list[Problem]:
    """As `check`. Too many nodes or edges are reported alone: the rest is not looked at."""
    limits = check_limits(len(outline.nodes), len(outline.edges), len(outline.triggers))
    return limits or [
        *_unique("nodes", [node_id for node_id, _ in outline.nodes]),
        *_unique("edges", [edge_id for edge_id, *_ in outline.edges]),
        *_unique("triggers", outline.triggers),
        *_unknown_ends(outline),
        *_needless_edges(outline),
        *_misplaced_branches(outline),
        *_circles(outline),
        *_schedules(outline),
    ]


def check_limits(nodes: int, edges: int, triggers: int) -> list[Problem]:
    """The counts that are over their limit."""
    counts = (("nodes", nodes, MAX_NODES), ("edges", edges, MAX_EDGES), ("triggers", triggers, MAX_TRIGGERS))
    return [
        Problem(name, f"A workflow has at most {limit:,} {name}; this one has {count:,}.", "too_large")
        for name, count, limit in counts
        if count > limit
    ]


def _unique(part: str, ids: Sequence[str | None]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, found in enumerate(ids):
        if found is not None and first.setdefault(found, index) != index:
            text = f"The id {quoted(found)} is already that of {part}[{first[found]}]; give each its own."
            yield Problem(f"{part}[{index}].id", text, "duplicate_id")


def _unknown_ends(outline: Outline) -> Iterator[Problem]:
    ids = {node_id: None for node_id, _ in outline.nodes if node_id is not None}
    known = ", ".join([quoted(node_id) for node_id in list(ids)[:_NAMED]] + ["…"] * (len(ids) > _NAMED)) or "none"
    for index, (_, source, target, _) in enumerate(outline.edges):
        for end, node_id in (("source", source), ("target", target)):
            if node_id is not None and node_id not in ids:
                text = f"There is no node with the id {quoted(node_id)}; the nodes are: {known}."
                yield Problem(f"edges[{index}].{end}", text, "unknown_id")


def _needless_edges(outline: Outline) -> Iterator[Problem]:
    """Loops and doubles. One edge for each branch of a condition may lead to the same node."""
    types = {node_id: kind for node_id, kind in outline.nodes if node_id is not None}
    first: dict[tuple[str, str, str], int] = {}
    for index, (_, source, target, when) in enumerate(outline.edges):
        if source is None or target is None:
            continue
        branch = branch_of(types.get(source), None) if when is None else when
        original = first.setdefault((source, target, str(branch)), index)
        if source == target:
            text = f"The node {quoted(source)} cannot wait for itself; let the edge lead to another node."
            yield Problem(f"edges[{index}]", text, "self_loop")
        elif original != index:
            text = f"edges[{original}] already leads from {quoted(source)} to {quoted(target)}; remove one of the two."
            yield Problem(f"edges[{index}]", text, "duplicate_edge")


def _misplaced_branches(outline: Outline) -> Iterator[Problem]:
    types = {node_id: kind for node_id, kind in outline.nodes if node_id is not None and kind is not None}
    for index, (_, source, _, when) in enumerate(outline.edges):
        kind = types.get(source or "")
        if when is not None and kind is not None and kind not in BRANCHING:
            named = f"{quoted(source or '')} is of type {quoted(kind)}"
            text = f'Only edges that leave a condition or an approval have "when"; {named}.'
            yield Problem(f"edges[{index}].when", text, "when_without_condition")


def _circles(outline: Outline) -> Iterator[Problem]:
    """Circles of two nodes and more; `_needless_edges` has reported the others."""
    places = [
        (index, (source, target))
        for index, (_, source, target, _) in enumerate(outline.edges)
        if source is not None and target is not None and source != target
    ]
    for cycle in find_cycles([pair for _, pair in places]):
        yield replace(cycle, edge=places[cycle.edge][0]).problem


def _schedules(outline: Outline) -> Iterator[Problem]:
    for place, cron, zone in outline.schedules:
        for key, value, checked, code in (
            ("cron", cron, parse_cron, "bad_cron"),
            ("timezone", zone, check_zone, "bad_timezone"),
        ):
            if value is None:
                continue
            try:
                checked(value)
            except ValueError as error:
                yield Problem(f"{place}.{key}", str(error), code)
