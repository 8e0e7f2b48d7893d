"""The door that webhooks come in by, and the desk where they are looked after."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from voicegraph import clock
from voicegraph.db.secret_key import server_key
from voicegraph.errors import Conflict, NotFound, Overloaded, UserError
from voicegraph.graph.model import RunId, new_id
from voicegraph.pipeline import Pipeline, RunRequest
from voicegraph.run.parent_child import final_outputs
from voicegraph.run.state import RunStatus
from voicegraph.store.triggers.webhook_rows import LiveWebhook, WebhookCall, Webhooks
from voicegraph.triggers.call_content import trigger_of
from voicegraph.triggers.rate_limit import Rate
from voicegraph.triggers.webhook_challenges import challenge_of
from voicegraph.triggers.webhook_secrets import IncomingCall, authenticate, hash_of, new_salt, secret_of

MAX_WAIT = 60
MAX_WAITING = 100
"""Callers that may wait for a result at the same time; others are answered at once."""
NOTED_A_MINUTE = 20
"""Refused calls of a webhook that are kept to be shown; whoever knocks more often is refused all the same."""


@dataclass(frozen=True, slots=True)
class Received:
    """A call that was accepted. `is_new` is false for a delivery that came before: its run is the one of then."""

    run_id: RunId
    is_new: bool


@dataclass(frozen=True, slots=True)
class CallResult:
    """The progress of a run; `outputs` are those of its last nodes, when it is complete. No status: it was deleted."""

    status: RunStatus | None
    outputs: Mapping[str, Mapping[str, JsonValue]] = field(default_factory=dict[str, Mapping[str, JsonValue]])
    error: str | None = None


class WebhookService:
    """Receives calls; makes secrets; tells what came."""

    def __init__(self, pipeline: Pipeline, webhooks: Webhooks) -> None:
        self._pipeline = pipeline
        self._webhooks = webhooks
        self._rate = Rate(pipeline.settings.webhook_rate)
        self._noted = Rate(NOTED_A_MINUTE)
        self._waiting = 0

    async def list(self, workflow_id: str | None = None) -> list[LiveWebhook]:
        """Webhooks of one workflow, or of all."""
        return await self._webhooks.list(workflow_id)

    async def calls(self, hook_id: str) -> list[WebhookCall]:
        """Its last calls, the newest first; NotFound."""
        await self._webhooks.get(hook_id)
        return await self._webhooks.calls(hook_id)

    async def rotate(self, hook_id: str) -> str:
        """A new secret, which nobody can ask for again; the old one is worth nothing from now on. NotFound."""
        salt = new_salt()
        secret = secret_of(await self._key(), hook_id, salt)
        await self._webhooks.set_secret(hook_id, salt, hash_of(secret))
        return secret

    async def pause(self, hook_id: str) -> LiveWebhook:
        """Its calls are refused, and noted, until it is resumed; runs under way go on. NotFound."""
        await self._webhooks.pause(hook_id)
        return await self._webhooks.get(hook_id)

    async def resume(self, hook_id: str) -> LiveWebhook:
        """Its calls start runs again. NotFound."""
        await self._webhooks.resume(hook_id)
        return await self._webhooks.get(hook_id)

    async def challenge(self, hook_id: str, call: IncomingCall, *, is_get: bool = False) -> str | None:
        """What to say back to a service that asks whether the address is ours, which is noted and starts no run.

        None when the call is no such question. NotFound, Unauthorized, Overloaded.
        """
        answer = challenge_of(call, is_get=is_get)
        if answer is None:
            return None
        hook = await self._webhooks.get(hook_id)
        now = clock.now()
        try:
            authenticate(hook, await self._key(), call, now)
            if pause := self._rate.wait(hook_id):
                raise Overloaded("This webhook is called too often. Wait, then send the call again.", pause + 1)
            noted = _noted(call, now, 200, "challenge", "The address was verified: its challenge was answered.")
        except UserError as error:
            if self._noted.wait(hook_id) == 0:
                await self._webhooks.refuse(hook_id, _noted(call, now, error.status, error.code, error.message))
            raise
        if self._noted.wait(hook_id) == 0:
            await self._webhooks.refuse(hook_id, noted)
        return answer

    async def receive(self, hook_id: str, call: IncomingCall) -> Received:
        """Let a call start a run: on return it is on disk. NotFound, Unauthorized, Conflict when it is paused, Overloaded,
        BadBody, BadType, or what keeps the workflow from running. A call that is refused is kept with its reason.
        """
        hook = await self._webhooks.get(hook_id)
        now = clock.now()
        try:
            authenticate(hook, await self._key(), call, now)
            if hook.paused_at is not None:
                raise Conflict(
                    "paused", "This webhook is paused: the call was not taken. Send it again when it is resumed."
                )
            if pause := self._rate.wait(hook_id):
                raise Overloaded("This webhook is called too often. Wait, then send the call again.", pause + 1)
            return await self._start(hook, call, now)
        except UserError as error:
            if self._noted.wait(hook_id) == 0:
                await self._webhooks.refuse(hook_id, _noted(call, now, error.status, error.code, error.message))
            raise

    async def result(self, run_id: RunId, seconds: float) -> CallResult:
        """What became of the run within this time."""
        try:
            await self._wait(run_id, seconds)
            summary = await self._pipeline.queries.summary(run_id)
            status, error = RunStatus(summary.status), summary.error
            if status is not RunStatus.COMPLETED:
                return CallResult(status, error=str(error.get("message")) if error else None)
            last = final_outputs(await self._pipeline.queries.stored(run_id))
        except NotFound:  # only what is over is deleted
            return CallResult(None)
        return CallResult(status, {node_id: {"text": one.text, "data": one.data} for node_id, one in last.items()})

    async def _wait(self, run_id: RunId, seconds: float) -> None:
        if seconds > 0 and self._waiting < MAX_WAITING:
            self._waiting += 1
            try:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(seconds, MAX_WAIT)):
                        async for _ in self._pipeline.follow(run_id):
                            pass
            finally:
                self._waiting -= 1

    async def _start(self, hook: LiveWebhook, call: IncomingCall, now: float) -> Received:
        delivery_id = call.delivery_id or new_id("delivery")
        data = trigger_of(call, delivery_id, now)
        workflow = await self._pipeline.workflows.get(hook.workflow_id)
        request = RunRequest(
            workflow, trigger="webhook", trigger_id=hook.id, trigger_data=data, request_digest=call.body_digest
        )
        entry = self._pipeline.background.accepting(await self._pipeline.new_run(request))
        noted = _noted(call, now, 202, "accepted", "It started a run.", delivery_id)
        run_id, is_new = await self._webhooks.accept(hook.id, noted, entry)
        if is_new:
            self._pipeline.background.accepted(run_id)
        return Received(run_id, is_new)

    async def _key(self) -> bytes:
        return await asyncio.to_thread(server_key, self._pipeline.settings)


def _noted(
    call: IncomingCall, at: float, status: int, code: str, message: str, delivery_id: str | None = None
) -> WebhookCall:
    kind = call.headers.get("content-type", "")[:128].encode("ascii", "replace").decode()
    return WebhookCall(at, status, code, message, delivery_id or call.delivery_id, kind, len(call.body))
