"""The worker process: no web page, no port; steps come over a connection to Inngest."""

from __future__ import annotations

import asyncio
import signal

import typer

from voicegraph.app import running
from voicegraph.cli.log import start_log
from voicegraph.errors import ConfigError
from voicegraph.run.choice import background_engine
from voicegraph.settings import Settings


def work(settings: Settings) -> None:
    """Work until SIGINT or SIGTERM. ConfigError where Inngest does not run the background runs."""
    if background_engine(settings) != "inngest":
        raise ConfigError(
            "VOICEGRAPH_ENGINE",
            "A worker takes its work from Inngest, which is not set up. Set INNGEST_DEV=1 or Inngest's keys.",
        )
    start_log(settings)
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with running(settings, background=False) as runtime:
        callee = runtime.pipeline.callee
        assert callee  # noqa: S101 - the engine was asked for above
        await runtime.pipeline.background.open()
        typer.echo("The worker takes steps from Inngest  (Ctrl+C stops it)")
        await callee.serve_connected(stopped)
        typer.echo("Stopping: nodes in flight may finish …")
