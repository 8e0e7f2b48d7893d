"""Branches: the nodes that choose between them, and what an edge that leaves one of them says.

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


def is_taken(kind: str | None, when: bool | None, chosen: bool | None) -> bool:
    """Whether an edge is taken that leaves a node of this type, by the branch the node chose; None: it chose none."""
    branch = branch_of(kind, when)
    return chosen is None or branch is None or branch is chosen
