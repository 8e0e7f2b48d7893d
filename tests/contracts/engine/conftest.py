"""Every scenario here runs on every engine, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from support.history import settings, sqlite_settings
from support.hosts import HOSTS, Host, hosted
from support.inngest_host import InngestHost

from voicegraph.engines.inngest import function, run_limit
from voicegraph.settings import Settings

__all__ = ["settings", "sqlite_settings"]

HOSTS["inngest"] = InngestHost


@pytest.fixture(params=HOSTS)
async def host(
    request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Host]:
    """An open engine of each kind. On Inngest, too, what is asked again is asked soon."""
    monkeypatch.setattr(function, "PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(run_limit, "ASK_SECONDS", 0.2)
    async with hosted(request.param, settings) as host:
        yield host
