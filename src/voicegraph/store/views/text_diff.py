"""Two texts as one list of lines: what is the same, what is gone, what is new.

The longest common subsequence of the lines, by bit-parallel rows (Hyyrö, "Bit-parallel LCS-length computation
revisited", 2004): each line of one text is a handful of operations on an integer with a bit for every line of the
other, whatever the texts hold. The rows are kept, and the way back through them is the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Literal

MAX_LINES = 2_000
"""Lines that are compared, counted from the first difference to the last: 2,000 against 2,000 take some hundredths of a
second."""
CONTEXT = 3


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a comparison of texts; `gap` stands for lines that are the same in both, or not compared, and left out."""

    kind: Literal["same", "removed", "added", "gap"]
    text: str


_GAP = DiffLine("gap", "")


@dataclass(frozen=True, slots=True)
class Difference:
    """Both texts as one list of lines, with three lines around each difference; `cut`: not compared to the end."""

    lines: list[DiffLine]
    cut: bool


def difference(left: Sequence[str], right: Sequence[str]) -> Difference:
    """What differs between two texts. What begins and ends alike may be as long as it likes."""
    head = _alike(zip(left, right, strict=False))
    most = min(len(left), len(right)) - head
    tail = _alike(islice(zip(reversed(left), reversed(right), strict=False), most))
    middles = [side[head : len(side) - tail] for side in (left, right)]
    cut = any(len(middle) > MAX_LINES for middle in middles)
    around = [left[:head], left[len(left) - tail :]]
    lines = [DiffLine("same", text) for text in around[0][-CONTEXT:]]
    lines += _aligned(*(middle[:MAX_LINES] for middle in middles))
    lines += [_GAP] * cut + [DiffLine("same", text) for text in around[1][:CONTEXT]]
    shown = _near(lines)
    return Difference([_GAP] * (head > CONTEXT and bool(shown)) + shown, cut)


def _alike(pairs: Iterable[tuple[str, str]]) -> int:
    """How many pairs are the same until the first that is not."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _aligned(left: Sequence[str], right: Sequence[str]) -> list[DiffLine]:
    rows = _rows(left, right)
    found: list[DiffLine] = []
    block: tuple[list[DiffLine], list[DiffLine]] = ([], [])
    at, row = len(left), len(right)
    while at or row:  # from the end of both
        if at and rows[row] >> (at - 1) & 1:
            at -= 1
            block[0].append(DiffLine("removed", left[at]))
            continue
        row -= 1
        if at and rows[row] >> (at - 1) & 1:  # without this line it would not have grown: they are a pair
            at -= 1
            found += [*block[1], *block[0], DiffLine("same", right[row])]
            block = ([], [])
        else:
            block[1].append(DiffLine("added", right[row]))
    found += [*block[1], *block[0]]
    return found[::-1]


def _rows(left: Sequence[str], right: Sequence[str]) -> list[int]:
    """After each line of `right`: a bit for each line of `left`, 0 where the longest common subsequence grows."""
    full = (1 << len(left)) - 1
    places: dict[str, int] = {}
    for number, text in enumerate(left):
        places[text] = places.get(text, 0) | 1 << number
    rows = [full]
    for text in right:
        last = rows[-1]
        same = last & places.get(text, 0)
        rows.append(((last + same) | (last - same)) & full)
    return rows


def _near(lines: Sequence[DiffLine]) -> list[DiffLine]:
    """The lines that differ and those around them, with gaps between."""
    differing = [number for number, line in enumerate(lines) if line.kind != "same"]
    kept = sorted({near for number in differing for near in range(number - CONTEXT, number + CONTEXT + 1)})
    found: list[DiffLine] = []
    last = None
    for number in kept:
        if 0 <= number < len(lines):
            found += [_GAP] * (number != (0 if last is None else last + 1))
            found.append(lines[number])
            last = number
    return found
