"""Decisions of a step about items of a node with `each`: as `step_decisions.py` does for nodes, by the items' rows.

The node's own step opens it: it counts the items. Each item is a step, in lanes: as many lanes as items may run at a
time, each going through its items one after the other, so that no more are ever in flight. Whichever step settles the
last item settles the node.

Inngest gives a run 1,000 steps. A node with more items than its share of them gets several items a step; each is still
claimed and kept by itself, so a step that is repeated does not repeat its items.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from voicegraph import clock
from voicegraph.engines.inngest.step_answers import Claim, Later, Memo, memo_of
from voicegraph.engines.inngest.step_decisions import CLAIM_SECONDS, EARLY, TIMERS, StepDecisions, lay_blame
from voicegraph.errors import NodeError
from voicegraph.graph.model import DEFAULT_CONCURRENCY, Node, NodeId, Workflow
from voicegraph.nodes.output import Output
from voicegraph.run.crash_blame import POISON, BlameVerdict
from voicegraph.run.events import ItemCounts, ItemRun, NodeRun, RunEvent, StoredRun
from voicegraph.run.item_records import ItemRecords, item_failure
from voicegraph.run.items import Item, gathered, items_of, refusal, share_of, shares_of, so_far
from voicegraph.run.pinned_outputs import MESSAGE
from voicegraph.run.retry import RetryPolicy
from voicegraph.run.state import DROPPED, NodeStatus

STEPS_FOR_ITEMS = 500
"""Of a run's 1,000; the rest is for nodes, waits and many retries."""
SKIPPED = Memo(status="skipped")


def lanes(workflow: Workflow, node: Node, total: int) -> list[list[list[int]]]:
    """Items of a node by lane and step: `lanes[l][s]` are the items of a step.

    The same for every look at the same run: only the workflow and the number of items count.
    """
    share = max(1, STEPS_FOR_ITEMS // sum(other.each for other in workflow.nodes))
    size = max(1, -(-total // share))
    steps = [list(range(first, min(first + size, total))) for first in range(0, total, size)]
    count = min(node.concurrency or DEFAULT_CONCURRENCY, len(steps))
    return [steps[lane::count] for lane in range(count)]


class ItemDecisions(StepDecisions):
    """A look at a run, for items of one of its nodes."""

    def __init__(self, stored: StoredRun, node_id: NodeId) -> None:
        super().__init__(stored)
        self.node = self._nodes[node_id]
        self._read: dict[int, ItemRun] = {}

    # -- the node's own step

    @property
    def needs_more(self) -> bool:
        """Whether something is to be read before the node is opened: its pin, or items that an earlier run has done."""
        fresh = self.node.id in self.ready and not self.over
        may_have_same = self.stored.run.from_failure and not self._all_items()
        return fresh and (self.node.pin is not None or may_have_same)

    def open(
        self,
        engine_run_id: str,
        pinned: Output | None = None,
        same: Mapping[int, ItemRun] | None = None,
    ) -> Memo:
        """Start the node and count its items; `same` an earlier run has done. Nothing is done twice."""
        row = self.rows.get(self.node.id)
        if row is not None:
            return memo_of(row)
        begun = self.begin(self.node.id, engine_run_id)
        if not isinstance(begun, Claim):
            return begun if not isinstance(begun, Later) else SKIPPED
        row = self.rows[self.node.id]
        row.due_at = None
        self.entry.nodes[-1] = row.snapshot()
        if pinned is not None:
            self.entry.events.append(RunEvent("log", clock.now(), MESSAGE, row.node_id, row.attempt))
            return self._done(row, pinned)
        try:
            total = len(items_of(self.around.inputs(self.node.id)))
        except NodeError as error:
            return self._give_up(row, error)
        at_once = self.node.concurrency or DEFAULT_CONCURRENCY
        self._read |= same or {}
        self.entry.items += [one.snapshot() for one in (same or {}).values()]
        kept = self._all_items()  # taken over from an earlier run: none has been started
        weight = shares_of(kept.values())
        counts = ItemCounts(total, len(kept), size=weight.bytes, reused=len(kept), values=weight.values)
        ItemRecords(row).counted(self.entry, counts, at_once, kept.values())
        return memo_of(row) if counts.done < total else self._done(row, gathered([kept[item] for item in range(total)]))

    # -- a step of items

    def claim(self, item: int, engine_run_id: str, turn_at: float = 0.0) -> Claim | Later | Memo:
        """Claim an item, or say why not. Before `turn_at` no suspect starts in this process."""
        node_row = self.rows.get(self.node.id)
        if node_row is None or node_row.finished_at is not None or self.over:
            return SKIPPED
        row = self._item(item)
        if row is not None and row.finished_at is not None:
            return memo_of(row)
        if row is None or row.status is not NodeStatus.RUNNING:
            if self._stopped(node_row):
                self._close_if_idle(node_row)
                return SKIPPED
            if row is not None and (row.due_at or 0) > clock.now() + EARLY:
                return Later(row.due_at or 0)
        elif (row.due_at or 0) > clock.now() + EARLY:
            return Later(row.due_at or 0)
        if self.stored.engine_run_id != engine_run_id:
            self.entry.engine_run_id = engine_run_id
        self._script.run_awake(self.entry)
        if node_row.status is NodeStatus.RETRYING:
            self._script.node_goes_on(self.entry, node_row)
        return self._start_item(node_row, item, row, turn_at)

    def _start_item(self, node_row: NodeRun, item: int, row: ItemRun | None, turn_at: float) -> Claim | Later | Memo:
        script, alone = ItemRecords(node_row), False
        if row is None:
            row = self._read[item] = script.started(self.entry, item)
        elif row.status is NodeStatus.RETRYING:
            script.restarted(self.entry, row)
        elif (fate := lay_blame(row)) is BlameVerdict.NEVER:
            self._fail(node_row, row, POISON)
            return memo_of(row)
        elif (alone := fate is BlameVerdict.ALONE) and clock.now() < turn_at:
            row.due_at = turn_at
            if row.status is NodeStatus.RUNNING:
                script.held(self.entry, row)
            else:
                self.entry.items.append(row.snapshot())
            return Later(turn_at)
        else:
            script.resumed(self.entry, row)
        row.due_at = clock.now() + CLAIM_SECONDS
        self.entry.items[-1] = row.snapshot()
        return Claim(row.attempt, row.starts, alone)

    def renew_item(self, item: int, claim: Claim, *, stopping: bool = False) -> bool:
        """As `renew`."""
        if row := self._renewed(self._item(item), claim, stopping=stopping):
            self.entry.items.append(row.snapshot())
        return row is not None

    def release_item(self, item: int, claim: Claim) -> None:
        """The server stops in good order: the start in flight does not count."""
        if row := self._claimed(self._item(item), claim):
            ItemRecords(self.rows[self.node.id]).cut(self.entry, row)

    def end_item(
        self, item: int, claim: Claim, result: Output | NodeError, policy: RetryPolicy, digest: str | None = None
    ) -> Later | Memo:
        """Write what became of a claimed item. The first outcome of an attempt counts, whoever brings it."""
        row, node_row = self._item(item), self.rows[self.node.id]
        if row is None or self.over or row.status is not NodeStatus.RUNNING or row.attempt != claim.attempt:
            return Memo(status=str(row.status if row else NodeStatus.CANCELLED))
        row.digest = digest
        counts = _counts(node_row)
        if isinstance(result, Output):
            before = so_far(counts) or shares_of(self._all_items().values())
            weight = before + share_of(result)
            counts = replace(counts, size=weight.bytes, values=weight.values)
            result = refusal(weight, counts.done + 1) or result
        if isinstance(result, NodeError):
            if row.starts != claim.starts:
                return Later(row.due_at or clock.now())  # whoever took over is trying still
            delay = None if self._stopped(node_row) else policy.delay(row.attempt, result)
            if delay is not None:
                due = clock.now() + delay
                ItemRecords(node_row).retrying(self.entry, row, result, due)
                self._rest_if_idle(node_row, row)
                return Later(due)
            self._fail(node_row, row, result)
        else:
            ItemRecords(node_row).completed(self.entry, row, result, replace(counts, done=counts.done + 1))
            self._item_settled(node_row)
        return memo_of(row)

    # -- what follows

    def _fail(self, node_row: NodeRun, row: ItemRun, error: NodeError) -> None:
        counts = _counts(node_row)
        ItemRecords(node_row).failed(self.entry, row, error, replace(counts, failed=counts.failed + 1))
        self._item_settled(node_row)

    def _item_settled(self, node_row: NodeRun) -> None:
        """An item is settled: note how far the node is, and settle it with its last one."""
        self.entry.nodes.append(node_row.snapshot())
        counts = _counts(node_row)
        if counts.done + counts.failed == counts.total and not self._broken(node_row):
            rows = self._all_items()
            self._done(node_row, gathered([rows[item] for item in range(counts.total)]))
        elif self._stopped(node_row):
            self._close_if_idle(node_row)

    def _close_if_idle(self, node_row: NodeRun) -> None:
        """Of a node that starts no more items: settle it once none is in flight."""
        rows = self._all_items()
        if any(row.status is NodeStatus.RUNNING for row in rows.values()):
            return
        for row in rows.values():
            if row.status in TIMERS:
                ItemRecords(node_row).dropped(self.entry, row)
        if self._broken(node_row):
            self._give_up(node_row, item_failure([*rows.values()], _counts(node_row).total))
        else:
            self._script.node_dropped(self.entry, node_row)
            self._settle(node_row.node_id, DROPPED)

    def _rest_if_idle(self, node_row: NodeRun, row: ItemRun) -> None:
        """When none is in flight, the node waits for the first of its next tries, and the run may."""
        rows = self._all_items()
        if any(other.status is NodeStatus.RUNNING for other in rows.values()):
            return
        if self._stopped(node_row):
            self._close_if_idle(node_row)
            return
        due = min(other.due_at or 0.0 for other in rows.values() if other.status in TIMERS)
        self._script.node_rests(self.entry, node_row, due, row.error)
        self._note_idle()

    def _broken(self, node_row: NodeRun) -> bool:
        return self.node.on_error == "fail" and _counts(node_row).failed > 0

    def _stopped(self, node_row: NodeRun) -> bool:
        return self.machine.failed or self._broken(node_row)

    # -- rows

    def values(self) -> list[Item]:
        """The items themselves. NodeError: there are too many."""
        return items_of(self.around.inputs(self.node.id))

    def _item(self, item: int) -> ItemRun | None:
        if item not in self._read:
            self._read |= self._rows([item])
        return self._read.get(item)

    def _all_items(self) -> dict[int, ItemRun]:
        """As they are by now: what this look changed counts."""
        return self._rows(None) | self._read

    def _rows(self, only: Iterable[int] | None) -> dict[int, ItemRun]:
        read = self.stored.read_items
        return read(self.node.id, None if only is None else [*only]) if read else {}


def _counts(row: NodeRun) -> ItemCounts:
    return row.items or ItemCounts(0)
