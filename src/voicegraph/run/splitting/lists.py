"""The items of a list within a text: which lines begin one, which lines belong to it, and what is said around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import dedent

from voicegraph.run.splitting.list_marks import BOLD, BULLET, Mark, MarkedLine, counts

_OPENING = re.compile(
    r"(?:(?:sure|certainly|of course|absolutely|great|ok|okay)\b.*|here(?:'s|’s| is| are)\b.*|below (?:is|are)\b.*|the following\b.*):",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:let me know|(?:i )?hope (?:this|these|that|it)|feel free|would you like|do you want|"
    r"if you(?:'d|’d| would| want| need| have)?\b.*(?:let me know|i can|just ask|tell me))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """A line of what stands around a list."""

    text: str
    indent: int = 0


@dataclass(frozen=True, slots=True)
class ListedItems:
    """The items of a list, and how many paragraphs stand around it."""

    items: list[str]
    around: int


@dataclass(slots=True)
class _Item:
    """An item while it is read: its own lines, paragraphs that begin at the margin, and lines that do within one."""

    first: str
    held: list[MarkedLine]
    loose: int = 0
    lazy: int = 0

    def text(self) -> str:
        lines = [" " * line.indent + line.text for line in self.held]
        margin = [line for line in lines if line and not line.startswith(" ")]
        rest = "\n".join(lines) if margin else dedent("\n".join(lines))
        return f"{self.first}\n{rest}".strip() if rest.strip() else self.first


def opening(line: str) -> bool:
    """Whether a line without a mark can only lead to what follows: “Here are three ideas:”."""
    return len(line) < 500 and bool(_OPENING.fullmatch(line.strip("*_ ")))


def closing(line: str) -> bool:
    """Whether a line without a mark speaks to who asked: “Let me know …”."""
    return bool(_CLOSING.match(line[:500]))


def paragraphs(lines: Iterable[Part]) -> int:
    """How many paragraphs these lines are."""
    found, open_ = 0, False
    for line in lines:
        found += bool(line.text) and not open_
        open_ = bool(line.text)
    return found


def listed(lines: Sequence[MarkedLine]) -> ListedItems | None:
    """The list in these lines; None where there is none."""
    starts = _starts(lines)
    if not starts:
        return None
    before = [Part(line.text) for line in lines[: starts[0]]]
    around = paragraphs(before)
    margin = lines[starts[0]].indent
    items: list[_Item] = []
    for place, start in enumerate(starts):
        last = place + 1 == len(starts)
        end = len(lines) if last else starts[place + 1]
        item, dropped = _read(lines[start:end], margin, items, last=last)
        items.append(item)
        around += dropped
    if len(items) == 1:
        introduced = any(part.text.endswith(":") for part in before)
        alone = not around and not items[0].lazy and not items[0].loose
        if not introduced and not alone:
            return None
    return ListedItems([item.text() for item in items], around)


def _starts(lines: Sequence[MarkedLine]) -> list[int]:
    """The lines that begin an item of the outermost list."""
    marked = [(at, line, line.mark) for at, line in enumerate(lines) if line.mark]
    for level in range(1, 7):  # `### 1. Title`
        numbered = [(at, mark) for at, _, mark in marked if mark.heading == level and mark.ordered]
        if len(numbered) > 1 and counts([mark.count for _, mark in numbered]):
            return [at for at, _ in numbered]
    simple = [(at, line, mark) for at, line, mark in marked if not mark.heading and mark.kind != BOLD]
    margin = min((line.indent for _, line, _ in simple), default=0)
    outer = [(at, mark) for at, line, mark in simple if line.indent <= margin + 1]
    ordered: dict[str, list[tuple[int, int]]] = {}
    for at, mark in outer:
        if mark.ordered:
            ordered.setdefault(mark.kind, []).append((at, mark.count))
    bullets = [at for at, mark in outer if mark.kind == BULLET]
    chains = {kind: [at for at, _ in found] for kind, found in ordered.items() if _is_chain(kind, found)}
    starts = _outer_starts(outer, bullets, chains)
    if starts:
        return starts + _of_other_marks(lines, outer, chains, starts, margin)
    for level in (BOLD, "##", "###", "####", "#####", "######"):
        found = [at for at, line, mark in marked if mark.kind == level and line.indent == 0]
        if len(found) > 1:
            return found
    return []


def _outer_starts(outer: Sequence[tuple[int, Mark]], bullets: list[int], chains: dict[str, list[int]]) -> list[int]:
    """The items of the kind that comes first."""
    first = min(chains.values(), key=lambda ats: ats[0]) if chains else []
    if first and (not bullets or first[0] < bullets[0]):
        return first
    if bullets:
        place = {at: position for position, (at, _) in enumerate(outer, 1)}
        mixed = {at for at, mark in outer if mark.ordered and mark.kind[-2] == "1" and mark.count == place[at] > 1}
        return [at for at, mark in outer if mark.kind == BULLET or at in mixed]
    return []


def _of_other_marks(
    lines: Sequence[MarkedLine],
    outer: Sequence[tuple[int, Mark]],
    chains: dict[str, list[int]],
    starts: Sequence[int],
    margin: int,
) -> list[int]:
    """The items of a further list with other marks, behind the first one and a line that leads to it: “And also:”.

    Where items of the first one hold such marks, so does its last.
    """
    taken = {*starts}
    others = [(at, mark) for at, mark in outer if at not in taken]
    if not others or others[0][0] < starts[-1]:
        return []
    at, mark = others[0]
    filled = [line for line in lines[starts[-1] + 1 : at] if line.text]
    lead = filled[-1] if filled else None
    if lead is None or lead.indent > margin + 1 or lead.fenced or not lead.text.rstrip("*_").endswith((":", "：")):
        return []
    return chains.get(mark.kind, []) if mark.ordered else [at for at, one in others if one.kind == mark.kind]


def _is_chain(kind: str, found: Sequence[tuple[int, int]]) -> bool:
    values = [count for _, count in found]
    return counts(values) and (len(values) > 1 or kind[-2] == "1")


def _read(lines: Sequence[MarkedLine], margin: int, earlier: Sequence[_Item], *, last: bool) -> tuple[_Item, int]:
    """An item from its first line up to the next one's, and how many paragraphs of that do not belong to it."""
    mark = lines[0].mark
    item = _Item(mark.rest if mark else lines[0].text, [])
    titled = mark is not None and (mark.kind == BOLD or mark.heading > 0)
    told = earlier if last else ()
    most_loose = (max if titled else min)((one.loose for one in told), default=0)
    most_lazy = max((one.lazy for one in told), default=0)
    lead = 0 if last else _lead(lines, margin)
    blank = False
    for place, line in enumerate(lines[1:], 1):
        if not line.text:
            blank = True
            item.held.append(line)
            continue
        belongs = (
            line.indent > margin
            or line.fenced
            or (line.mark is not None and line.mark.kind != BOLD and not line.mark.heading)
        )
        if lead and place >= lead:
            return item, paragraphs(Part(one.text) for one in lines[place:])
        if not belongs:
            item.loose += blank
            item.lazy += not blank
            if last and _closes(line, item, blank, most_loose, most_lazy):
                item.loose -= blank
                item.lazy -= not blank
                return item, paragraphs(Part(one.text) for one in lines[place:])
        item.held.append(line)
        blank = False
    return item, 0


def _closes(line: MarkedLine, item: _Item, blank: bool, most_loose: int, most_lazy: int) -> bool:
    """Whether this line behind the last item is said about the list, which the items before it tell."""
    if closing(line.text):
        return True
    if blank:
        return item.loose > most_loose
    if item.loose:  # a line of a paragraph that belongs to it
        return False
    return item.lazy > most_lazy and not line.text[:1].islower()


def _lead(lines: Sequence[MarkedLine], margin: int) -> int:
    """Where what leads to the next group begins, behind an item; 0 where nothing does."""
    filled = [place for place, line in enumerate(lines) if line.text and place]
    if not filled:
        return 0
    line = lines[filled[-1]]
    titled = line.mark is not None and (
        line.mark.heading > 0 or (line.mark.kind == BOLD and line.mark.rest != line.text)
    )
    if line.indent > margin or line.fenced or not (titled or line.text.rstrip("*_").endswith((":", "："))):
        return 0
    if line.mark is not None and not titled and line.mark.kind != BOLD:
        return 0  # an item of an inner list
    first = filled[-1]
    while first > 1 and lines[first - 1].text:
        first -= 1
    return first if first > 1 or filled[-1] == 1 else filled[-1]
