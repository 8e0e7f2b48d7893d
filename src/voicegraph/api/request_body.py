"""The reading of request bodies: large JSON beside the event loop.

One call that parses a few megabytes of small values keeps everybody waiting for half a second.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from voicegraph.api.problems import TooMany
from voicegraph.errors import NodeError
from voicegraph.nodes.data.large_json import DECODED_AT_ONCE, beside, decode

MAX_VALUES = 200_000
"""In one body. A workflow holds half of that at most, and its config a quarter."""


class JsonRoute(APIRoute):
    """A route whose body may be large JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The usual one, with another way to read JSON."""
        handle = super().get_route_handler()

        async def read(request: Request) -> Response:
            return await handle(_Reading(request.scope, request.receive))

        return read


class _Reading(Request):
    async def json(self) -> Any:
        body = await self.body()
        if len(body) <= DECODED_AT_ONCE:
            return await super().json()
        try:
            return await beside(False, partial(decode, most=MAX_VALUES), body)
        except NodeError as error:
            raise TooMany(error.message) from error
        except UnicodeDecodeError:
            raise
        except ValueError as error:  # of the framework's parsers, only this one's reason is passed on
            raise json.JSONDecodeError(str(error), "", 0) from error
