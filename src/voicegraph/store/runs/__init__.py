"""Runs as engines go on with them: queues, timers, parents, approvals that are open."""
