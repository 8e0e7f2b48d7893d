"""The lineage of a run: the one it repeats, and those that repeat it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, select

from voicegraph.db.tables import runs
from voicegraph.graph.model import RunId
from voicegraph.store.core.column_values import tidied

MAX_REPLAYS = 50
"""Replays of one run that are named with it, the newest."""


@dataclass(frozen=True, slots=True)
class RunLink:
    """A run that another names."""

    id: RunId
    name: str
    status: str
    created_at: float


@dataclass(frozen=True, slots=True)
class Lineage:
    """`origin` None: the run is no replay, or its origin was deleted. `replays` newest first."""

    origin: RunLink | None
    replays: list[RunLink]


def lineage_of(connection: Connection, run_id: RunId, origin_id: RunId | None) -> Lineage:
    """Both directions."""
    columns = select(runs.c.id, runs.c.name, runs.c.status, runs.c.created_at)
    origin = columns.where(runs.c.id == origin_id)
    found = connection.execute(origin).mappings().one_or_none() if origin_id else None
    replays = columns.where(runs.c.origin_run_id == run_id).order_by(runs.c.id.desc()).limit(MAX_REPLAYS)
    return Lineage(
        _link(found) if found else None,
        [_link(row) for row in connection.execute(replays).mappings().all()],
    )


def _link(row: RowMapping) -> RunLink:
    return RunLink(**tidied(runs, row))
