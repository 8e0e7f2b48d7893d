from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from support.history import settings, sqlite_settings
from support.hosts import EmbeddedHost, LiveHost, hosted

from voicegraph.settings import Settings

__all__ = ["settings", "sqlite_settings"]


@pytest.fixture
async def live(sqlite_settings: Settings) -> AsyncIterator[LiveHost]:
    async with hosted("live", sqlite_settings) as host:
        assert isinstance(host, LiveHost)
        yield host


@pytest.fixture
async def embedded(sqlite_settings: Settings) -> AsyncIterator[EmbeddedHost]:
    async with hosted("embedded", sqlite_settings, max_concurrent_runs=10, max_queued_runs=2_000) as host:
        assert isinstance(host, EmbeddedHost)
        yield host
