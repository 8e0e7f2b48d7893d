"""Read rows for people: what cannot be read is left out and named, and all the rest is shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import JsonValue
from sqlalchemy import RowMapping

from voicegraph.graph.model import Workflow
from voicegraph.history.outputs import of_row
from voicegraph.history.rows import dump, event_of, item_of, node_of
from voicegraph.nodes.output import Output
from voicegraph.run.events import ItemRun, NodeRun, RunEvent
from voicegraph.run.state import NodeStatus

T = TypeVar("T")
BROKEN = (ValueError, TypeError, KeyError, AttributeError)
"""What the parsers raise for JSON that is none, or is not what it was."""
CODE = "unreadable"


def unreadable(what: str) -> dict[str, JsonValue]:
    """The error that stands in the place of what cannot be read."""
    return {"code": CODE, "message": f"{what} cannot be read from the database.", "retryable": False}


def error_of(text: str | None) -> Mapping[str, JsonValue] | None:
    """The error of a run."""
    return Lenient().object("The reason", text, unreadable("The reason"))


class Lenient:
    """One reading. `parts` are those that could not be read."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def object(
        self, what: str, text: str | None, instead: dict[str, JsonValue] | None = None
    ) -> dict[str, JsonValue] | None:
        """A JSON object."""
        return self._read(what, lambda: None if text is None else dict(json.loads(text)), lambda: instead)

    def workflow(self, text: str, instead: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """The graph of a run."""

        def read() -> dict[str, JsonValue]:
            Workflow.model_validate_json(text)
            return json.loads(text)

        return self._read("workflow", read, lambda: instead)

    def node(self, row: RowMapping) -> NodeRun:
        """A node's row."""
        name = f"node {row['node_id']}"
        return self._read(name, lambda: node_of(row), lambda: node_of(_bare(row, "The result")))  # pyright: ignore[reportArgumentType]

    def item(self, row: RowMapping) -> ItemRun:
        """An item's row."""
        name = f"item {row['item']}"
        return self._read(name, lambda: item_of(row), lambda: item_of(_bare(row, "The result")))  # pyright: ignore[reportArgumentType]

    def output(self, row: RowMapping) -> Output | None:
        """The output in a node's row, as its events show it."""
        return self._read(f"node {row['node_id']}", lambda: of_row(row), lambda: None)

    def event(self, row: RowMapping, output: Output | None) -> RunEvent:
        """A line of the log."""
        instead = {"error": unreadable("The rest of this line")}
        return self._read(
            f"line {row['seq']} of the log",
            lambda: event_of(row, output),
            lambda: event_of({**row, "data": dump(instead)}, output),  # pyright: ignore[reportArgumentType]
        )

    def said(self, error: Mapping[str, JsonValue] | None) -> Mapping[str, JsonValue] | None:
        """The run's error, and in words what cannot be read of it."""
        if not self.parts:
            return error
        named = ", ".join(dict.fromkeys(self.parts))
        words = f"Of this run cannot be read: {named}. The rest is shown."
        before = f"{error.get('message')} " if error else ""
        return {**(error or unreadable("")), "message": f"{before}{words}"}

    def _read(self, what: str, read: Callable[[], T], instead: Callable[[], T]) -> T:
        try:
            return read()
        except BROKEN:
            self.parts.append(what)
            return instead()


def _bare(row: RowMapping, what: str) -> dict[str, Any]:
    status = row["status"] if row["status"] in {*NodeStatus} else str(NodeStatus.FAILED)
    emptied = {name: None for name in ("items", "waits", "output") if name in row}
    return {**row, **emptied, "status": status, "error": dump(unreadable(what))}
