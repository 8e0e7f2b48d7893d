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
from voicegraph.nodes.http.guarded_client import guarded_client
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


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A handler that hangs up on purpose is no news."""


@pytest.fixture
def service() -> Iterator[Service]:
    """A service on loopback without routes; its `url` has no slash at the end."""
    service = Service()
    server = _QuietServer(("127.0.0.1", 0), _handler_for(service))
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
    """The guarded client, with loopback allowed."""
    async with guarded_client(Settings(_env_file=None, allow_private_hosts=["127.0.0.1"])) as client:
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


class NotionService:
    """Notion's REST interface over pages, databases and blocks held in memory; two items a page of results."""

    PAGE_SIZE = 2

    def __init__(self, service: Service) -> None:
        self.service = service
        self.pages: dict[str, dict[str, Any]] = {}
        self.databases: dict[str, dict[str, Any]] = {}
        self.sources: dict[str, dict[str, Any]] = {}
        self.rows: dict[str, list[str]] = {}
        self.blocks: dict[str, list[dict[str, Any]]] = {}
        self._ids = 0
        service.on("GET", "/v1/pages/(.+)", lambda call: self._get(self.pages, call))
        service.on("GET", "/v1/databases/(.+)", lambda call: self._get(self.databases, call))
        service.on("GET", "/v1/data_sources/([^/]+)", lambda call: self._get(self.sources, call))
        service.on(
            "GET", "/v1/blocks/(.+)/children", lambda call: self._listed(self.blocks.get(call.match[1]), call.query)
        )
        service.on("PATCH", "/v1/blocks/(.+)/children", self._append)
        service.on("POST", "/v1/data_sources/(.+)/query", self._query)
        service.on("POST", "/v1/pages", self._create)
        service.on("POST", "/v1/search", self._search)

    def new_id(self) -> str:
        self._ids += 1
        return f"00000000-0000-0000-0000-{self._ids:012x}"

    def add_page(self, title: str, *blocks: dict[str, Any], **properties: Any) -> str:
        id = self.new_id()
        titled = {"Name": {"type": "title", "title": [{"plain_text": title}]}}
        url = f"https://www.notion.so/{id}"
        self.pages[id] = {"object": "page", "id": id, "url": url, "properties": {**titled, **properties}}
        self.blocks[id] = list(blocks)
        return id

    def add_database(self, title: str, schema: dict[str, str], rows: list[str]) -> str:
        id, source = self.new_id(), self.new_id()
        named = [{"plain_text": title}]
        url = f"https://www.notion.so/{id}"
        listed = [{"id": source, "name": title}]
        self.databases[id] = {"object": "database", "id": id, "url": url, "title": named, "data_sources": listed}
        properties = {name: {"type": kind} for name, kind in schema.items()}
        self.sources[source] = {"object": "data_source", "id": source, "title": named, "properties": properties}
        self.rows[source] = rows
        return id

    def block(self, kind: str, text: str, *children: dict[str, Any]) -> dict[str, Any]:
        id = self.new_id()
        self.blocks[id] = list(children)
        return {
            "object": "block",
            "id": id,
            "type": kind,
            kind: {"rich_text": [{"type": "text", "plain_text": text}]},
            "has_children": bool(children),
        }

    def written(self, parent_id: str) -> list[dict[str, Any]]:
        """The blocks under a parent with their children in place, as the API was given them."""
        return [{**block, "children": self.written(block["id"])} for block in self.blocks.get(parent_id, [])]

    def _get(self, known: dict[str, dict[str, Any]], call: Call) -> Answer:
        assert call.headers["authorization"] == "Bearer ntn_secret"
        assert call.headers["notion-version"] == "2025-09-03"
        found = known.get(call.match[1])
        return (200, found) if found else self._missing()

    def _missing(self) -> Answer:
        return 404, {"object": "error", "status": 404, "code": "object_not_found", "message": "Could not find it."}

    def _listed(self, items: list[Any] | None, asked: dict[str, Any]) -> Answer:
        if items is None:
            return self._missing()
        start = int(asked.get("start_cursor") or 0)
        end = start + min(self.PAGE_SIZE, int(asked["page_size"]))
        more = end < len(items)
        return 200, {"results": items[start:end], "has_more": more, "next_cursor": str(end) if more else None}

    def _query(self, call: Call) -> Answer:
        rows = self.rows.get(call.match[1])
        return (
            self._listed(rows and [self.pages[row] for row in rows], call.json) if rows else self._listed([], call.json)
        )

    def _search(self, call: Call) -> Answer:
        kind, words = call.json["filter"]["value"], call.json["query"].casefold().split()
        things = list((self.pages if kind == "page" else self.sources).values())
        found = [thing for thing in things if set(words) & set(json.dumps(thing).casefold().replace('"', " ").split())]
        return 200, {"results": found, "has_more": False, "next_cursor": None}

    def _create(self, call: Call) -> Answer:
        id = self.new_id()
        self.pages[id] = {"object": "page", "id": id, "url": f"https://www.notion.so/{id}", **call.json}
        self.blocks[id] = []
        self._store(id, call.json.get("children", []))
        return 200, self.pages[id]

    def _append(self, call: Call) -> Answer:
        if call.match[1] not in self.blocks:
            return self._missing()
        if len(call.json["children"]) > 100:
            return 400, {"object": "error", "status": 400, "code": "validation_error", "message": "too many children"}
        return 200, {"results": self._store(call.match[1], call.json["children"]), "has_more": False}

    def _store(self, parent_id: str, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        for block in blocks:
            id = self.new_id()
            self.blocks[id] = []
            self._store(id, block[block["type"]].pop("children", []))
            made.append({**block, "id": id})
        self.blocks[parent_id] += made
        return made


@pytest.fixture
def notion(service: Service) -> NotionService:
    return NotionService(service)
