"""Sorting in short calls.

One call of `sorted` over half a million values keeps the interpreter to itself until it is done, whichever thread makes
it. So runs of some thousand are sorted, and joined by a loop that others may interrupt.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterator
from itertools import islice
from typing import Any

RUN = 16_000
"""Values that one call sorts: ten milliseconds or so."""

Key = Callable[[Any], Any]


def sorted_in_runs(values: Collection[Any], key: Key | None = None, run: int | None = None) -> list[Any]:
    """What `sorted` gives, equal values in their order; TypeError where two cannot be compared, as from `sorted`.

    That holds for runs of two and more: joining them takes equal values without asking which is less.
    """
    run = run or RUN
    if len(values) <= run:
        return sorted(values, key=key)
    return [*heapq.merge(*_runs(values, key, run), key=key)]


def _runs(values: Collection[Any], key: Key | None, run: int) -> Iterator[list[Any]]:
    left = iter(values)
    while one := sorted(islice(left, run), key=key):
        yield one
