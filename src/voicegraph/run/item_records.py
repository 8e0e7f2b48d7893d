"""Records about items: their rows, and one line for each outcome.

Lines about items are events of the kind `progress`, so that a node has one start and one end whoever reads them. Their
`data` holds `item` (from 0) with its `status`, and how far the node is: `done`, `failed`, `reused`, `total`.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import JsonValue

from voicegraph import clock
from voicegraph.clock import iso
from voicegraph.errors import NodeError
from voicegraph.nodes.output import Output
from voicegraph.run.crash_blame import CALM_SECONDS, HELD, TURN_KIND
from voicegraph.run.events import Entry, ItemCounts, ItemRun, NodeRun, RunEvent, error_json
from voicegraph.run.state import NodeStatus

UNCERTAIN = "The server stopped while this item was at work: whether it took effect is unknown. It is started again."


class ItemRecords:
    """Fills entries for the items of one node. `row` is the node's."""

    def __init__(self, row: NodeRun) -> None:
        self._row = row

    def counted(self, entry: Entry, counts: ItemCounts, at_once: int, rows: Iterable[ItemRun] = ()) -> None:
        """The items are known; or, after a pause, go on. Those of `rows` that are settled the first time are reused."""
        how = "settled" if self._row.items else f"taken over from {_makers(rows)}"
        self._row.items, self._row.begun_at = counts, None  # from here on each item answers for itself
        entry.nodes.append(self._row.snapshot())
        settled = counts.done + counts.failed
        first = f"{settled:,} of {_items(counts.total)} {how}" if settled else _items(counts.total)
        left = counts.total - settled
        message = first if left < 2 else f"{first}, {min(at_once, left)} at a time"
        self._event(entry, message, {})

    def started(self, entry: Entry, item: int) -> ItemRun:
        """First start; answers the new row."""
        now = clock.now()
        row = ItemRun(self._row.node_id, item, NodeStatus.RUNNING, started_at=now, begun_at=now)
        entry.items.append(row.snapshot())
        return row

    def restarted(self, entry: Entry, row: ItemRun) -> None:
        """The next attempt."""
        row.status, row.due_at, row.error = NodeStatus.RUNNING, None, None
        row.attempt += 1
        row.starts, row.begun_at, row.deaths = 1, clock.now(), 0
        entry.items.append(row.snapshot())

    def resumed(self, entry: Entry, row: ItemRun) -> None:
        """One more start of the same attempt, after a crash."""
        row.status, row.starts, row.begun_at = NodeStatus.RUNNING, row.starts + 1, clock.now()
        entry.items.append(row.snapshot())
        data: dict[str, JsonValue] = {"item": row.item, "uncertain": True}
        entry.events.append(RunEvent("log", clock.now(), UNCERTAIN, row.node_id, row.attempt, data=data))

    def held(self, entry: Entry, row: ItemRun) -> None:
        """It is suspected to take the process down, and waits for its turn."""
        row.status, row.begun_at = NodeStatus.WAITING, None
        entry.items.append(row.snapshot())
        message = f"{self._name(row)}: {HELD.format(deaths=row.deaths, calm=CALM_SECONDS)}"
        data: dict[str, JsonValue] = {"item": row.item, "waitsFor": TURN_KIND}
        entry.events.append(RunEvent("log", clock.now(), message, row.node_id, row.attempt, data=data))

    def completed(self, entry: Entry, row: ItemRun, output: Output, counts: ItemCounts) -> None:
        """It gave an output."""
        row.output, row.error = output, None
        self._settle(entry, row, NodeStatus.COMPLETED, counts, "finished")

    def failed(self, entry: Entry, row: ItemRun, error: NodeError, counts: ItemCounts) -> None:
        """It failed for good."""
        row.error = error_json(error)
        self._settle(entry, row, NodeStatus.FAILED, counts, f"failed: {error.message}")

    def retrying(self, entry: Entry, row: ItemRun, error: NodeError, due: float) -> None:
        """The attempt failed; the next is due at `due`."""
        row.status, row.due_at, row.error = NodeStatus.RETRYING, due, error_json(error)
        entry.items.append(row.snapshot())
        self._event(entry, f"{self._name(row)} is tried again: {error.message}", {"dueAt": iso(due)}, row)

    def dropped(self, entry: Entry, row: ItemRun) -> None:
        """It waited for its next try, which will not come."""
        row.status, row.due_at, row.finished_at = NodeStatus.CANCELLED, None, clock.now()
        entry.items.append(row.snapshot())

    def cut(self, entry: Entry, row: ItemRun) -> None:
        """The server stops in good order: what becomes of it from now on is not the item's fault."""
        row.begun_at = row.due_at = None
        entry.items.append(row.snapshot())

    def _settle(self, entry: Entry, row: ItemRun, status: NodeStatus, counts: ItemCounts, outcome: str) -> None:
        row.status, row.due_at, row.finished_at = status, None, clock.now()
        self._row.items = counts
        entry.items.append(row.snapshot())
        self._event(entry, f"{self._name(row)} {outcome}", {}, row)

    def _event(self, entry: Entry, message: str, data: dict[str, JsonValue], row: ItemRun | None = None) -> None:
        counts = self._row.items or ItemCounts(0)
        if row is not None:
            data |= {"item": row.item, "status": str(row.status)}
        data |= {"done": counts.done, "failed": counts.failed, "reused": counts.reused, "total": counts.total}
        attempt = row.attempt if row else self._row.attempt
        error = row.error if row else None
        entry.events.append(
            RunEvent("progress", clock.now(), message, self._row.node_id, attempt, error=error, data=data)
        )

    def _name(self, row: ItemRun) -> str:
        total = self._row.items.total if self._row.items else 0
        return f"Item {row.item + 1:,} of {total:,}"


def _makers(rows: Iterable[ItemRun]) -> str:
    """The run that did these items."""
    runs = {row.reused_from for row in rows if row.reused_from}
    return runs.pop() if len(runs) == 1 else "earlier runs"


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count:,} items"


def item_failure(rows: list[ItemRun], total: int) -> NodeError:
    """Why the node fails: its first item that did."""
    first = min((row for row in rows if row.status is NodeStatus.FAILED), key=lambda row: row.finished_at or 0)
    error = first.error or {}
    message = f"Item {first.item + 1:,} of {total:,} failed: {error.get('message')}"
    return NodeError(str(error.get("code")), message)
