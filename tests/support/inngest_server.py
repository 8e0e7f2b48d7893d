"""The server of Inngest that tests run against: the double, or the real one that `INNGEST_TEST_SERVER` names.

Run as a script with a port, it is the double as a process of its own.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from typing import Any

import httpx
from support.inngest_double import Faults, InngestDouble


async def _serve_alone(port: int) -> None:
    """As a process of its own, for whoever has no event loop. An event that nobody is registered for would be lost."""
    async with InngestDouble(port=port) as double:
        double.down = True
        print(double.url, flush=True)
        while not double.functions:  # noqa: ASYNC110 - the double has no event for it
            await asyncio.sleep(0.01)
        double.down = False
        await asyncio.Event().wait()


@dataclass
class RealServer:
    """A real Inngest server. It knows one address of our app at a time: run such tests one after the other."""

    url: str
    running = True

    async def __aenter__(self) -> RealServer:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def sync(self, app_url: str) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.put(app_url)


REAL_SERVER = os.environ.get("INNGEST_TEST_SERVER", "").rstrip("/")


def inngest_server(signing_key: str | None = None, faults: Faults | None = None) -> Any:
    """The double, or the real server where one is named."""
    return RealServer(REAL_SERVER) if REAL_SERVER else InngestDouble(signing_key, faults)


if __name__ == "__main__":
    asyncio.run(_serve_alone(int(sys.argv[1])))
