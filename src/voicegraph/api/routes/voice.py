"""From speech to text."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import APIRouter, Request, UploadFile

from voicegraph.api.deps import Wired
from voicegraph.api.problems import TooLarge
from voicegraph.api.schemas.common import SpeechInfo, TranscribeAnswer
from voicegraph.pipeline import Pipeline
from voicegraph.speech.transcriber import MAX_AUDIO_BYTES
from voicegraph.speech.transcriber_choice import transcriber_kind

router = APIRouter(prefix="/api", tags=["voice"])
T = TypeVar("T")


@router.post("/transcribe")
async def transcribe(audio: UploadFile, request: Request, voicegraph: Wired) -> TranscribeAnswer:
    """Turn a recording (WebM, MP4, WAV, OGG or MP3; 10 minutes and 25 MB at most) into text.

    Refusals say what to do: `empty`, `too_short`, `too_long`, `silent`, `unreadable` are 422, `unsupported` is 415,
    `too_large` is 413. While the model is being loaded for longer than a moment, 503 with code `speech_loading`.
    """
    limit = min(voicegraph.settings.max_upload_bytes, MAX_AUDIO_BYTES)
    content = await audio.read(limit + 1)
    if len(content) > limit:
        raise TooLarge(limit, "recording")
    kind = (audio.content_type or "")[:100]
    said = await _unless_left(request, voicegraph.transcribe(content, kind))
    return TranscribeAnswer(
        text=said.text, raw=said.raw, language=said.language, duration=said.duration, confidence=said.confidence
    )


@router.post("/transcribe/prepare")
async def prepare_transcriber(voicegraph: Wired) -> SpeechInfo:
    """Begin to load the model, so that it is there when the recording comes; answers at once with how far it is."""
    if voicegraph.transcriber:
        voicegraph.transcriber.prepare()
    return speech_info(voicegraph)


def speech_info(voicegraph: Pipeline) -> SpeechInfo:
    """How far the recogniser is."""
    if voicegraph.transcriber is None:
        kind = transcriber_kind(voicegraph.settings)
        return SpeechInfo(engine=kind, model="none", state="failed", message="This process has no recogniser.")
    state = voicegraph.transcriber.state()
    return SpeechInfo(engine=state.engine, model=state.model, state=state.state, message=state.message)


async def _unless_left(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result; nobody is kept waiting for a recording whose sender has cancelled."""
    task = asyncio.ensure_future(work)
    left = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({task, left}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
        return await task
    finally:
        left.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
