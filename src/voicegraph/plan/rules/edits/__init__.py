"""Edits by voice: find the nodes that are meant, and change the workflow with the operations of `graph/edit.py`."""
