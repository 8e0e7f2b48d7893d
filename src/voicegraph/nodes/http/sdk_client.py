"""Lends the guarded client to service SDKs.

They set headers, base URL and time-outs on the httpx client they are given, and the guarded one is shared by all nodes.
So each gets a client of its own that has no connections: it hands every request to the guarded one.
"""

from __future__ import annotations

import httpx


class SdkTransport(httpx.AsyncBaseTransport):
    """Sends through another client; redirects, limits and the address guard are that client's."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request; the body of the answer has not been read yet."""
        # The guarded client unpacks by itself, and only what it asked for.
        request.headers["Accept-Encoding"] = self._http.headers["Accept-Encoding"]
        return await self._http.send(request, stream=True)


def delegating_client(http: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client an SDK may change as it likes. It holds nothing, so it need not be closed."""
    return httpx.AsyncClient(transport=SdkTransport(http), trust_env=False, timeout=http.timeout)
