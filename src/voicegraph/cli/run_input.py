"""The input of `voicegraph run`: a sentence, a file, or either on standard input."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from voicegraph.errors import UserError
from voicegraph.graph.json_decoder import decode
from voicegraph.graph.model import MAX_BYTES, Workflow
from voicegraph.graph.read import decode_yaml, of_value
from voicegraph.graph.read import read_workflow as read_text

STDIN = "-"
KEYS = ("name", "nodes", "edges", "triggers", "workflow", "workflowId")
TAKEN = "Give a sentence, or the file of a workflow in JSON or YAML."
NEAR = 0.85
"""How like one of these a key must be: `nodess` is, `notes` is not."""
_JSON = re.compile(r"[{\[]\s*(?:[\[{\"\]}]|$)")
"""Of `[urgent] Read …` it is not the beginning."""
_KEY = re.compile(r"^[\"']?(\w+)[\"']?[ \t]*:(?=\s|$)", re.MULTILINE)
_MARK = re.compile(r"^(?:---|%YAML|\s*- [\"']?id[\"']?[ \t]*:)", re.MULTILINE)
_OPEN = re.compile(r"\{?[\"']?(?:nodes|workflow)[\"']?[ \t]*:[ \t]*(?:[\[{&*|>#]|$)")
"""A line that begins a list or an object."""


def read_given(what: str) -> tuple[Workflow | None, str]:
    """(the workflow, the command to keep in the history); no workflow when the command is a sentence to plan."""
    if what != STDIN and (workflow := read_workflow(what)):
        return workflow, what
    text = _standard_input() if what == STDIN else what
    workflow = _in_text(text)
    return workflow, "" if workflow else text


def _standard_input() -> str:
    """Its text. Its bytes are read: what is no UTF-8 would be dropped without a word by some locales, changing an address."""
    content = b""
    if sys.stdin:  # None where a shell has closed it
        content = sys.stdin.buffer.read() if hasattr(sys.stdin, "buffer") else sys.stdin.read().encode()
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        message = f"Standard input is not text in UTF-8: byte {error.start + 1} is wrong."
        raise UserError("not_text", message) from error
    if not text:
        raise UserError("no_input", "Standard input is empty; `run -` reads a sentence or a workflow from it.")
    return text


def _in_text(text: str) -> Workflow | None:
    """The workflow a text is; None for a sentence. GraphError for what is meant as a workflow, and cannot be read.

    A workflow that is broken must not be taken for a sentence: its labels would be planned and run.
    """
    if _JSON.match(text):
        return of_value(decode(text))
    return None if _is_sentence(text) else of_value(decode_yaml(text))


def _is_sentence(text: str) -> bool:
    """Whether nothing in the text looks like the lines of a YAML file: `nodes:`, also misspelt, `- id: …`, `---`."""
    keys = [match[1] for match in _KEY.finditer(text)]
    if _OPEN.match(text):
        return False
    if len(text.splitlines()) == 1:
        return True
    return not (_MARK.search(text) or any(get_close_matches(key, KEYS, 1, NEAR) for key in keys))


def read_workflow(what: str) -> Workflow | None:
    """The workflow in a file; None when `what` is a sentence, which may well end in the name of a file."""
    kind = Path(what).suffix.lower()
    is_there = os.path.exists(what)  # noqa: PTH110 - a sentence is too long for Path
    if kind not in (".json", ".yaml", ".yml"):
        return _of_content(what, _content(what, MAX_BYTES + 1)) if is_there else None
    if not is_there and any(map(str.isspace, what)):
        return None
    content = _content(what)
    return of_value(decode(content)) if kind == ".json" else read_text(content)


def _content(what: str, most: int = -1) -> bytes:
    if os.path.isdir(what):  # noqa: PTH112
        raise UserError("no_file", f"{_shown(what)} is a folder. {TAKEN}")
    try:
        with Path(what).open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise UserError("no_file", f"{_shown(what)} cannot be read ({error.strerror}).") from error


def _of_content(what: str, content: bytes) -> Workflow:
    """What is in a file decides where its name does not. A sentence in it is not planned: it may be anything, as a table."""
    name = _shown(what)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if len(content) > MAX_BYTES or "\0" in text:
        raise UserError("no_workflow", f"{name} is a file that holds no workflow. {TAKEN}")
    if workflow := _in_text(text.strip()):
        return workflow
    hint = f"To plan and run the sentence in it: voicegraph run - < {shlex.quote(name)}"
    raise UserError("no_workflow", f"{name} is a file of text that is no workflow. {TAKEN} {hint}")


def _shown(what: str) -> str:
    """Without bytes that no terminal shows."""
    return os.fsencode(what).decode("utf-8", "replace")


def allowing(workflow: Workflow, nodes: Sequence[str]) -> Workflow:
    """The workflow with these nodes allowed to go where content says: who types the command allows it, and no file."""
    known = {str(node.id) for node in workflow.nodes}
    if unknown := [name for name in nodes if name not in known]:
        raise UserError("unknown_node", f"There is no node {unknown[0]}; the nodes are: {', '.join(sorted(known))}.")
    changed = [
        node.model_copy(update={"allow_outside_target": True}) if node.id in nodes else node for node in workflow.nodes
    ]
    return workflow.model_copy(update={"nodes": changed})
