"""A clock that tests turn forward; between turns it runs on."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from voicegraph import clock


@dataclass
class TurnedClock:
    ahead: float = 0.0

    def turn(self, seconds: float) -> None:
        self.ahead += seconds

    def set(self, at: float) -> None:
        """Let it show this moment, in seconds since the epoch, and run on."""
        self.ahead = at - time.time()

    def now(self) -> float:
        return time.time() + self.ahead


def turned_clock(monkeypatch: pytest.MonkeyPatch) -> TurnedClock:
    """Replace `clock.now`, the one place that asks what time it is."""
    turned = TurnedClock()
    monkeypatch.setattr(clock, "now", turned.now)
    return turned
