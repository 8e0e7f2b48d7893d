"""Pages of the items of a node with `each`, for the history."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from voicegraph.db.tables import item_runs, node_runs, runs
from voicegraph.errors import NotFound
from voicegraph.graph.model import NodeId, RunId
from voicegraph.run.events import ItemCounts, ItemRun
from voicegraph.store.core import column_values
from voicegraph.store.core.lenient_reader import BROKEN, Lenient
from voicegraph.store.core.outputs import room_among, shown
from voicegraph.store.core.rows import load

MAX_ITEMS_PAGE = 500


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Items in their order, those that were started. `next` is the `after` of the next page."""

    items: list[ItemRun]
    counts: ItemCounts
    next: int | None


def page_of(
    connection: Connection, run_id: RunId, node_id: NodeId, after: int, limit: int, status: str | None
) -> ItemPage:
    """A page of the items after `after`; NotFound when the run is unknown. A node that has no items has an empty page.

    Of a result that was taken over, the items are those of the run that made it, while that is kept.
    """
    if connection.execute(select(runs.c.id).where(runs.c.id == run_id)).scalar() is None:
        raise NotFound(f"There is no run {run_id}.")
    of_node = select(node_runs.c["items"], node_runs.c.reused_from)
    of_node = of_node.where(node_runs.c.run_id == run_id, node_runs.c.node_id == node_id)
    node = connection.execute(of_node).mappings().one_or_none()
    reading, counts = Lenient(), ItemCounts(0)
    with suppress(*BROKEN):
        counts = (column_values.counts(load(node["items"])) if node else None) or counts
    made_by = (node["reused_from"] if node else None) or run_id
    size = max(1, min(limit, MAX_ITEMS_PAGE))
    which = [item_runs.c.run_id == made_by, item_runs.c.node_id == node_id, item_runs.c.item > after]
    if status:
        which.append(item_runs.c.status == status)

    def page(*columns: Any) -> Any:
        return connection.execute(select(*columns).where(*which).order_by(item_runs.c.item).limit(size + 1))

    most = room_among(page(func.length(item_runs.c.output)).scalars().all())
    rows = page(*shown(item_runs, most)).mappings().all()
    items = [reading.item(row) for row in rows[:size]]
    return ItemPage(items, counts, items[-1].item if len(rows) > size else None)
