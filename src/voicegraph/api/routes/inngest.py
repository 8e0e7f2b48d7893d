"""The door for Inngest's server. The engine checks who calls and answers; this only carries bytes."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from voicegraph.api.deps import Wired
from voicegraph.errors import NotFound
from voicegraph.run.ports import Call

router = APIRouter(prefix="/api", include_in_schema=False)


@router.api_route("/inngest", methods=["GET", "POST", "PUT"])
async def inngest(request: Request, voicegraph: Wired) -> Response:
    """What Inngest's protocol says; 404 where another engine runs the background runs."""
    if voicegraph.callee is None:
        raise NotFound("Inngest does not run this server's background runs. Set INNGEST_DEV=1 or Inngest's keys.")
    body = await request.body() if request.method in ("POST", "PUT") else b""  # a question carries none
    call = Call(request.method, str(request.url), dict(request.query_params), dict(request.headers), body)
    reply = await voicegraph.callee.answer(call)
    return Response(reply.body, reply.status, dict(reply.headers))
