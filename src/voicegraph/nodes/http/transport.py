"""Connections and bodies of the guarded client: pinned addresses, and no body larger than allowed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import cast

import httpcore
import httpx

from voicegraph.errors import NodeError
from voicegraph.nodes.http.limited_body import LimitedBody
from voicegraph.nodes.http.reachable_addresses import AddressGuard

LIMITS = httpx.Limits(max_connections=500, max_keepalive_connections=100, keepalive_expiry=15)
NEXT_ADDRESS_SECONDS = 3.0


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
        encoding = response.headers.get("content-encoding", "")
        headers = [pair for pair in response.headers.raw if pair[0].lower() != b"content-encoding"]
        try:
            body = LimitedBody(response.stream, encoding, self._max_bytes, request.url.host)
        except NodeError:  # nobody reads it: the connection would be kept
            await response.aclose()
            raise
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
