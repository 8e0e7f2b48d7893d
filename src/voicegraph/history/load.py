"""Read one run back whole, inside a transaction."""

from __future__ import annotations

from sqlalchemy import Connection, select

from voicegraph.db.tables import node_runs, run_payloads, runs
from voicegraph.errors import NotFound
from voicegraph.graph.model import RunId, Workflow
from voicegraph.history.rows import load, node_of
from voicegraph.run.events import NewRun, StoredRun
from voicegraph.run.state import RunStatus


def load_run(connection: Connection, run_id: RunId) -> StoredRun:
    """The run, its payload and its node rows; NotFound."""
    query = select(runs, run_payloads).join(run_payloads).where(runs.c.id == run_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no run {run_id}.")
    # All of it before any of it is parsed: a cursor that an error leaves open would keep its connection at an old
    # state of the database.
    nodes = connection.execute(select(node_runs).where(node_runs.c.run_id == run_id)).mappings().all()
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
        owner=row["owner"],
        priority=row["priority"],
        trigger_id=row["trigger_id"],
        parent_run_id=row["parent_run_id"],
        parent_node_id=row["parent_node_id"],
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
    )
