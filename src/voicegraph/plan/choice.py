"""Which planner the settings ask for."""

from __future__ import annotations

from typing import Literal

from voicegraph.nodes.models import choose
from voicegraph.settings import Settings


def planner_kind(settings: Settings) -> Literal["rules", "llm"]:
    """The model where one is configured, unless the settings name one of the two."""
    if settings.planner == "auto":
        return "llm" if choose(settings) else "rules"
    return settings.planner
