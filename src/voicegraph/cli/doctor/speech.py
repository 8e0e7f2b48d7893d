"""The doctor's check of speech: the model on this machine is there, or the service lists it to who holds the key."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

import httpx

from voicegraph.app import speech_client
from voicegraph.cli.doctor.check_result import Finding
from voicegraph.cli.doctor.services import tried
from voicegraph.errors import NodeError, VoiceGraphError
from voicegraph.lazy_imports import importing
from voicegraph.nodes.http.service_errors import excerpt, status_error, translated
from voicegraph.nodes.http.urls import shown
from voicegraph.setting_names import name_in_use
from voicegraph.settings import Settings
from voicegraph.speech.transcriber_choice import GROQ_URL, OPENAI_URL, Endpoint, endpoint, transcriber_kind
from voicegraph.speech.weights import SETTING, find_weights, verify

ABROAD = "recordings leave this machine"
_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_NOT_TOLD = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.TOO_MANY_REQUESTS})


async def examine_speech(settings: Settings) -> Finding:
    """Who understands what is said, tried without a recording."""
    try:
        if transcriber_kind(settings) == "embedded":
            return await asyncio.to_thread(_on_this_machine, settings.speech_model)
        where = endpoint(settings)
    except VoiceGraphError as error:
        return "bad", error.message
    named = f"{where.model} at {shown(where.base_url)}"
    return await tried(named, _ask(settings, where, named))


def _on_this_machine(setting: str) -> Finding:
    weights = find_weights(setting)
    if weights.shipped:
        verify(Path(weights.source))
    elif weights.name == weights.source:
        return _of_the_hub(weights.name)
    return "ok", f"{weights.name} on this machine{', shipped and verified' * weights.shipped}"


def _of_the_hub(name: str) -> Finding:
    """It is looked for where the hub's library keeps what it has downloaded; the hub is not asked."""
    with importing("faster_whisper"):
        from faster_whisper.utils import available_models, download_model

    known = available_models()
    if "/" not in name and name not in known:
        return "bad", (
            f"There is no speech model {name}. {SETTING} takes {', '.join(known)}; the name of a CTranslate2 model at "
            "the Hugging Face hub, owner/model; or a folder."
        )
    try:
        folder = Path(str(download_model(name, local_files_only=True)))  # pyright: ignore[reportUnknownArgumentType]
        if (folder / "model.bin").is_file():
            return "ok", f"{name} on this machine, downloaded"
    except (ValueError, OSError):  # it is not there, or has a name that no hub has
        pass
    return "note", f"{name}, downloaded by the first recording. Whether the Hugging Face hub has it was not tried."


async def _ask(settings: Settings, where: Endpoint, named: str) -> Finding:
    """Every such service lists its models for nothing, to who shows the key."""
    async with speech_client(settings, where) as http:
        with translated("The speech service"):
            answer = await http.get(f"{where.base_url}/models", headers=where.headers)
    said = excerpt(answer)
    untold = f"{named}: it answers, but lists no models here, so neither the key nor the model was tried; {ABROAD}"
    if answer.status_code in _NOT_TOLD or (answer.status_code == HTTPStatus.FORBIDDEN and "scope" in said):
        return "note", untold
    if answer.status_code in _REFUSED:
        setting = name_in_use(where.key_setting)
        return "bad", f"{named}: the service refused the key ({answer.status_code}). Check {setting}."
    if answer.is_error:
        raise status_error(answer.status_code, "The speech service", answer.headers, said)
    models = _listed(answer)
    if where.model in models:
        return "ok", f"{named}, takes the key: {ABROAD}" if where.headers else f"{named}, answers: {ABROAD}"
    if where.base_url in (GROQ_URL, OPENAI_URL):
        return "bad", f"{named}: the service has no such model. Check {SETTING}."
    # Servers of one's own take names for theirs that they do not list.
    return "note", f"{named}: it lists other models ({', '.join(models[:5]) or 'none'}). {SETTING} names one; {ABROAD}"


def _listed(answer: httpx.Response) -> list[str]:
    try:
        models = cast("list[dict[str, Any]]", answer.json()["data"])
        return [str(one["id"]) for one in models]
    except (ValueError, LookupError, TypeError) as error:
        ends = "" if answer.url.path.endswith("/v1/models") else ", which often ends in /v1"
        message = f"what answers is no such service. Check VOICEGRAPH_SPEECH_BASE_URL{ends}."
        raise NodeError("bad_response", message) from error
