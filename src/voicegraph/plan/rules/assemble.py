"""Blocks -> nodes and edges.

What a step works on are the open ends of the flow so far. A delivery leaves them open, so that two deliveries in a row
send the same thing; what only has to come later (a wait, a new source after "then") follows the deliveries.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from voicegraph.errors import UserError
from voicegraph.plan.rules.conditions import to_condition
from voicegraph.plan.rules.shelter import Shelter
from voicegraph.plan.rules.steps import Step
from voicegraph.plan.rules.structure import Block, Branching, Item, Parallel

MAX_STEPS = 100
MAX_LINKS = 1_000
_STORES = frozenset({"notion_create", "file", "github", "http"})


@dataclass(frozen=True, slots=True)
class Port:
    """Where an edge may leave: a step, and the branch when it is a condition."""

    step: int
    when: bool | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """`ends`: what the next step works on. `tails`: deliveries made from them since."""

    ends: tuple[Port, ...] = ()
    tails: tuple[Port, ...] = ()


@dataclass(slots=True)
class Assembly:
    """The graph while it grows: steps, links (source, branch, target), and which clause made which step."""

    shelter: Shelter
    steps: list[Step] = field(default_factory=list)
    links: list[tuple[Port, int]] = field(default_factory=list)
    made_by: dict[int, list[int]] = field(default_factory=dict)
    each_next: bool = False

    def run(self, blocks: Sequence[Block], flow: Flow) -> Flow:
        """Add the blocks one after the other; returns where the flow stands then."""
        for block in blocks:
            if isinstance(block, Item):
                flow = self._item(block, flow)
            elif isinstance(block, Parallel):
                flow = self._parallel(block, flow)
            else:
                flow = self._branching(block, flow)
        return flow

    def _item(self, item: Item, flow: Flow) -> Flow:
        self.each_next = self.each_next or item.meaning.each_next
        for group in item.meaning.groups:
            if group[0].role == "source":
                flow = self._sources(group, item, flow)
            elif group[0].role == "deliver":
                flow = self._deliveries(group, item, flow)
            else:
                before = (flow.tails or flow.ends) if group[0].role == "pause" else (flow.ends or flow.tails)
                flow = Flow((self._add(group[0], item, before),))
        return flow

    def _sources(self, group: list[Step], item: Item, flow: Flow) -> Flow:
        """New sources run beside what is open, unless they work on it or have to come after it."""
        follows = group[0].follows or self._only_passes(flow)
        if follows:
            before = flow.ends or flow.tails
            return Flow(tuple(self._add(step, item, before) for step in group))
        if flow.tails:
            before = flow.tails if "then" in item.flags else ()
            return Flow(tuple(self._add(step, item, before) for step in group))
        return Flow(flow.ends + tuple(self._add(step, item, ()) for step in group))

    def _only_passes(self, flow: Flow) -> bool:
        """Whether the open ends are waits or branches, which a new source has to come after."""
        return bool(flow.ends) and all(port.when is not None or self.steps[port.step].role == "pause" for port in flow.ends)

    def _deliveries(self, group: list[Step], item: Item, flow: Flow) -> Flow:
        for step in group:
            stored = bool(flow.tails) and all(self.steps[port.step].type in _STORES for port in flow.tails)
            before = flow.tails if (step.bare and stored) or not flow.ends else flow.ends
            flow = Flow(flow.ends, (*flow.tails, self._add(step, item, before)))
        return flow

    def _parallel(self, block: Parallel, flow: Flow) -> Flow:
        branches = [list(branch) for branch in block.branches]
        if not flow.ends:
            flow, branches = self._shared_source(branches, flow)
        ends = [self.run(branch, self._start(branch, flow)) for branch in branches]
        open_ends = [port for end in ends if not end.tails for port in end.ends]
        kept = flow.ends if all(self._has_source(branch) for branch in branches) and not self._only_passes(flow) and not flow.tails else ()
        tails = tuple(port for end in ends for port in end.tails)
        if open_ends:
            return Flow(_unique([*kept, *open_ends]))
        return Flow(_unique(flow.ends or [port for end in ends for port in end.ends]), tails)

    def _start(self, branch: Sequence[Block], flow: Flow) -> Flow:
        return Flow() if self._has_source(branch) and not self._only_passes(flow) else Flow(flow.ends or flow.tails)

    def _shared_source(self, branches: list[list[Block]], flow: Flow) -> tuple[Flow, list[list[Block]]]:
        """The source of the first branch is that of all branches which have none."""
        first = branches[0][0]
        if isinstance(first, Item) and first.meaning.sources and not all(self._has_source(branch) for branch in branches):
            flow = self._item(first.only(sources=True), flow)
            branches[0][0] = first.only(sources=False)
        return flow, branches

    @staticmethod
    def _has_source(branch: Sequence[Block]) -> bool:
        return isinstance(branch[0], Item) and any(not step.follows for step in branch[0].meaning.sources)

    def _branching(self, block: Branching, flow: Flow) -> Flow:
        item = block.condition
        if item.meaning.sources:
            flow = self._item(item, flow)
        condition = to_condition(item.clause.text, self.shelter, negate=item.clause.kind == "unless")
        step = Step("think", "condition", "if", _headline(self.shelter.restore(item.clause.text)), {"expression": condition.expression})
        step = replace(step, note=condition.note, doubt=bool(condition.note))
        port = self._add(step, item, flow.ends or flow.tails)
        ends = [
            self.run(blocks, Flow((Port(port.step, when),)))
            for when, blocks in ((True, block.then), (False, block.otherwise))
            if blocks
        ]
        open_ends = [p for end in ends if not end.tails for p in end.ends if p.step != port.step]
        tails = tuple(p for end in ends for p in end.tails)
        return Flow(_unique(open_ends), ()) if open_ends else Flow(flow.ends or (Port(port.step, True),), tails)

    def _add(self, step: Step, item: Item, before: Iterable[Port]) -> Port:
        if self.each_next and step.role in {"think", "deliver"} and step.type != "condition":
            step, self.each_next = replace(step, each=True), False
        self.steps.append(step)
        index = len(self.steps) - 1
        self.made_by.setdefault(item.number, []).append(index)
        self.links += [(port, index) for port in before]
        if len(self.steps) > MAX_STEPS or len(self.links) > MAX_LINKS:
            raise UserError("too_many_steps", f"One command makes at most {MAX_STEPS} steps; say it in several parts.")
        return Port(index)


def _unique(ports: Iterable[Port]) -> tuple[Port, ...]:
    return tuple(dict.fromkeys(ports))


def _headline(text: str) -> str:
    text = text.strip(" ,.?!")
    return f"If {text}"[:80]
