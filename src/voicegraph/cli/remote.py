"""Hand a background run to the server that owns the database."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from voicegraph.cli.view import out, print_json
from voicegraph.errors import UserError
from voicegraph.pipeline import RunRequest

ADDRESS_FILE = "server.url"
"""In the data folder, while a server runs: where the command line finds it."""


async def running_server(data_dir: Path) -> str | None:
    """The address of the server that uses this data folder. One that was killed left its address behind: ask it."""
    try:
        url = (data_dir / ADDRESS_FILE).read_text("utf-8")
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=5) as client:
            health = (await client.get("/api/health")).json()
    except (OSError, httpx.HTTPError, httpx.InvalidURL, ValueError):
        return None
    return url if isinstance(health, dict) and "version" in health else None


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
