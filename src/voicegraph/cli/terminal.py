"""Output for the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

import typer
from pydantic import BaseModel
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.live import Live
from rich.segment import Segment
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from voicegraph.errors import UserError, VoiceGraphError
from voicegraph.graph.model import NodeId, Workflow
from voicegraph.graph.order import topological_order
from voicegraph.run.events import RunEvent

_STEERING = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}

UNFOLDED = 100_000
"""Characters of a line where nothing limits it."""


class _Terminal(Console):
    """Shows what may come from anywhere as it is: no markup, no pictures for `:smile:`, nothing that steers."""

    def __init__(self, *, stderr: bool = False) -> None:
        stream: TextIO | None = sys.stderr if stderr else sys.stdout  # None: it is closed
        there = stream is not None and stream.isatty()
        super().__init__(stderr=stderr, markup=False, emoji=False, width=None if there else UNFOLDED)

    def on_broken_pipe(self) -> None:
        """Raised on: `cli.exit_status` decides what a command does whose output nobody reads."""
        raise  # noqa: PLE0704 - called while it is handled

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As the base class, without control characters but those of its own; to a pipe, tables end with their words."""
        shown = map(_harmless, super().render(renderable, options))
        return shown if self.is_terminal or not isinstance(renderable, Table) else _unpadded(shown)


def _harmless(segment: Segment) -> Segment:
    text, style, control = segment
    return segment if control else Segment(text.translate(_STEERING), style)


def _unpadded(segments: Iterable[Segment]) -> Iterable[Segment]:
    """Without the blanks before each line's end: they fill a column up to its longest text, which nothing folds there."""
    blanks: list[Segment] = []
    for segment in segments:
        text = segment.text.rstrip(" ")
        if text and text != "\n":
            yield from blanks
        if text:
            blanks.clear()
            yield Segment(text, segment.style, segment.control)
        if rest := segment.text[len(text) :]:
            blanks.append(Segment(rest, segment.style))


out = _Terminal()
err = _Terminal(stderr=True)

STYLES = {
    "completed": "green",
    "failed": "red",
    "running": "cyan",
    "retrying": "yellow",
    "waiting": "yellow",
    "skipped": "dim",
    "cancelled": "magenta",
    "pending": "dim",
}
_STATUS_OF = {
    "start": "running",
    "success": "completed",
    "error": "failed",
    "retry": "retrying",
    "waiting": "waiting",
    "skipped": "skipped",
}


def complain(error: VoiceGraphError, *, as_json: bool = False) -> None:
    """An error, with what would be right; as JSON in the same form as the HTTP API has."""
    if as_json:
        print_json({"error": error.message, "code": error.code, "details": getattr(error, "details", None)})
        return
    err.print(Text.assemble(("Error: ", "red"), error.message))
    details: Any = error.details if isinstance(error, UserError) else None
    if isinstance(details, Mapping) and "example" in details:
        err.print(f"For example: voicegraph plan {json.dumps(details['example'], ensure_ascii=False)}")


def print_json(value: Any) -> None:
    """One JSON value on a line of its own; an answer of the API as the API gives it."""
    plain = value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else value
    typer.echo(json.dumps(plain, ensure_ascii=False, default=str))


def print_workflow(workflow: Workflow) -> None:
    """The nodes in order, with what they wait for."""
    table = Table(title=workflow.name, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for heading in ("node", "does", "label", "after", "params"):
        table.add_column(heading, overflow="fold")
    for node_id in topological_order(workflow):
        node = workflow.node(node_id)
        params = ", ".join(f"{name}={value}" for name, value in node.params.items())
        table.add_row(
            node.id,
            f"{node.type}.{node.action}{' (each)' if node.each else ''}",
            node.label,
            ", ".join(workflow.predecessors(node_id)) or "–",
            params,
        )
    out.print(table)
    for trigger in workflow.triggers:
        out.print(f"Starts by: {trigger.model_dump(exclude_none=True)}")


def status_text(status: str) -> Text:
    """The status in its colour."""
    return Text(status, style=STYLES.get(status, ""))


class Lines:
    """A run as lines for a pipe or a file: one for each change of a node, as soon as it comes."""

    def __init__(self, workflow: Workflow) -> None:
        self._labels = {node.id: node.label or node.id for node in workflow.nodes}
        self._began: dict[NodeId, float] = {}

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def take(self, event: RunEvent) -> None:
        """Print it."""
        node_id = event.node_id
        if node_id is None or node_id not in self._labels or event.kind == "progress":
            return
        words = event.message
        if event.kind == "start":
            self._began[node_id] = event.at
        elif event.kind == "success":
            words = f"{event.at - self._began.get(node_id, event.at):.1f} s"
        out.print(Text(f"{_STATUS_OF.get(event.kind, ''):<9}  {self._labels[node_id]}  {' '.join(words.split())}"))


class Progress:
    """A run's nodes on a terminal, live: a spinner while one runs, its last word beside it."""

    def __init__(self, workflow: Workflow) -> None:
        self._labels = {node_id: workflow.node(node_id).label or node_id for node_id in topological_order(workflow)}
        self._status: dict[NodeId, str] = dict.fromkeys(self._labels, "pending")
        self._words: dict[NodeId, str] = {}
        self._began: dict[NodeId, float] = {}
        self._live = Live(self._draw(), console=out, refresh_per_second=12, transient=False)

    def __enter__(self) -> Progress:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def take(self, event: RunEvent) -> None:
        """Draw what an event changes."""
        node_id = event.node_id
        if node_id is None or node_id not in self._status:
            return
        self._status[node_id] = _STATUS_OF.get(event.kind, self._status[node_id])
        self._words[node_id] = event.message
        if event.kind == "start":
            self._began[node_id] = event.at
        elif event.kind == "success":
            self._words[node_id] = f"{event.at - self._began.get(node_id, event.at):.1f} s"
        self._live.update(self._draw())

    def _draw(self) -> RenderableType:
        table = Table.grid(padding=(0, 2, 0, 0))
        for node_id, label in self._labels.items():
            status = self._status[node_id]
            mark: RenderableType = Spinner("dots", style="cyan") if status == "running" else status_text(status)
            table.add_row(mark, Text(label), Text(self._words.get(node_id, ""), style="dim"))
        return Group(table)
