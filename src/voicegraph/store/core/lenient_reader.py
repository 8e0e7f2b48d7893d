"""Read rows for people: what cannot be read is left out and named, and all the rest is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import JsonValue
from pydantic_core import from_json
from sqlalchemy import RowMapping, Table

from voicegraph.db.tables import item_runs, node_runs, run_events, runs
from voicegraph.graph.model import Workflow
from voicegraph.nodes.output import Output
from voicegraph.run.events import ItemRun, NodeRun, RunEvent
from voicegraph.store.core.column_values import an_error, an_object, misfits, tidied
from voicegraph.store.core.outputs import of_row, short_payload
from voicegraph.store.core.rows import dump, event_of, item_of, node_of

T = TypeVar("T")
BROKEN = (ValueError, TypeError, KeyError, AttributeError)
"""What the parsers raise for JSON that is none, or is not what it was."""
CODE = "unreadable"
WORDS = {
    "name": "its name",
    "command": "the command",
    "status": "its status",
    "engine": "its engine",
    "trigger": "what started it",
    "created_at": "when it was made",
    "started_at": "when it was started",
    "finished_at": "when it ended",
}
"""Columns of runs as people call them."""


def unreadable(what: str) -> dict[str, JsonValue]:
    """The error that stands in the place of what cannot be read."""
    return {"code": CODE, "message": f"{what} cannot be read from the database.", "retryable": False}


class Lenient:
    """One reading. `parts` are those that could not be read."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def object(
        self, what: str, text: str | None, instead: dict[str, JsonValue] | None = None
    ) -> dict[str, JsonValue] | None:
        """A JSON object."""
        return self._read(what, lambda: None if text is None else an_object(from_json(text)), lambda: instead)

    def beginning(self, what: str, text: str, size: int) -> dict[str, JsonValue]:
        """A long JSON object of which only this text was read."""
        return self._read(what, lambda: short_payload(text, size), dict)

    def workflow(self, text: str, instead: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """The graph of a run."""

        def read() -> dict[str, JsonValue]:
            Workflow.model_validate_json(text)
            return from_json(text)

        return self._read("workflow", read, lambda: instead)

    def run(self, row: RowMapping) -> dict[str, Any]:
        """The columns of a run, as far as they were asked for, each with a value that it may have."""
        self.parts += [WORDS.get(name, name.replace("_", " ")) for name in misfits(runs, row)]
        return tidied(runs, row)

    def node(self, row: RowMapping) -> NodeRun:
        """A node's row."""
        return self._tried(f"node {row['node_id']}", node_runs, row, node_of)

    def item(self, row: RowMapping) -> ItemRun:
        """An item's row."""
        return self._tried(f"item {row['item']}", item_runs, row, item_of)

    def output(self, row: RowMapping) -> Output | None:
        """The output in a node's row, as its events show it."""
        return self._read(f"node {row['node_id']}", lambda: of_row(row), lambda: None)

    def event(self, row: RowMapping, output: Output | None) -> RunEvent:
        """A line of the log."""
        rest = dump({"error": unreadable("The rest of this line")})
        return self._read(
            f"line {row['seq']} of the log",
            lambda: event_of(row, output),
            lambda: event_of({**tidied(run_events, row), "data": rest}, output),  # pyright: ignore[reportArgumentType]
        )

    def said(self, error: Mapping[str, JsonValue] | None) -> Mapping[str, JsonValue] | None:
        """The run's error, and in words what cannot be read of it."""
        if not self.parts:
            return error
        named = ", ".join(dict.fromkeys(self.parts))
        words = f"Of this run cannot be read: {named}. The rest is shown."
        before = f"{error.get('message')} " if error else ""
        return {**(error or unreadable("")), "message": f"{before}{words}"}

    def _tried(self, what: str, table: Table, row: RowMapping, read: Callable[[RowMapping], T]) -> T:
        """A node or an item: whole; else with the values that can be read; else without its result."""

        def without_values() -> T:
            try:
                return read(_with_error(tidied(table, row)))
            except BROKEN:
                emptied = {name: None for name in ("items", "waits", "output", "error") if name in row}
                return read(_with_error({**tidied(table, row), **emptied}))

        return self._read(what, lambda: read(row), without_values)

    def _read(self, what: str, read: Callable[[], T], instead: Callable[[], T]) -> T:
        try:
            return read()
        except BROKEN:
            self.parts.append(what)
            return instead()


def error_of(text: str | None) -> Mapping[str, JsonValue] | None:
    """The error of a run."""
    try:
        return an_error(from_json(text)) if text else None
    except BROKEN:
        return unreadable("The reason")


def _with_error(row: dict[str, Any]) -> Any:
    return {**row, "error": row["error"] or dump(unreadable("A part of this step"))}
