"""Connections and bodies of the guarded client: pinned addresses, and no body larger than allowed."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterable
from typing import Any, cast

import httpcore
import httpx

from voicegraph.errors import NodeError
from voicegraph.nodes.addresses import AddressGuard

LIMITS = httpx.Limits(max_connections=500, max_keepalive_connections=100, keepalive_expiry=15)
NEXT_ADDRESS_SECONDS = 3.0
_GZIP = 16 + zlib.MAX_WBITS
SETTING = "the limit set by VOICEGRAPH_MAX_RESPONSE_BYTES"


class GuardedTransport(httpx.AsyncHTTPTransport):
    """Connects to judged addresses only; answers with bodies that stop at the limit."""

    def __init__(self, guard: AddressGuard, max_bytes: int) -> None:
        # Of the environment only SSL_CERT_FILE is heard: whose certificates to trust is the administrator's word.
        context = httpx.create_ssl_context()
        super().__init__(verify=context, trust_env=False)
        self._max_bytes = max_bytes
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=LIMITS.max_connections,
            max_keepalive_connections=LIMITS.max_keepalive_connections,
            keepalive_expiry=LIMITS.keepalive_expiry,
            network_backend=GuardedBackend(guard),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and read the head of its answer."""
        response = await super().handle_async_request(request)
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        headers = [pair for pair in response.headers.raw if pair[0].lower() != b"content-encoding"]
        body = LimitedBody(response.stream, encoding, self._max_bytes, request.url.host)
        return httpx.Response(response.status_code, headers=headers, stream=body, extensions=response.extensions)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to the addresses the guard permits; httpcore keeps the name for Host and TLS."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard
        self._backend = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Try the addresses in turn; the time is for all of them together."""
        try:
            async with asyncio.timeout(timeout):
                return await self._connect(host, port, local_address, socket_options)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no connection to {host} within {timeout:g} s") from error

    async def _connect(
        self,
        host: str,
        port: int,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.AsyncNetworkStream:
        *others, last = await self._guard.addresses(host, port)
        for address in others:
            try:
                return await self._backend.connect_tcp(
                    address, port, NEXT_ADDRESS_SECONDS, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._backend.connect_tcp(last, port, None, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        """Wait between attempts of httpcore."""
        await asyncio.sleep(seconds)


class LimitedBody(httpx.AsyncByteStream):
    """A response's body, unpacked, that ends in NodeError `too_large` when it passes the limit."""

    def __init__(self, stream: Any, encoding: str, max_bytes: int, host: str, limit: str = SETTING) -> None:
        if encoding not in ("identity", "gzip", "x-gzip", ""):
            raise NodeError("bad_response", f"{host} answered in the encoding “{encoding}”, which was not asked for.")
        self._stream = stream
        self._packed = "gzip" in encoding
        self._max_bytes = max_bytes
        self._host = host
        self._limit = limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._unpacked():
            size += len(chunk)
            if size > self._max_bytes:
                raise NodeError(
                    "too_large",
                    f"{self._host} answered with more than {self._max_bytes:,} bytes, {self._limit}.",
                )
            yield chunk

    async def aclose(self) -> None:
        """Give the connection back, or up when the body was not read to its end."""
        await self._stream.aclose()

    async def _unpacked(self) -> AsyncIterator[bytes]:
        if not self._packed:
            async for chunk in self._stream:
                yield chunk
            return
        unpacker = zlib.decompressobj(_GZIP)
        async for chunk in self._stream:
            if unpacker.eof:  # what comes after the end counts for nothing, and might never end
                return
            rest = chunk
            while rest and not unpacker.eof:
                yield self._inflate(unpacker, rest)
                rest = unpacker.unconsumed_tail

    def _inflate(self, unpacker: Any, packed: bytes) -> bytes:
        """The next piece, at most 64 KiB: a bomb is noticed before it unfolds."""
        try:
            return unpacker.decompress(packed, 1 << 16)
        except zlib.error as error:
            raise NodeError("bad_response", f"{self._host} answered with broken gzip data.", retryable=True) from error
