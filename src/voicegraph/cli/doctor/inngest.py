"""The doctor's check of Inngest: which engine runs, is the server there, are the keys right, does it know us.

It only asks. A registration (PUT) would move a working installation to wherever the doctor was called.
"""

from __future__ import annotations

import hashlib
import re
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from voicegraph.cli.doctor.check_result import Finding
from voicegraph.errors import ConfigError
from voicegraph.nodes.http.urls import shown
from voicegraph.run.engine_choice import InngestSetup, background_engine, half_set, inngest_setup
from voicegraph.settings import Settings

FUNCTION = "execute-workflow"
SERVE_PATH = "/api/inngest"
_TIMEOUT = 5.0
_NOT_KNOWN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


async def examine_inngest(settings: Settings) -> Finding:
    """One line; the first thing that is wrong, with what to do."""
    try:
        if background_engine(settings) == "embedded":
            unused = "not used: background runs execute in the embedded engine, on this machine."
            return ("bad", f"{unused} {half}") if (half := half_set(settings)) else ("note", unused)
        setup = inngest_setup(settings)
    except ConfigError as error:
        return "bad", error.message
    async with httpx.AsyncClient(trust_env=False, timeout=_TIMEOUT) as client:
        try:
            wrong = await (_ask_dev(client, setup, settings) if setup.dev else _ask_with_keys(client, setup, settings))
        except httpx.HTTPError as error:
            where = f"{error.request.url.scheme}://{error.request.url.netloc.decode()}"
            return "bad", (
                f"cannot connect to Inngest at {where} ({type(error).__name__}). {_start_it(setup, settings)} "
                "Runs that are started meanwhile are stored, and sent as soon as it is there."
            )
        return wrong or await _ask_ourselves(client, setup, settings)


def _start_it(setup: InngestSetup, settings: Settings) -> str:
    if setup.dev:
        return f"Start the dev server: npx inngest-cli@latest dev -u {_our_door(setup, settings)}."
    return "Look at INNGEST_BASE_URL and at the server it names."


async def _ask_dev(client: httpx.AsyncClient, setup: InngestSetup, settings: Settings) -> Finding | None:
    """None when our function is there. A dev server looks at no key."""
    answer = await client.get(f"{setup.api_url}/dev")
    functions = listed(answer, "functions")
    if functions is None:
        return _not_there(setup.api_url, answer, "INNGEST_DEV")
    return None if names(functions, f"{setup.app_id}-{FUNCTION}") else _not_registered(setup, settings)


async def _ask_with_keys(client: httpx.AsyncClient, setup: InngestSetup, settings: Settings) -> Finding | None:
    """Both keys, then the function; None when all are right."""
    return await _try_event_key(client, setup) or await _try_signing_key(client, setup, settings)


async def _try_event_key(client: httpx.AsyncClient, setup: InngestSetup) -> Finding | None:
    """A batch without an event shows whether the key is known, and starts nothing."""
    sent = await client.post(f"{setup.event_url}/e/{quote(setup.event_key or '', safe='')}", json=[])
    error = str(said(sent).get("error") or "")
    # It says 401 or 404, as others do who know no such page; its own words name the key.
    missing = sent.status_code == HTTPStatus.NOT_FOUND and "key" in error.lower()
    if error and (missing or sent.status_code in _NOT_KNOWN):
        return "bad", (
            f"Inngest at {setup.event_url} does not know the event key ({sent.status_code}), so no run can be sent. "
            "Set INNGEST_EVENT_KEY to a key of this environment."
        )
    if sent.is_server_error and error:
        return "bad", f"Inngest at {setup.event_url} takes no events now: {sent.status_code} {sent.text[:200]}"
    if not sent.is_success or "ids" not in said(sent):
        return _not_there(setup.event_url, sent, "INNGEST_BASE_URL or INNGEST_EVENT_API_BASE_URL")
    return None


async def _try_signing_key(client: httpx.AsyncClient, setup: InngestSetup, settings: Settings) -> Finding | None:
    address = f"{setup.api_url}/v1/apps/{setup.app_id}/functions"
    env = {"x-inngest-env": setup.env} if setup.env else {}
    known = await client.get(address, headers=env | _bearer(setup.signing_key))
    is_inngest = setup.api_url == setup.event_url or "error" in said(known)
    if known.status_code in _NOT_KNOWN and is_inngest:
        other = setup.signing_key_fallback
        if other and listed(await client.get(address, headers=env | _bearer(other)), "data") is not None:
            return "note", (
                f"Inngest at {setup.api_url} knows INNGEST_SIGNING_KEY_FALLBACK and not INNGEST_SIGNING_KEY. Runs are "
                "executed; finish the change of keys at Inngest, or swap the two."
            )
        return "bad", (
            f"Inngest at {setup.api_url} does not know the signing key ({known.status_code}), so runs are sent and "
            "never executed. Set INNGEST_SIGNING_KEY to the one of this environment. The event key is right."
        )
    functions = listed(known, "data")
    if functions is None and not (known.status_code == HTTPStatus.NOT_FOUND and is_inngest and said(known)):
        return _not_there(setup.api_url, known, "INNGEST_BASE_URL or INNGEST_API_BASE_URL")
    ours = names(functions or [], f"(?:{setup.app_id}-)?{FUNCTION}")
    return None if ours else _not_registered(setup, settings)


def _bearer(key: str | None) -> dict[str, str]:
    """How Inngest's library shows the signing key: hashed."""
    raw = bytes.fromhex((key or "").rpartition("-")[2])
    return {"authorization": f"Bearer {hashlib.sha256(raw).hexdigest()}"}


def _not_there(url: str, answer: httpx.Response, setting: str) -> Finding:
    what = f"answered {answer.status_code}" + (", and not in Inngest's words" if answer.is_success else "")
    return "bad", f"no Inngest answers at {shown(url)}: what is there {what}. Look at {setting}."


def _our_door(setup: InngestSetup, settings: Settings) -> str:
    return f"{setup.serve_origin or f'http://localhost:{settings.port}'}{SERVE_PATH}"


def _not_registered(setup: InngestSetup, settings: Settings) -> Finding:
    where = _our_door(setup, settings)
    first = "" if setup.dev or setup.serve_origin else "Set INNGEST_SERVE_ORIGIN to where Inngest reaches VoiceGraph. "
    message = (
        f"the function {FUNCTION} is not registered at {setup.api_url}. {first}Start VoiceGraph, then give Inngest its "
        f"address: {'the option -u ' + where if setup.dev else 'sync the app ' + where} (or: curl -X PUT {where})."
    )
    return "bad", message


async def _ask_ourselves(client: httpx.AsyncClient, setup: InngestSetup, settings: Settings) -> Finding:
    """Whether somebody is here to execute what Inngest sends."""
    mode = "dev server, calls are not signed" if setup.dev else f"keys are right{_rotating(setup)}"
    summary = f"runs the background runs: {setup.api_url} ({mode}), {FUNCTION} registered"
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    door = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    try:
        answers = "version" in said(await client.get(f"{door}/api/health"))
    except httpx.HTTPError:
        answers = False
    if not answers:
        return "note", f"{summary}. No VoiceGraph answers at {door}; start it, or a worker, to have runs executed."
    return "ok", summary


def _rotating(setup: InngestSetup) -> str:
    return ", with a fallback" if setup.signing_key_fallback else ""


# -- what Inngest's answers look like, so that no other server's are taken for them


def said(answer: httpx.Response) -> dict[str, Any]:
    """What Inngest's words are: one object of JSON. Empty for anything else."""
    try:
        body: Any = answer.json()
    except ValueError:
        return {}
    return cast("dict[str, Any]", body) if isinstance(body, dict) else {}


def listed(answer: httpx.Response, name: str) -> list[Any] | None:
    """What it lists, alone or under this name; None for an answer that is not Inngest's."""
    if answer.status_code != HTTPStatus.OK:
        return None
    try:
        body: Any = answer.json()
    except ValueError:
        return None
    if isinstance(body, dict):
        body = cast("dict[str, Any]", body).get(name, False)
    elif name != "data":
        return None
    # Where it knows of none, it says null.
    return cast("list[Any]", body or []) if isinstance(body, list) or body is None else None


def names(functions: list[Any], pattern: str) -> bool:
    """Whether one of them has this name, whole: functions of other apps may end alike."""
    whole = re.compile(rf"(?<![\w-]){pattern}(?![\w-])")
    return any(whole.search(str(function)) for function in functions)
