"""The short form in which a model writes a workflow, which leaves little to get wrong, and the way from and to it.

Edges are written with the step that waits (`after`), ids of new steps are whatever the model likes, and params are pairs
of texts, because not every provider can promise free-form objects.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, JsonValue

from voicegraph.errors import GraphError, Problem
from voicegraph.graph.branches import APPROVAL, CONDITION, branch_of
from voicegraph.graph.model import Edge, Node, NodeId, Workflow, free_id
from voicegraph.graph.validate import check_nodes, parse_workflow
from voicegraph.nodes.params.fields import fields_of, schema_of
from voicegraph.nodes.params.node_problems import problems
from voicegraph.nodes.registry import Registry

KEPT = "(kept)"
"""Stands for a value the model need not see: it is secret, or long."""
_LONGEST_SHOWN = 300


class Param(BaseModel):
    """One param of a step."""

    name: str
    value: str = Field(description="As text; lists and objects as JSON; nothing to clear it.")


class ShortStep(BaseModel):
    """One step."""

    id: str = Field(description="Of an existing step: its id. Of a new one: any short name.")
    action: str = Field(description="type.action, from the catalogue.")
    label: str = Field("", max_length=60, description="Two to five words for the canvas.")
    params: list[Param] = Field(
        default_factory=list[Param], description="Of an existing step: only the params that change."
    )
    after: list[str] = Field(
        default_factory=list[str],
        description="Ids of the steps it waits for; nothing for a first step. After a condition: id:yes or id:no.",
    )
    each: bool | None = Field(None, description="Run once for each item of the list that comes in. Null: as it was.")
    said: str = Field("", description="The words of the command it stands for.")


class Sketch(BaseModel):
    """A whole workflow."""

    name: str = Field(max_length=80, description="A short title.")
    steps: Annotated[list[ShortStep], Field(min_length=1, max_length=100)]
    trigger: Literal["keep", "manual", "schedule", "webhook"] = Field(
        "keep", description="What starts it. keep: as it was; a new workflow is started by hand."
    )
    cron: str = Field("", description="For a schedule: five fields, Sunday is 0.")
    timezone: str = Field("", description="For a schedule: IANA name, only when the command names a zone or city.")
    explanation: str = Field(description="One or two plain sentences: what the workflow does.")
    assumptions: list[str] = Field(default_factory=list[str], description="What you guessed or what is left open.")


class Revision(Sketch):
    """A changed workflow: all its steps, the unchanged ones with their ids."""

    removed: list[str] = Field(default_factory=list[str], description="Ids of the steps that are taken out.")


def to_workflow(sketch: Sketch, registry: Registry, base: Workflow | None = None) -> Workflow:
    """The workflow the sketch stands for. GraphError lists every breach; `nodes[i]` is the i-th step.

    Steps with an id of `base` and the same action keep everything the sketch does not say: params, position, retries.
    """
    _refuse(_of_ids(sketch, base))
    known = {node.id: node for node in base.nodes} if base else {}
    ids = _ids(sketch, known)
    raw: dict[str, Any] = dict(base.to_wire()) if base else {}
    raw["name"] = sketch.name or raw.get("name", "")
    raw["nodes"] = [_node(step, ids[step.id], known.get(NodeId(step.id)), registry) for step in sketch.steps]
    raw["edges"] = _edges(sketch, ids, base)
    raw["triggers"] = _triggers(sketch, raw.get("triggers", []))
    return check_nodes(parse_workflow(raw), lambda workflow: problems(workflow, registry))


def of_workflow(workflow: Workflow, registry: Registry) -> str:
    """The workflow in the short form, as JSON, without secrets and long texts."""
    kinds = {node.id: node.type for node in workflow.nodes}
    steps = [
        {
            "id": node.id,
            "action": f"{node.type}.{node.action}",
            "label": node.label,
            "params": [
                {"name": name, "value": _shown(node, name, value, registry)} for name, value in node.params.items()
            ],
            "after": [_mark(edge, kinds) for edge in workflow.edges if edge.target == node.id],
            "each": node.each,
        }
        for node in workflow.nodes
    ]
    triggers = [trigger.model_dump(mode="json", exclude_none=True) for trigger in workflow.triggers]
    return json.dumps({"name": workflow.name, "steps": steps, "triggers": triggers}, ensure_ascii=False)


def _of_ids(sketch: Sketch, base: Workflow | None) -> Iterable[Problem]:
    """Steps named twice, waited for and unknown, or of the old workflow and forgotten."""
    names = [step.id for step in sketch.steps]
    for index, step in enumerate(sketch.steps):
        if step.id in names[:index]:
            yield Problem(f"nodes[{index}].id", f"Another step is called {step.id} already.")
        for mark in step.after:
            if mark.partition(":")[0] not in names:
                yield Problem(f"nodes[{index}].after", f"There is no step {mark.partition(':')[0]} to wait for.")
    removed = sketch.removed if isinstance(sketch, Revision) else []
    for node in base.nodes if base else ():
        if node.id not in names and node.id not in removed:
            yield Problem("nodes", f"The step {node.id} is missing: list it, or name it in removed.")


def _ids(sketch: Sketch, known: Mapping[NodeId, Node]) -> dict[str, str]:
    """Ids of the workflow by ids of the sketch: known ones stay, new ones become `step-N`."""
    taken: set[str] = {*known}
    ids: dict[str, str] = {}
    for index, step in enumerate(sketch.steps):
        new = f"step-{index}" if f"step-{index}" not in taken else free_id("step", taken)
        ids[step.id] = step.id if step.id in known else new
        taken.add(ids[step.id])
    return ids


def _node(step: ShortStep, node_id: str, old: Node | None, registry: Registry) -> dict[str, Any]:
    kind, _, action = step.action.partition(".")
    given = {param.name: _value(kind, action, param, registry) for param in step.params if param.value != KEPT}
    each = {} if step.each is None else {"each": step.each}
    label = {"label": step.label} if step.label else {}
    if old and (old.type, old.action) == (kind, action):
        raw = old.model_dump(mode="json", by_alias=True, exclude_none=True)
        return {**raw, **label, **each, "params": _without_empty({**old.params, **given})}
    place = {"position": old.position.model_dump()} if old and old.position else {}
    return {"id": node_id, "type": kind, "action": action, **label, **place, **each, "params": _without_empty(given)}


def _without_empty(params: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: value for name, value in params.items() if value != ""}


def _value(kind: str, action: str, param: Param, registry: Registry) -> JsonValue:
    """The text, read as JSON where the param takes no text."""
    schema = _schema(kind, action, param.name, registry)
    kinds = [one.get("type") for one in schema.get("anyOf", [schema])]
    if not param.value or "string" in kinds or kinds == [None]:
        return param.value
    try:
        return json.loads(param.value)
    except ValueError:
        return param.value


def _schema(kind: str, action: str, name: str, registry: Registry) -> dict[str, Any]:
    """The JSON Schema of a param; empty when there is no such param."""
    found = registry.find(kind, action)
    fields = found and fields_of(found.params).by_name
    return schema_of(found.params)["properties"][fields[name].name] if found and fields and name in fields else {}


def _edges(sketch: Sketch, ids: Mapping[str, str], base: Workflow | None) -> list[dict[str, Any]]:
    kinds = {ids[step.id]: step.action.partition(".")[0] for step in sketch.steps}
    before = base.edges if base else []
    old = {(edge.source, edge.target, branch_of(kinds.get(edge.source), edge.when)): edge for edge in before}
    edges: list[dict[str, Any]] = []
    taken: set[str] = {edge.id for edge in before}
    for step in sketch.steps:
        for mark in dict.fromkeys(step.after):
            name, _, branch = mark.partition(":")
            source, target = ids[name], ids[step.id]
            ends = NodeId(source), NodeId(target)
            when = _when(kinds[source], branch, always=(*ends, None) in old)
            if known := old.get((*ends, branch_of(kinds[source], when))):
                edges.append(known.model_dump(mode="json"))
                continue
            edge_id = free_id("edge", taken)
            taken.add(edge_id)
            edges.append({"id": edge_id, "source": source, "target": target, "when": when})
    return edges


def _when(kind: str, branch: str, *, always: bool) -> bool | None:
    """The branch that a mark says. Without a word it is a condition's yes, unless the edge was for both before."""
    if kind == CONDITION and not (always and not branch):
        return branch != "no"
    return False if kind == APPROVAL and branch == "no" else None


def _triggers(sketch: Sketch, old: Sequence[JsonValue]) -> Sequence[JsonValue]:
    if sketch.trigger == "keep":
        return old
    if sketch.trigger == "schedule":
        zone: dict[str, JsonValue] = {"timezone": sketch.timezone} if sketch.timezone else {}
        return [{"kind": "schedule", "cron": sketch.cron, **zone}]
    return [{"kind": "webhook"}] if sketch.trigger == "webhook" else []


def _mark(edge: Edge, kinds: Mapping[NodeId, str]) -> str:
    branch = branch_of(kinds.get(edge.source), edge.when)
    return edge.source if branch is None else f"{edge.source}:{'yes' if branch else 'no'}"


def _shown(node: Node, name: str, value: JsonValue, registry: Registry) -> str:
    schema = _schema(node.type, node.action, name, registry)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return KEPT if schema.get("x-widget") == "secret" or len(text) > _LONGEST_SHOWN else text


def _refuse(found: Iterable[Problem]) -> None:
    if breaches := list(found):
        raise GraphError(breaches)
