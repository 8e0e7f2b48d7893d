"""A run made from an earlier one: whole, from a node, from where it failed, or one node alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from voicegraph.errors import Conflict, NotFound, UserError
from voicegraph.graph.model import Node, Workflow, unpinned
from voicegraph.nodes.params.unknown_nodes import without_strays
from voicegraph.nodes.registry import Registry
from voicegraph.run.events import Reuse, StoredRun
from voicegraph.run.pinned_outputs import takes_pins
from voicegraph.run.recovery import outcome_of
from voicegraph.run.reuse import failed_nodes, reusable
from voicegraph.run.single_node import alone, not_reached
from voicegraph.run.state import RunState

FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay that is asked for. `start`: a node's id, `failed`, or None for all; `only` runs one node by itself.

    `workflow` and `config` None: as the earlier run had them.
    """

    start: str | None = None
    only: str | None = None
    workflow: Workflow | None = None
    config: Mapping[str, JsonValue] | None = None


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """The parts of the new run. `from_failure`: items that are done are not done again, wherever they are by then."""

    workflow: Workflow
    config: Mapping[str, JsonValue]
    reuse: Reuse
    from_failure: bool = False


def plan_replay(origin: StoredRun, replay: Replay, registry: Registry) -> ReplayPlan:
    """What to run and what to take over. Conflict while the run is not over, or when nothing is left to run."""
    if not origin.status.terminal:
        raise Conflict("run_active", "The run is not over. Wait for its end or cancel it, then replay it.")
    workflow = replay.workflow or _as_it_ran(origin)
    config = origin.run.config if replay.config is None else replay.config
    if replay.only:
        if replay.start:
            raise UserError("bad_replay", "Send `from` or `only`, not both.")
        part, reuse = alone(origin, workflow, config, _known(workflow, replay.only), registry)
        return ReplayPlan(part, without_strays(config, part), reuse)
    if replay.config is None:  # nobody gave it for this workflow
        config = without_strays(config, workflow)
    if replay.start is None:
        return ReplayPlan(workflow, config, Reuse())
    from_failure = replay.start == FAILED
    again = failed_nodes(origin) if from_failure else {_known(workflow, replay.start).id}
    reuse = reusable(origin, workflow, config, again, registry, chosen=not from_failure)
    _require_work(workflow, reuse, replay.start)
    return ReplayPlan(workflow, config, reuse, from_failure)


def _as_it_ran(origin: StoredRun) -> Workflow:
    """A run that took no pins is replayed without them."""
    return origin.run.workflow if takes_pins(origin.run.trigger) else unpinned(origin.run.workflow)


def _known(workflow: Workflow, node_id: str) -> Node:
    try:
        return workflow.node(node_id)
    except KeyError:
        raise NotFound(
            f"The workflow has no node {node_id}. Choose one of its nodes, or replay the whole run."
        ) from None


def _require_work(workflow: Workflow, reuse: Reuse, start: str) -> None:
    outcomes = {node_id: outcome for node_id, row in reuse.rows.items() if (outcome := outcome_of(row))}
    step = RunState(workflow).restore(outcomes, ())
    if start in step.skipped:
        raise not_reached(workflow.node(start))
    if step.finished:
        raise Conflict("nothing_to_replay", "Nothing failed in this run. Replay it whole, or from a node.")
