"""Nodes: the action registry, params models, outputs, and the catalogue of services."""
