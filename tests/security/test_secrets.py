"""Secrets planted in every setting and in params, nodes of all kinds against a server that quotes what it was sent.

Nothing of them may be found in the log, the history, the streams, the exports or the database.
"""

from __future__ import annotations

import base64
import html
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
import pytest
from support.api import sse
from support.process import Serve
from support.smtp import smtp_sink

from voicegraph.settings import Settings

SECRET_FIELDS = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
HEX = {name for name in SECRET_FIELDS if "signing" in name}


def canary(name: str) -> str:
    return f"{name.encode().hex():0<40}" if name in HEX else f'sk-{name}-/+"<&>-canary-of-32-characters'


IN_PARAMS = [f"param-canary-{number}" for number in range(9)]
IN_ADDRESSES = ["login-of-the-model", "password-of-tavily", "password-of-github"]


@pytest.fixture
def parrot() -> Iterator[int]:
    """The port of a server that refuses everything, and quotes the whole request while it does so."""

    class Handling(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            keys = [value for name, value in self.headers.items() if "auth" in name.lower() or "key" in name.lower()]
            logins = [base64.b64decode(key.split()[1]).decode() for key in keys if key.startswith("Basic ")]
            said = " ".join([*keys, *logins, self.path, body])
            message = {
                "message": said,
                "html": html.escape(said),
                "go": "".join({c: f"\\u{ord(c):04x}" for c in "<>&"}.get(c, c) for c in said),
                "net": "".join({c: f"\\u{ord(c):04X}" for c in "<>&\"+'"}.get(c, c) for c in said),
                "mustache": html.escape(said).replace("/", "&#x2F;").replace("=", "&#x3D;"),
                "numbers": "".join(f"&#{ord(c)};" for c in said),
                "escapes": "".join(f"\\u{ord(c):04x}" for c in said),
                "percent": "".join(f"%{byte:02x}" for byte in said.encode()),
                "hex": said[:60].encode().hex(),
                "again": json.dumps(said),
            }
            answer = b"<html></html>" if self.path.startswith("/page") else json.dumps({"error": message}).encode()
            self.send_response(200 if self.path.startswith(("/page", "/fine")) else 400)
            self.send_header("content-type", "text/html" if self.path.startswith("/page") else "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handling)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def settings_for(port: int, mail: int) -> dict[str, str]:
    there = f"127.0.0.1:{port}"
    return {
        **{f"VOICEGRAPH_{name.upper()}": canary(name) for name in SECRET_FIELDS},
        "VOICEGRAPH_NOTIFY_URL": f"json://{there}/{quote(canary('notify_url'), safe='')}",
        "VOICEGRAPH_ENGINE": "embedded",
        "VOICEGRAPH_MODEL": "openai:gpt-5-mini",
        "VOICEGRAPH_MODEL_BASE_URL": f"http://me:{IN_ADDRESSES[0]}@{there}/v1",
        "VOICEGRAPH_TAVILY_BASE_URL": f"http://me:{IN_ADDRESSES[1]}@{there}",
        "VOICEGRAPH_GITHUB_BASE_URL": f"http://me:{IN_ADDRESSES[2]}@{there}",
        "VOICEGRAPH_SPEECH_BASE_URL": f"http://{there}/v1",
        "VOICEGRAPH_NOTION_BASE_URL": f"http://{there}",
        "VOICEGRAPH_SLACK_BASE_URL": f"http://{there}/api/",
        "VOICEGRAPH_SMTP_HOST": "127.0.0.1",
        "VOICEGRAPH_SMTP_PORT": str(mail),
        "VOICEGRAPH_SMTP_USER": "me@example.com",
        "VOICEGRAPH_USER_EMAIL": "me@example.com",
        "VOICEGRAPH_NOTIFY_ON": "failed,completed",
        "VOICEGRAPH_RETRY_BASE_SECONDS": "0.01",
        "VOICEGRAPH_ALLOW_PRIVATE_HOSTS": "127.0.0.1",
    }


def workflow_of_all(port: int) -> dict[str, Any]:
    one, two, three, four, five, six, seven, eight, nine = IN_PARAMS
    there = f"http://127.0.0.1:{port}"
    id = "0" * 32
    nodes: list[tuple[str, str, dict[str, Any]]] = [
        ("http", "request", {"url": f"{there}/a", "headers": {"Authorization": f"Bearer {one}"}}),
        ("http", "request", {"url": f"{there}/a?api_key={two}", "method": "POST", "json": {"password": three}}),
        ("http", "request", {"url": f"http://me:{four}@127.0.0.1:{port}/fine", "failOnError": False}),
        ("rss", "fetch", {"url": f"{there}/page?token={five}"}),
        ("rss", "fetch", {"url": f"{there}/fine?token={five}"}),
        ("web_page", "fetch", {"url": f"http://me:{six}@127.0.0.1:{port}/page"}),
        ("notify", "send", {"url": f"json://me:{seven}@127.0.0.1:{port}/{seven}"}),
        ("notify", "send", {"url": f"nothing://{eight}/{eight}"}),
        ("notify", "send", {"url": f"syslog://{nine}"}),
        ("notify", "send", {}),
        ("llm", "summarize", {}),
        ("llm", "generate", {"instruction": "Say hello"}),
        ("web_search", "search", {"query": "news"}),
        ("github", "get_issues", {"repo": "a/b"}),
        ("github", "create_issue", {"repo": "a/b", "title": "x"}),
        ("notion", "fetch_page", {"pageId": id}),
        ("notion_create", "create_page", {"parentId": id, "title": "x"}),
        ("slack", "post_message", {"channel": "C0123456789"}),
        ("email", "send", {"to": "a@example.com"}),
    ]
    steps = [
        {
            "id": f"n{i}",
            "type": type,
            "action": action,
            "params": params,
            "onError": "continue",
            "retry": {"attempts": 2},
        }
        for i, (type, action, params) in enumerate(nodes)
    ]
    # The last one fails the run: a notification is tried too.
    last = {
        "id": "last",
        "type": "http",
        "action": "request",
        "params": {"url": f"{there}/last"},
        "retry": {"attempts": 1},
    }
    first = {"id": "first", "type": "prompt", "action": "seed", "params": {"text": "Hello there. " * 200}}
    edges = [{"source": "first", "target": f"n{i}"} for i in range(len(steps))] + [
        {"source": f"n{i}", "target": "last"} for i in range(len(steps))
    ]
    return {"name": "All", "nodes": [first, *steps, last], "edges": edges}


def forms(secret: str) -> set[str]:
    """How it might show: as it is, escaped, in base64 (without the characters it shares with its neighbours), in hex."""
    raw = secret.encode()
    shifted = [base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")[4:-2] for shift in range(3)]
    escaped = {secret, json.dumps(secret)[1:-1], html.escape(secret), quote(secret, safe=""), quote_plus(secret)}
    escaped |= {json.dumps(secret)[1:-1].replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")}
    escaped |= {html.escape(secret).replace("/", "&#x2F;").replace("=", "&#x3D;")}
    escaped |= {"".join(f"{mark}{ord(c):{how}}" for c in secret) for mark, how in (("\\u", "04x"), ("%", "02x"))}
    escaped |= {"".join(f"&#{ord(c)};" for c in secret)}
    return escaped | {raw.hex(), quote(quote(secret, safe=""), safe="")} | set(shifted)


def found_in(text: str, secrets: list[str]) -> dict[str, str]:
    return {
        form: text[max(0, text.index(form) - 200) : text.index(form) + 80]
        for secret in secrets
        for form in forms(secret)
        if form in text
    }


REFUSED = ("/api/parse", "/api/transcribe")


def must_be_fine(response: httpx.Response) -> None:
    response.read()
    assert response.is_success != response.request.url.path.startswith(REFUSED), response.text


def test_no_secret_is_in_log_history_streams_exports_or_database(parrot: int, tmp_path: Path) -> None:
    with smtp_sink() as mailer:
        mailer.login = "535 no such login:"
        _look_everywhere(parrot, Serve(tmp_path, **settings_for(parrot, mailer.port)), tmp_path)


def _look_everywhere(parrot: int, server: Serve, tmp_path: Path) -> None:
    server.start()
    seen: dict[str, str] = {}
    hooks = {"response": [must_be_fine]}
    try:
        with httpx.Client(base_url=server.url, trust_env=False, timeout=60, event_hooks=hooks) as client:
            body = {"workflow": workflow_of_all(parrot)}
            seen["live"] = client.post("/api/execute", json=body).text
            run_id = client.post("/api/execute-background", json=body).json()["runId"]
            seen["events"] = client.get(f"/api/runs/{run_id}/events").text
            run = client.get(f"/api/runs/{run_id}").json()
            states = {node["nodeId"]: node for node in run["nodes"]}
            run.pop("workflow")  # which holds the params as they were given
            seen["run"] = json.dumps(run)
            listed = client.get("/api/workflow-history").json()
            for line in listed["history"]:
                line.pop("workflow")  # as above
            seen["list"] = json.dumps(listed)
            seen["csv"] = client.get("/api/history/export?format=csv").text
            seen["notifications"] = client.post("/api/notifications/test", json={}).text
            seen["notified"] = client.get("/api/notifications").text
            seen["plan"] = client.post(
                "/api/parse", json={"text": "summarize https://example.org", "planner": "llm"}
            ).text
            recording = {"audio": ("a.wav", b"RIFF" + b"\0" * 60, "audio/wav")}
            seen["speech"] = client.post("/api/transcribe", files=recording).text
            seen["info"] = client.get("/api/info").text
            whole = client.get(f"/api/runs/{run_id}/export").text + client.get("/api/history/export?format=json").text
    finally:
        server.stop()
    seen["log"] = server.log
    # The nodes really met the server: a test of refusals before that would show nothing.
    assert {id for id, node in states.items() if node["status"] == "completed"} == {"first", "n2"}, states
    assert "400" in seen["events"]
    assert "could not plan" in seen["plan"]
    assert sse(seen["live"])
    of_settings = [canary(name) for name in SECRET_FIELDS] + IN_ADDRESSES
    assert {place: hits for place, text in seen.items() if (hits := found_in(text, of_settings + IN_PARAMS))} == {}
    seen = {"whole": whole}
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file() and path.name != "secret.key":
            seen[path.name] = path.read_bytes().decode("latin-1")
    assert {place: hits for place, text in seen.items() if (hits := found_in(text, of_settings))} == {}
