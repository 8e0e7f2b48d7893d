"""Drive one run in this process: the part that live and embedded share.

Each open node is a task or a timer. Whatever becomes of it is settled in the state machine, written as one entry
together with the starts it leads to, and only then are those started: what ran before is always on disk first, and a
chain of nodes costs one commit a node.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Literal

from voicegraph import clock
from voicegraph.errors import NodeError, StorageError
from voicegraph.fair_slots import work_for
from voicegraph.graph.model import NodeId
from voicegraph.nodes.output import Output
from voicegraph.run.answers import Answer
from voicegraph.run.attempt import Attempt, NodeRunner
from voicegraph.run.crash_blame import SuspectTurns
from voicegraph.run.earlier_items import EarlierRuns
from voicegraph.run.engine_promise import LAST_WRITE, PARK_AFTER, End, EnginePromise
from voicegraph.run.events import Entry, NewRun, NodeRun, RunEvent, StoredRun
from voicegraph.run.grace_period import GracePeriod
from voicegraph.run.item_driver import EachNodes, ItemContext, Rest
from voicegraph.run.node_inputs import InputReader
from voicegraph.run.parent_child import given_to
from voicegraph.run.partial_writes import HalfWritten, bare, write
from voicegraph.run.ports import EventSink
from voicegraph.run.questions import settle
from voicegraph.run.recovery import restore
from voicegraph.run.run_end import AskedEnd, write_end
from voicegraph.run.run_limits import Deadline, out_of_time
from voicegraph.run.state import NodeStatus
from voicegraph.run.timers import Timers
from voicegraph.run.transitions import Transitions, wakes_at

log = logging.getLogger(__name__)


class RunDriver:
    """One run, from its first entry to its last. Make it, `await start()`, then `await ended`.

    `earlier` are the runs that this one may go on from. `turns` are the engine's: of all its runs, one node that is
    suspected to take the process down is tried at a time.
    """

    def __init__(
        self,
        run: NewRun,
        runner: NodeRunner,
        sink: EventSink,
        promise: EnginePromise,
        earlier: EarlierRuns,
        turns: SuspectTurns | None = None,
    ) -> None:
        self.run = run
        self.ended: asyncio.Future[End] = asyncio.get_running_loop().create_future()
        self._runner = runner
        self._sink = sink
        self._promise = promise
        self._turns = turns or SuspectTurns()
        self._tasks: dict[NodeId, asyncio.Task[None]] = {}
        self._held: set[NodeId] = set()
        self._each = EachNodes(ItemContext(run, runner, sink, promise, self._turns, self._say, earlier))
        self._timers = Timers(self._ring)
        self._course = Transitions(run, runner.registry, promise, self._timers, self._each.stop)
        self._script = self._course.script
        self._deadline = Deadline(run.workflow, self._run_out)
        self._asked_end = AskedEnd(sink, self._end, self._close)

    # -- from the engine

    async def start(self) -> None:
        """Write the run and its first starts in one entry, then start them. Raises what the sink raises."""
        entry = Entry(self.run.run_id, create=self.run)
        ready = self._course.begin(entry)
        await self._sink.record(entry)
        self._deadline.arm(self._script.started_at)
        self._launch(ready)

    async def resume(self, stored: StoredRun) -> None:
        """Go on from the checkpoints of an earlier process, or from a timer."""
        entry = Entry(self.run.run_id)
        step = self._course.restore(stored)
        self._deadline.arm(self._script.started_at)
        if self._deadline.passed:
            await self._expire()
            return
        self._each.kept = stored.items
        plan = restore(step.ready, self._course.rows, clock.now(), self._each.ids)
        step.ready = plan.fresh
        self._script.run_resumed(entry, [self._course.rows[node_id] for node_id in plan.interrupted])
        for node_id in plan.suspects:
            self._script.node_held(entry, self._course.rows[node_id])
        for node_id, due in plan.timers.items():
            self._timers.arm(node_id, due)
        ready = self._course.advance(step, entry) + plan.interrupted + plan.each
        for node_id in plan.poisoned:
            ready += self._course.give_up(self._course.rows[node_id], plan.poison, entry)
        self._deadline.arm(self._script.started_at)
        self._park_if_idle(entry)
        await self._sink.record(entry)
        self._launch(ready, plan.suspects)

    async def cancel_stored(self, stored: StoredRun) -> bool:
        """Cancel a run that is not in memory, without starting anything of it. StorageError: nothing has changed."""
        self._course.restore(stored)
        if self._script.over:
            return False
        entry = Entry(self.run.run_id)
        self._script.run_cancelled(entry, self._course.open_rows)
        await self._sink.record(entry, frees=True)
        self._end(End.OVER)
        return True

    async def cancel(self, reason: str = "") -> bool:
        """Stop everything at once and record it; False when the run is over already.

        StorageError where the database refuses that: the run is stopped all the same, and its end is tried on.
        """
        if self._script.over:
            if not self.ended.done():
                self._asked_end.require_told()
            return False
        entry = Entry(self.run.run_id)
        self._script.run_cancelled(entry, self._course.open_rows, reason)
        self._halt()
        await self._asked_end.write(entry)
        return True

    def _run_out(self) -> None:
        if not (self._course.stopping or self._script.parked or self._script.over):  # parked, the time on disk counts
            self._expiring = asyncio.create_task(self._expire())

    async def _expire(self) -> None:
        """The workflow's time limit: nodes in flight are stopped, and the run has failed."""
        if self._script.over:
            return
        entry = Entry(self.run.run_id)
        self._script.run_given_up(entry, self._course.open_rows, out_of_time(self.run.workflow))
        await self._close(entry)

    async def answer(self, node_id: NodeId, answer: Answer) -> bool:
        """Take an answer to a node that waits; False when the run leaves memory first. Conflict when it does not fit."""
        if self._script.parked:
            await asyncio.wait([self.ended])
        if self.ended.done():
            return False
        entry, ready = self._answered(node_id, answer)
        await self._finish_answered(entry, ready, node_id)
        return True

    def _answered(self, node_id: NodeId, answer: Answer) -> tuple[Entry, list[NodeId]]:
        settled = settle(self._course.rows.get(node_id), answer)
        entry = Entry(self.run.run_id)
        self._timers.stop(node_id)
        return entry, self._course.answered(self._course.rows[node_id], settled, entry)

    async def _finish_answered(self, entry: Entry, ready: list[NodeId], node_id: NodeId) -> None:
        self._spawn(node_id, lambda _: self._finish(entry, ready, node_id))  # whoever answers may go away meanwhile
        await asyncio.wait([self._tasks[node_id]])

    async def answer_stored(self, stored: StoredRun, node_id: NodeId, answer: Answer) -> None:
        """Take an answer of a run that is not in memory. What follows is started by whoever takes the run up.

        StorageError when the database takes nothing: then nothing has changed.
        """
        self._course.stopping = True
        self._course.restore(stored)
        for waiting in self._course.open_rows:
            if waiting.status is not NodeStatus.RUNNING:
                self._timers.arm(waiting.node_id, None)
        entry, ready = self._answered(node_id, answer)
        self._park_if_idle(entry)
        try:
            await self._sink.record(entry, lands=False)
        except StorageError as error:
            if not error.lasting:
                raise
            await self._finish_answered(entry, ready, node_id)  # it may be refused as a whole, for ever
        finally:
            self._halt()
            self._end(End.STOPPED)

    def pause(self) -> None:
        """Nothing more starts; what is at work goes on. `stop` follows."""
        self._course.stopping = True
        self._each.pause()

    async def stop(self, patience: GracePeriod) -> None:
        """Start nothing new, wait for nodes in flight, then leave the rest to the next process.

        Nothing of the run is at work in this process afterwards, also when this is cancelled.
        """
        self.pause()
        for node_id in self._held:
            self._tasks.pop(node_id).cancel()
        self._held.clear()
        try:
            await patience.wait(self._tasks.values())
        finally:
            await self._cut_off()

    async def _cut_off(self) -> None:
        if self.ended.done():
            return
        self._halt()
        entry = Entry(self.run.run_id)
        running = [row for row in self._course.open_rows if row.status is NodeStatus.RUNNING]
        self._script.nodes_cut(entry, [row for row in running if row.node_id not in self._each.ids])
        self._each.cut(entry)
        try:
            if entry.nodes or entry.items:
                await asyncio.wait([asyncio.ensure_future(self._sink.record(entry))], timeout=LAST_WRITE)
        finally:
            self._end(End.STOPPED)

    # -- what becomes of nodes

    async def _execute(self, node_id: NodeId) -> None:
        if node_id in self._each.ids:
            await self._execute_each(node_id)
            return
        row = self._course.rows[node_id]
        entry = Entry(self.run.run_id)
        try:
            result = await self._runner.run(self._attempt(row))
        except NodeError as error:
            ready = self._course.failed(row, error, entry)
        else:
            ready = self._course.ended(row, result, entry)
        await self._finish(entry, ready, node_id)

    async def _execute_each(self, node_id: NodeId) -> None:
        """Once per item. Each of them is tried by the node's policy; the node itself is not tried again."""
        row, entry = self._course.rows[node_id], Entry(self.run.run_id)
        ready: list[NodeId] = []
        result = await self._each.work(row, self._around(), entry)
        if isinstance(result, Output):
            ready = self._course.done(row, result, entry)
        elif isinstance(result, NodeError):
            ready = self._course.give_up(row, result, entry)
        elif isinstance(result, Rest):
            self._script.node_rests(entry, row, result.due, result.error)
            self._timers.arm(node_id, result.due)
        elif self._course.machine.failed:
            self._course.drop(node_id, entry)
        await self._finish(entry, ready, node_id)

    async def _execute_alone(self, node_id: NodeId) -> None:
        """One of the last starts a node has after crashes. It counts from when it is this node's turn."""
        async with self._turns.turn():
            self._held.discard(node_id)
            entry = Entry(self.run.run_id)
            if self._course.machine.failed:
                self._course.drop(node_id, entry)
                await self._finish(entry, [], node_id)
                return
            self._script.node_has_turn(entry, self._course.rows[node_id])
            await self._sink.record(entry)
            await self._execute(node_id)

    async def _finish(self, entry: Entry, ready: list[NodeId], node_id: NodeId) -> None:
        self._park_if_idle(entry)
        await write(self._sink, entry)
        if self._tasks.get(node_id) is asyncio.current_task():  # a short timer may have rung before the disk was done
            del self._tasks[node_id]
        self._launch(ready)

    def _launch(self, ready: list[NodeId], suspects: Iterable[NodeId] = ()) -> None:
        if self._script.over:
            self._end(End.OVER)
        elif self._script.parked:
            self._halt()
            self._end(End.PARKED)
        elif not self._course.stopping and not self.ended.done():
            for node_id in ready:
                self._spawn(node_id, self._execute)
            for node_id in suspects:
                self._held.add(node_id)
                self._spawn(node_id, self._execute_alone)

    def _spawn(self, node_id: NodeId, work: Callable[[NodeId], Coroutine[None, None, None]]) -> None:
        self._tasks[node_id] = asyncio.create_task(self._guard(node_id, work))

    async def _guard(self, node_id: NodeId, work: Callable[[NodeId], Coroutine[None, None, None]]) -> None:
        """Whatever goes wrong outside the node itself ends the run with a reason: no run hangs."""
        work_for(self.run.run_id)
        try:
            await work(node_id)
        except Exception as error:
            log.exception("Run %s: node %s could not be recorded", self.run.run_id, node_id)
            entry = Entry(self.run.run_id)
            broken = self._course.rows[node_id]
            if isinstance(error, HalfWritten):
                self._script.run_given_up(
                    entry, [], NodeError("not_recorded", f"The run cannot go on. {error.message}")
                )
                entry = bare(entry)
            else:
                others = [row for row in self._course.open_rows if row is not broken]
                self._script.run_broken(entry, broken, others, error)
            await self._close(entry)

    def abandon(self) -> None:
        """Another process has ended the run: stop, and write nothing."""
        if not self._script.over:
            self._halt()
            self._end(End.OVER)

    async def _close(self, entry: Entry) -> None:
        """Its last entry, which nobody waits for. Where it is refused it leaves memory all the same, and is open on disk."""
        self._halt()
        try:
            await write_end(self._sink, entry)
        except Exception:
            log.exception("Run %s: its end could not be recorded", self.run.run_id)
            self._end(End.REFUSED)
        finally:
            self._end(End.OVER)

    def leave(self) -> None:
        """Nothing of it has changed on disk, where it waits as before."""
        self._end(End.PARKED)

    def refuse(self) -> None:
        """What it is to write is refused: it leaves memory, and is open on disk."""
        self._halt()
        self._end(End.REFUSED)

    # -- timers

    def _ring(self, node_id: NodeId) -> None:
        if not self._course.stopping and not self._script.parked:  # else the timer on disk counts
            self._spawn(node_id, self._wake)

    async def _wake(self, node_id: NodeId) -> None:
        row = self._course.rows[node_id]
        entry = Entry(self.run.run_id)
        if not row.status.rests:  # answered in the turn of the loop in which the timer rang
            del self._tasks[node_id]
            return
        if self._course.machine.failed:  # in the turn of the loop in which the timer rang
            self._course.drop(node_id, entry)
            await self._finish(entry, [], node_id)
            return
        if row.status is NodeStatus.RETRYING:
            self._script.run_awake(entry)
            goes_on = node_id in self._each.ids
            (self._script.node_goes_on if goes_on else self._script.node_restarted)(entry, row)
            await self._sink.record(entry)
            await self._execute(node_id)
        else:
            await self._finish(entry, self._course.rested(row, entry), node_id)

    def _park_if_idle(self, entry: Entry) -> None:
        """When only timers are left, say so; leave memory if the engine can and the wait is worth it."""
        if rows := self._course.idle_rows():
            wake_at = self._deadline.first(wakes_at(rows))
            parks = self._promise.parks and wake_at - clock.now() > PARK_AFTER
            self._script.run_idle(entry, rows, wake_at if parks else None)

    # -- helpers

    def _attempt(self, row: NodeRun) -> Attempt:
        node = self._course.nodes[row.node_id]
        around = self._around()

        def emit(kind: Literal["log", "progress"], message: str) -> None:
            self._say(RunEvent(kind, clock.now(), message, node.id, row.attempt))

        return Attempt(self.run, node, row.attempt, around.inputs(node.id), around.ancestors(node), emit)

    def _around(self) -> InputReader:
        return InputReader(self.run.workflow, self._course.machine, self._course.rows, given_to(self.run))

    def _say(self, event: RunEvent) -> None:
        if not self._script.over:
            self._sink.record(Entry(self.run.run_id, events=[event]))

    def _halt(self) -> None:
        for task in self._tasks.values():
            if task is not asyncio.current_task():
                task.cancel()
        self._deadline.cancel()
        self._each.halt()
        self._timers.clear()
        self._tasks.clear()
        self._held.clear()

    def _end(self, end: End) -> None:
        self._deadline.cancel()
        if not self.ended.done():
            self.ended.set_result(end)
