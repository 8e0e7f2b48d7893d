"""Read one run back whole, inside a transaction."""

from __future__ import annotations

import logging
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from functools import partial

from sqlalchemy import Connection, RowMapping, select

from voicegraph.db.tables import item_runs, node_runs, run_payloads, runs
from voicegraph.errors import NotFound, Unreadable
from voicegraph.graph.model import NodeId, OwnerId, RunId, Workflow, WorkflowId
from voicegraph.run.events import ItemRun, NewRun, StoredRun
from voicegraph.run.state import NodeStatus, RunStatus
from voicegraph.store.core.column_values import require
from voicegraph.store.core.lenient_reader import BROKEN, Lenient
from voicegraph.store.core.rows import item_of, load, node_of

log = logging.getLogger(__name__)


def load_run(connection: Connection, run_id: RunId) -> StoredRun:
    """The run, its payload and its node rows; NotFound, Unreadable."""
    query = select(runs, run_payloads).outerjoin(run_payloads).where(runs.c.id == run_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no run {run_id}.")
    # All of it before any of it is parsed: a cursor that an error leaves open would keep its connection at an old
    # state of the database.
    nodes = connection.execute(select(node_runs).where(node_runs.c.run_id == run_id)).mappings().all()
    with _readable(run_id):
        return _stored(connection, run_id, row, nodes)


def _stored(connection: Connection, run_id: RunId, row: RowMapping, nodes: Sequence[RowMapping]) -> StoredRun:
    require(runs, row, but=("engine", "trigger"))  # names of another version: a run goes on without them
    run = NewRun(
        run_id,
        Workflow.model_validate_json(row["workflow"]),
        row["engine"],
        row["created_at"],
        load(row["config"]) or {},
        row["trigger"],
        load(row["trigger_data"]) or {},
        row["command"],
        row["idempotency_key"],
        row["origin_run_id"],
        request_digest=row["request_digest"],
        owner=OwnerId(row["owner"]),
        priority=row["priority"],
        trigger_id=row["trigger_id"],
        parent_run_id=row["parent_run_id"],
        parent_node_id=row["parent_node_id"],
        from_failure=bool(row["from_failure"]),
    )
    kept = {node.node_id: node for node in map(node_of, nodes)}
    return StoredRun(
        run,
        RunStatus(row["status"]),
        row["started_at"],
        row["wake_at"],
        kept,
        engine_run_id=row["engine_run_id"],
        error=load(row["error"]),
        read_items=partial(read_items, connection, run_id),
    )


def load_whole(connection: Connection, run_id: RunId) -> StoredRun:
    """As `load_run`, with the items of nodes that are in flight, or to come: those may have items of an earlier run."""
    stored = load_run(connection, run_id)
    for node in stored.run.workflow.nodes:
        row = stored.nodes.get(node.id)
        if node.each and (row is None or row.status.open):
            stored.items[node.id] = read_items(connection, run_id, node.id, None)
    return stored


def load_origin(connection: Connection, run_id: RunId) -> StoredRun:
    """As `load_run`, for a run that is made from this one: with the items of nodes of which not all are done.

    Of a result that was taken over, they are with the run that made it.
    """
    stored = load_run(connection, run_id)
    for node in stored.run.workflow.nodes:
        row = stored.nodes.get(node.id)
        whole = row is not None and row.status is NodeStatus.COMPLETED and not (row.items and row.items.failed)
        if node.each and not whole:
            made_by = (row.reused_from if row else None) or run_id
            with _readable(run_id):
                stored.items[node.id] = read_items(connection, made_by, node.id, None)
    return stored


def follow_up(connection: Connection, run_id: RunId) -> WorkflowId | None:
    """As `run.run_limits.follow_up_of`, of a run that need not be readable; None where its workflow is no JSON at all."""
    query = select(runs.c.trigger, run_payloads.c.workflow).join(run_payloads).where(runs.c.id == run_id)
    row = connection.execute(query).one_or_none()
    if row is None or row.trigger == "error":
        return None
    found = (Lenient().object("workflow", row.workflow) or {}).get("errorWorkflow")
    return WorkflowId(found) if isinstance(found, str) else None


@contextmanager
def _readable(run_id: RunId) -> Generator[None]:
    try:
        yield
    except BROKEN as error:
        log.warning("Run %s cannot be read: %s", run_id, error)
        raise Unreadable(f"The stored run {run_id} cannot be read: it is damaged in the database.") from error


def read_items(
    connection: Connection, run_id: RunId, node_id: NodeId, only: Collection[int] | None
) -> dict[int, ItemRun]:
    """The items of a node that were started, all or those of `only`."""
    query = select(item_runs).where(item_runs.c.run_id == run_id, item_runs.c.node_id == node_id)
    if only is not None:
        query = query.where(item_runs.c.item.in_(only))
    rows = connection.execute(query.order_by(item_runs.c.item)).mappings().all()
    return {row["item"]: item_of(row) for row in rows}
