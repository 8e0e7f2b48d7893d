"""Which nodes choose between branches, and what an edge that leaves one of them says.

A condition's edges name their branch. An approval's may: without a name they are for what was approved, so that nobody
who draws a line behind an approval sends what was rejected.
"""

from __future__ import annotations

CONDITION = "condition"
APPROVAL = "approval"
BRANCHING = frozenset({CONDITION, APPROVAL})


def branch_of(kind: str | None, when: bool | None) -> bool | None:
    """The branch an edge stands on that leaves a node of this type; None: it is taken in any case."""
    return True if when is None and kind == APPROVAL else when
