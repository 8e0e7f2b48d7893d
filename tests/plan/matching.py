"""When is a planned graph the one that was asked for? The rules of `corpus/`, written for tests.

A corpus graph lists nodes (type, action, params that must be there, each), edges by position, and a trigger. A workflow
is right when it is isomorphic to it: same types and actions ("*" is any), same edges and branches, matching params.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

from voicegraph.errors import UserError
from voicegraph.graph.model import Node, Workflow
from voicegraph.graph.validate import parse_workflow
from voicegraph.words.durations import parse_span

CORPUS = Path(__file__).parent / "corpus"
ARTICLES = {"a", "an", "the", "of", "about", "for", "on", "in", "to", "latest", "news", "newest"}
Graph = dict[str, Any]


def rows(name: str) -> Iterator[dict[str, Any]]:
    """The lines of a corpus file."""
    for line in (CORPUS / name).read_text("utf-8").splitlines():
        yield json.loads(line)


def workflow_of(graph: Graph) -> Workflow:
    """A corpus graph as a workflow, for edits to start from."""
    nodes = [
        {"id": f"step-{i}", "label": f"{n['type']} {n['action']}", "params": {}} | n
        for i, n in enumerate(graph["nodes"])
    ]
    edges = [
        edge | {"id": f"edge-{i}", "source": f"step-{edge['source']}", "target": f"step-{edge['target']}"}
        for i, edge in enumerate(graph["edges"])
    ]
    triggers = [graph["trigger"]] if "trigger" in graph else []
    return parse_workflow({"workflowId": "before", "nodes": nodes, "edges": edges, "triggers": triggers})


def is_accepted(row: dict[str, Any], answer: Workflow | UserError) -> bool:
    """Whether one of the row's accepted answers is the one given."""
    if isinstance(answer, UserError):
        return any(wanted.get("refuse") == answer.code.replace("_", "") for wanted in row["accept"])
    return any("nodes" in wanted and _same(wanted, answer) for wanted in row["accept"])


def _same(wanted: Graph, given: Workflow) -> bool:
    if len(wanted["nodes"]) != len(given.nodes) or not _same_trigger(wanted.get("trigger"), given):
        return False
    edges = {(edge.source, edge.target): edge.when for edge in given.edges}
    return any(
        all(_same_node(want, got) for want, got in zip(wanted["nodes"], order, strict=True))
        and edges == {(order[e["source"]].id, order[e["target"]].id): e.get("when") for e in wanted["edges"]}
        for order in permutations(given.nodes)
    )


def _same_trigger(wanted: Graph | None, given: Workflow) -> bool:
    triggers = [trigger.model_dump() for trigger in given.triggers]
    if wanted is None:
        return triggers == []
    return len(triggers) == 1 and all(triggers[0].get(key) == value for key, value in wanted.items())


def _same_node(wanted: Graph, got: Node) -> bool:
    action = wanted.get("action")
    fits = got.type == {"tavily": "web_search"}.get(wanted["type"], wanted["type"])
    fits = fits and (action in (None, "*", got.action) or got.type == "condition")
    fits = fits and got.each == bool(wanted.get("each"))
    return fits and all(_same_param(key, value, got.params.get(key)) for key, value in wanted.get("params", {}).items())


def _same_param(key: str, wanted: str, got: object) -> bool:
    if got is None:
        return False
    if isinstance(got, list):
        return len(got) == 1 and _same_param(key, wanted, got[0])
    if key == "duration":
        return parse_span(wanted) == parse_span(str(got))
    if key in ("query", "title"):
        want, have = _words(wanted), _words(str(got))
        return set(want) <= set(have) and len(have) <= len(want) + 3
    return _bare(str(got)) == _bare(wanted)


def _bare(text: str) -> str:
    return text.strip().lower().lstrip("#").rstrip("/").removesuffix(".git").split("github.com/")[-1]


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W_]+", text.lower()) if word not in ARTICLES]
