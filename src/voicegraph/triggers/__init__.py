"""Triggers: what starts runs without a person, schedules and webhooks."""

from __future__ import annotations

from dataclasses import dataclass

from voicegraph.triggers.scheduler import Scheduler
from voicegraph.triggers.schedules import ScheduleService
from voicegraph.triggers.webhooks import WebhookService


@dataclass(frozen=True, slots=True)
class Triggers:
    """All of them, put together (`app.py` does that)."""

    keeper: Scheduler
    schedules: ScheduleService
    webhooks: WebhookService
