"""`voicegraph doctor`: every finding, its advice, and the exit code."""

from __future__ import annotations

import contextlib
import json
import socket
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from support.cli import Cli
from support.mailbox import Mailbox, mailbox_on_loopback

from voicegraph.api.pages import site
from voicegraph.cli import installation
from voicegraph.cli.doctor import libraries, report
from voicegraph.cli.process_log import start_log
from voicegraph.settings import Settings


@pytest.fixture(autouse=True)
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A built page."""
    folder = tmp_path / "dist"
    folder.mkdir()
    (folder / "index.html").write_text("<!doctype html>")
    monkeypatch.setattr(site, "DIST", folder)
    monkeypatch.setattr(report, "DIST", folder)
    return folder


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mailbox_on_loopback() as mailbox:
        yield mailbox


def finding(cli: Cli, what: str, **settings: str) -> tuple[str, str]:
    """(state, message) of one part."""
    cli.settings |= settings
    findings = {one["what"]: one for one in cli("doctor", "--json").json}
    return findings[what]["state"], findings[what]["message"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_a_fresh_machine_is_healthy_and_told_what_is_missing(cli: Cli) -> None:
    done = cli("doctor")
    assert done.code == 0
    lines = {line.split("  ")[1].strip(): line for line in done.out.splitlines()}
    assert list(lines) == [
        "settings",
        "libraries",
        "database",
        "disk",
        "model",
        "speech",
        "web search",
        "GitHub",
        "Notion",
        "Slack",
        "mail",
        "notifications",
        "Inngest",
        "server",
        "web page",
    ]
    assert lines["database"].startswith("✓")
    assert all(lines[name].startswith("•") for name in ("model", "web search", "mail", "notifications", "Inngest"))
    for setting in ("VOICEGRAPH_MODEL", "TAVILY_API_KEY", "SMTP_HOST"):
        assert setting in done.out


def test_a_database_that_is_not_there_yet_is_said_and_not_made(tmp_path: Path, dist: Path) -> None:
    cli = Cli(tmp_path / "home")
    cli.home.mkdir()
    for _ in range(2):
        state, message = finding(cli, "database")
        assert (state, "not created yet" in message) == ("note", True)
        assert finding(cli, "notifications")[0] == "note"
    assert list(cli.home.iterdir()) == []


@pytest.mark.parametrize(
    ("revision", "state", "said"), [("0004", "note", "the next start upgrades it"), ("9999", "bad", "newer version")]
)
def test_a_database_of_another_version_is_named_and_left_as_it_is(
    cli: Cli, revision: str, state: str, said: str
) -> None:
    path = cli.home / "data" / "voicegraph.db"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = ?", [revision])
    before = path.read_bytes()
    found = finding(cli, "database")
    assert (found[0], said in found[1]) == (state, True)
    assert (revision in found[1], path.read_bytes() == before) == (True, True)


def test_the_database_is_named_without_its_password(cli: Cli) -> None:
    state, message = finding(cli, "database")
    assert state == "ok"
    assert "sqlite, revision " in message
    assert "voicegraph.db" in message
    state, message = finding(
        cli, "database", VOICEGRAPH_DATABASE_URL=f"postgresql://me:hunter2@127.0.0.1:{free_port()}/x"
    )
    assert state == "bad"
    assert "VOICEGRAPH_DATABASE_URL" in message
    assert "hunter2" not in message


def test_without_a_model_that_is_said(cli: Cli) -> None:
    state, said = finding(cli, "model")
    assert (state, "VOICEGRAPH_MODEL" in said) == ("note", True)


def test_a_model_that_answers_is_fine(cli: Cli, model_server: Any) -> None:
    settings = {"VOICEGRAPH_MODEL": "tiny", "VOICEGRAPH_MODEL_BASE_URL": model_server.url}
    state, said = finding(cli, "model", **settings)
    assert (state, "openai:tiny" in said, "answers" in said) == ("ok", True, True)
    (asked,) = model_server.requests
    assert asked["model"] == "tiny"


def test_a_model_at_a_wrong_address_is_bad(cli: Cli) -> None:
    address = f"http://127.0.0.1:{free_port()}/v1"
    state, said = finding(cli, "model", VOICEGRAPH_MODEL="tiny", VOICEGRAPH_MODEL_BASE_URL=address)
    assert (state, "cannot be reached" in said) == ("bad", True)
    assert cli("doctor").code == 1


@pytest.mark.parametrize(("status", "said"), [(401, "refused the key"), (404, "no model")])
def test_a_model_that_is_refused_is_bad(cli: Cli, model_server: Any, status: int, said: str) -> None:
    code = "model_not_found" if status == 404 else "invalid_api_key"
    model_server.replies = [(status, {"error": {"message": "no", "code": code}})]
    settings = {"VOICEGRAPH_MODEL": "tiny", "VOICEGRAPH_MODEL_BASE_URL": model_server.url}
    state, message = finding(cli, "model", **settings)
    assert (state, said in message) == ("bad", True), message


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "VOICEGRAPH_OPENAI_API_KEY"])
@pytest.mark.parametrize("place", ["environment", ".env"])
def test_a_refused_key_is_told_with_its_address_and_the_name_it_was_set_by(
    cli: Cli, model_server: Any, name: str, place: str
) -> None:
    model_server.replies = [(401, {"error": {"message": "no", "code": "invalid_api_key"}})]
    settings = {"VOICEGRAPH_MODEL": "tiny", "VOICEGRAPH_MODEL_BASE_URL": model_server.url}
    if place == ".env":
        cli.write(".env", f"{name}=sk-of-loopback\n")
    else:
        settings[name] = "sk-of-loopback"
    state, message = finding(cli, "model", **settings)
    assert (state, message) == ("bad", f"openai at {model_server.url} refused the key. Check {name}.")


PAGE = "<!doctype html><title>Hello</title>"
NOT_A_MODEL: list[Any] = [PAGE, {"ok": True}, {"error": {"message": "no route"}}, [], None, "text", {"choices": []}]


def test_a_model_address_where_something_else_answers_is_bad_and_says_so(cli: Cli, model_server: Any) -> None:
    """A forgotten /v1 looks like this: the server is there, and what it says is no model's answer."""
    for body in NOT_A_MODEL:
        model_server.replies = [(200, body, {"content-type": "text/html"} if body == PAGE else {})]
        address = model_server.url.removesuffix("/v1")
        state, said = finding(cli, "model", VOICEGRAPH_MODEL="tiny", VOICEGRAPH_MODEL_BASE_URL=address)
        assert (state, "VOICEGRAPH_MODEL_BASE_URL, which often ends in /v1" in said) == ("bad", True), (body, said)
    model_server.replies = [(404, {"detail": "Not Found"})]
    assert "which often ends in /v1" in finding(cli, "model")[1]


def test_a_model_whose_answer_was_cut_has_answered(cli: Cli, model_server: Any) -> None:
    message = {"role": "assistant", "content": ""}
    choice = {"index": 0, "finish_reason": "length", "message": message}
    whole = {"id": "x", "object": "chat.completion", "created": 1, "model": "tiny", "choices": [choice]}
    model_server.replies = [(200, whole)]
    settings = {"VOICEGRAPH_MODEL": "tiny", "VOICEGRAPH_MODEL_BASE_URL": model_server.url}
    assert finding(cli, "model", **settings) == ("ok", f"openai:tiny at {model_server.url}, answers")


def test_a_model_without_its_key_is_bad(cli: Cli) -> None:
    state, said = finding(cli, "model", VOICEGRAPH_MODEL="openai:gpt-5-mini")
    assert (state, "OPENAI_API_KEY" in said) == ("bad", True)


def test_the_libraries_of_nodes_can_be_imported(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert finding(cli, "libraries")[0] == "ok"
    assert {"trafilatura", "liquid", "apprise"} <= libraries.imported_libraries()
    monkeypatch.setattr(libraries, "imported_libraries", lambda: {"no_such_library"})
    state, said = finding(cli, "libraries")
    assert (state, "no_such_library" in said) == ("bad", True)
    assert f"{sys.executable} -m pip install --force-reinstall " in said


@pytest.mark.parametrize(
    ("told", "source"),
    [
        (None, "voicegraph"),
        (
            {"url": "file://HERE/voicegraph-1-py3-none-any.whl", "archive_info": {}},
            "HERE/voicegraph-1-py3-none-any.whl",
        ),
        ({"url": "file://HERE/thrown%20away.whl", "archive_info": {}}, "voicegraph"),
        ({"url": "file://HERE", "dir_info": {}}, "HERE"),
        ({"url": "file://HERE", "dir_info": {"editable": True}}, "--editable HERE"),
        ({"url": "https://me:pw@example.org/voicegraph.whl", "archive_info": {}}, "https://example.org/voicegraph.whl"),
        ({"url": "https://example.org/v.git", "vcs_info": {"vcs": "git"}}, "git+https://example.org/v.git"),
    ],
)
def test_it_is_installed_again_from_where_it_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Any, source: str
) -> None:
    (tmp_path / "voicegraph-1-py3-none-any.whl").touch()
    there = mock.Mock()
    there.read_text.return_value = told and json.dumps(told).replace("HERE", str(tmp_path))
    monkeypatch.setattr(installation.metadata, "distribution", lambda _name: there)
    assert installation.again().partition(" --force-reinstall ")[2] == source.replace("HERE", str(tmp_path))


def test_the_size_of_the_database_is_told_once(cli: Cli) -> None:
    assert " MB" in finding(cli, "database")[1]
    assert "database" not in finding(cli, "disk")[1]


def test_a_disk_that_is_nearly_full_is_bad_and_says_what_to_do(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "LOW_DISK", 1 << 62)
    state, said = finding(cli, "disk")
    assert (state, "make room" in said) == ("bad", True)


def test_misspelt_settings_are_told_with_the_nearest_name(cli: Cli) -> None:
    assert finding(cli, "settings")[0] == "ok"
    (cli.home / ".env").write_text("VOICEGRAPH_USER_EMIAL=me@example.com\nOTHER=1\n", "utf-8")
    (cli.home / "voicegraph.toml").write_text('data_dirr = "x"\nport = 1\n', "utf-8")
    state, said = finding(cli, "settings", VOICEGRAPH_ALLOW_PRIVATE_HOST="127.0.0.1")
    assert state == "bad"
    assert "VOICEGRAPH_ALLOW_PRIVATE_HOST in the environment" in said
    assert "did you mean VOICEGRAPH_ALLOW_PRIVATE_HOSTS?" in said
    assert "did you mean VOICEGRAPH_USER_EMAIL?" in said
    assert "did you mean data_dir?" in said
    assert "OTHER" not in said


def test_names_that_only_the_environment_takes_are_told_in_the_toml_file(cli: Cli) -> None:
    content = 'VOICEGRAPH_PORT = 9212\nUSER_EMAIL = "me@example.com"\nSMTP_HOST = "127.0.0.1"\nport = 1\n'
    (cli.home / "voicegraph.toml").write_text(content, "utf-8")
    state, said = finding(cli, "settings")
    assert state == "bad"
    assert "VOICEGRAPH_PORT in voicegraph.toml is no setting and does nothing; did you mean port?" in said
    assert "did you mean user_email?" in said
    assert "SMTP_HOST" not in said


@pytest.mark.parametrize("name", [".env", "voicegraph.toml"])
def test_a_file_of_settings_that_is_no_text_is_blamed_by_its_name(cli: Cli, name: str) -> None:
    (cli.home / name).write_bytes(b"\xff\xfe")
    done = cli("history")
    assert (done.code, done.said.startswith(f"Error: {name} cannot be read")) == (2, True), done.said


def test_a_mail_server_that_answers_is_fine(cli: Cli, mailbox: Mailbox) -> None:
    assert finding(cli, "mail", **mailbox.settings) == ("ok", f"127.0.0.1:{mailbox.port}")
    assert mailbox.mails == []


def test_a_login_that_is_refused_is_bad(cli: Cli, mailbox: Mailbox) -> None:
    settings = {**mailbox.settings, "SMTP_USER": "me", "SMTP_PASSWORD": "hunter2"}
    state, message = finding(cli, "mail", **settings)
    assert state == "bad"
    assert "SMTP_PASSWORD" in message
    assert "hunter2" not in message
    assert mailbox.logins > 0
    assert cli("doctor").code == 1


def test_half_a_login_is_no_login_and_that_is_said(cli: Cli, mailbox: Mailbox) -> None:
    state, message = finding(cli, "mail", **mailbox.settings, SMTP_USER="me")
    assert (state, "SMTP_USER is set without SMTP_PASSWORD" in message) == ("note", True), message


def test_mails_without_a_sender_are_bad(cli: Cli, mailbox: Mailbox) -> None:
    state, message = finding(cli, "mail", **mailbox.settings | {"SMTP_FROM": ""})
    assert (state, "set SMTP_FROM" in message) == ("bad", True), message


def test_the_password_is_not_sent_in_the_clear_to_try_it(cli: Cli) -> None:
    with mailbox_on_loopback("127.0.0.2") as elsewhere:
        settings = {**elsewhere.settings, "SMTP_USER": "me", "SMTP_PASSWORD": "hunter2"}
        state, message = finding(cli, "mail", **settings)
        assert (state, elsewhere.logins) == ("bad", 0)
        assert "so the password was not sent" in message
        finding(cli, "mail", **settings, VOICEGRAPH_SMTP_TLS="none")
        assert elsewhere.logins > 0, "who says that it is meant is believed"


def test_a_mail_server_that_is_not_there_is_bad(cli: Cli) -> None:
    port = free_port()
    state, message = finding(cli, "mail", SMTP_HOST="127.0.0.1", SMTP_PORT=str(port))
    assert state == "bad"
    assert f"127.0.0.1:{port}" in message


def test_tls_that_the_server_does_not_speak_is_bad(cli: Cli, mailbox: Mailbox) -> None:
    for how in ("tls", "starttls"):
        assert finding(cli, "mail", **mailbox.settings, VOICEGRAPH_SMTP_TLS=how)[0] == "bad"
    assert finding(cli, "mail", **mailbox.settings, VOICEGRAPH_SMTP_TLS="none")[0] == "ok"


def test_a_page_that_is_not_built_is_bad(cli: Cli, dist: Path) -> None:
    assert finding(cli, "web page") == ("ok", "built")
    (dist / "index.html").unlink()
    state, message = finding(cli, "web page")
    assert state == "bad"
    assert "make run" in message
    done = cli("doctor")
    assert done.code == 1
    assert "✗" in done.out


def test_inngest_is_not_needed(cli: Cli) -> None:
    assert finding(cli, "Inngest")[0] == "note"


@pytest.mark.parametrize(
    ("keys", "missing"),
    [
        ({"INNGEST_EVENT_KEY": "k", "INNGEST_SIGNING_KEY": ""}, "INNGEST_SIGNING_KEY is not set"),
        ({"INNGEST_EVENT_KEY": "", "INNGEST_SIGNING_KEY": "ab" * 32}, "INNGEST_EVENT_KEY is not set"),
    ],
)
def test_half_of_inngests_keys_is_told_by_doctor_and_at_the_start(cli: Cli, keys: dict[str, str], missing: str) -> None:
    state, message = finding(cli, "Inngest", **keys)
    assert (state, missing in message) == ("bad", True)
    done = cli("serve", "--port", "0")
    assert (done.code, missing in done.said, "Traceback" in done.said) == (2, True, False)


def test_an_address_of_inngest_that_does_nothing_is_told(cli: Cli, caplog: pytest.LogCaptureFixture) -> None:
    state, message = finding(cli, "Inngest", INNGEST_BASE_URL="http://127.0.0.1:8288", INNGEST_EVENT_KEY="")
    assert (state, "INNGEST_BASE_URL is set, but not used" in message) == ("bad", True)
    start_log(Settings(_env_file=None, inngest_base_url="http://127.0.0.1:8288"))
    assert "INNGEST_BASE_URL is set, but not used" in caplog.text
