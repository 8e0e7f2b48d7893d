"""Webhooks as the API gives them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voicegraph.api.schemas.common import Json
from voicegraph.api.schemas.runs import RunStatusName
from voicegraph.clock import iso
from voicegraph.graph.model import Wire
from voicegraph.store.triggers.webhook_rows import LiveWebhook, WebhookCall


class HookAnswer(Wire):
    """A live webhook and its address."""

    id: str
    workflow_id: str
    workflow_name: str
    trigger_id: str
    url: str
    has_secret: bool
    rotated_at: str | None
    paused: bool

    @classmethod
    def of(cls, hook: LiveWebhook, base: str) -> HookAnswer:
        """From the record."""
        return cls(
            id=hook.id,
            workflow_id=hook.workflow_id,
            workflow_name=hook.workflow_name,
            trigger_id=hook.trigger_id,
            url=f"{base}/api/hooks/{hook.id}",
            has_secret=hook.secret_hash is not None,
            rotated_at=iso(hook.rotated_at) if hook.rotated_at is not None else None,
            paused=hook.paused_at is not None,
        )


class HookList(Wire):
    """Webhooks."""

    hooks: list[HookAnswer]


class HookSecret(Wire):
    """A new secret. It is nowhere to be read again."""

    secret: str
    url: str


class ReceivedAnswer(Wire):
    """The run a call started, or, for a `duplicate`, the one it started when it came first.

    `outputs` are those of the last nodes by id, once the run is complete. `status` is null when that run was deleted.
    """

    success: Literal[True] = True
    run_id: str
    duplicate: bool
    status: RunStatusName | None
    outputs: dict[str, Json] = Field(default_factory=dict)
    error: str | None = None


class WebhookCallAnswer(Wire):
    """A call as it was answered."""

    at: str
    status: int
    code: str
    message: str
    delivery_id: str | None
    content_type: str
    size: int
    run_id: str | None
    run_status: RunStatusName | None

    @classmethod
    def of(cls, call: WebhookCall) -> WebhookCallAnswer:
        """From the record."""
        names = ("status", "code", "message", "delivery_id", "content_type", "size", "run_id", "run_status")
        return cls.model_validate({"at": iso(call.at)} | {name: getattr(call, name) for name in names})


class HookCallList(Wire):
    """The last calls of a webhook, the newest first."""

    calls: list[WebhookCallAnswer]
