"""Items that an earlier run has done with the same value: a replay from the failure does not do them again (0011).

Where something before a node with `each` runs again, its list may be another one. So its items are compared by the
digest of all that they depend on when the node starts, not by their places. What is found is written down with the
count of the items, in one entry: after a crash the rows say which items are done, and nothing is looked for again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from voicegraph.graph.model import Node, NodeId, RunId
from voicegraph.nodes.output import Inputs, Output
from voicegraph.run.attempt import Attempt, NodeRunner
from voicegraph.run.events import ItemRun, NewRun
from voicegraph.run.items import Item, seen_by
from voicegraph.run.reuse import item_taken_over


@dataclass(frozen=True, slots=True)
class DoneItem:
    """An item that is done in a run: its place there, and the digest of what it depended on."""

    run_id: RunId
    item: int
    digest: str


class EarlierRuns(Protocol):
    """The port to items of the runs before a replay. StorageError when the database does not answer."""

    async def done_items(self, origin: RunId, node_id: NodeId) -> list[DoneItem]:
        """The items of a node that are done in this run, or in those it goes on from; the nearest run first.

        Runs that have been deleted have none.
        """
        ...

    async def results_of(self, node_id: NodeId, done: Sequence[DoneItem]) -> dict[DoneItem, ItemRun]:
        """Their rows, as far as they are still there."""
        ...


async def same_items(
    run: NewRun,
    node: Node,
    items: Sequence[Item],
    inputs: Inputs,
    ancestors: Mapping[NodeId, Output],
    runner: NodeRunner,
    earlier: EarlierRuns,
) -> dict[int, ItemRun]:
    """The rows of those of these items that an earlier run has done, as this run has them; none in other runs."""
    if not run.from_failure or run.origin_run_id is None:
        return {}
    done = await earlier.done_items(run.origin_run_id, node.id)
    if not done:
        return {}
    digests: list[str | None] = []
    for index, item in enumerate(items):
        attempt = Attempt(run, node, 1, seen_by(item, inputs), ancestors, _silent, item.value, index)
        digests.append(await runner.digest(attempt))
        await asyncio.sleep(0)  # there may be ten thousand of them
    found = pairs(digests, done)
    rows = await earlier.results_of(node.id, [*found.values()])
    return {
        index: replace(item_taken_over(rows[one], one.run_id), item=index)
        for index, one in found.items()
        if one in rows
    }


def pairs(digests: Sequence[str | None], done: Sequence[DoneItem]) -> dict[int, DoneItem]:
    """Which item is which that was done: in the same place if it is there, else in their order; each is taken once.

    A run that took items over has them again as its own. So equal items are those of one run: of the one with most.
    """
    left = _most_of_each(done)
    found: dict[int, DoneItem] = {}
    for index, digest in enumerate(digests):
        if digest in left and index in left[digest]:
            found[index] = left[digest].pop(index)
    for index, digest in enumerate(digests):
        if index not in found and digest in left and left[digest]:
            found[index] = left[digest].pop(min(left[digest]))
    return found


def _most_of_each(done: Sequence[DoneItem]) -> dict[str | None, dict[int, DoneItem]]:
    """By digest the items of a run, by their places."""
    by_run: defaultdict[str | None, defaultdict[RunId, dict[int, DoneItem]]] = defaultdict(lambda: defaultdict(dict))
    for one in done:
        by_run[one.digest][one.run_id][one.item] = one
    return {digest: max(runs.values(), key=len) for digest, runs in by_run.items()}


def _silent(_: str, __: str) -> None:
    return None
