"""The API in this process, and the promise that every answer keeps to its own description."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI

from voicegraph.api.build import build_api
from voicegraph.api.schemas.runs import Event
from voicegraph.asgi import create_app
from voicegraph.settings import Settings

BASE = "http://127.0.0.1:8000"
UPLOADS = ("/api/files", "/api/transcribe")
"""Routes that take a form with a file in place of JSON."""
NOT_JSON = (*UPLOADS, "/api/hooks/{hook_id}")
"""Those, and what takes any body from anybody."""
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def settings_in(folder: Path, monkeypatch: pytest.MonkeyPatch, **given: Any) -> Settings:
    """Settings that nothing on the machine has a say in; `given` by field name."""
    for name, field in Settings.model_fields.items():
        aliases = getattr(field.validation_alias, "choices", [f"VOICEGRAPH_{name}"])
        for alias in aliases:
            monkeypatch.delenv(alias.upper(), raising=False)
    monkeypatch.chdir(folder)
    return Settings(**({"data_dir": folder / "data", "drain_seconds": 5} | given))


@asynccontextmanager
async def api_of(app: FastAPI) -> AsyncIterator[Api]:
    """The app with its lifespan, and a client that judges every answer."""
    async with app.router.lifespan_context(app):
        api = Api(app)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url=BASE, event_hooks={"response": [api.judge]}
        ) as client:
            api.client = client
            yield api


@asynccontextmanager
async def api_with(settings: Settings) -> AsyncIterator[Api]:
    async with api_of(create_app(settings)) as api:
        yield api


class Api:
    """Requests and what they answered. `call` gives the JSON of an answer with the status that was expected."""

    client: httpx.AsyncClient

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.description, self._schema = _described()

    async def call(self, method: str, path: str, body: Any = None, status: int = 200, **options: Any) -> Any:
        """The JSON of the answer. `body` is sent as JSON; bytes are sent as they are, under that name."""
        if body is not None:
            options["content"] = body if isinstance(body, bytes) else json.dumps(body).encode()
            options["headers"] = {"content-type": "application/json", **options.get("headers", {})}
        response = await self.client.request(method, path, **options)
        assert response.status_code == status, f"{response.status_code}: {response.text[:500]}"
        return response.json() if response.headers["content-type"] == "application/json" else response

    async def events(self, method: str, path: str, body: Any = None, **options: Any) -> list[dict[str, Any]]:
        """The events of a stream that ends."""
        return [json.loads(event["data"]) for event in sse((await self.call(method, path, body, **options)).text)]

    async def over(self, run_id: str) -> dict[str, Any]:
        """The run, when it is over: its stream ends then."""
        await self.events("GET", f"/api/runs/{run_id}/events")
        return await self.call("GET", f"/api/runs/{run_id}")

    async def until(self, run_id: str, status: str) -> dict[str, Any]:
        """The run, when it has this status."""
        for _ in range(2000):
            run = await self.call("GET", f"/api/runs/{run_id}")
            if run["status"] == status:
                return run
            await asyncio.sleep(0.01)
        raise AssertionError(f"the run is {run['status']}, not {status}")

    async def judge(self, response: httpx.Response) -> None:
        """Fails on an answer that breaks a promise: the error form, the OpenAPI description, the headers."""
        await response.aread()
        method, path = response.request.method, response.request.url.path
        assert response.status_code < 500 or response.status_code == 503, f"{method} {path}: {response.text}"
        expected = HEADERS
        if path.startswith("/approve/"):  # its form is sent with an origin only if the policy lets it
            expected = HEADERS | {"referrer-policy": response.headers["referrer-policy"]}
        assert {name: response.headers.get(name) for name in HEADERS} == expected
        if path.startswith("/approve/") and "html" in response.headers.get("content-type", ""):
            return  # a page, for people
        assert response.headers["content-security-policy"].startswith("default-src 'self'")
        if response.status_code >= 400:
            judge_problem(response)
        template = self.template(path)
        operation = self.description["paths"].get(template, {}).get(method.lower())
        if operation is None:
            return  # the page, or nothing at all
        status = response.status_code
        assert {str(status), f"{status // 100}XX"} & set(operation["responses"]), f"{method} {path}: {status}"
        if response.headers["content-type"].startswith("text/event-stream"):
            for event in sse(response.text):
                Event.model_validate_json(event["data"])
        elif template:
            bare = httpx.Request(method, response.request.url)  # what was sent may be a stream that is gone
            copy = httpx.Response(status, headers=response.headers, content=response.content, request=bare)
            copy.elapsed = timedelta()
            self._schema[template][method].validate_response(copy)

    def template(self, path: str) -> str:
        """The path as the description writes it: `/api/runs/{run_id}`; empty when there is none."""
        if path in self.description["paths"]:
            return path
        for template in self.description["paths"]:
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
                return template
        return ""

    @property
    def operations(self) -> Iterator[tuple[str, str]]:
        """(method, path template) of every route of the description."""
        for path, methods in self.description["paths"].items():
            yield from ((method.upper(), path) for method in methods)


@cache
def _described() -> tuple[dict[str, Any], schemathesis.schemas.BaseSchema]:
    """The description, and what judges by it. It takes a second to make and is the same for every application."""
    description = build_api(Settings(_env_file=None)).openapi()
    return description, schemathesis.openapi.from_dict(description)


def judge_problem(response: httpx.Response) -> None:
    """`{"error", "code", "details"}`, said in words."""
    problem = response.json()
    assert set(problem) == {"error", "code", "details"}, problem
    assert re.fullmatch(r"[a-z][a-z_]+", problem["code"]), problem
    assert len(problem["error"]) > 10, problem
    assert "Traceback" not in problem["error"]
    if problem["code"] in ("invalid_workflow", "invalid_request"):
        assert problem["details"]
        assert all(set(one) == {"where", "message", "code"} for one in problem["details"]), problem


def sse(text: str) -> list[dict[str, str]]:
    """The events of a whole stream, as the HTML standard reads them; comments are left out."""
    blocks = [block for block in text.replace("\r\n", "\n").split("\n\n") if block]
    lines = [[line for line in block.split("\n") if not line.startswith(":")] for block in blocks]
    return [dict(line.split(": ", 1) for line in block) for block in lines if block]


def steps(*nodes: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A workflow of steps that follow one another, as a client sends it."""
    return {"name": "Test", "nodes": list(nodes), **more}


def seed(text: str = "Hello", **more: Any) -> dict[str, Any]:
    """A node that needs nothing."""
    return {"type": "prompt", "action": "seed", "params": {"text": text}, **more}


def template(text: str, **more: Any) -> dict[str, Any]:
    """A node that fills a Liquid template."""
    return {"type": "transform", "action": "template", "params": {"template": text}, **more}


def wait(duration: str = "1 hour") -> dict[str, Any]:
    """A node that rests."""
    return {"type": "wait", "action": "delay", "params": {"duration": duration}}
