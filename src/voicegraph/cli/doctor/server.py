"""The doctor's check of a running server: whether it takes work, and what it does by itself."""

from __future__ import annotations

import asyncio

import httpx

from voicegraph.cli.doctor.check_result import Finding
from voicegraph.cli.server_client import running_server
from voicegraph.db.lock import is_owned
from voicegraph.errors import VoiceGraphError
from voicegraph.settings import Settings

TIMEOUT = 15.0
NONE_YET = (
    "none answers, and a process works on this data folder: a server that starts or stops, or a background run of the "
    "command line"
)


async def examine_server(settings: Settings) -> Finding:
    """(state, message) of a finding. Asks, and changes nothing."""
    try:
        url = await running_server(settings)
    except VoiceGraphError as error:
        return "bad", error.message
    if url is None:
        return "note", await asyncio.to_thread(_absent, settings)
    try:
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=TIMEOUT) as client:
            response = await client.get("/api/health/ready")
            answer = response.json()
            if response.is_error:
                return "bad", f"{url} takes no work: {answer['error']}"
            troubled = [f"{one['name']}: {one['error'] or 'stopped'}" for one in answer["work"] if one["state"] != "ok"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        return "bad", f"{url} does not say whether it is ready ({type(error).__name__})"
    return ("bad", f"{url}, but not all goes well. {'; '.join(troubled)}") if troubled else ("ok", f"{url}, ready")


def _absent(settings: Settings) -> str:
    try:
        owned = is_owned(settings)
    except VoiceGraphError:  # said by the line about the database
        owned = False
    return NONE_YET if owned else "none runs on this data folder"
