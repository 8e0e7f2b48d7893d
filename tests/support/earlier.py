"""The port `EarlierRuns` over disks in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from support.sink import Disk

from voicegraph.errors import StorageError
from voicegraph.graph.model import NodeId, RunId
from voicegraph.run.earlier_items import DoneItem
from voicegraph.run.events import ItemRun
from voicegraph.run.state import NodeStatus


@dataclass
class Past:
    """Runs that are over, by their ids. The first `refusals` questions are not answered."""

    disks: dict[RunId, Disk] = field(default_factory=dict)
    refusals: int = 0

    async def done_items(self, origin: RunId, node_id: NodeId) -> list[DoneItem]:
        if self.refusals:
            self.refusals -= 1
            raise StorageError("The database did not answer.")
        items = self.disks[origin].items[node_id].values() if origin in self.disks else ()
        return [
            DoneItem(origin, row.item, row.digest) for row in items if row.status is NodeStatus.COMPLETED and row.digest
        ]

    async def results_of(self, node_id: NodeId, done: Sequence[DoneItem]) -> dict[DoneItem, ItemRun]:
        return {one: self.disks[one.run_id].items[node_id][one.item] for one in done if one.run_id in self.disks}


NOBODY = Past()
