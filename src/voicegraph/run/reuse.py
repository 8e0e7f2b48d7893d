"""Results of an earlier run that a new one may take over (docs/decisions/0011).

A result is reused when the node and everything before it is what it was: type, action, params as the run's values fill
them, and the edges that enter it. A node that cannot be reused runs again, and so does everything after it. What was
skipped stays skipped where the condition before it is reused.

Of a node with `each` that runs again though nothing has changed, since it failed, was stopped or some of its items
failed, the items that are done are taken over: what is before it is the same, and so are its items. Where something before it
runs again, its items are compared when it starts (`run/earlier_items.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import JsonValue

from voicegraph import clock
from voicegraph.graph.branches import branch_of, is_taken
from voicegraph.graph.model import Edge, Node, NodeId, RunId, Workflow
from voicegraph.graph.order import incoming, topological_order
from voicegraph.nodes.params.binding import with_answers
from voicegraph.nodes.registry import Registry
from voicegraph.run.events import ItemRun, NodeRun, Reuse, StoredRun
from voicegraph.run.item_digest import NO_RESULT
from voicegraph.run.recovery import outcome_of
from voicegraph.run.state import Completed, NodeStatus

Config = Mapping[str, JsonValue]


def failed_nodes(origin: StoredRun) -> set[NodeId]:
    """Where a replay from the failure starts: a failed node is tried again even when the run went on with its error.

    So is one of whose items some failed.
    """
    return {
        node_id
        for node_id, row in origin.nodes.items()
        if row.status is NodeStatus.FAILED or (row.items is not None and row.items.failed > 0)
    }


def reusable(
    origin: StoredRun,
    workflow: Workflow,
    config: Config,
    again: Collection[NodeId],
    registry: Registry,
    *,
    chosen: bool = False,
) -> Reuse:
    """What a run of `workflow` may take over from `origin`; the nodes in `again` run again, whatever is known of them.

    `chosen`: somebody chose them, they are not those that failed. Then they are run whole, with all of their items, and
    approvals are asked for again: one that was given is good for what it was given for.
    """
    judge = _Judge(origin, workflow, config, registry, chosen=chosen)
    for node_id in topological_order(workflow):
        judge.judge(node_id, node_id in again)
    return Reuse(judge.rows, judge.reasons, judge.items)


def taken_over(row: NodeRun, from_run: RunId) -> NodeRun:
    """The row as another run has it: it was not started there, and nobody paid for it again."""
    output = row.output.model_copy(update={"metrics": None}) if row.output else None
    return NodeRun(
        row.node_id,
        row.status,
        row.attempt,
        starts=0,
        finished_at=clock.now(),
        error=row.error,
        output=output,
        reused_from=row.reused_from or from_run,
        items=row.items,
    )


def item_taken_over(row: ItemRun, from_run: RunId) -> ItemRun:
    """As `taken_over`: an item that was never started in its run."""
    output = row.output.model_copy(update={"metrics": None}) if row.output else None
    return ItemRun(
        row.node_id,
        row.item,
        row.status,
        row.attempt,
        starts=0,
        finished_at=clock.now(),
        output=output,
        digest=row.digest,
        reused_from=row.reused_from or from_run,
    )


class _Judge:
    """Goes through the nodes in their order: what is before a node has been judged when its turn comes."""

    def __init__(
        self, origin: StoredRun, workflow: Workflow, config: Config, registry: Registry, *, chosen: bool
    ) -> None:
        self._chosen = chosen
        self.rows: dict[NodeId, NodeRun] = {}
        self.reasons: dict[NodeId, str] = {}
        self.items: dict[NodeId, dict[int, ItemRun]] = {}
        self._origin = origin
        self._skipped: set[NodeId] = set()
        self._old = {node.id: node for node in with_answers(origin.run.workflow, registry, origin.run.config).nodes}
        self._new = {node.id: node for node in with_answers(workflow, registry, config).nodes}
        self._old_edges, self._edges = incoming(origin.run.workflow), incoming(workflow)
        self._config_changed = _shared(config) != _shared(origin.run.config)

    def judge(self, node_id: NodeId, again: bool) -> None:
        row = self._origin.nodes.get(node_id)
        before = next((edge.source for edge in self._edges[node_id] if not self._is_settled(edge.source)), None)
        outcome = outcome_of(row) if row else None
        if not again and before is None and self._is_dead(node_id):
            self._skipped.add(node_id)
            return
        if row is not None and isinstance(outcome, Completed):
            reason = self._asked if again else self._reason(node_id, before)
            if reason is None:
                self.rows[node_id] = taken_over(row, self._origin.run.run_id)
                return
            self.reasons[node_id] = reason
        if not (again and self._chosen) and self._reason(node_id, before) is None:
            self._take_items(node_id)

    def _take_items(self, node_id: NodeId) -> None:
        items = self._origin.items.get(node_id, {})
        row = self._origin.nodes.get(node_id)
        made_by = (row.reused_from if row else None) or self._origin.run.run_id
        done = {
            item: item_taken_over(one, made_by) for item, one in items.items() if one.status is NodeStatus.COMPLETED
        }
        if done:
            self.items[node_id] = done

    @property
    def _asked(self) -> str:
        return "You asked for it." if self._chosen else "It failed, or some of its items did."

    def _is_settled(self, node_id: NodeId) -> bool:
        return node_id in self.rows or node_id in self._skipped

    def _is_dead(self, node_id: NodeId) -> bool:
        edges = self._edges[node_id]
        return bool(edges) and not any(self._is_live(edge) for edge in edges)

    def _is_live(self, edge: Edge) -> bool:
        row = self.rows.get(edge.source)
        if row is None:
            return False
        return is_taken(self._new[edge.source].type, edge.when, row.output.branch if row.output else None)

    def _reason(self, node_id: NodeId, before: NodeId | None) -> str | None:
        """Why the earlier result does not hold; None when it does."""
        new, old = self._new[node_id], self._old.get(node_id)
        if old is None:
            return "The earlier run does not have this node."
        if change := _change(old, new) or self._change_around(new):
            return change
        if new.type == "approval" and self._chosen:
            return "An approval is good for once: it is asked for again."
        if before is not None:
            return f"“{self._new[before].label or before}” before it runs again."
        return None

    def _change_around(self, node: Node) -> str | None:
        if _ways_in(self._edges[node.id], self._new) != _ways_in(self._old_edges[node.id], self._old):
            return "What leads to it has changed."
        if self._config_changed and "config" in repr(node.params):
            return "It uses values of the run that have changed."
        return None


def _change(old: Node, new: Node) -> str | None:
    if (old.type, old.action) != (new.type, new.action):
        return f"Its action has changed from {old.type}.{old.action} to {new.type}.{new.action}."
    names = sorted(name for name in {*old.params, *new.params} if old.params.get(name) != new.params.get(name))
    if names:
        return f"Its settings have changed: {', '.join(names)}."
    was, now = (node.model_dump(by_alias=True, exclude=NO_RESULT) for node in (old, new))
    other = sorted(name for name in now if was[name] != now[name])
    return f"It has changed: {', '.join(other)}." if other else None


def _ways_in(edges: Collection[Edge], nodes: Mapping[NodeId, Node]) -> list[tuple[NodeId, bool | None]]:
    """In their order, which is the order of the node's input."""
    return [(edge.source, branch_of(nodes[edge.source].type, edge.when)) for edge in edges]


def _shared(config: Config) -> dict[str, JsonValue]:
    """What templates can name; answers for single nodes are compared as params of these."""
    return {name: value for name, value in config.items() if name != "params"}
