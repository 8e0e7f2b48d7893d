"""Labels of nodes before what events say of them: a line of a log can be read by itself.

It is put there when the event goes out, so that it holds for every run, whenever it was made.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from voicegraph.run.events import RunEvent

Titles = Mapping[str, str]
UNTITLED: Titles = MappingProxyType({})


def titles_of(workflow: Mapping[str, Any]) -> Titles:
    """The labels of its nodes by their ids; of a node without one, the id."""
    nodes = cast("list[dict[str, Any]]", workflow.get("nodes") or [])
    return {node["id"]: node.get("label") or node["id"] for node in nodes}


def wire_of(event: RunEvent, titles: Titles) -> dict[str, Any]:
    """The JSON of the event, with the name of its node."""
    wire = event.to_wire()
    if event.node_id is not None and (title := titles.get(event.node_id)):
        wire["message"] = f"{title}: {event.message}"
    return wire
