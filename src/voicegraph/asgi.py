"""The web application: VoiceGraph behind HTTP. Apart from `app`, so that a command that serves nobody loads no framework."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from voicegraph.api.build import build_api
from voicegraph.app import running
from voicegraph.settings import Settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """The ASGI application, as it is served and as it is tested. While its lifespan lasts, VoiceGraph runs."""
    chosen = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with running(chosen) as runtime:
            app.state.pipeline = runtime.pipeline
            app.state.triggers = runtime.triggers
            app.state.runtime = runtime
            app.state.notifier = runtime.notifier
            app.state.rounds = runtime.rounds
            yield

    return build_api(chosen, lifespan)
