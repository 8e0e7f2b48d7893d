"""What starts runs without a person: schedules and webhooks."""

from __future__ import annotations

from dataclasses import dataclass

from voicegraph.triggers.door import WebhookDoor
from voicegraph.triggers.keeper import ScheduleKeeper
from voicegraph.triggers.schedules import ScheduleDesk


@dataclass(frozen=True, slots=True)
class Triggers:
    """All of them, put together (`app.py` does that)."""

    keeper: ScheduleKeeper
    schedules: ScheduleDesk
    webhooks: WebhookDoor
