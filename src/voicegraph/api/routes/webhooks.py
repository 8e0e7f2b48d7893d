"""Webhooks: the door, and the desk."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import PlainTextResponse

from voicegraph.api.deps import Id, Started, Wired
from voicegraph.api.schemas.webhooks import (
    HookAnswer,
    HookCallList,
    HookList,
    HookSecret,
    ReceivedAnswer,
    WebhookCallAnswer,
)
from voicegraph.graph.model import ID_PATTERN
from voicegraph.settings import Settings
from voicegraph.triggers.webhook_challenges import verified
from voicegraph.triggers.webhook_secrets import IncomingCall
from voicegraph.triggers.webhooks import MAX_WAIT

router = APIRouter(prefix="/api/hooks", tags=["triggers"])
BODY: dict[str, object] = {"application/json": {}, "application/x-www-form-urlencoded": {}, "text/plain": {}}


@router.get("")
async def list_hooks(
    request: Request,
    triggers: Started,
    voicegraph: Wired,
    workflow: Annotated[str | None, Query(pattern=ID_PATTERN, description="A workflow's id.")] = None,
) -> HookList:
    """The webhooks of saved workflows, with their addresses (500 at most)."""
    base = _base(request, voicegraph.settings)
    return HookList(hooks=[HookAnswer.of(hook, base) for hook in await triggers.webhooks.list(workflow)])


@router.post(
    "/{hook_id}",
    response_model=ReceivedAnswer,
    responses={202: {"model": ReceivedAnswer}},
    openapi_extra={"requestBody": {"content": BODY}},
)
async def receive_hook(
    hook_id: Id,
    request: Request,
    response: Response,
    triggers: Started,
    wait: Annotated[float, Query(ge=0, le=MAX_WAIT, description="Seconds to wait for the result.")] = 0,
    token: Annotated[
        str | None, Query(max_length=200, description="The secret, for senders that only know an address.")
    ] = None,
) -> Any:
    """A call that starts the workflow: signed, or with the secret. 202 while the run goes on, 200 with its result."""
    call = await _call(request, token)
    if (challenge := await triggers.webhooks.challenge(hook_id, call)) is not None:
        return PlainTextResponse(challenge)
    received = await triggers.webhooks.receive(hook_id, call)
    result = await triggers.webhooks.result(received.run_id, wait)
    response.status_code = 200 if result.status is None or result.status.terminal else 202
    return ReceivedAnswer(
        run_id=received.run_id,
        duplicate=not received.is_new,
        status=result.status.value if result.status else None,
        outputs={node_id: dict(output) for node_id, output in result.outputs.items()},
        error=result.error,
    )


@router.get("/{hook_id}", include_in_schema=False)
async def verify_hook(hook_id: Id, request: Request, triggers: Started) -> Response:
    """Says back the challenge of a service that verifies the address; starts nothing."""
    call = verified(await _call(request, request.query_params.get("token")))
    challenge = await triggers.webhooks.challenge(hook_id, call, is_get=True)
    if challenge is None:
        raise HTTPException(405, headers={"Allow": "POST"})
    return PlainTextResponse(challenge)


@router.get("/{hook_id}/calls")
async def list_hook_calls(hook_id: Id, triggers: Started) -> HookCallList:
    """Its last calls, accepted and refused, the newest first."""
    return HookCallList(calls=[*map(WebhookCallAnswer.of, await triggers.webhooks.calls(hook_id))])


@router.post("/{hook_id}/rotate")
async def rotate_hook(hook_id: Id, request: Request, triggers: Started, voicegraph: Wired) -> HookSecret:
    """A new secret. It is told this once; the one before is worth nothing from now on."""
    secret = await triggers.webhooks.rotate(hook_id)
    return HookSecret(secret=secret, url=f"{_base(request, voicegraph.settings)}/api/hooks/{hook_id}")


@router.post("/{hook_id}/pause")
async def pause_hook(hook_id: Id, request: Request, triggers: Started, voicegraph: Wired) -> HookAnswer:
    """Its calls are refused with 409 `paused`, and listed, until it is resumed. Runs under way go on."""
    return HookAnswer.of(await triggers.webhooks.pause(hook_id), _base(request, voicegraph.settings))


@router.post("/{hook_id}/resume")
async def resume_hook(hook_id: Id, request: Request, triggers: Started, voicegraph: Wired) -> HookAnswer:
    """Its calls start runs again. What was refused meanwhile is not made up for."""
    return HookAnswer.of(await triggers.webhooks.resume(hook_id), _base(request, voicegraph.settings))


async def _call(request: Request, token: str | None) -> IncomingCall:
    several = {name: request.query_params.getlist(name) for name in request.query_params if name != "token"}
    query = {name: values[0] if len(values) == 1 else values for name, values in several.items()}
    if token:
        query["token"] = token
    return IncomingCall(await request.body(), dict(request.headers), query)


def _base(request: Request, settings: Settings) -> str:
    return (settings.public_url or str(request.base_url)).rstrip("/")
