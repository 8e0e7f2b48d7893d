"""Limits on the conditions, selections and templates of one workflow, so that all of them can be read in a moment.

Each has a limit of its own. A workflow of hundreds of nodes with the longest of each would still take half a minute.
"""

from __future__ import annotations

from collections.abc import Iterator

from voicegraph.errors import Problem
from voicegraph.graph.model import Workflow
from voicegraph.nodes.params.fields import fields_of, texts_of
from voicegraph.nodes.registry import Registry

MAX_EXPRESSIONS = 100_000
"""Characters of all conditions and selections together: 200 for each of 500 nodes."""
MAX_TAGS = 15_000
"""`{{ … }}` and `{% … %}` in all templates together: 30 for each of 500 nodes."""
_EXPRESSION = "expression"


def too_many(workflow: Workflow, registry: Registry) -> list[Problem]:
    """What there is too much of. It is counted without being read."""
    expressions = tags = 0
    for verbatim, name, text in _texts(workflow, registry):
        if not verbatim:
            tags += text.count("{{") + text.count("{%")
        elif name == _EXPRESSION:
            expressions += len(text)
    found: list[Problem] = []
    if expressions > MAX_EXPRESSIONS:
        found.append(_problem(f"conditions and selections than {MAX_EXPRESSIONS:,} characters hold"))
    if tags > MAX_TAGS:
        found.append(_problem(f"templates than {MAX_TAGS:,} tags ({{{{ … }}}}) make"))
    return found


def _texts(workflow: Workflow, registry: Registry) -> Iterator[tuple[bool, str, str]]:
    """Every text that an action reads: whether it is taken as it is written, the param it is in, and the text."""
    for node in workflow.nodes:
        action = registry.find(node.type, node.action)
        if action is not None:
            verbatim = fields_of(action.params).verbatim
            for name, value in node.params.items():
                for _, text in texts_of(value):
                    yield name in verbatim, name, text


def _problem(what: str) -> Problem:
    message = f"This workflow holds more {what}. Split it into several workflows that call each other."
    return Problem("nodes", message, "too_many_expressions")
