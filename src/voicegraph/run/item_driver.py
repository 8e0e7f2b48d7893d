"""Drive nodes with `each` in this process: the part that live and embedded share, beside `driver.py`.

For the driver such a node is one long try. Inside, each item is a step of its own: its start is on disk before it runs,
its outcome is a checkpoint, its next try a timer. Outcomes that arrive together are written in one entry, with the
starts they lead to.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from voicegraph import clock
from voicegraph.errors import NodeError, StorageError
from voicegraph.graph.model import DEFAULT_CONCURRENCY, Node, NodeId
from voicegraph.nodes.data.large_json import Weight, beside, is_small
from voicegraph.nodes.output import Inputs, Output
from voicegraph.run.attempt import Attempt, NodeRunner
from voicegraph.run.crash_blame import POISON, SuspectTurns
from voicegraph.run.earlier_items import EarlierRuns, same_items
from voicegraph.run.engine_promise import EnginePromise
from voicegraph.run.events import Entry, ItemRun, NewRun, NodeRun, RunEvent
from voicegraph.run.item_records import ItemRecords, item_failure
from voicegraph.run.item_state import ItemState, sort_interrupted
from voicegraph.run.items import Item, gathered, items_of, refusal, seen_by, share_of, shares_of, so_far
from voicegraph.run.node_inputs import InputReader
from voicegraph.run.partial_writes import write
from voicegraph.run.pinned_outputs import MESSAGE
from voicegraph.run.ports import EventSink
from voicegraph.run.retry import policy_for
from voicegraph.run.timers import until

log = logging.getLogger(__name__)

ASK_AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Rest:
    """Only timers are left; the first rings at `due`. `error` is why."""

    due: float
    error: Mapping[str, JsonValue] | None


@dataclass(frozen=True, slots=True)
class ItemContext:
    """The means by which the items of a run are worked on. `say` writes an event while the run is not over."""

    run: NewRun
    runner: NodeRunner
    sink: EventSink
    promise: EnginePromise
    turns: SuspectTurns
    say: Callable[[RunEvent], None]
    earlier: EarlierRuns


class EachNodes:
    """The nodes with `each` of one run. `kept` are the items an earlier process left, or an earlier run."""

    def __init__(self, bench: ItemContext) -> None:
        self.ids = frozenset(node.id for node in bench.run.workflow.nodes if node.each)
        self.kept: Mapping[NodeId, dict[int, ItemRun]] = {
            node_id: {item: row.snapshot() for item, row in rows.items()}
            for node_id, rows in bench.run.reuse.items.items()
        }
        self._bench = bench
        self._at_work: dict[NodeId, _EachNode] = {}
        self._paused = self._stopped = False

    async def work(self, row: NodeRun, around: InputReader, entry: Entry) -> Output | Rest | NodeError | None:
        """The node's output, why it fails, or a rest, after which this is called again; None when it was stopped.

        What is not on disk by then is put into `entry`, to be written together with what it leads to.
        """
        one = self._at_work.get(row.node_id)
        if one is None:
            node = self._bench.run.workflow.node(row.node_id)
            if (pinned := await self._bench.runner.pinned(self._bench.run, node)) is not None:
                entry.events.append(RunEvent("log", clock.now(), MESSAGE, node.id, row.attempt))
                return pinned
            try:
                inputs = around.inputs(node.id)
                items = await beside(is_small(inputs.text, inputs.data), items_of, inputs)
                ancestors = around.ancestors(node)
                kept, same = self.kept.get(node.id, {}), {}
                if row.items is None and not kept:
                    same = await self._same_items(node, items, inputs, ancestors)
                    kept = dict(same)
                weight = so_far(row.items) if row.items else None
                weight = weight or await beside(not kept, shares_of, [*kept.values()])
                one = _EachNode(self._bench, row, node, ancestors, kept, same, weight, inputs, items)
            except NodeError as error:
                return error
            self._at_work[node.id] = one
            if self._paused:
                one.pause()
            if self._stopped:
                one.stop()
        result = await one.work(entry)
        if not isinstance(result, Rest):
            del self._at_work[row.node_id]
        return result

    async def _same_items(
        self, node: Node, items: list[Item], inputs: Inputs, ancestors: Mapping[NodeId, Output]
    ) -> dict[int, ItemRun]:
        """Asked for until the database answers: to run all items instead would repeat what is done."""
        bench = self._bench
        while True:
            try:
                return await same_items(bench.run, node, items, inputs, ancestors, bench.runner, bench.earlier)
            except StorageError as error:
                log.warning("Run %s: items of %s cannot be looked up yet: %s", bench.run.run_id, node.id, error)
                await asyncio.sleep(ASK_AGAIN_SECONDS)

    def stop(self) -> None:
        """The run failed elsewhere: what is in flight finishes, nothing more starts, and no try is followed by another."""
        self._stopped = True
        for one in self._at_work.values():
            one.stop()

    def pause(self) -> None:
        """The server stops: what is in flight finishes, and nothing more starts in this process."""
        self._paused = True
        for one in self._at_work.values():
            one.pause()

    def halt(self) -> None:
        """Stop at once."""
        for one in self._at_work.values():
            one.halt()

    def cut(self, entry: Entry) -> None:
        """Write that those in flight were cut off by the server's end."""
        for one in self._at_work.values():
            one.cut(entry)


class _EachNode:
    def __init__(
        self,
        bench: ItemContext,
        row: NodeRun,
        node: Node,
        ancestors: Mapping[NodeId, Output],
        rows: dict[int, ItemRun],
        same: Mapping[int, ItemRun],
        weight: Weight,
        inputs: Inputs,
        items: list[Item],
    ) -> None:
        self._bench = bench
        self._node = node
        self._row = row
        action = bench.runner.registry.find(node.type, node.action)
        self._policy = policy_for(node, action, bench.promise.retry_base) if bench.promise.retries else None
        self._rows = rows
        self._same = same
        self._inputs = inputs
        self._ancestors = ancestors
        self._items = items
        self._at_once = node.concurrency or DEFAULT_CONCURRENCY
        self._board = ItemState(len(self._items), self._at_once, node.on_error == "fail", rows, weight)
        self._script = ItemRecords(row)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._held: set[int] = set()
        self._outcomes: list[tuple[int, Output | Exception]] = []
        self._shares: dict[int, Weight] = {}
        self._changed = asyncio.Event()
        self._begun = False

    async def work(self, entry: Entry) -> Output | Rest | NodeError | None:
        board = self._board
        log = Entry(self._bench.run.run_id)
        starting = self._take_up(log)
        while True:
            if broken := self._note(log):
                await write(self._bench.sink, log)  # what the other items came to is kept, whatever becomes of the run
                raise broken
            starting += self._start(log)
            if board.halted:
                self._leave_held()
            if board.settled or board.resting:
                break
            if log.items or log.events:
                await write(self._bench.sink, log)
                log = Entry(self._bench.run.run_id)
            for item in starting:
                self._spawn(item, alone=False)
            starting = []
            await self._happening()
        entry.nodes += log.nodes
        entry.items += log.items
        entry.events += log.events
        return self._result(entry)

    def stop(self) -> None:
        self._board.stop()
        self._changed.set()

    def pause(self) -> None:
        self._board.pause()
        self._changed.set()

    def halt(self) -> None:
        for task in self._tasks.values():
            task.cancel()

    def cut(self, entry: Entry) -> None:
        """What has ended while the disk was busy counts; the rest was cut off."""
        self._outcomes = [one for one in self._outcomes if isinstance(one[1], (Output, NodeError))]
        self._note(entry)
        for item in sorted(self._board.running):
            self._script.cut(entry, self._rows[item])

    def _result(self, entry: Entry) -> Output | Rest | NodeError | None:
        board = self._board
        if board.broken:
            for item in board.timers:
                self._script.dropped(entry, self._rows[item])
            return item_failure([*self._rows.values()], board.total)
        if board.whole:
            return gathered([self._rows[item] for item in range(board.total)])
        if board.halted:
            return None
        item = min(board.timers, key=board.timers.__getitem__)
        return Rest(board.timers[item], self._rows[item].error)

    # -- what happens to items

    def _take_up(self, entry: Entry) -> list[int]:
        """The first time: say how many items there are, and start again what a crash interrupted.

        What was found to be done is written in this entry, so that no item is started before it is on disk.
        """
        if self._begun:
            return []
        self._begun = True
        entry.items += [row.snapshot() for row in self._same.values()]
        self._script.counted(entry, self._board.counts, self._at_once, self._rows.values())
        again, alone, poisoned = sort_interrupted([self._rows[item] for item in sorted(self._board.running)])
        for row in again:
            self._script.resumed(entry, row)
        for row in alone:
            self._script.held(entry, row)
            self._spawn(row.item, alone=True)
        self._outcomes += [(row.item, POISON) for row in poisoned]
        return [row.item for row in again]

    def _leave_held(self) -> None:
        """Those that wait for their turn are left to the next process, or end with the node."""
        for item in self._held:
            self._tasks[item].cancel()
            self._board.leave(item)
        self._held.clear()

    def _start(self, entry: Entry) -> list[int]:
        starting = self._board.starts(clock.now())
        for item in starting:
            if (row := self._rows.get(item)) is not None:
                self._script.restarted(entry, row)
            else:
                self._rows[item] = self._script.started(entry, item)
        return starting

    def _note(self, entry: Entry) -> Exception | None:
        """Write what became of items. The answer is what went wrong outside of one: it ends the run with a reason."""
        outcomes, self._outcomes = self._outcomes, []
        broken: Exception | None = None
        for item, came in outcomes:
            row, share = self._rows[item], self._shares.pop(item, Weight())
            too_much = refusal(self._board.weight + share, self._board.done + 1) if isinstance(came, Output) else None
            outcome = too_much or came
            if isinstance(outcome, Output):
                self._board.complete(item, share)
                self._script.completed(entry, row, outcome, self._board.counts)
            elif isinstance(outcome, NodeError):
                self._failed(row, outcome, entry)
            else:
                broken = broken or outcome
        if outcomes:
            entry.nodes.append(self._row.snapshot())
        return broken

    def _failed(self, row: ItemRun, error: NodeError, entry: Entry) -> None:
        tries = self._policy if self._board.retries and error is not POISON else None
        delay = tries.delay(row.attempt, error) if tries else None
        if delay is None:
            self._board.fail(row.item)
            self._script.failed(entry, row, error, self._board.counts)
        else:
            due = clock.now() + delay
            self._board.retry(row.item, due)
            self._script.retrying(entry, row, error, due)

    async def _happening(self) -> None:
        """Wait until an item has an outcome, the next try of one is due, or everything is to stop."""
        rings_at = self._board.rings_at
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if rings_at is None else until(rings_at)):
                await self._changed.wait()
        self._changed.clear()

    # -- an item at work

    def _spawn(self, item: int, *, alone: bool) -> None:
        if alone:
            self._held.add(item)
        task = self._tasks[item] = asyncio.create_task(self._guarded(item, self._run_alone if alone else self._run))
        task.add_done_callback(lambda _: self._tasks.pop(item, None) if self._tasks.get(item) is task else None)

    async def _guarded(self, item: int, work: Callable[[int], Awaitable[Output | NodeError]]) -> None:
        """Whatever goes wrong is an outcome, too: an item without one would be waited for for ever."""
        outcome: Output | Exception
        try:
            outcome = await work(item)
        except Exception as error:  # noqa: BLE001 - a NodeError is the item's; anything else ends the run with a reason
            outcome = error
        self._outcomes.append((item, outcome))
        self._changed.set()

    async def _run(self, item: int) -> Output | NodeError:
        row = self._rows[item]
        attempt = self._attempt(row)
        row.digest = row.digest or await self._bench.runner.digest(attempt)
        result = await self._bench.runner.run(attempt)
        if not isinstance(result, Output):
            return WAITS
        self._shares[item] = await beside(is_small(result.text, result.data), share_of, result)
        return result

    async def _run_alone(self, item: int) -> Output | NodeError:
        """One of the last starts an item has after crashes. It counts from when it is this item's turn."""
        async with self._bench.turns.turn():
            self._held.discard(item)
            entry = Entry(self._bench.run.run_id)
            self._script.resumed(entry, self._rows[item])
            await self._bench.sink.record(entry)
            return await self._run(item)

    def _attempt(self, row: ItemRun) -> Attempt:
        item, index = self._items[row.item], row.item

        def emit(kind: Literal["log", "progress"], message: str) -> None:
            data: dict[str, JsonValue] = {"item": index}
            self._bench.say(RunEvent(kind, clock.now(), message, self._node.id, row.attempt, data=data))

        return Attempt(
            self._bench.run,
            self._node,
            row.attempt,
            seen_by(item, self._inputs),
            self._ancestors,
            emit,
            item.value,
            index,
        )


WAITS = NodeError("not_per_item", "This node waits, and a node that waits cannot run once per item. Switch “each” off.")
