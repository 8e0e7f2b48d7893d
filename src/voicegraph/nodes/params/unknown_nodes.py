"""Answers for nodes that a workflow does not have: `config.params` names a node, and nobody would ever read them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, cast

from pydantic import JsonValue

from voicegraph.errors import Problem
from voicegraph.graph.model import Workflow
from voicegraph.graph.schema_errors import locate
from voicegraph.words.truncation import quoted

MOST = 20
"""So many are named; to compare each with each node takes long, and nobody reads more."""
NAMED = 10
LONGEST_ID = 64


def strays(workflow: Workflow, config: Mapping[str, JsonValue]) -> list[Problem]:
    """A problem for each node that is answered and not there; what is answered with nothing is no loss."""
    known = [str(node.id) for node in workflow.nodes]
    there = set(known)
    unknown = [name for name, own in _answers(config).items() if name not in there and own]
    return [Problem(locate(("config", "params", name)), _words(name, known), "unknown_node") for name in unknown[:MOST]]


def without_strays(config: Mapping[str, JsonValue], workflow: Workflow) -> Mapping[str, JsonValue]:
    """The config for a workflow that has lost nodes since it was given."""
    there = {str(node.id) for node in workflow.nodes}
    answers = _answers(config)
    if answers.keys() <= there:
        return config
    return {**config, "params": {name: own for name, own in answers.items() if name in there}}


def _answers(config: Mapping[str, JsonValue]) -> Mapping[str, Any]:
    answers = config.get("params")
    return cast("Mapping[str, Any]", answers) if isinstance(answers, Mapping) else {}


def _words(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1) if len(name) <= LONGEST_ID else []
    hint = f"; did you mean {close[0]}?" if close else ""
    more = ", …" if len(known) > NAMED else ""
    return f"there is no node {quoted(name)}{hint} (the workflow has {', '.join(known[:NAMED])}{more})."
