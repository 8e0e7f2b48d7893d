"""Hand a background run to the server that owns the database."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from voicegraph.cli.terminal import out, print_json
from voicegraph.db.lock import is_owned
from voicegraph.errors import UserError
from voicegraph.pipeline import RunRequest
from voicegraph.run.engine_choice import background_engine
from voicegraph.settings import Settings

ADDRESS_FILE = "server.url"
"""In the data folder, while a server runs: where the command line finds it."""
PATIENCE_SECONDS = 5.0
"""For a server to say that it is there."""


async def running_server(settings: Settings) -> str | None:
    """The address of the server that uses this data folder. One that was killed left its address behind: ask it.

    UserError `server_silent` when one has the folder and says nothing: it hangs, or is stopped.
    """
    url = ""
    try:
        url = (settings.data_dir / ADDRESS_FILE).read_text("utf-8")
        async with (
            asyncio.timeout(PATIENCE_SECONDS),
            httpx.AsyncClient(base_url=url, trust_env=False, timeout=PATIENCE_SECONDS) as client,
        ):
            health = (await client.get("/api/health")).json()
    except (TimeoutError, httpx.TimeoutException) as error:
        if await asyncio.to_thread(_has_server, settings):
            raise UserError(
                "server_silent",
                f"A server holds this data folder, but does not answer at {url}. Look at its log, or end that process "
                "and start the server again: what it was at goes on.",
            ) from error
        return None
    except (OSError, httpx.HTTPError, httpx.InvalidURL, ValueError):
        return None
    return url if isinstance(health, dict) and "version" in health else None


def _has_server(settings: Settings) -> bool:
    """Whether the one whose address lies in the folder is still there: beside Inngest, servers hold no lock."""
    return background_engine(settings) == "inngest" or is_owned(settings)


async def run_on_server(url: str, request: RunRequest, as_json: bool) -> str:
    """POST it; the server goes on with it, so there is nothing to wait for. Answers `completed`: it was accepted."""
    body: dict[str, Any] = {
        "workflow": dict(request.workflow.to_wire()),
        "config": dict(request.config),
        "transcribedText": request.command,
    }
    return await _post(url, "/api/execute-background", body, as_json)


async def replay_on_server(url: str, run_id: str, body: dict[str, Any], as_json: bool) -> str:
    """Hand a replay over in the same way."""
    return await _post(url, f"/api/runs/{run_id}/replay", body, as_json)


async def _post(url: str, path: str, body: dict[str, Any], as_json: bool) -> str:
    answer = await ask_server(url, path, body)
    if as_json:
        print_json(answer)
    else:
        out.print(f"{answer['message']}  ({answer['runId']}, {url})")
    return "completed"


async def ask_server(
    url: str, path: str, body: Mapping[str, Any] | None = None, *, query: Mapping[str, str] | None = None
) -> Any:
    """POST to the server, or GET with a query; its refusal is raised as ours."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:
        response = await (client.post(path, json=body or {}) if query is None else client.get(path, params=query))
    answer = response.json()
    if response.is_error:
        raise UserError(answer["code"], answer["error"], answer["details"])
    return answer
