"""Start the error workflow of a run that failed: once, whatever happens in between.

What is to be started is a row that was written with the failure. It is looked at when a run of this process fails, and
now and then, for what other processes left.
"""

from __future__ import annotations

import logging

from pydantic import JsonValue

from voicegraph.clock import iso
from voicegraph.errors import Overloaded, StorageError, Unreadable, VoiceGraphError
from voicegraph.pipeline import Pipeline, RunRequest
from voicegraph.rounds import Rounds
from voicegraph.run.events import Entry
from voicegraph.run.parent_child import error_data, failure_of
from voicegraph.run.state import RunStatus
from voicegraph.store.runs.failed_runs import FollowUp, FollowUps
from voicegraph.store.views.summaries import RunSummary

log = logging.getLogger(__name__)

LOOK_SECONDS = 30.0


class ErrorWorkflows:
    """A task that starts them. `open` takes up what an earlier process left."""

    def __init__(self, pipeline: Pipeline, follow_ups: FollowUps) -> None:
        self._pipeline = pipeline
        self._follow_ups = follow_ups
        self.rounds = Rounds("error workflows", self._start_all, LOOK_SECONDS)
        pipeline.feed.listen(self._note)

    def open(self) -> None:
        """Begin."""
        self.rounds.open()

    async def close(self) -> None:
        """What is not started yet stays a row."""
        await self.rounds.close()

    async def open_rows(self) -> list[FollowUp]:
        """What is not started yet, the oldest first."""
        return await self._follow_ups.open()

    def _note(self, entry: Entry) -> None:
        if entry.change and entry.change.status is RunStatus.FAILED:
            self.rounds.poke()

    async def _start_all(self) -> None:
        while found := await self.open_rows():
            for one in found:
                await self.start(one)

    async def start(self, one: FollowUp) -> None:
        """Start it, unless that was done before. What can never be started is named in the failed run's log."""
        note = None
        try:
            failed = await self._pipeline.queries.summary(one.run_id)
            if failed.status == RunStatus.FAILED:
                await self._pipeline.start_background(
                    RunRequest(
                        workflow=await self._pipeline.workflows.get(one.workflow_id),
                        command=f"“{failed.name}” failed",
                        trigger="error",
                        trigger_data=await self._data(failed),
                        idempotency_key=f"error:{one.run_id}",
                    )
                )
        except (Overloaded, StorageError):
            raise
        except Exception as error:  # noqa: BLE001 - what cannot be started must not keep the others waiting
            log.warning("Run %s failed; its error workflow %s was not started: %s", one.run_id, one.workflow_id, error)
            reason = error.message if isinstance(error, VoiceGraphError) else "the server's log says why."
            note = f"The error workflow was not started: {reason}"
        await self._follow_ups.done(one.run_id, note)

    async def _data(self, failed: RunSummary) -> dict[str, JsonValue]:
        run, error = describe(failed, self._pipeline.settings.base_url), failed.error or {}
        try:
            words = failure_of(await self._pipeline.queries.stored(failed.id))
        except Unreadable:  # it may be why it failed
            words = f"“{failed.name}” failed: {error.get('message', 'see its run')}"
        return error_data(run, error, words)


def describe(failed: RunSummary, base_url: str) -> dict[str, JsonValue]:
    """The failed run as `{{ trigger.run }}`, with the address people see it at."""
    return {
        "id": failed.id,
        "url": f"{base_url}/runs/{failed.id}",
        "workflowId": failed.workflow_id,
        "name": failed.name,
        "status": failed.status,
        "engine": failed.engine,
        "trigger": failed.trigger,
        "command": failed.command,
        "createdAt": iso(failed.created_at),
        "startedAt": iso(failed.started_at) if failed.started_at is not None else None,
        "finishedAt": iso(failed.finished_at) if failed.finished_at is not None else None,
    }
