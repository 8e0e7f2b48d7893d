"""Ready-made workflows, kept in `templates.yaml` in a short form."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, cast

from voicegraph.graph.layout import layout
from voicegraph.graph.model import Wire, Workflow
from voicegraph.graph.validate import parse_workflow
from voicegraph.lazy_imports import importing


class Template(Wire):
    """A workflow to start from, and the sentence that says the same."""

    id: str
    name: str
    description: str
    command: str
    workflow: Workflow


@cache
def templates() -> tuple[Template, ...]:
    """All of them, in the order the first screen shows them, with their nodes placed."""
    with importing("yaml"):
        import yaml

    raw = cast(
        "list[dict[str, Any]]", yaml.safe_load(files("voicegraph.plan").joinpath("templates.yaml").read_text("utf-8"))
    )
    return tuple(_template(entry) for entry in raw)


def _template(entry: dict[str, Any]) -> Template:
    """`nodes` lists `type.action` with a label and params; `edges` pairs of their positions, as in `0-1`."""
    nodes = [_node(index, node) for index, node in enumerate(entry["nodes"])]
    workflow = parse_workflow(
        {
            "workflowId": f"template-{entry['id']}",
            "name": entry["name"],
            "nodes": nodes,
            "edges": [_edge(index, edge) for index, edge in enumerate(entry["edges"])],
            "triggers": entry.get("triggers", []),
        }
    )
    about = {key: entry[key] for key in ("id", "name", "description", "command")}
    return Template(**about, workflow=layout(workflow))


def _node(index: int, node: dict[str, Any]) -> dict[str, Any]:
    kind, _, action = node["do"].partition(".")
    return {
        "id": f"step-{index}",
        "type": kind,
        "action": action,
        "label": node["label"],
        "params": node.get("with", {}),
    }


def _edge(index: int, edge: str) -> dict[str, Any]:
    """`0-1`, or `0-1 yes` and `0-2 no` where a condition is left."""
    ends, _, branch = edge.partition(" ")
    source, target = ends.split("-")
    plain = {"id": f"edge-{index}", "source": f"step-{source}", "target": f"step-{target}"}
    return plain | ({"when": branch == "yes"} if branch else {})
