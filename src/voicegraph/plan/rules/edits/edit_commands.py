"""An edit from start to end: when the workflow runs, then clause by clause."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voicegraph.errors import GraphError, Refusal, UserError
from voicegraph.graph import edit as graph_edit
from voicegraph.graph.diff import diff
from voicegraph.graph.model import Workflow
from voicegraph.graph.order import topological_order
from voicegraph.plan.planner import Clause, Edit
from voicegraph.plan.rules.edits.branching import put_on_condition
from voicegraph.plan.rules.edits.inserting import hold_for_approval, insert
from voicegraph.plan.rules.edits.marking import rename, run_for_each, run_once
from voicegraph.plan.rules.edits.moving import move, run_in_turn, run_side_by_side
from voicegraph.plan.rules.edits.orders import Order, read_orders
from voicegraph.plan.rules.edits.removing import remove
from voicegraph.plan.rules.edits.replacing import replace_like, replace_named
from voicegraph.plan.rules.edits.setting import set_param, set_recipients, set_style
from voicegraph.plan.rules.edits.timing import read_timing
from voicegraph.plan.rules.edits.work import EditWork
from voicegraph.plan.rules.refuse import EDIT_EXAMPLE, refuse
from voicegraph.plan.rules.text.normalize import normalize

_READERS: tuple[Callable[[Order, EditWork], bool], ...] = (
    rename,
    hold_for_approval,
    run_once,
    put_on_condition,
    remove,
    move,
    run_in_turn,
    run_side_by_side,
    set_param,
    set_style,
    replace_named,
    replace_like,
    run_for_each,
    set_recipients,
    insert,
)
"""In the order they are asked. Each knows one kind of change; the first that understands an order carries it out."""
_MAX_ORDERS = 50
_PUZZLE, _NOTE, _LEAST = 0.25, 0.1, 0.1


def edit(text: str, workflow: Workflow) -> Edit:
    """As `Planner.edit`, without waiting for anything. Raises GraphError when the workflow itself is broken."""
    spoken = normalize(text)
    topological_order(workflow)
    work = EditWork(workflow, spoken)
    rest = spoken.text
    told: list[Clause] = []
    timing = read_timing(spoken, workflow)
    if timing:
        rest = timing.rest
        work.workflow = graph_edit.set_triggers(workflow, timing.triggers)
        work.notes += timing.notes
        work.tell(timing.message)
        told.append(Clause(timing.words))
    puzzles = _carry_out(read_orders(rest), work, told)
    if not work.said:
        raise refuse(rest, text, editing=True)
    assumptions = [*dict.fromkeys(work.notes), *(f'"{words}" was not understood and left out.' for words in puzzles)]
    confidence = max(_LEAST, round(1 - _PUZZLE * len(puzzles) - _NOTE * len(work.notes), 2))
    return Edit(work.workflow, " ".join(work.said), diff(workflow, work.workflow), told, assumptions, confidence)


def _carry_out(orders: Sequence[Order], work: EditWork, told: list[Clause]) -> list[str]:
    """Change the workflow order by order; returns what was not understood."""
    if len(orders) > _MAX_ORDERS:
        raise UserError("too_many_steps", f"One command makes at most {_MAX_ORDERS} changes; say it in several parts.")
    puzzles: list[str] = []
    for order in orders:
        words = work.spoken.written(order.text)
        before = len(work.touched)
        try:
            understood = any(reader(order, work) for reader in _READERS)
        except GraphError as error:
            raise Refusal("unclear", f"That change does not fit: {error.message}", EDIT_EXAMPLE) from error
        puzzles += [] if understood else [words]
        alive = {node.id for node in work.workflow.nodes}
        touched = dict.fromkeys(node_id for node_id in work.touched[before:] if node_id in alive)
        told.append(Clause(words, list(touched), not understood))
    return puzzles
