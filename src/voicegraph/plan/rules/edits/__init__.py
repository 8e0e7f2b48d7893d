"""Edits by voice: find the nodes that are meant, and change the workflow with the operations of `graph/edit.py`."""

from __future__ import annotations

from voicegraph.plan.rules.edits.edit import edit

__all__ = ["edit"]
