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
from voicegraph.graph.foreign_formats import foreign, refusal
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
