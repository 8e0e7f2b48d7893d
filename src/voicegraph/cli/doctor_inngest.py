"""What `voicegraph doctor` says about Inngest: which engine runs, is the server there, does it know our functions."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Literal, cast

import httpx

from voicegraph.errors import ConfigError
from voicegraph.run.choice import InngestSetup, background_engine, inngest_setup
from voicegraph.settings import Settings

FUNCTION = "execute-workflow"
SERVE_PATH = "/api/inngest"
_TIMEOUT = 5.0

State = Literal["ok", "note", "bad"]
Answer = tuple[State, str]


async def examine_inngest(settings: Settings) -> Answer:
    """One line; the first thing that is wrong, with what to do."""
    try:
        if background_engine(settings) == "embedded":
            return "note", "not used: background runs execute in the embedded engine, on this machine."
        setup = inngest_setup(settings)
    except ConfigError as error:
        return "bad", error.message
    async with httpx.AsyncClient(trust_env=False, timeout=_TIMEOUT) as client:
        return await _ask_server(client, setup, settings) or await _ask_ourselves(client, setup, settings)


async def _ask_server(client: httpx.AsyncClient, setup: InngestSetup, settings: Settings) -> Answer | None:
    """None when there is nothing to complain about, or nothing to be learned."""
    try:
        answer = await client.get(f"{setup.api_url}/dev" if setup.dev else setup.api_url)
    except httpx.HTTPError as error:
        return "bad", (
            f"cannot connect to Inngest at {setup.api_url} ({type(error).__name__}). "
            f"{_start_it(setup, settings)} Runs that are started meanwhile are stored, and sent as soon as it is there."
        )
    if not setup.dev or answer.is_error:
        return None
    return None if _knows_us(answer) else _not_registered(setup, settings)


def _start_it(setup: InngestSetup, settings: Settings) -> str:
    if setup.dev:
        return f"Start the dev server: npx inngest-cli@latest dev -u {_our_door(setup, settings)}."
    return "Look at INNGEST_BASE_URL and at the server it names."


def _knows_us(answer: httpx.Response) -> bool:
    try:
        body: Any = answer.json()
    except ValueError:
        return True  # not a page we know: nothing can be told from it
    functions = cast("dict[str, Any]", body).get("functions") if isinstance(body, dict) else None
    return functions is None or any(FUNCTION in str(function) for function in cast("list[Any]", functions))


def _our_door(setup: InngestSetup, settings: Settings) -> str:
    return f"{setup.serve_origin or f'http://localhost:{settings.port}'}{SERVE_PATH}"


def _not_registered(setup: InngestSetup, settings: Settings) -> Answer:
    where = _our_door(setup, settings)
    message = (
        f"the function {FUNCTION} is not registered at {setup.api_url}. Start VoiceGraph, then give Inngest its address: "
        f"{'the option -u ' + where if setup.dev else 'sync the app ' + where} (or: curl -X PUT {where})."
    )
    return "bad", message


async def _ask_ourselves(client: httpx.AsyncClient, setup: InngestSetup, settings: Settings) -> Answer:
    """Register once more, through our own door: the answer says whether Inngest takes us."""
    mode = "dev server, calls are not signed" if setup.dev else f"keys are set{_rotating(setup)}"
    summary = f"runs the background runs: {setup.api_url} ({mode})"
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    door = f"http://{host}:{settings.port}{SERVE_PATH}"
    try:
        answer = await client.put(door)
    except httpx.HTTPError:
        return "note", f"{summary}. No VoiceGraph answers at {door}; start it, or a worker, to have runs executed."
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        return "note", f"{summary}. Set INNGEST_SERVE_ORIGIN to have the functions registered from here."
    if answer.is_error or '"error"' in answer.text:  # the library answers 200 whatever Inngest says
        return "bad", f"Inngest refused to register {FUNCTION}: {answer.text[:200]}. Look at INNGEST_SIGNING_KEY."
    return "ok", f"{summary}; app synced, {FUNCTION} registered"


def _rotating(setup: InngestSetup) -> str:
    return ", with a fallback" if setup.signing_key_fallback else ""
