"""Params of nodes: what a model says of its fields, the values bound for an attempt, and what is wrong with them."""
