"""Serve the functions over a connection that we open (Inngest Connect): for machines that cannot be called."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import inngest

from voicegraph.engines.inngest.inngest_client import only_from
from voicegraph.run.engine_choice import InngestSetup

log = logging.getLogger(__name__)

PAUSE_SECONDS = 3.0
"""Before the connection is tried again that Inngest's library has given up."""


async def serve_connected(
    setup: InngestSetup,
    client: inngest.Inngest,
    functions: list[inngest.Function[Any]],
    stopped: asyncio.Event,
    drain: Callable[[], Awaitable[None]],
) -> None:
    """Until `stopped` is set; then `drain` ends the steps in flight, and their answers are sent before we go."""
    from inngest.connect import connect

    while not stopped.is_set():
        with only_from(setup):
            connection = connect([(client, functions)], shutdown_signals=[])
        serving = asyncio.create_task(connection.start())
        stopping = asyncio.create_task(stopped.wait())
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if stopped.is_set():
            await connection.close()
            await drain()  # the library itself would wait two hours
        try:
            await serving
        except Exception as error:  # noqa: BLE001 - the library raises whatever its parts do; each means: no connection
            log.warning("The connection to Inngest failed (%s: %s); trying again", type(error).__name__, error)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PAUSE_SECONDS):
                await stopped.wait()
