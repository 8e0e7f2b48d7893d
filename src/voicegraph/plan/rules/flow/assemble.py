"""Blocks -> steps and links.

What a step works on are the open ends of the flow so far. A delivery leaves them open, so that two deliveries in a row
send the same thing; what only has to come later (a wait, a new source after "then") follows the deliveries.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from voicegraph.errors import UserError
from voicegraph.plan.rules.flow.blocks import Block, Branching, NumberedClause, Parallel
from voicegraph.plan.rules.steps.conditions import to_condition
from voicegraph.plan.rules.steps.step import PlannedStep
from voicegraph.plan.rules.text.shelter import Shelter

MAX_STEPS = 100
MAX_LINKS = 1_000
_STORES = frozenset({"notion_create", "file", "github", "http"})


@dataclass(frozen=True, slots=True)
class Port:
    """The start of an edge: a step, and the branch when it is a condition."""

    step: int
    when: bool | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """`ends`: what the next step works on. `tails`: deliveries made from them since."""

    ends: tuple[Port, ...] = ()
    tails: tuple[Port, ...] = ()


@dataclass(slots=True)
class Assembly:
    """The graph while it grows: steps, links (where from, where to), and which clause made which step."""

    shelter: Shelter
    steps: list[PlannedStep] = field(default_factory=list[PlannedStep])
    links: list[tuple[Port, int]] = field(default_factory=list[tuple[Port, int]])
    made_by: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    each_next: bool = False

    def run(self, blocks: Sequence[Block], flow: Flow) -> Flow:
        """Add the blocks one after the other; returns where the flow stands then."""
        for block in blocks:
            if isinstance(block, NumberedClause):
                flow = self._item(block, flow)
            elif isinstance(block, Parallel):
                flow = self._parallel(block, flow)
            else:
                flow = self._branching(block, flow)
        return flow

    def _item(self, item: NumberedClause, flow: Flow) -> Flow:
        self.each_next = self.each_next or item.meaning.each_next
        for group in item.meaning.groups:
            if group[0].role == "source":
                flow = self._sources(group, item, flow)
            elif group[0].role == "deliver":
                flow = self._deliveries(group, item, flow)
            else:
                before = (flow.tails or flow.ends) if group[0].role == "pause" else (flow.ends or flow.tails)
                flow = Flow(tuple(self._add(step, item, before) for step in group))
        return flow

    def _sources(self, group: Sequence[PlannedStep], item: NumberedClause, flow: Flow) -> Flow:
        """New sources run beside what is open, unless they work on it or have to come after it."""
        if group[0].follows or self._only_passes(flow):
            before, kept = flow.ends or flow.tails, ()
        elif flow.tails:
            before, kept = (flow.tails if "then" in item.flags else ()), ()
        else:
            before, kept = (), flow.ends
        return Flow(kept + tuple(self._add(step, item, before) for step in group))

    def _only_passes(self, flow: Flow) -> bool:
        """Whether the open ends are waits or branches, which a new source has to come after."""
        return bool(flow.ends) and all(
            port.when is not None or self.steps[port.step].role == "pause" for port in flow.ends
        )

    def _deliveries(self, group: Sequence[PlannedStep], item: NumberedClause, flow: Flow) -> Flow:
        for step in group:
            stored = bool(flow.tails) and all(self.steps[port.step].type in _STORES for port in flow.tails)
            before = flow.tails if (step.bare and stored) or not flow.ends else flow.ends
            flow = Flow(flow.ends, (*flow.tails, self._add(step, item, before)))
        return flow

    def _parallel(self, block: Parallel, flow: Flow) -> Flow:
        branches = [list(branch) for branch in block.branches]
        rooted = [_has_source(branch) for branch in branches]
        if not flow.ends and rooted[0] and not all(rooted):
            # "Summarize the PDF and at the same time extract …": one source for all of them.
            flow = self._item(branches[0][0].sources_only(), flow)
            branches[0][0], rooted[0] = branches[0][0].without_sources(), False
        passing = self._only_passes(flow)
        start = Flow(flow.ends or flow.tails)
        ends = [
            self.run(branch, Flow() if root and not passing else start)
            for branch, root in zip(branches, rooted, strict=True)
        ]
        open_ends = [port for end in ends if not end.tails for port in end.ends]
        if open_ends:
            kept = flow.ends if all(rooted) and not passing and not flow.tails else ()
            return Flow(_unique([*kept, *open_ends]))
        tails = tuple(port for end in ends for port in end.tails)
        return Flow(_unique(flow.ends or [port for end in ends for port in end.ends]), tails)

    def _branching(self, block: Branching, flow: Flow) -> Flow:
        item = block.condition
        flow = self._item(item, flow) if item.meaning.sources else flow
        before = flow.ends or flow.tails
        port = self._add(self._condition(item, before), item, before)
        branches = ((True, block.then), (False, block.otherwise))
        ends = [self.run(blocks, Flow((Port(port.step, when),))) for when, blocks in branches if blocks]
        open_ends = [end for flow_ in ends if not flow_.tails for end in flow_.ends if end.step != port.step]
        if open_ends:
            return Flow(_unique(open_ends))
        return Flow(flow.ends or (Port(port.step, True),), tuple(tail for flow_ in ends for tail in flow_.tails))

    def _condition(self, item: NumberedClause, before: Sequence[Port]) -> PlannedStep:
        words = item.clause.text
        request = next((port.step for port in before if self.steps[port.step].type in {"http", "web_page"}), None)
        called = None if request is None else f"step-{request}"
        unless = item.clause.kind == "unless"
        condition = to_condition(words, self.shelter, negate=unless, called=called)
        if condition.of_status and request is not None:
            self.steps[request] = as_probe(self.steps[request])
        label = f"{'Unless' if unless else 'If'} {self.shelter.restore(words).strip(' ,.?!')}"
        params = {"expression": condition.expression}
        return PlannedStep(
            "think", "condition", "if", label, dict(params), note=condition.note, doubt=bool(condition.note)
        )

    def _add(self, step: PlannedStep, item: NumberedClause, before: Iterable[Port]) -> Port:
        fits = step.role in {"think", "deliver"} or step.follows
        if self.each_next and fits and step.type != "condition":
            step, self.each_next = replace(step, each=True), False
        self.steps.append(step)
        index = len(self.steps) - 1
        self.made_by.setdefault(item.number, []).append(index)
        self.links += [(port, index) for port in before]
        if len(self.steps) > MAX_STEPS or len(self.links) > MAX_LINKS:
            raise UserError("too_many_steps", f"One command makes at most {MAX_STEPS} steps; say it in several parts.")
        return Port(index)


def as_probe(step: PlannedStep) -> PlannedStep:
    """The request whose status is judged: an error status must not fail the run."""
    params = {"method": "GET", **step.params, "failOnError": False}
    return replace(step, type="http", action="request", params=params)


def _has_source(branch: Sequence[NumberedClause]) -> bool:
    return any(not step.follows for step in branch[0].meaning.sources)


def _unique(ports: Iterable[Port]) -> tuple[Port, ...]:
    return tuple(dict.fromkeys(ports))
