"""Turn entries into rows, and rows back into records."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from pydantic import JsonValue
from sqlalchemy import Connection, Dialect, RowMapping, Table, Update, bindparam, func, insert, select, text, update

from voicegraph import clock
from voicegraph.db.file_tables import run_files
from voicegraph.db.tables import TERMINAL_STATUSES, follow_ups, item_runs, node_runs, run_events, run_payloads, runs
from voicegraph.graph.model import NodeId, RunId
from voicegraph.nodes.data.large_json import compact, decode, is_small
from voicegraph.nodes.output import Output
from voicegraph.run.events import Entry, ItemRun, NewRun, NodeRun, RunChange, RunEvent
from voicegraph.run.state import NodeStatus, RunStatus
from voicegraph.store.core import outputs
from voicegraph.store.core.column_values import a_question, an_error, an_object, counts, require
from voicegraph.store.core.file_uses import used
from voicegraph.store.core.outputs import dump
from voicegraph.store.core.prepared import Prepared


class EntryWriter:
    """Writes entries with one statement per table, however many entries there are. Gives events their `seq`.

    The last `seq` of each open run is kept in memory; the first time a run is seen it is read.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._last_seq: dict[RunId, int] = {}
        self._seqs: dict[RunId, int] = {}
        self._insert_run = Prepared(insert(runs), dialect)
        self._insert_payload = Prepared(insert(run_payloads), dialect)
        self._insert_event = Prepared(insert(run_events), dialect)
        self._upsert_node = Prepared(_upsert(node_runs, dialect.name), dialect)
        self._upsert_item = Prepared(_upsert(item_runs, dialect.name), dialect)
        self._note_file = Prepared(_upsert(run_files, dialect.name), dialect)
        self._drop_items = Prepared(_drop(item_runs), dialect)
        self._drop_nodes = Prepared(_drop(node_runs), dialect)
        self._update_run = Prepared(_UPDATE_RUN, dialect)
        self._insert_follow_up = Prepared(insert(follow_ups), dialect)

    def lock(self, connection: Connection, run_ids: Collection[RunId]) -> None:
        """The transaction begins: keep other writers from these runs. Here there are none."""
        self._seqs = {}

    def write(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """Write all of them, in order. Call `committed` when the transaction is."""
        seqs = self._seqs  # of the whole transaction, which may write more than once
        created = [(entry.create, entry.change) for entry in entries if entry.create]
        self._insert_run.execute(connection, [_run_row(run, change) for run, change in created])
        payloads = [_payload_row(run) for run, _ in created]
        self._insert_payload.execute(connection, payloads)
        seqs.update((run.run_id, 0) for run, _ in created)
        events = [self._event_row(connection, seqs, entry.run_id, event) for entry in entries for event in entry.events]
        self._insert_event.execute(connection, events)
        self._upsert_node.execute(connection, [_node_row(e.run_id, node) for e in entries for node in e.nodes])
        self._upsert_item.execute(connection, [_item_row(e.run_id, item) for e in entries for item in e.items])
        self._note_file.execute(connection, used(entries, payloads))
        self._drop_items.execute(connection, [_dropped_row(e.run_id) for e in entries if e.drops_items])
        self._drop_nodes.execute(connection, [_dropped_row(e.run_id) for e in entries if e.drops_nodes])
        changes = [_change_row(e.run_id, e.change) for e in entries if e.change and not e.create]
        self._update_run.execute(connection, changes)
        followed = [
            {"run_id": e.run_id, "workflow_id": e.follow_up, "created_at": e.change.finished_at}
            for e in entries
            if e.follow_up and e.change
        ]
        self._insert_follow_up.execute(connection, followed)

    def committed(self, entries: Sequence[Entry]) -> None:
        """Remember what is on disk now."""
        self._last_seq.update(self._seqs)
        for entry in entries:
            if entry.change and entry.change.status.terminal:
                self._last_seq.pop(entry.run_id, None)

    def _event_row(
        self, connection: Connection, seqs: dict[RunId, int], run_id: RunId, event: RunEvent
    ) -> dict[str, Any]:
        last = seqs.get(run_id)
        if last is None:
            last = self._last_seq.get(run_id)
        if last is None:
            query = select(func.max(run_events.c.seq)).where(run_events.c.run_id == run_id)
            last = connection.execute(query).scalar() or 0
        event.seq = seqs[run_id] = last + 1
        extra = {key: value for key, value in (("error", event.error), ("data", event.data)) if value is not None}
        return {
            "run_id": run_id,
            "seq": event.seq,
            "at": event.at,
            "kind": event.kind,
            "node_id": event.node_id,
            "attempt": event.attempt,
            "message": plain(event.message),
            "data": dump(extra) if extra else None,
            "event_key": None,
        }


_UPDATE_RUN = (
    update(runs)
    .where(runs.c.id == bindparam("run"), text(f"status NOT IN {TERMINAL_STATUSES}"))
    .values({name: bindparam(f"new_{name}") for name in ("status", "started_at", "finished_at", "wake_at", "error")})
)


def _drop(table: Table) -> Update:
    """What is open of a run."""
    return (
        update(table)
        .where(table.c.run_id == bindparam("run"), text("finished_at IS NULL"))
        .values({name: bindparam(f"new_{name}") for name in ("status", "finished_at", "due_at")})
    )


def _upsert(table: Table, dialect: str) -> Any:
    if dialect == "postgresql":  # imported where it is used: start-up need not wait for the other's dialect
        from sqlalchemy.dialects.postgresql import insert as upsert
    else:
        from sqlalchemy.dialects.sqlite import insert as upsert
    statement = upsert(table)
    changing = [column.name for column in table.columns if not column.primary_key]
    if not changing:
        return statement.on_conflict_do_nothing()
    return statement.on_conflict_do_update(
        index_elements=[column.name for column in table.primary_key],
        set_={name: statement.excluded[name] for name in changing},
    )


_REPORTED_LATER = dict.fromkeys(("cost", "input_tokens", "output_tokens", "estimated"))


def _run_row(run: NewRun, change: RunChange | None) -> dict[str, Any]:
    return {
        "id": run.run_id,
        "workflow_id": run.workflow.workflow_id,
        "name": plain(run.workflow.name),
        "status": str(change.status if change else RunStatus.PENDING),
        "engine": run.engine,
        "trigger": run.trigger,
        "command": plain(run.command),
        "node_count": len(run.workflow.nodes),
        "created_at": run.created_at,
        "started_at": change.started_at if change else None,
        "finished_at": change.finished_at if change else None,
        "wake_at": change.wake_at if change else None,
        "error": dump(change.error) if change and change.error else None,
        "idempotency_key": run.idempotency_key,
        "request_digest": run.request_digest,
        "engine_run_id": None,
        **_REPORTED_LATER,
        "origin_run_id": run.origin_run_id,
        "owner": run.owner,
        "priority": run.priority,
        "concurrency": run.workflow.concurrency,
        "trigger_id": run.trigger_id,
        "parent_run_id": run.parent_run_id,
        "parent_node_id": run.parent_node_id,
        "from_failure": 1 if run.from_failure else None,
    }


def _payload_row(run: NewRun) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "workflow": dump(run.workflow.to_wire()),
        "config": dump(run.config),
        "trigger_data": dump(run.trigger_data) if is_small(run.trigger_data) else compact(run.trigger_data),
    }


def _node_row(run_id: RunId, node: NodeRun) -> dict[str, Any]:
    items = dump(asdict(node.items)) if node.items else None
    return _tried(run_id, node) | {
        "reused_from": node.reused_from,
        "waits_for": node.waits["kind"] if node.waits else None,
        "waits": dump(node.waits) if node.waits else None,
        "items": items,
    }


def _item_row(run_id: RunId, item: ItemRun) -> dict[str, Any]:
    return _tried(run_id, item) | {"item": item.item, "digest": item.digest, "reused_from": item.reused_from}


def _dropped_row(run_id: RunId) -> dict[str, Any]:
    return {"run": run_id, "new_status": str(NodeStatus.CANCELLED), "new_finished_at": clock.now(), "new_due_at": None}


def _tried(run_id: RunId, row: NodeRun | ItemRun) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "node_id": row.node_id,
        "status": str(row.status),
        "attempt": row.attempt,
        "starts": row.starts,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "due_at": row.due_at,
        "error": dump(row.error) if row.error else None,
        "output": outputs.written(row.output) if row.output else None,
        "begun_at": row.begun_at,
        "deaths": row.deaths,
    }


def _change_row(run_id: RunId, change: RunChange) -> dict[str, Any]:
    return {
        "run": run_id,
        "new_status": str(change.status),
        "new_started_at": change.started_at,
        "new_finished_at": change.finished_at,
        "new_wake_at": change.wake_at,
        "new_error": dump(change.error) if change.error else None,
    }


def node_of(row: RowMapping) -> NodeRun:
    """A node's row as the engine keeps it. ValueError, TypeError: it cannot be read."""
    require(node_runs, row)
    more = {"reused_from": row["reused_from"], "waits": a_question(load(row["waits"]))}
    return NodeRun(NodeId(row["node_id"]), *_tries(row), **more, items=counts(load(row["items"])))


def item_of(row: RowMapping) -> ItemRun:
    """An item's row as the engine keeps it. ValueError, TypeError: it cannot be read."""
    require(item_runs, row)
    more = {"digest": row["digest"], "reused_from": row["reused_from"]}
    return ItemRun(NodeId(row["node_id"]), row["item"], *_tries(row), **more)


def _tries(row: RowMapping) -> tuple[Any, ...]:
    """What `_tried` wrote, in the order of both records."""
    return (
        NodeStatus(row["status"]),
        row["attempt"],
        row["starts"],
        row["started_at"],
        row["finished_at"],
        row["due_at"],
        an_error(load(row["error"])),
        outputs.of_row(row),
        row["begun_at"],
        row["deaths"],
    )


def event_of(row: RowMapping, output: Output | None) -> RunEvent:
    """An event's row; its output, kept once with the node, is handed in. ValueError, TypeError: it cannot be read."""
    require(run_events, row)
    extra = load(row["data"]) or {}
    return RunEvent(
        row["kind"],
        row["at"],
        row["message"],
        row["node_id"],
        row["attempt"],
        output,
        an_error(extra.get("error")),
        an_object(extra.get("data")),
        row["seq"],
    )


def plain(text: str) -> str:
    """Text that every database takes: PostgreSQL refuses NUL, and both refuse lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def load(text: str | None) -> dict[str, JsonValue] | None:
    """A JSON object as stored, or None. ValueError: it is none."""
    return an_object(decode(text, ours=True)) if text else None
