"""The web page and the API's page: the built front end from `ui/dist`, under a strict content policy."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.staticfiles import StaticFiles
from starlette.responses import FileResponse, HTMLResponse, Response

from voicegraph.api.guard import POLICY

DIST = Path(__file__).parent.parent / "ui" / "dist"
NONCE = "__CSP_NONCE__"
NOT_BUILT = """<!doctype html><html lang="en"><title>VoiceGraph</title>
<h1>The web page is not built</h1>
<p>The server runs, but its front end is missing. Stop it and start it with <code>make run</code>, which builds it.</p>
<p>The API works without it; <a href="/api/openapi.json">/api/openapi.json</a> describes it.</p></html>"""

router = APIRouter(include_in_schema=False)


@router.get("/")
async def index() -> Response:
    """The page. Every answer gets a nonce of its own: only styles that carry it are applied."""
    page = DIST / "index.html"
    if not page.is_file():
        return HTMLResponse(NOT_BUILT, 503)
    nonce = secrets.token_urlsafe(16)
    policy = f"{POLICY}; style-src 'self' 'nonce-{nonce}'"
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return HTMLResponse(page.read_text("utf-8").replace(NONCE, nonce), headers=headers)


@router.get("/api/docs")
async def api_docs() -> Response:
    """Swagger UI over /api/openapi.json, without a foreign server and without a script in the page."""
    page = DIST / "docs" / "index.html"
    return FileResponse(page) if page.is_file() else HTMLResponse(NOT_BUILT, 503)


class _Assets(StaticFiles):
    """Files whose names carry a hash of their content: a browser may keep them for ever."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """As the base class, with a cache header."""
        response = super().file_response(*args, **kwargs)  # pyright: ignore[reportArgumentType]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def mount_site(app: FastAPI) -> None:
    """Add the pages and their files, nothing else of the folder. Without a build only the notice is served."""
    app.include_router(router)
    for path, files in (("/assets", _Assets), ("/api/docs", StaticFiles)):
        folder = DIST / path.rpartition("/")[2]
        if folder.is_dir():
            app.mount(path, files(directory=folder))
    for file in DIST.glob("[!.]*.*"):
        if file.is_file() and file.suffix != ".html":
            app.add_route(f"/{file.name}", _sender(file), include_in_schema=False)


def _sender(file: Path) -> Callable[[Request], Awaitable[Response]]:
    async def send(_request: Request) -> Response:
        return FileResponse(file)

    return send
