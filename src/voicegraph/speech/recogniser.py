"""The model in a child process of its own: loaded when it is first needed, kept warm, given back after a while unused.

So the server stays small before and after, and native code that crashes takes nothing with it but one answer.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from voicegraph import child_process
from voicegraph.errors import ConfigError, Overloaded
from voicegraph.speech.audio_decoder import Sound
from voicegraph.speech.speech_errors import RecogniserFailed, StillLoading
from voicegraph.speech.transcriber import Readiness
from voicegraph.speech.weights import SETTING

log = logging.getLogger(__name__)

MOST_WAITING = 8
PATIENCE = 30.0
"""Seconds a recording waits for a model that is on its way (a download may take minutes)."""
BASE_SECONDS, SECONDS_A_SECOND = 60.0, 3.0
"""Longest time for a recording: so much, and so much for each of its seconds."""
_ENVIRONMENT = (
    *("HOME", "USERPROFILE", "HF_HOME", "HF_ENDPOINT", "HF_HUB_OFFLINE", "XDG_CACHE_HOME"),
    *("SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"),
)
"""What the hub's own client reads when a model is downloaded."""


class Recogniser:
    """One model, one recording at a time."""

    def __init__(self, model: str, idle_seconds: float) -> None:
        self._model = model
        self._idle_seconds = idle_seconds
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._loading: asyncio.Task[asyncio.subprocess.Process] | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self.failure = ""

    @property
    def readiness(self) -> Readiness:
        """Whether the model is there."""
        if self._loading is None:
            return "failed" if self.failure else "idle"
        if not self._loading.done():
            return "loading"
        return "ready" if self._alive() else "idle"

    @property
    def pid(self) -> int | None:
        """The child that holds the model."""
        process = self._alive()
        return process.pid if process else None

    def prepare(self) -> None:
        """Begin to load, unless it is there or on its way."""
        self._begin()

    def _begin(self) -> asyncio.Task[asyncio.subprocess.Process]:
        if self._loading is None or (self._loading.done() and self._alive() is None):
            self.failure = ""
            self._loading = asyncio.create_task(self._load())
            self._loading.add_done_callback(self._note)
        return self._loading

    async def recognise(self, sound: Sound, hot_words: Sequence[str], language: str) -> dict[str, Any]:
        """`text`, `language`, `confidence`. Raises Overloaded, StillLoading, ConfigError, RecogniserFailed."""
        if self._waiting >= MOST_WAITING:
            raise Overloaded("Too many recordings wait to be understood. Send it again in a moment.", 5)
        self._waiting += 1
        try:
            process = await self._ready()
            async with self._turn:
                return await self._ask(process, sound, hot_words, language)
        finally:
            self._waiting -= 1
            self._rest_later()

    async def close(self) -> None:
        """End the child."""
        if self._rest:
            self._rest.cancel()
        if self._loading:
            self._loading.cancel()
        if process := self._alive():
            await child_process.end(process)
        await asyncio.gather(*self._ending, *([self._loading] if self._loading else []), return_exceptions=True)
        self._loading = None

    async def _ready(self) -> asyncio.subprocess.Process:
        loading = self._begin()
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.shield(loading)
        except TimeoutError as error:
            raise StillLoading(self._model) from error

    async def _load(self) -> asyncio.subprocess.Process:
        process = await child_process.start("voicegraph.speech.recogniser_worker", also=_ENVIRONMENT)
        try:
            answer = await _exchange(process, {"model": self._model})
            if "error" in answer:
                raise ConfigError(SETTING, answer["message"])
        except BaseException:
            await child_process.end(process)
            raise
        log.info("The speech model %s is loaded", answer["model"])
        return process

    async def _ask(
        self, process: asyncio.subprocess.Process, sound: Sound, hot_words: Sequence[str], language: str
    ) -> dict[str, Any]:
        request = {"bytes": len(sound.samples), "hotWords": ", ".join(hot_words), "language": language}
        seconds = BASE_SECONDS + SECONDS_A_SECOND * sound.duration
        try:
            async with asyncio.timeout(seconds):
                answer = await _exchange(process, request, sound.samples)
        except TimeoutError as error:
            await child_process.end(process)
            raise RecogniserFailed("Understanding the recording took too long. Say it in shorter parts.") from error
        except BaseException:
            await child_process.end(process)  # its answer would be taken for that of the next recording
            raise
        if "error" in answer:
            raise RecogniserFailed(f"The recording could not be understood: {answer['message']}. Send it again.")
        return answer

    def _alive(self) -> asyncio.subprocess.Process | None:
        loading = self._loading
        if loading is None or not loading.done() or loading.cancelled() or loading.exception():
            return None
        process = loading.result()
        return process if process.returncode is None else None

    def _note(self, loading: asyncio.Task[asyncio.subprocess.Process]) -> None:
        if not loading.cancelled() and (error := loading.exception()):
            self.failure = str(error)
            self._loading = None
            log.warning("The speech model cannot be used: %s", error)

    def _rest_later(self) -> None:
        """Count the idle time from now on."""
        if self._rest:
            self._rest.cancel()
        self._rest = asyncio.get_running_loop().call_later(self._idle_seconds, self._let_go)

    def _let_go(self) -> None:
        if self._waiting == 0 and (process := self._alive()):
            self._loading = None
            ending = asyncio.create_task(child_process.end(process))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)


async def _exchange(
    process: asyncio.subprocess.Process, request: dict[str, Any], samples: bytes = b""
) -> dict[str, Any]:
    to, answers = process.stdin, process.stdout
    line = b""
    if to and answers:
        with suppress(OSError):
            to.write(json.dumps(request).encode() + b"\n" + samples)
            await to.drain()
            line = await answers.readline()
    if not line:
        raise RecogniserFailed("The speech recogniser stopped; it starts again with the next recording. Send it again.")
    return json.loads(line)
