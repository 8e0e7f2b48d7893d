"""What `voicegraph run` is given: a sentence, a file, or either on standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from voicegraph.errors import GraphError, UserError
from voicegraph.graph.decode import decode
from voicegraph.graph.model import Workflow
from voicegraph.graph.read import decode_yaml, of_value
from voicegraph.graph.read import read_workflow as read_text

STDIN = "-"


def read_given(what: str) -> tuple[Workflow | None, str]:
    """(the workflow, the command to keep in the history); no workflow when the command is a sentence to plan."""
    if what != STDIN:
        return read_workflow(what), what
    try:
        text = sys.stdin.read().strip()
    except UnicodeDecodeError as error:
        raise UserError("not_text", "Standard input is not text in UTF-8.") from error
    if not text:
        raise UserError("no_input", "Standard input is empty; `run -` reads a sentence or a workflow from it.")
    if text.startswith(("{", "[")):
        return of_value(decode(text)), ""
    try:
        value = decode_yaml(text)
    except GraphError:
        return None, text  # a sentence with a colon too many
    if isinstance(value, dict) and ("nodes" in value or "workflow" in value):
        return of_value(cast("object", value)), ""
    return None, text


def read_workflow(what: str) -> Workflow | None:
    """The workflow in a file; None when `what` is a sentence, which may well end in the name of a file."""
    path = Path(what)
    kind = path.suffix.lower()
    is_file = os.path.exists(what) or not any(map(str.isspace, what))  # noqa: PTH110 - a sentence is too long for Path
    if kind not in (".json", ".yaml", ".yml") or not is_file:
        return None
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError("no_file", f"{what} cannot be read ({error.strerror}).") from error
    return of_value(decode(content)) if kind == ".json" else read_text(content)


def allowing(workflow: Workflow, nodes: Sequence[str]) -> Workflow:
    """The workflow with these nodes allowed to go where content says: who types the command allows it, and no file."""
    known = {str(node.id) for node in workflow.nodes}
    if unknown := [name for name in nodes if name not in known]:
        raise UserError("unknown_node", f"There is no node {unknown[0]}; the nodes are: {', '.join(sorted(known))}.")
    changed = [
        node.model_copy(update={"allow_outside_target": True}) if node.id in nodes else node for node in workflow.nodes
    ]
    return workflow.model_copy(update={"nodes": changed})
