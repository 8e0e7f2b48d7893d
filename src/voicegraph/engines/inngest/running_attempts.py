"""Attempts that run in this process: what can be stopped when a run is over, while what is being written is written."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from voicegraph.graph.model import RunId

T = TypeVar("T")


class Attempts:
    """A step's own task must not be cancelled with its run: its last write may be the end of the run."""

    def __init__(self) -> None:
        self._running: dict[asyncio.Task[Any], RunId] = {}

    async def run(self, run_id: RunId, work: Coroutine[None, None, T]) -> T:
        """What comes of it. CancelledError when it was halted, or whoever waits for it was."""
        task = asyncio.create_task(work)
        self._running[task] = run_id
        task.add_done_callback(self._running.pop)
        return await task

    def halt(self, run_id: RunId) -> None:
        """The run is over: stop its attempts."""
        for task, running in self._running.items():
            if running == run_id:
                task.cancel()
