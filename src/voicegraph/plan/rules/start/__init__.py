"""How a workflow starts: schedules, webhooks, events."""
