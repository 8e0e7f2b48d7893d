"""What tests of triggers share: VoiceGraph whole, on either database, with a clock that is turned."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from support.clocks import TurnedClock, turned_clock
from support.history import settings, sqlite_settings
from support.schedules import Bench, bench_on

from voicegraph.settings import Settings

__all__ = ["settings", "sqlite_settings"]


@pytest.fixture
def turned(monkeypatch: pytest.MonkeyPatch) -> TurnedClock:
    return turned_clock(monkeypatch)


@pytest.fixture
async def bench(settings: Settings, turned: TurnedClock) -> AsyncIterator[Bench]:
    async with bench_on(settings, turned) as bench:
        yield bench
