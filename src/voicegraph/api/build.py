"""The HTTP application: routes, guard, problems, page."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import cache

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from voicegraph import __version__
from voicegraph.api.guard import Guard
from voicegraph.api.openapi import correct_description
from voicegraph.api.pages import approval_page
from voicegraph.api.pages.plain_page import NotFoundPage
from voicegraph.api.pages.site import mount_site
from voicegraph.api.problems import install_problem_handlers
from voicegraph.api.routes import (
    about,
    approvals,
    archive,
    control,
    execute,
    files,
    history,
    inngest,
    notifications,
    plan,
    schedules,
    voice,
    webhooks,
    workflows,
)
from voicegraph.api.schemas.common import Problems
from voicegraph.run.redaction.redact import Redactor
from voicegraph.settings import Settings

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
DESCRIPTION = """Turn sentences into workflows, run them live or durably, follow and restore every run.

Errors are `{"error": what happened and what to do, "code": stable_code, "details": …}`."""


def build_api(settings: Settings, lifespan: Lifespan | None = None) -> FastAPI:
    """All routes behind the guard. The pipeline is put into `app.state` by the lifespan."""
    app = FastAPI(
        title="VoiceGraph",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        separate_input_output_schemas=False,
    )
    app.router.routes += _api_routes()
    correct_description(app)
    install_problem_handlers(app, Redactor.of_settings(settings))
    app.include_router(approval_page.router)
    mount_site(app)
    app.router.default = NotFoundPage(app.router.default)
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1"))
    app.add_middleware(Guard, settings=settings)  # the outermost: it sees the connection's own address
    return app


@cache
def _api_routes() -> tuple[BaseRoute, ...]:
    """What is under /api. The same objects for every application: FastAPI takes 80 ms to work out what they take."""
    api = APIRouter(
        responses={
            "4XX": {"model": Problems, "description": "What is wrong, and where."},
            503: {"model": Problems, "description": "The database or the disk refused; nothing was accepted."},
        },
        generate_unique_id_function=lambda route: route.name,
    )
    for routes in (
        inngest,  # first: it is called for every step of a run, and routes are looked through in order
        voice,
        plan,
        execute,
        approvals,
        archive,
        control,
        history,
        workflows,
        schedules,
        webhooks,
        notifications,
        files,
        about,
    ):
        api.include_router(routes.router)
    return tuple(api.routes)
