"""What tests of the catalogue share: a node context, files in memory, and REST services on loopback."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
import pytest

from voicegraph.errors import NotFound
from voicegraph.graph.model import NodeId, RunId
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import FileRef, Inputs
from voicegraph.settings import Settings


@dataclass
class Call:
    """One request a service got. `json` is its body, `match` the path's groups."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    match: re.Match[str]

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"null")


Answer = tuple[int, Any] | tuple[int, Any, dict[str, str]]
Handler = Callable[[Call], Answer]


@dataclass
class Service:
    """Answers by the first route whose method and path pattern fit; a request nobody expects gets 599."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    _routes: list[tuple[str, re.Pattern[str], Handler]] = field(default_factory=list)

    def on(self, method: str, pattern: str, handler: Handler | Answer) -> None:
        """Newest routes win, so that a test can replace what its fixture set up."""
        answer = handler if callable(handler) else lambda _: handler
        self._routes.insert(0, (method, re.compile(pattern), answer))

    def asked(self, method: str, pattern: str = "") -> list[Call]:
        return [call for call in self.calls if call.method == method and re.search(pattern, call.path)]

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        parts = urlsplit(target)
        path, query = unquote(parts.path), dict(parse_qsl(parts.query))
        for of, pattern, handler in self._routes:
            if of == method and (match := pattern.fullmatch(path)):
                call = Call(method, path, query, headers, body, match)
                self.calls.append(call)
                return handler(call)
        return 599, {"message": f"nobody expects {method} {target}"}


def _handler_for(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handling(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, content, *more = service.answer(self.command, self.path, headers, body)
            payload = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", **(more[0] if more else {})}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    return Handling


@pytest.fixture
def service() -> Iterator[Service]:
    """A service on loopback without routes; its `url` has no slash at the end."""
    service = Service()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(service))
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield service
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class MemoryFiles:
    """Stored files, in memory."""

    stored: dict[str, tuple[FileRef, bytes]] = field(default_factory=dict)

    async def read(self, file_id: str) -> tuple[FileRef, bytes]:
        if file_id not in self.stored:
            raise NotFound(f"There is no file {file_id}.")
        return self.stored[file_id]

    async def save(self, name: str, media_type: str, content: bytes) -> FileRef:
        ref = FileRef(id=f"file_{len(self.stored)}", name=name, media_type=media_type, size=len(content))
        self.stored[ref.id] = (ref, content)
        return ref


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as client:
        yield client


@pytest.fixture
def make_node(http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> Callable[..., NodeContext]:
    """`make_node(input="…", attempt=2, notion_base_url="…")`: context fields first, everything else is a setting."""
    for name in ("NOTION_API_KEY", "GITHUB_TOKEN", "TAVILY_API_KEY", "DDGS_PROXY"):
        monkeypatch.delenv(name, raising=False)

    def make(**given: Any) -> NodeContext:
        own = {key: given.pop(key) for key in list(given) if key in {"attempt", "config", "item", "log", "files"}}
        own.setdefault("files", MemoryFiles())
        own.setdefault("attempt", 1)
        inputs = given.pop("inputs", None) or Inputs(text=given.pop("input", ""))
        return NodeContext(
            run_id=RunId("run_1"),
            node_id=NodeId("step-0"),
            action=given.pop("action", "test"),
            label=given.pop("label", ""),
            inputs=inputs,
            settings=Settings(_env_file=None, **given),
            http=http,
            **own,
        )

    return make
