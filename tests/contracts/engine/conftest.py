"""Every scenario here runs on every engine, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from support.history import settings, sqlite_settings
from support.hosts import HOSTS, Host, hosted
from support.inngest_host import InngestHost

from voicegraph.settings import Settings

__all__ = ["settings", "sqlite_settings"]

HOSTS["inngest"] = InngestHost


@pytest.fixture(params=HOSTS)
async def host(request: pytest.FixtureRequest, settings: Settings) -> AsyncIterator[Host]:
    """An open engine of each kind."""
    async with hosted(request.param, settings) as host:
        yield host
