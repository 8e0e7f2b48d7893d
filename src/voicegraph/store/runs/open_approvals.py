"""Approvals: those that are open, and one of them whatever became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, func, literal_column, select

from voicegraph.db.tables import TERMINAL_STATUSES, node_runs, run_payloads, runs
from voicegraph.errors import NotFound, Unreadable
from voicegraph.graph.model import NodeId, RunId, Workflow
from voicegraph.run.events import NodeRun
from voicegraph.run.state import RunStatus
from voicegraph.store.core.column_values import require
from voicegraph.store.core.lenient_reader import BROKEN
from voicegraph.store.core.outputs import room_among, shown
from voicegraph.store.core.rows import node_of

IS_WAITING = node_runs.c.status == literal_column("'waiting'")  # word for word as the index says it
_JOINED = node_runs.join(runs, runs.c.id == node_runs.c.run_id)
_FROM = _JOINED.join(run_payloads, run_payloads.c.run_id == runs.c.id)
_BESIDE = (runs.c.name, runs.c.command, runs.c.status.label("run_status"), run_payloads.c.workflow)
_SHOWN = select(*shown(node_runs), *_BESIDE).select_from(_FROM)


@dataclass(frozen=True, slots=True)
class Approval:
    """A node that asks a person, and its run."""

    run_id: RunId
    run_status: RunStatus
    name: str
    command: str
    label: str
    row: NodeRun


@dataclass(frozen=True, slots=True)
class OpenApprovals:
    """The oldest first; `total` counts all of them, but for those that were looked at and cannot be read."""

    approvals: list[Approval]
    total: int


def open_approvals(connection: Connection, limit: int, run_id: RunId | None) -> OpenApprovals:
    """The first that are open, of one run or of all."""
    conditions = [node_runs.c.waits_for == "approval", IS_WAITING, runs.c.status.not_in(TERMINAL_STATUSES)]
    if run_id is not None:
        conditions.append(node_runs.c.run_id == run_id)
    total = connection.execute(select(func.count()).select_from(_JOINED).where(*conditions)).scalar_one()

    def page(*columns: Any) -> Any:
        query = select(*columns).select_from(_FROM).where(*conditions)
        return connection.execute(query.order_by(node_runs.c.run_id, node_runs.c.node_id).limit(limit))

    most = room_among(page(func.length(node_runs.c.output)).scalars().all())
    rows = page(*shown(node_runs, most), *_BESIDE).mappings().all()
    found = [approval for row in rows if (approval := _readable(row))]
    return OpenApprovals(found, total - len(rows) + len(found))


def one_approval(connection: Connection, run_id: RunId, node_id: NodeId) -> Approval:
    """One of them, also when it is answered, with the beginning of what is large; NotFound when the node asks nobody."""
    query = _SHOWN.where(
        node_runs.c.run_id == run_id, node_runs.c.node_id == node_id, node_runs.c.waits_for == "approval"
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such approval.")
    if (approval := _readable(row)) is None:
        raise Unreadable("This approval cannot be read from the database. Cancel its run and start it anew.")
    return approval


def _readable(row: RowMapping) -> Approval | None:
    try:
        return _approval(row)
    except BROKEN:
        return None


def _approval(row: RowMapping) -> Approval:
    label = Workflow.model_validate_json(row["workflow"]).node(row["node_id"]).label
    status = RunStatus(row["run_status"])
    require(runs, {name: row[name] for name in ("name", "command")})
    return Approval(RunId(row["run_id"]), status, row["name"], row["command"], label, node_of(row))
