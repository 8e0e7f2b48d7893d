"""The worker process: no web page, no port; steps come over a connection to Inngest."""

from __future__ import annotations

import asyncio
import gc
import signal

from voicegraph.app import Runtime, running
from voicegraph.cli.exit_status import hearing
from voicegraph.cli.process_log import start_log
from voicegraph.cli.streams import let_go, tell
from voicegraph.errors import ConfigError
from voicegraph.run.engine_choice import background_engine
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
    try:
        asyncio.run(_work(settings))
    finally:
        let_go()


class _Signals:
    """The first one stops the worker; a Ctrl+C after it says that nobody wants to wait."""

    def __init__(self) -> None:
        self.stopped = asyncio.Event()
        self.hurried = False
        self.runtime: Runtime | None = None

    def hear(self, number: signal.Signals) -> None:
        """A second hang-up or SIGTERM says nothing new."""
        if not self.stopped.is_set():
            self.stopped.set()
            if self.runtime:
                self.runtime.told_to_stop()
            tell("Stopping: nodes in flight may finish …  (Ctrl+C again stops at once)")
        elif number == signal.SIGINT and self.runtime:
            self.hurried = True
            self.runtime.hurry()


async def _work(settings: Settings) -> None:
    signals = _Signals()
    with hearing(signals.hear, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        async with running(settings, background=False) as runtime:
            signals.runtime = runtime
            callee = runtime.pipeline.callee
            assert callee  # noqa: S101 - the engine was asked for above
            await runtime.pipeline.background.open()
            tell("The worker takes steps from Inngest  (Ctrl+C stops it)")
            await callee.serve_connected(signals.stopped)
    if signals.hurried:
        raise KeyboardInterrupt  # what was in flight is started elsewhere
