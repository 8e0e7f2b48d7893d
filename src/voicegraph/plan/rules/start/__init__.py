"""Starts of a workflow: schedules, webhooks, events."""
