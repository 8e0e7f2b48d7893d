"""What tests of several packages share."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import is_hypothesis_test, settings
from support.history import migrated, postgres
from support.trust import share_trust

__all__ = ["migrated", "postgres"]  # for the whole session: one PostgreSQL server, one SQLite file to copy

# A busy machine is no failure, and what was green stays green: new examples are looked for with `make explore`.
settings.register_profile("voicegraph", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1_000)
settings.load_profile("voicegraph")
share_trust()

Reply = str | dict[str, Any] | tuple[int, Any] | tuple[int, Any, dict[str, str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        params = getattr(item, "callspec", None) and item.callspec.params  # pyright: ignore[reportAttributeAccessIssue]
        if is_hypothesis_test(getattr(item, "obj", None)) or "postgresql" in (params or {}).values():
            item.add_marker(pytest.mark.variant)


@dataclass
class ModelServer:
    """A language model on loopback that speaks OpenAI's chat completions.

    `replies` are given in turn, the last one again and again: a text; a dict, the arguments of the output tool
    (`"tool"` picks one of several); or (status, body[, headers]), as bytes where they matter. A callable gets the request and returns one of these.
    """

    url: str = ""
    replies: list[Reply | Callable[[dict[str, Any]], Reply]] = field(default_factory=lambda: ["A fine answer."])
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    usage: dict[str, int] | None = field(default_factory=lambda: {"prompt_tokens": 100, "completion_tokens": 20})

    def answer(self, request: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        self.requests.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if callable(reply):
            reply = reply(request)
        if isinstance(reply, tuple):
            return reply[0], reply[1], dict(reply[2]) if len(reply) > 2 else {}
        message = {"role": "assistant", "content": reply} if isinstance(reply, str) else _tool_call(reply, request)
        finish = "stop" if isinstance(reply, str) else "tool_calls"
        body = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": request["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        }
        if self.usage:
            body["usage"] = {**self.usage, "total_tokens": sum(self.usage.values())}
        return 200, body, {}


def _tool_call(arguments: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    names = [tool["function"]["name"] for tool in request["tools"]]
    name = next((name for name in names if arguments.get("tool", "") in name), names[0])
    given = {key: value for key, value in arguments.items() if key != "tool"}
    function = {"name": name, "arguments": json.dumps(given)}
    call = {"id": f"call_{len(request['messages'])}", "type": "function", "function": function}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    """The double, running; `VOICEGRAPH_MODEL_BASE_URL` is its `url`."""
    double = ModelServer()

    class Handling(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            double.headers.append({name.lower(): value for name, value in self.headers.items()})
            status, body, headers = double.answer(request)
            payload = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handling)
    server.daemon_threads = True
    double.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield double
    server.shutdown()
    server.server_close()
    thread.join()
