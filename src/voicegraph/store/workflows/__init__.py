"""Saved workflows, their versions, and which of them name another."""
