"""The clauses of an edit: what to do, where, and on what condition."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from voicegraph.plan.rules.clauses.clause import ParsedClause
from voicegraph.plan.rules.clauses.split import split_clauses
from voicegraph.words.patterns import named, rx

_Side = Literal["before", "after", "condition", "unless", "instead", "beside"]

_PLACE = rx("^", named("side", "before|after"), " ", named("what", ".+$"))
_INSTEAD = rx("^(?:instead of|rather than) ", named("what", ".+$"))
_A_BRANCH = "(?:an?|another|one more|the) (?:(?:third|second|fourth|new|separate|parallel|further|additional|own|extra) )*(?:branch|path|track)"
_AS_BRANCH = rx(
    rf"^(?:add|make|create|start) {_A_BRANCH} (?:that |which |to |where it |for )| (?:as|in|on) {_A_BRANCH}\b"
)
""""Extract the dates as a third branch", "add a branch that translates it"."""
_ONE_MORE = rx(
    "(?P<all>(?P<verb>replace|swap|exchange|substitute|change) .{3,60}? (?P<by>by|with|for|to) .{3,60}?),? and ",
    r"(?P<old>the [\w ]{2,40}?) (?P=by) ",
)
""""Replace A by B and C by D"."""
_WHILE = rx(r"(?:and )?while (?:(?:you're|you are) )?\w+ing(?: \w+){0,2}$")
_NOT_THAT = rx(
    "^",
    named(
        "new", r"[^,]{3,80}?(?<!\bdo)(?<!\bdoes)(?<!\bis)(?<!\bare)(?<!\bor)(?<!\bif)(?<!\bshould)(?<!\bcan)(?<!\bwill)"
    ),
    " ?,? (?:and )?not (?:for |the |to )?",
    named("old", r"[^,]{2,60}"),
    "$",
)
_BESIDE = rx(r"[ ,]*\b(?:at the same time|in parallel|simultaneously|side by side) ?$")
_ALSO = rx(r"\b(?:as well|too|also)\b")
_PUT_FIRST = rx(r"\b(?:put|move|make|do|run|bring)\b.* first$")


@dataclass(frozen=True, slots=True)
class Order:
    """One change. `before` and `after` name a step; `otherwise`: on the no branch; `beside`: "at the same time"."""

    text: str
    before: str = ""
    after: str = ""
    condition: str = ""
    unless: bool = False
    otherwise: bool = False
    beside: bool = False
    also: bool = False
    then: bool = False

    @property
    def plain(self) -> bool:
        """Whether nothing says where, when or beside what."""
        return not (self.before or self.after or self.condition or self.beside or self.also or self.then)


def read_orders(text: str) -> list[Order]:
    """The orders of a tidy text."""
    orders: list[Order] = []
    waiting: list[tuple[_Side, str]] = []
    for clause in split_clauses(_ONE_MORE.sub(r"\g<all>, \g<verb> \g<old> \g<by> ", text)):
        aside = _aside(clause)
        if aside is None:
            order = _order(clause)
            for side in waiting:
                order = _with(order, *side)
            waiting = []
            orders.append(order)
        elif orders and (clause.loose or aside[0] == "instead"):
            orders[-1] = _with(orders[-1], *aside)
        else:
            waiting.append(aside)
    for side in waiting if orders else ():
        orders[-1] = _with(orders[-1], *side)
    return orders


def _aside(clause: ParsedClause) -> tuple[_Side, str] | None:
    """("before", "sending the email") for a clause that only says where, or on what condition."""
    if clause.kind in {"before", "after"}:
        return ("before" if clause.kind == "before" else "after"), clause.text
    if clause.kind in {"if", "unless"}:
        return ("condition" if clause.kind == "if" else "unless"), clause.text
    if "parallel" in clause.flags and _WHILE.match(clause.words):
        return "beside", clause.text
    place = _PLACE.match(clause.text)
    if place:
        return ("before" if place["side"].lower() == "before" else "after"), place["what"]
    instead = _INSTEAD.match(clause.words)
    return ("instead", instead["what"]) if instead else None


def _with(order: Order, side: _Side, what: str) -> Order:
    if side == "before":
        return replace(order, before=what)
    if side == "after":
        return replace(order, after=what)
    if side == "instead":
        return replace(order, text=f"{order.text} instead of {what}")
    if side == "beside":
        return replace(order, beside=True)
    return replace(order, condition=what, unless=side == "unless")


def _order(clause: ParsedClause) -> Order:
    text = f"for each {clause.text}" if clause.kind == "each" else clause.text
    text = _NOT_THAT.sub(r"\g<new> instead of \g<old>", text)
    branch = _AS_BRANCH.search(text)
    text = _AS_BRANCH.sub("", text)
    if _PUT_FIRST.search(clause.words):
        text = f"{text} first"
    return Order(
        _BESIDE.sub("", text).strip(" ,"),
        otherwise=clause.kind == "else",
        beside=clause.parallel_tail or bool({"parallel", "branch"} & clause.flags) or bool(branch),
        also="also" in clause.flags or bool(_ALSO.search(clause.words)),
        then="then" in clause.flags,
    )
