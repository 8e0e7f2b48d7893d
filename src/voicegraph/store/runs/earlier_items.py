"""Items that are done in the runs before a replay, for nodes that start with other ones (`run.earlier_items`)."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy import Connection, and_, select

from voicegraph.db.tables import item_runs, node_runs, runs
from voicegraph.graph.model import NodeId, RunId
from voicegraph.run.earlier_items import DoneItem
from voicegraph.run.events import ItemRun
from voicegraph.store.core.lenient_reader import BROKEN
from voicegraph.store.core.rows import item_of

log = logging.getLogger(__name__)

MAX_RUNS = 50
"""Runs that are gone back through: replays of replays of a run."""


def done_items(connection: Connection, origin_id: RunId, node_id: NodeId) -> list[DoneItem]:
    """The items of a node that are done in this run, or in those it goes on from; the nearest run first."""
    before = _runs_before(connection, origin_id, node_id)
    query = select(item_runs.c.run_id, item_runs.c.item, item_runs.c.digest).where(
        item_runs.c.run_id.in_(before),
        item_runs.c.node_id == node_id,
        item_runs.c.status == "completed",
        item_runs.c.digest.is_not(None),
    )
    found = [DoneItem(*row) for row in connection.execute(query.order_by(item_runs.c.item))]
    return sorted(found, key=lambda one: before.index(one.run_id))


def results_of(connection: Connection, node_id: NodeId, done: Sequence[DoneItem]) -> dict[DoneItem, ItemRun]:
    """Their rows, as far as they are still there and can be read."""
    found: dict[DoneItem, ItemRun] = {}
    for run_id in {one.run_id for one in done}:
        places = {one.item: one for one in done if one.run_id == run_id}
        query = select(item_runs).where(
            item_runs.c.run_id == run_id, item_runs.c.node_id == node_id, item_runs.c.item.in_(places)
        )
        for row in connection.execute(query).mappings().all():
            try:
                found[places[row["item"]]] = item_of(row)
            except BROKEN as error:
                log.warning("Run %s: item %d of %s cannot be read: %s", run_id, row["item"], node_id, error)
    return found


def _runs_before(connection: Connection, origin_id: RunId, node_id: NodeId) -> list[RunId]:
    """The run that is replayed and, where it is a replay from a failure itself, the one before it, and so on.

    Of a result that was taken over whole, the items are with the run that made it.
    """
    of_node = and_(node_runs.c.run_id == runs.c.id, node_runs.c.node_id == node_id)
    columns = select(runs.c.origin_run_id, runs.c.from_failure, node_runs.c.reused_from).outerjoin(node_runs, of_node)
    found: list[RunId] = []
    run_id: RunId | None = origin_id
    while run_id is not None and len(found) < MAX_RUNS:
        row = connection.execute(columns.where(runs.c.id == run_id)).one_or_none()
        if row is None:  # it was deleted
            break
        found += [one for one in (run_id, row.reused_from) if one is not None and one not in found]
        run_id = row.origin_run_id if row.from_failure else None
    return found
