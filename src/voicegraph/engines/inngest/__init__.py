"""Runs on Inngest: a step for each node, on any number of machines. The only place that knows Inngest's library."""
