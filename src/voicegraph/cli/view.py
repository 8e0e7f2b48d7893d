"""What the terminal shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from voicegraph.errors import UserError, VoiceGraphError
from voicegraph.graph.model import NodeId, Workflow
from voicegraph.graph.order import topological_order
from voicegraph.run.events import RunEvent

# What is shown comes from the web, too: no `:smile:` of a page becomes a picture.
out = Console(emoji=False)
err = Console(stderr=True, emoji=False)

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


def complain(error: VoiceGraphError) -> None:
    """An error, with what would be right."""
    err.print(f"[red]Error:[/red] {_plain(error.message)}", highlight=False)
    details: Any = error.details if isinstance(error, UserError) else None
    if isinstance(details, Mapping) and "example" in details:
        err.print(f"For example: voicegraph plan {json.dumps(details['example'], ensure_ascii=False)}", highlight=False)


def print_json(value: Any) -> None:
    """One JSON value on a line of its own."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def print_workflow(workflow: Workflow) -> None:
    """The nodes in order, with what they wait for."""
    table = Table(title=_plain(workflow.name), title_justify="left", box=None, padding=(0, 2, 0, 0))
    for heading in ("node", "does", "label", "after", "params"):
        table.add_column(heading, overflow="fold")
    for node_id in topological_order(workflow):
        node = workflow.node(node_id)
        params = ", ".join(f"{name}={value}" for name, value in node.params.items())
        table.add_row(
            node.id,
            f"{node.type}.{node.action}{' (each)' if node.each else ''}",
            _plain(node.label),
            ", ".join(workflow.predecessors(node_id)) or "–",
            _plain(params),
        )
    out.print(table)
    for trigger in workflow.triggers:
        out.print(f"Starts by: {_plain(str(trigger.model_dump(exclude_none=True)))}", highlight=False)


def status_text(status: str) -> Text:
    """The status in its colour."""
    return Text(status, style=STYLES.get(status, ""))


def _plain(text: str) -> str:
    """Text of a user's, not markup of ours."""
    return text.replace("[", r"\[")


class Progress:
    """A run's nodes, live: a spinner while one runs, its last word beside it."""

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
