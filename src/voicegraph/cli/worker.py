"""The worker process: no web page, no port; steps come over a connection to Inngest."""

from __future__ import annotations

import asyncio
import gc
import signal

from voicegraph.app import running
from voicegraph.cli.ending import hearing
from voicegraph.cli.log import start_log
from voicegraph.cli.streams import let_go, tell
from voicegraph.errors import ConfigError
from voicegraph.run.choice import background_engine
from voicegraph.settings import Settings


def work(settings: Settings) -> None:
    """Work until Ctrl+C, SIGTERM or a hang-up. ConfigError where Inngest does not run the background runs."""
    if background_engine(settings) != "inngest":
        raise ConfigError(
            "VOICEGRAPH_ENGINE",
            "A worker takes its work from Inngest, which is not set up. Set INNGEST_DEV=1 or Inngest's keys.",
        )
    start_log(settings)
    gc.enable()
    asyncio.run(_work(settings))
    let_go()


async def _work(settings: Settings) -> None:
    stopped = asyncio.Event()
    with hearing(lambda _: stopped.set(), signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        async with running(settings, background=False) as runtime:
            callee = runtime.pipeline.callee
            assert callee  # noqa: S101 - the engine was asked for above
            await runtime.pipeline.background.open()
            tell("The worker takes steps from Inngest  (Ctrl+C stops it)")
            await callee.serve_connected(stopped)
            tell("Stopping: nodes in flight may finish …")
