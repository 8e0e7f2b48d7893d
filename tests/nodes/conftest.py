"""What tests of nodes share: a web server on loopback, and the guarded client that may reach it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from support.web import Web, serving

from voicegraph.nodes.http.guarded_client import guarded_client
from voicegraph.settings import Settings


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    """A server on 127.0.0.1 that says what the test wants."""
    async with serving() as web:
        yield web


@pytest.fixture
async def guarded() -> AsyncIterator[httpx.AsyncClient]:
    """The client of nodes, allowed to reach 127.0.0.1; bodies end at 100,000 bytes."""
    settings = Settings(_env_file=None, allow_private_hosts=["127.0.0.1"], max_response_bytes=100_000)
    async with guarded_client(settings) as client:
        yield client
