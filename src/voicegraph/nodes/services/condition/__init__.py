"""Conditions: the flow goes one way or the other."""
