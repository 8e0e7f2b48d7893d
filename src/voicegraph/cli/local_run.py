"""A run of this process on the command line: started, shown to its end, and ended in good order with its command."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from rich.text import Text

from voicegraph.app import Runtime
from voicegraph.cli.exit_status import while_read, whole, why
from voicegraph.cli.streams import say
from voicegraph.cli.terminal import Lines, Progress, out, print_json
from voicegraph.graph.model import RunId, Workflow
from voicegraph.run.events import RunEvent
from voicegraph.store.views.details import RunDetail

PAGE = 500


class LocalRun:
    """One run. A live one ends with its command; one in the background is on disk, and goes on with the next server."""

    def __init__(self, runtime: Runtime, *, background: bool, as_json: bool) -> None:
        self._runtime = runtime
        self._pipeline = runtime.pipeline
        self._background = background
        self._as_json = as_json
        self._seen = 0

    async def started(self, start: Coroutine[Any, Any, RunId]) -> RunId:
        """Await the start; who is interrupted meanwhile has started it all the same, and ends it."""
        starting = asyncio.create_task(start)
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError as error:
            await self._interrupted(await whole(starting), error)
            raise

    async def to_the_end(self, run_id: RunId, workflow: Workflow) -> str:
        """Show its progress; answers its status."""
        try:
            async with while_read():
                await self._show(run_id, workflow)
        except BaseException as error:
            await self._interrupted(run_id, error)
            raise
        detail = await self._pipeline.queries.detail(run_id, whole=True)
        self._report(detail)
        return detail.summary.status

    async def _show(self, run_id: RunId, workflow: Workflow) -> None:
        if self._as_json:
            async for event in self._pipeline.follow(run_id, whole=True):
                self._print(event)
            return
        with Progress(workflow) if out.is_terminal else Lines(workflow) as progress:
            async for event in self._pipeline.follow(run_id):
                progress.take(event)

    def _print(self, event: RunEvent) -> None:
        print_json(event.to_wire(whole=True))
        self._seen = event.seq

    async def _interrupted(self, run_id: RunId, error: BaseException) -> None:
        if self._background:
            say("Stopping: nodes in flight may finish …  (Ctrl+C again stops at once)")
            with suppress(asyncio.CancelledError):  # which ends the waiting: what became of the run is still to be said
                await self._runtime.drain()
        elif not await whole(asyncio.create_task(self._pipeline.cancel(run_id, why(error)))):
            with suppress(asyncio.CancelledError):  # it is over, and its end may be on its way to the disk
                await self._runtime.drain()
        await whole(asyncio.create_task(self._say_what_became(run_id, error)))

    async def _say_what_became(self, run_id: RunId, error: BaseException) -> None:
        detail = await self._pipeline.queries.detail(run_id, whole=True)
        with suppress(OSError):  # whoever read it may be gone
            while self._as_json and (page := await self._events(run_id)):
                for event in page:
                    self._print(event)
        if detail.summary.finished_at is None and self._background:
            say(f"{run_id} goes on when VoiceGraph next runs in the background: `voicegraph serve`.")
        elif detail.summary.finished_at is None:
            say(f"{run_id} has ended, which could not be written: the next start marks it as interrupted.")
        elif detail.summary.status == "cancelled" and not self._background:
            say(f"{run_id} is cancelled: {why(error)}.")
        else:  # it was faster
            try:
                self._report(detail)
            except OSError:
                say(f"{run_id} had ended before: {detail.summary.status}.")

    async def _events(self, run_id: RunId) -> list[RunEvent]:
        return await self._pipeline.queries.events(run_id, self._seen, PAGE, whole=True)

    def _report(self, detail: RunDetail) -> None:
        if self._as_json:
            return
        last = [node.output.text for node in detail.nodes if node.output and node.output.text][-1:]
        out.print(*map(Text, last))  # as it is: to colour the numbers in a word of many pages takes minutes
        out.print(f"Run {detail.summary.status}{_reason(detail)}  ({detail.summary.id})")


def _reason(run: RunDetail) -> str:
    """Where it failed, by the name the user gave the node, and why."""
    error = run.summary.error
    if not error:
        return ""
    label = next((node.get("label") for node in run.workflow["nodes"] if node["id"] == error.get("nodeId")), "")
    return f" at {label}: {error['message']}" if label else f": {error['message']}"
