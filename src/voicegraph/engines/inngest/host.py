"""Serve the functions over HTTP: Inngest's own adapters do the same for each web framework; this one is for ours."""

from __future__ import annotations

import json
import logging
import math
import time
from http import HTTPStatus
from typing import Any

import inngest
from inngest._internal import comm_lib, server_lib

from voicegraph.engines.inngest.client import only_from
from voicegraph.engines.inngest.gate import Refused, check
from voicegraph.run.choice import InngestSetup
from voicegraph.run.ports import Call, Reply

log = logging.getLogger(__name__)

SERVE_PATH = "/api/inngest"
REGISTER_SECONDS = 300.0
"""Between registrations of our own accord."""
_JSON = {"content-type": "application/json"}


class Host:
    """See `run.ports.Callee`."""

    def __init__(self, setup: InngestSetup, client: inngest.Inngest, functions: list[inngest.Function[Any]]) -> None:
        self._setup = setup
        self._origin = setup.serve_origin
        self._registered_at = -math.inf
        with only_from(setup):
            self._handler = comm_lib.CommHandler(
                client=client,
                enable_unauthed_sync=True,  # the gate has decided by then
                framework=server_lib.Framework.FAST_API,
                functions=functions,
                streaming=None,
            )

    async def answer(self, call: Call) -> Reply:
        """401 for a call that is not Inngest's; else what the library answers."""
        try:
            check(call, self._setup)
        except Refused as refusal:
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
        request = self._request(call)
        match call.method:
            case "GET":
                return _of(self._handler.get_sync(request))
            case "PUT":
                return _of(await self._handler.put(request))
            case _:
                return _of(await self._handler.post(request))

    def _request(self, call: Call) -> comm_lib.CommRequest:
        return comm_lib.CommRequest(
            body=call.body,
            headers=dict(call.headers),
            public_path=None,
            query_params=dict(call.query),
            raw_request=call,
            request_url=call.url,
            serve_origin=self._setup.serve_origin,
            serve_path=SERVE_PATH,
        )


def _of(response: comm_lib.CommResponse) -> Reply:
    body = response.body_bytes()
    if isinstance(body, Exception):
        raise body
    return Reply(response.status_code, {**response.headers, **_JSON}, body)


def _reply(status: int, body: object) -> Reply:
    return Reply(int(status), _JSON, json.dumps(body).encode())
