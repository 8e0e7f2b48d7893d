"""Defaults for what older clients leave out: the same input always gives the same workflow.

- null means the same as nothing.
- A node without an id gets `step-N`, an edge `edge-N`, N being its index, or the next number that is free.
- A node without a label is called after its action: `fetch_page` becomes "Fetch page".
- Nodes without `edges` follow one another in the order of the list; after a condition, on its yes branch.
- Params have their names of today (`legacy_format.py`).
- Without a `workflowId` the content names the workflow, so equal graphs are the same workflow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, cast

from voicegraph.graph.branches import CONDITION
from voicegraph.graph.legacy_format import translated
from voicegraph.graph.model import Workflow, WorkflowId, free_id

Raw = dict[str, Any]


def filled(raw: Mapping[str, Any]) -> Raw:
    """A copy with ids, labels and edges. What has the wrong shape is passed on as it is, for the model to refuse."""
    given = _without_nulls(raw)
    if isinstance(nodes := given.get("nodes"), list):
        given["nodes"] = _with_ids("step", [_node(node) for node in cast("list[object]", nodes)])
        given.setdefault("edges", _sequence(given["nodes"]))
    if isinstance(edges := given.get("edges"), list):
        given["edges"] = _with_ids("edge", [_item(edge) for edge in cast("list[object]", edges)])
    if isinstance(triggers := given.get("triggers"), list):
        given["triggers"] = [_item(trigger) for trigger in cast("list[object]", triggers)]
    return given


def content_id(workflow: Workflow) -> WorkflowId:
    """An id made of what the workflow does; where its nodes stand on the canvas plays no part."""
    content = workflow.model_dump_json(exclude={"workflow_id": True, "nodes": {"__all__": {"position"}}})
    return WorkflowId(f"wf_{hashlib.sha256(content.encode()).hexdigest()[:26]}")


def _without_nulls(raw: Mapping[str, Any]) -> Raw:
    return {key: value for key, value in raw.items() if value is not None}


def _item(value: object) -> object:
    return _without_nulls(cast("Raw", value)) if isinstance(value, dict) else value


def _node(value: object) -> object:
    node = _item(value)
    if isinstance(node, dict) and isinstance(action := cast("Raw", node).get("action"), str):
        cast("Raw", node).setdefault("label", action.replace("_", " ").strip().capitalize()[:200])
    return translated(cast("Raw", node)) if isinstance(node, dict) else node


def _with_ids(prefix: str, items: list[object]) -> list[object]:
    taken = {str(cast("Raw", item)["id"]) for item in items if isinstance(item, dict) and "id" in item}
    for index, item in enumerate(items):
        if isinstance(item, dict) and "id" not in item:
            wish = f"{prefix}-{index}"
            new = free_id(prefix, taken) if wish in taken else wish
            taken.add(new)
            cast("Raw", item)["id"] = new
    return items


def _sequence(nodes: Iterable[object]) -> list[Raw]:
    """One node after the other; nothing while the ids are in disorder, which is reported by itself."""
    chain = [cast("Raw", node) for node in nodes if isinstance(node, dict)]
    if len({node["id"] for node in chain if isinstance(node["id"], str)}) < len(chain):
        return []
    return [
        {"source": before["id"], "target": after["id"], **({"when": True} if before.get("type") == CONDITION else {})}
        for before, after in pairwise(chain)
    ]
