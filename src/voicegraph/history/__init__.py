"""Runs, node results and events: write, query, follow, export."""
