"""`voicegraph doctor` asks the services that are set up: their addresses and keys are tried together."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from support.cli import Cli

from voicegraph.cli.doctor import services

# Apprise imports `imghdr`, which Python 3.11 says will go.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

KEY = "key-of-loopback-1"
Answer = tuple[int, Any]


@dataclass
class Service:
    """Answers each path by what `answers` holds, to who shows KEY; others are refused as services do."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    refusal: Answer = (401, {"message": "Bad credentials"})
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    held: threading.Event | None = None

    def answer(self, path: str, shown: str) -> Answer:
        self.asked.append(path)
        if self.held:
            self.held.wait(60)
        return self.answers.get(path, (404, {"message": "Not Found"})) if shown == f"Bearer {KEY}" else self.refusal


@pytest.fixture
def service() -> Iterator[Service]:
    double = Service()

    class Handling(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            shown = self.headers.get("authorization", "").replace("token ", "Bearer ")
            status, body = double.answer(self.path, shown)
            said = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            kind = "text/html" if isinstance(body, str) else "application/json"
            for name, value in {"content-type": kind, "content-length": str(len(said)), **double.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handling)
    double.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield double
    if double.held:
        double.held.set()
    server.shutdown()
    server.server_close()
    thread.join()


def finding(cli: Cli, what: str, **settings: str) -> tuple[str, str]:
    """(state, message) of one part."""
    cli.settings |= settings
    findings = {one["what"]: one for one in cli("doctor", "--json").json}
    return findings[what]["state"], findings[what]["message"]


def nowhere() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


@dataclass
class Kind:
    """A service: how it is set up, the page that tells about a key, what it says to the right one and to a wrong one."""

    what: str
    key: str
    address: str
    page: str
    right: Any
    wrong: Answer = (401, {"message": "Bad credentials"})
    path: str = ""


KINDS = [
    Kind("web search", "TAVILY_API_KEY", "VOICEGRAPH_TAVILY_BASE_URL", "/usage", {"key": {"usage": 1, "limit": None}}),
    Kind("GitHub", "GITHUB_TOKEN", "VOICEGRAPH_GITHUB_BASE_URL", "/rate_limit", {"resources": {}}),
    Kind("Notion", "NOTION_API_KEY", "VOICEGRAPH_NOTION_BASE_URL", "/v1/users/me", {"object": "user", "type": "bot"}),
    Kind(
        "Slack", "SLACK_BOT_TOKEN", "VOICEGRAPH_SLACK_BASE_URL", "/api/auth.test", {"ok": True, "team": "T"},
        (200, {"ok": False, "error": "invalid_auth"}), "/api/",
    ),
    Kind(
        "speech", "VOICEGRAPH_SPEECH_API_KEY", "VOICEGRAPH_SPEECH_BASE_URL", "/v1/models",
        {"object": "list", "data": [{"id": "whisper-1"}]}, path="/v1",
    ),
]  # fmt: skip
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.what)


@each_kind
def test_an_address_and_a_key_that_go_together_are_fine(cli: Cli, service: Service, kind: Kind) -> None:
    service.answers[kind.page] = (200, kind.right)
    state, message = finding(cli, kind.what, **{kind.key: KEY, kind.address: service.url + kind.path})
    assert (state, service.url in message, KEY in message) == ("ok", True, False), message
    assert service.asked == [kind.page]


@each_kind
def test_a_wrong_key_is_bad(cli: Cli, service: Service, kind: Kind) -> None:
    service.answers[kind.page] = (200, kind.right)
    service.refusal = kind.wrong
    state, message = finding(cli, kind.what, **{kind.key: "another-key-2", kind.address: service.url + kind.path})
    assert (state, "refused the" in message, kind.key in message) == ("bad", True, True), message
    assert (service.url in message, "another-key-2" in message) == (True, False)


@each_kind
def test_a_wrong_key_is_told_by_the_name_it_was_set_by(cli: Cli, service: Service, kind: Kind) -> None:
    service.refusal = kind.wrong
    name = f"VOICEGRAPH_{kind.key.removeprefix('VOICEGRAPH_')}"
    message = finding(cli, kind.what, **{name: "another-key-2", kind.address: service.url + kind.path})[1]
    assert f"Check {name}" in message, message


@each_kind
def test_an_address_where_nobody_listens_is_bad(cli: Cli, kind: Kind) -> None:
    address = nowhere()
    state, message = finding(cli, kind.what, **{kind.key: KEY, kind.address: address + kind.path})
    assert (state, address in message) == ("bad", True), message


@each_kind
def test_an_address_where_something_else_answers_is_bad(cli: Cli, service: Service, kind: Kind) -> None:
    for body in ("<!doctype html><title>Hello</title>", {"hello": 1}, [], None, 5, {"data": [1]}):
        service.answers[kind.page] = (200, body)
        state, message = finding(cli, kind.what, **{kind.key: KEY, kind.address: service.url + kind.path})
        assert (state, service.url in message) == ("bad", True), (body, message)


@each_kind
def test_a_service_that_does_not_answer_in_time_is_bad(
    cli: Cli, service: Service, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "SECONDS", 0.5)
    service.held = threading.Event()
    state, message = finding(cli, kind.what, **{kind.key: KEY, kind.address: service.url + kind.path})
    assert (state, service.url in message) == ("bad", True), message


def test_what_is_not_set_up_is_a_note(cli: Cli) -> None:
    found = {one["what"]: one for one in cli("doctor", "--json").json}
    for what, setting in (("web search", "TAVILY"), ("GitHub", "GITHUB"), ("Notion", "NOTION"), ("Slack", "SLACK")):
        assert (found[what]["state"], f"Set {setting}_" in found[what]["message"]) == ("note", True), found[what]


@pytest.mark.parametrize("kind", [KINDS[0], KINDS[-1]], ids=lambda kind: kind.what)
def test_a_key_that_could_not_be_tried_is_no_more_than_a_note(cli: Cli, service: Service, kind: Kind) -> None:
    """A server that stands in for the service and knows its main page alone."""
    state, message = finding(cli, kind.what, **{kind.key: KEY, kind.address: service.url + kind.path})
    assert (state, service.url in message, "tried" in message) == ("note", True, True), message


def test_a_github_without_a_limit_is_asked_who_the_token_is(cli: Cli, service: Service) -> None:
    service.answers["/user"] = (200, {"login": "ada"})
    settings = {"GITHUB_TOKEN": KEY, "VOICEGRAPH_GITHUB_BASE_URL": service.url}
    assert finding(cli, "GitHub", **settings)[0] == "ok"
    service.answers.clear()
    state, message = finding(cli, "GitHub")
    assert (state, "VOICEGRAPH_GITHUB_BASE_URL" in message) == ("bad", True), message


def test_a_slack_token_that_may_not_post_is_bad(cli: Cli, service: Service) -> None:
    service.answers["/api/auth.test"] = (200, {"ok": True})
    settings = {"SLACK_BOT_TOKEN": KEY, "VOICEGRAPH_SLACK_BASE_URL": f"{service.url}/api/"}
    service.headers = {"x-oauth-scopes": "channels:read,chat:write"}
    assert finding(cli, "Slack", **settings)[0] == "ok"
    service.headers = {"x-oauth-scopes": "channels:read"}
    state, message = finding(cli, "Slack")
    assert (state, "lacks the scope chat:write" in message) == ("bad", True), message


def test_a_private_address_that_nodes_may_not_reach_is_bad(cli: Cli, service: Service) -> None:
    """It is asked as the nodes ask."""
    service.answers["/usage"] = (200, {"key": {}})
    settings = {"TAVILY_API_KEY": KEY, "VOICEGRAPH_TAVILY_BASE_URL": service.url, "VOICEGRAPH_ALLOW_PRIVATE_HOSTS": ""}
    state, message = finding(cli, "web search", **settings)
    assert (state, service.asked) == ("bad", []), message


# -- speech


def test_the_model_on_this_machine(cli: Cli, tmp_path: Path) -> None:
    assert finding(cli, "speech") == ("ok", "tiny.en on this machine, shipped and verified")
    state, message = finding(cli, "speech", VOICEGRAPH_SPEECH_MODEL="base.en")
    assert (state, "downloaded by the first recording" in message) == ("note", True)
    state, message = finding(cli, "speech", VOICEGRAPH_SPEECH_MODEL=str(tmp_path))
    assert (state, "no model.bin" in message) == ("bad", True)


@pytest.mark.parametrize("name", ["/nowhere", "~/nowhere", "./nowhere", "C:\\nowhere", "models/of/mine"])
def test_a_folder_that_is_not_there_is_bad(cli: Cli, name: str) -> None:
    state, message = finding(cli, "speech", VOICEGRAPH_SPEECH_MODEL=name)
    assert (state, f"There is no folder {name}." in message) == ("bad", True), message


def test_a_name_that_no_model_has_is_bad(cli: Cli) -> None:
    state, message = finding(cli, "speech", VOICEGRAPH_SPEECH_MODEL="bas.en")
    assert (state, "There is no speech model bas.en." in message, "base.en" in message) == ("bad", True, True), message
    state, message = finding(cli, "speech", VOICEGRAPH_SPEECH_MODEL="owner/model")
    assert (state, "was not tried" in message) == ("note", True), message


def test_a_model_that_was_downloaded_is_on_this_machine(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    import faster_whisper.utils

    (cli.home / "model.bin").write_bytes(b"")
    monkeypatch.setattr(faster_whisper.utils, "download_model", lambda *_, **__: str(cli.home))
    found = finding(cli, "speech", VOICEGRAPH_SPEECH_MODEL="base.en")
    assert found == ("ok", "base.en on this machine, downloaded")


def test_a_model_that_the_speech_service_does_not_list_is_told(cli: Cli, service: Service) -> None:
    service.answers["/v1/models"] = (200, {"data": [{"id": "small"}]})
    settings = {"VOICEGRAPH_SPEECH_BASE_URL": f"{service.url}/v1", "VOICEGRAPH_SPEECH_API_KEY": KEY}
    state, message = finding(cli, "speech", **settings)
    assert (state, "it lists other models (small)" in message) == ("note", True), message


# -- notifications


@pytest.mark.parametrize("on", ["failed", ""])
def test_an_apprise_url_that_cannot_be_read_is_bad_and_not_quoted(cli: Cli, on: str) -> None:
    settings = {"VOICEGRAPH_NOTIFY_URL": "foo://s3cret-of-mine@bar", "VOICEGRAPH_NOTIFY_ON": on}
    state, message = finding(cli, "notifications", **settings)
    assert (state, "There is no service for VOICEGRAPH_NOTIFY_URL" in message) == ("bad", True), message
    assert "s3cret" not in message


def test_an_apprise_url_is_read_and_nothing_is_sent(cli: Cli, service: Service) -> None:
    url = service.url.replace("http", "json")
    state, message = finding(cli, "notifications", VOICEGRAPH_NOTIFY_URL=url, VOICEGRAPH_NOTIFY_ON="failed")
    assert (state, "no message was sent to try it" in message, service.asked) == ("note", True, []), message


def test_an_address_that_no_mail_reaches_is_bad(cli: Cli) -> None:
    settings = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": "9", "VOICEGRAPH_NOTIFY_ON": "failed"}
    state, message = finding(cli, "notifications", **settings, VOICEGRAPH_NOTIFY_EMAIL="me")
    assert (state, "VOICEGRAPH_NOTIFY_EMAIL" in message) == ("bad", True), message
