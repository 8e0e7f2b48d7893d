"""Hand a background run to the server that owns the database."""

from __future__ import annotations

from typing import Any

import httpx

from voicegraph.cli.view import out
from voicegraph.errors import ConfigError, UserError
from voicegraph.pipeline import RunRequest


async def run_on_server(url: str, request: RunRequest) -> str:
    """POST it; the server goes on with it, so there is nothing to wait for. Answers `completed`: it was accepted."""
    body: dict[str, Any] = {
        "workflow": dict(request.workflow.to_wire()),
        "config": dict(request.config),
        "transcribedText": request.command,
    }
    try:
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:
            response = await client.post("/api/execute-background", json=body)
    except httpx.TransportError as error:
        message = (
            f"The server at {url} does not answer. Start it with `voicegraph serve`, or remove its data folder's lock."
        )
        raise ConfigError("VOICEGRAPH_PORT", message) from error
    answer = response.json()
    if response.is_error:
        raise UserError(answer["code"], answer["error"], answer["details"])
    out.print(f"{answer['message']}  ({answer['runId']}, {url})", highlight=False)
    return "completed"
