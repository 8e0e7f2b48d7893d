"""An edit from start to end: when it runs, then clause by clause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from voicegraph.errors import GraphError, Refusal, UserError
from voicegraph.graph import edit as graph_edit
from voicegraph.graph.diff import diff
from voicegraph.graph.model import NodeId, Workflow
from voicegraph.graph.order import topological_order
from voicegraph.plan.planner import Clause as ToldClause
from voicegraph.plan.planner import Edit
from voicegraph.plan.rules.clauses import Clause, split_clauses
from voicegraph.plan.rules.edits.operations import READERS, Order, Work
from voicegraph.plan.rules.edits.timing import read_timing
from voicegraph.plan.rules.normalize import normalize
from voicegraph.plan.rules.refuse import EDIT_EXAMPLE, refuse

_MAX_ORDERS = 50
_ANCHOR_ONLY = re.compile(r"^(?P<side>before|after)\s+(?P<what>.+)$", re.I)
_INSTEAD_OF = re.compile(r"^(?P<side>instead\s+of|rather\s+than)\s+(?P<what>.+)$", re.I)
_FIRST = re.compile(r"^(?:.*\b)?(?:put|move|make|do|run|bring)\b.*\sfirst$", re.I)
_BESIDE = re.compile(r"[\s,]*\b(?:at\s+the\s+same\s+time|in\s+parallel|simultaneously|side\s+by\s+side)\s*$", re.I)


def edit(text: str, workflow: Workflow) -> Edit:
    """As `Planner.edit`, without waiting for anything. Raises GraphError when the workflow itself is broken."""
    spoken = normalize(text)
    topological_order(workflow)
    work = Work(workflow, spoken.shelter)
    rest = spoken.text
    timing = read_timing(rest, workflow, spoken.shelter)
    told: list[ToldClause] = []
    if timing:
        work.workflow = graph_edit.set_triggers(work.workflow, timing.triggers)
        work.tell(timing.message)
        work.notes += timing.notes
        told.append(ToldClause(spoken.shelter.restore(spoken.text)) if not timing.rest else ToldClause(timing.message))
        rest = timing.rest
    orders = read_orders(rest)
    if len(orders) > _MAX_ORDERS:
        raise UserError("too_many_steps", f"One command makes at most {_MAX_ORDERS} changes; say it in several parts.")
    puzzles = _carried_out(orders, work, told)
    if not work.said:
        raise refuse(rest or spoken.text, text, editing=True)
    assumptions = list(dict.fromkeys(work.notes)) + [f'"{words}" was not understood and left out.' for words in puzzles]
    confidence = max(0.1, round(1 - 0.25 * len(puzzles) - 0.1 * len(work.notes), 2))
    return Edit(work.workflow, " ".join(work.said), diff(workflow, work.workflow), told, assumptions, confidence)


def _carried_out(orders: Sequence[Order], work: Work, told: list[ToldClause]) -> list[str]:
    """Change the workflow clause by clause; returns what was not understood."""
    puzzles: list[str] = []
    for order in orders:
        touched = len(work.touched)
        words = work.shelter.restore(order.text)
        try:
            understood = any(reader(order, work) for reader in READERS)
        except GraphError as error:
            raise Refusal("unclear", f"That change does not fit: {error.message}", EDIT_EXAMPLE) from error
        if not understood:
            puzzles.append(words)
        made: list[NodeId] = list(dict.fromkeys(work.touched[touched:]))
        alive = {node.id for node in work.workflow.nodes}
        told.append(ToldClause(words, [node_id for node_id in made if node_id in alive], not understood))
    return puzzles


def read_orders(text: str) -> list[Order]:
    """The clauses of an edit, each with its place ("before …") and its condition."""
    orders: list[Order] = []
    waiting: dict[str, str] = {}
    for clause in split_clauses(text):
        anchor = _anchor_of(clause)
        if anchor:
            side, what = anchor
            if orders and (clause.loose or not what) and side in {"before", "after", "condition", "negated"} and not _is_first(clause, text):
                orders[-1] = _with(orders[-1], side, what)
            else:
                waiting[side] = what
            continue
        order = _order(clause)
        for side, what in waiting.items():
            order = _with(order, side, what)
        waiting = {}
        orders.append(order)
    if waiting and orders:
        for side, what in waiting.items():
            orders[-1] = _with(orders[-1], side, what)
    return orders


def _is_first(clause: Clause, text: str) -> bool:
    return text.strip().startswith(clause.words)


def _anchor_of(clause: Clause) -> tuple[str, str] | None:
    """("before", "sending the email") for a clause that only says where or when."""
    if clause.kind in {"before", "after"}:
        return clause.kind, clause.text
    if clause.kind == "if":
        return "condition", clause.text
    if clause.kind == "unless":
        return "negated", clause.text
    found = _ANCHOR_ONLY.match(clause.text) or _INSTEAD_OF.match(clause.words)
    if found is None:
        return None
    side = found["side"].lower()
    return ("instead" if side not in {"before", "after"} else side), found["what"]


def _with(order: Order, side: str, what: str) -> Order:
    if side == "negated":
        return replace(order, condition=what, negated=True)
    if side == "instead":
        return replace(order, text=f"{order.text} instead of {what}")
    return replace(order, **{side: what})


def _order(clause: Clause) -> Order:
    text = clause.text
    if clause.kind == "each":
        text = f"for each {text}"
    if _FIRST.search(clause.words) and not _FIRST.search(text):
        text = f"{text} first"
    beside = bool(clause.parallel_tail or "parallel" in clause.flags or _BESIDE.search(text))
    also = "also" in clause.flags or bool(re.search(r"\b(?:as\s+well|too|also)\b", clause.words, re.I))
    return Order(_BESIDE.sub("", text).strip(" ,"), otherwise=clause.kind == "else", beside=beside, also=also, then="then" in clause.flags)
