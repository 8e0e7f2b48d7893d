"""Serve the functions over HTTP: Inngest's own `serve` for FastAPI, behind our gate.

`serve` adds three routes to an application. Here the application is a table of them, since an engine knows no web
framework (the layers are checked), and what calls them is `Call`.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Any, cast

import inngest
from inngest.fast_api import serve

from voicegraph.engines.inngest.call_guard import RefusedCall, check
from voicegraph.engines.inngest.inngest_client import only_from
from voicegraph.run.engine_choice import InngestSetup
from voicegraph.run.ports import Call, Reply

log = logging.getLogger(__name__)

SERVE_PATH = "/api/inngest"
REGISTER_SECONDS = 300.0
"""Between registrations of our own accord."""
_JSON = {"content-type": "application/json"}

Handler = Callable[["_Request"], Awaitable[Any]]


class HttpHandler:
    """See `run.ports.Callee`."""

    def __init__(self, setup: InngestSetup, client: inngest.Inngest, functions: list[inngest.Function[Any]]) -> None:
        self._setup = setup
        self._origin = setup.serve_origin
        self._registered_at = -math.inf
        self._routes = _Routes()
        with only_from(setup):
            serve(
                cast("Any", self._routes),
                client,
                functions,
                enable_unauthed_sync=True,  # the gate has decided by then
                serve_origin=setup.serve_origin,
                serve_path=SERVE_PATH,
            )

    async def answer(self, call: Call) -> Reply:
        """401 for a call that is not Inngest's; else what the library answers."""
        try:
            check(call, self._setup)
        except RefusedCall as refusal:
            log.warning("Refused a call of %s: %s", SERVE_PATH, refusal)
            return _reply(HTTPStatus.UNAUTHORIZED, {"message": "Unauthorized"})
        if self._setup.dev:
            self._origin = self._setup.serve_origin or call.url.partition(SERVE_PATH)[0]
        try:
            return await self._pass_on(call)
        except Exception:
            log.exception("Inngest's library could not answer a call")
            return _reply(HTTPStatus.BAD_REQUEST, {"message": "The call could not be understood."})

    async def register_again(self) -> None:
        """Tell Inngest where we are called: it may have forgotten, or calls a worker that has gone.

        Only at the address that is set, or in development the one that it has called before.
        """
        if self._origin is None or time.monotonic() < self._registered_at + REGISTER_SECONDS:
            return
        self._registered_at = time.monotonic()
        try:
            await self._pass_on(Call("PUT", f"{self._origin}{SERVE_PATH}"))
        except Exception as error:  # noqa: BLE001 - the library raises whatever its parts do; each means: not registered
            log.warning("Inngest could not be told again where it reaches us (%s: %s)", type(error).__name__, error)
            return
        log.warning("Inngest was told again where it reaches us: %s", self._origin)

    async def _pass_on(self, call: Call) -> Reply:
        response = await self._routes.handlers[call.method](_Request(call))
        return Reply(response.status_code, {**response.headers, **_JSON}, bytes(response.body))


class _Routes:
    """As much of an application as `serve` asks for."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}
        self.get, self.post, self.put = (partial(self._add, method) for method in ("GET", "POST", "PUT"))

    def _add(self, method: str, _path: str) -> Callable[[Handler], Handler]:
        def add(handler: Handler) -> Handler:
            self.handlers[method] = handler
            return handler

        return add


class _Request:
    """A call, as `serve` reads one."""

    def __init__(self, call: Call) -> None:
        self.headers, self.query_params, self.url = call.headers, call.query, call.url
        self._body = call.body

    async def body(self) -> bytes:
        return self._body


def _reply(status: int, body: object) -> Reply:
    return Reply(int(status), _JSON, json.dumps(body).encode())
