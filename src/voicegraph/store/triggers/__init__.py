"""Schedules and webhooks as rows, and the times of schedules settled."""
