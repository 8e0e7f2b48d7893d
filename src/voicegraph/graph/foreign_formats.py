"""Files of other programs that look like workflows: they are named as what they are, not as broken workflows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast


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
