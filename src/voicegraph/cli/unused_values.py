"""Values of `--set` that nobody reads: most often a name that was mistyped."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from voicegraph.graph.model import Workflow
from voicegraph.nodes.params.fields import fields_of, texts_of
from voicegraph.nodes.registry import Registry

_CONFIG = re.compile(r"\bconfig\b")
_ANY_NAME = re.compile(r"\bconfig\b(?!\s*(?:\.|\[\s*[\"']))")
"""`{{ config | json }}`, `config[name]`: what it reads is known in the run."""


def unread(workflow: Workflow, registry: Registry, config: Mapping[str, Any]) -> list[str]:
    """A line for each name of the config that no node asks for and no template reads."""
    asked = _asked(workflow, registry)
    texts = [text for _, text in texts_of([dict(workflow.to_wire()), dict(config)]) if _CONFIG.search(text)]
    if any(node.type == "workflow" for node in workflow.nodes) or any(map(_ANY_NAME.search, texts)):
        return []  # a workflow that is a step of this one is given the config, too
    return [
        f"Nothing in the workflow reads “{name}”{_nearest(name, asked)}"
        for name in config
        if name != "params" and name not in asked and not any(_reads(text, name) for text in texts)
    ]


def _asked(workflow: Workflow, registry: Registry) -> list[str]:
    actions = [registry.find(node.type, node.action) for node in workflow.nodes]
    fields = [field for action in actions if action for field in fields_of(action.params).every]
    return sorted({field.config for field in fields if field.config})


def _reads(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _nearest(name: str, asked: list[str]) -> str:
    close = difflib.get_close_matches(name, asked, n=1)
    return f"; did you mean {close[0]}?" if close else ". A param of a node is set with --set NODE.PARAM=…"
