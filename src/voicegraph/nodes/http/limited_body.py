"""The body of an answer from outside: unpacked, whole, and no larger than allowed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx

from voicegraph.errors import NodeError
from voicegraph.nodes.http.content_encoding import CannotUnpack, through, unpackers

SETTING = "the limit set by VOICEGRAPH_MAX_RESPONSE_BYTES"
_PAUSE_AFTER = 512 << 10
"""Bytes, after which others have their turn."""
_HEAD, _LETTERS = 64, 16
_PACKING = 8
"""What does not get smaller by being packed gets larger, but by less than an eighth."""


class LimitedBody(httpx.AsyncByteStream):
    """A response's body, unpacked. NodeError `too_large` when it passes the limit, `bad_response` when a part is missing.

    The limit holds for what comes in, and for what it is behind each coding.
    """

    def __init__(self, stream: Any, encoding: str, max_bytes: int, host: str, limit: str = SETTING) -> None:
        self._host = host
        try:
            self._stages = unpackers(encoding)
        except CannotUnpack as error:
            raise NodeError(
                "bad_response",
                f"{host} sent its answer packed as “{error}”, which cannot be unpacked here and was not asked for.",
            ) from error
        self._stream = stream
        self._max_bytes = max_bytes
        self._limit = limit
        self._sizes = [0] * (len(self._stages) + 1)
        self._since_pause = 0
        self._head = b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._received():
            if self._stages and len(self._head) < _HEAD:
                self._head += chunk[: _HEAD - len(self._head)]
            pieces = through(self._stages, chunk, self._count)
            while (piece := self._next(pieces)) is not None:
                yield piece
                if self._since_pause > _PAUSE_AFTER:
                    self._since_pause = 0
                    await asyncio.sleep(0)
            if any(stage.ended for stage in self._stages):  # what comes after the end might never end
                break
        cut = next((stage for stage in self._stages if not stage.is_whole()), None)
        if cut is not None:
            missing = f"{cut.name} data that is cut off: a part of it is missing"
            raise self._broken(self._plain(cut.name) or missing)

    async def aclose(self) -> None:
        """Give the connection back, or up when the body was not read to its end."""
        await self._stream.aclose()

    async def _received(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._stream:
                yield chunk
        except Exception as error:
            # By its name: the stream is one of httpx, or of httpx2. A connection that was reset is another error.
            if type(error).__name__ == "RemoteProtocolError":
                raise self._broken("less than it announced, or with a broken chunk") from error
            raise

    def _next(self, pieces: Any) -> bytes | None:
        try:
            return next(pieces, None)
        except ValueError as error:
            names = ", ".join(stage.name for stage in reversed(self._stages))
            raise self._broken(self._plain(names) or f"broken {names} data") from error

    def _count(self, stage: int, size: int) -> None:
        self._since_pause += size
        self._sizes[stage] += size
        is_last = stage == len(self._stages)
        allowed = self._max_bytes if is_last else self._max_bytes + self._max_bytes // _PACKING + 1_024
        if self._sizes[stage] > allowed:
            raise NodeError(
                "too_large", f"{self._host} answered with more than {self._max_bytes:,} bytes, {self._limit}."
            )

    def _plain(self, names: str) -> str | None:
        """What is wrong where a text came that is not packed at all: no packed data begins with a line of letters."""
        is_text = len(self._head) >= _LETTERS and all(32 <= byte < 127 or byte in b"\t\r\n" for byte in self._head)
        return f"plain text, which it says is {names} data" if is_text else None

    def _broken(self, what: str) -> NodeError:
        return NodeError("bad_response", f"{self._host} answered with {what}.", retryable=True)
