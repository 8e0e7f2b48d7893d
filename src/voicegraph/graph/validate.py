"""From anything a client may send to a workflow that keeps every rule, or to all the reasons why not.

The way: decode (`json_decoder.py`), fill in what older clients leave out (`defaults.py`), check the shape (`model.py`, put into
words by `schema_errors.py`) and the rules that span several nodes (`rules.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from pydantic import ValidationError

from voicegraph.errors import GraphError, Problem
from voicegraph.graph.defaults import content_id, filled
from voicegraph.graph.json_decoder import decode, flaws
from voicegraph.graph.model import Workflow
from voicegraph.graph.rules import Outline, check, check_limits, check_outline
from voicegraph.graph.schema_errors import explain, kind_of


def parse_workflow(raw: object) -> Workflow:
    """The workflow in a JSON text (str or UTF-8 bytes) or in a decoded one. Nothing but GraphError is raised.

    The error lists every breach with its place, such as `nodes[3].params.url` or `edges[2].target`. Only input that is
    too large, too deep or no JSON object is refused without a look at the rest. The input is never changed.
    """
    if isinstance(raw, (str, bytes, bytearray)):
        raw = decode(raw)
    if program := foreign(raw):
        raise GraphError([Problem("", refusal(program), "foreign_format")])
    given = _object(raw)
    _refuse(check_limits(*(_count(given, part) for part in ("nodes", "edges", "triggers"))))
    _refuse(flaws(given))
    whole = filled(given)
    try:
        workflow = Workflow.model_validate(whole)
    except ValidationError as error:
        raise GraphError([*explain(error), *check_outline(Outline.loose(whole))]) from error
    _refuse(check(workflow))
    if {"workflowId", "workflow_id"}.isdisjoint(whole):
        workflow.workflow_id = content_id(workflow)
    return workflow


def check_nodes(workflow: Workflow, judge: Callable[[Workflow], Sequence[Problem]]) -> Workflow:
    """Let a layer that knows the node types judge the workflow: unknown types and actions, wrong params.

    Returns the workflow as it is; GraphError with all that `judge` finds.
    """
    _refuse(judge(workflow))
    return workflow


def _object(raw: object) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        message = f'A workflow is a JSON object such as {{"nodes": […], "edges": […]}}, not {kind_of(raw)}.'
        raise GraphError([Problem("", message, "wrong_type")])
    given = cast("Mapping[str, Any]", raw)
    if given.get("nodes") is None:
        raise GraphError([Problem("nodes", 'This is missing; list the steps of the workflow in "nodes".', "missing")])
    return given


def _count(given: Mapping[str, Any], part: str) -> int:
    value = given.get(part)
    return len(cast("list[object]", value)) if isinstance(value, list) else 0


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise GraphError(problems)


# -- files of other programs that look like workflows: they are named as what they are, not as broken workflows


def foreign(value: object) -> str | None:
    """The program whose export this is; None for what may be a workflow of ours."""
    if isinstance(value, list):
        return _of_list(cast("list[object]", value))
    if not isinstance(value, dict):
        return None
    given = cast("Mapping[str, Any]", value)
    if _is_n8n(given) or _is_n8n(given.get("data")):  # its API puts a workflow, or all of them, into `data`
        return "n8n"
    if isinstance(inside := given.get("data"), list) and "nodes" not in given:
        return _of_list(cast("list[object]", inside))
    if isinstance(given.get("flow"), list) and "nodes" not in given:
        return "Make"
    return "Zapier" if isinstance(given.get("zaps"), list) and "nodes" not in given else None


def _of_list(items: list[object]) -> str | None:
    if items and all(_is_n8n(item) for item in items):
        return "n8n"
    return "Node-RED" if any(isinstance(item, dict) and ("wires" in item or "z" in item) for item in items) else None


def _is_n8n(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    given = cast("Mapping[str, Any]", value)
    return isinstance(given.get("nodes"), list) and isinstance(given.get("connections"), dict) and "edges" not in given


def refusal(program: str) -> str:
    """What to say of such a file."""
    return (
        f"This is an export of {program}, not a workflow of VoiceGraph, and cannot be taken over. Say in a sentence what it "
        "does, and VoiceGraph makes a workflow of it."
    )
