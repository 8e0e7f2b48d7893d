"""What starts runs without a person: schedules and webhooks."""

from __future__ import annotations

from dataclasses import dataclass

from voicegraph.triggers.scheduler import ScheduleKeeper
from voicegraph.triggers.schedules import ScheduleDesk
from voicegraph.triggers.webhooks import WebhookDoor


@dataclass(frozen=True, slots=True)
class Triggers:
    """All of them, put together (`app.py` does that)."""

    keeper: ScheduleKeeper
    schedules: ScheduleDesk
    webhooks: WebhookDoor
