"""The commands that need no run: help, version, openapi, and what is wrong before anything starts."""

from __future__ import annotations

import json

import pytest
from support.cli import Cli
from typer.main import get_command
from typer.testing import CliRunner

from voicegraph import __version__
from voicegraph.api.build import build_api
from voicegraph.cli.commands import app
from voicegraph.settings import Settings

COMMANDS = get_command(app).commands  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_every_command_explains_itself(command: str | None) -> None:
    result = CliRunner().invoke(app, [command, "--help"] if command else ["--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.output
    if command:
        assert COMMANDS[command].help.splitlines()[0][:40] in result.output
    else:
        assert all(name in result.output for name in COMMANDS)


def test_the_commands_are_these() -> None:
    assert set(COMMANDS) == {
        "serve", "plan", "run", "replay", "transcribe", "listen", "history", "show", "export", "doctor", "openapi",
        "version", "worker", "stats", "retention", "schedules", "approve",
    }  # fmt: skip


def test_no_command_at_all_shows_the_help() -> None:
    assert "Usage:" in CliRunner().invoke(app, []).output


def test_version(cli: Cli) -> None:
    done = cli("version")
    assert (done.code, done.out) == (0, f"{__version__}\n")


def test_openapi_is_the_description_the_server_gives(cli: Cli) -> None:
    assert cli("openapi").json == json.loads(json.dumps(build_api(Settings(_env_file=None)).openapi()))


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"VOICEGRAPH_PORT": "abc"}, "VOICEGRAPH_PORT"),
        ({"VOICEGRAPH_PORT": "70000"}, "VOICEGRAPH_PORT"),
        ({"SMTP_PORT": "abc"}, "SMTP_PORT"),
        ({"VOICEGRAPH_PLANNER": "magic"}, "VOICEGRAPH_PLANNER"),
        ({"VOICEGRAPH_MAX_UPLOAD_BYTES": "-1"}, "VOICEGRAPH_MAX_UPLOAD_BYTES"),
    ],
)
def test_a_setting_that_is_wrong_is_named_in_one_plain_line(cli: Cli, settings: dict[str, str], named: str) -> None:
    cli.settings |= settings
    done = cli("history")
    assert done.code == 2
    assert done.said.startswith("Error: ")
    assert named in done.said
    assert next(iter(settings.values())) not in done.said.replace(named, "")


def test_a_limit_for_a_type_that_is_none_is_refused(cli: Cli) -> None:
    cli.settings["VOICEGRAPH_CONNECTION_LIMITS"] = "notion=3,tavily=2,slak=3"
    for command in ("history", "serve"):
        done = cli(command)
        assert done.code == 2
        expected = "VOICEGRAPH_CONNECTION_LIMITS: There is no node type “slak”; did you mean “slack”?"
        assert expected in " ".join(done.said.split())
    cli.settings["VOICEGRAPH_CONNECTION_LIMITS"] = "notion=3,tavily=2"
    assert cli("history").code == 0


def test_a_broken_settings_file_is_named_with_the_place(cli: Cli) -> None:
    cli.write("voicegraph.toml", "port = = 3")
    done = cli("history")
    assert done.code == 2
    assert "voicegraph.toml" in done.said
    assert "line 1" in done.said


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"VOICEGRAPH_DATABASE_URL": "mysql://localhost/x"}, "mysql"),
        ({"VOICEGRAPH_DATABASE_URL": "nonsense"}, "not a database URL"),
        ({"VOICEGRAPH_DATABASE_URL": "postgresql://user:hunter2@127.0.0.1:1/x"}, "VOICEGRAPH_DATABASE_URL"),
        ({"VOICEGRAPH_DATA_DIR": "a-file"}, "VOICEGRAPH_DATA_DIR"),
    ],
)
def test_a_database_that_cannot_be_opened_is_said_plainly(cli: Cli, settings: dict[str, str], said: str) -> None:
    cli.write("a-file", "")
    cli.settings |= settings
    for command in ("history", "serve"):
        done = cli(command)
        assert done.code == 2
        assert said in done.said
        assert "hunter2" not in done.said


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://pguser:a@PgPwHalf@127.0.0.1:9398/x",
        "postgresql://pguser:a@b:PgPwHalf@127.0.0.1:9398/x",
        "postgresql://pguser:a@b/PgPwHalf@127.0.0.1:9398/x",
        "postgresql://pguser:a@b?PgPwHalf@127.0.0.1:9398/x",
        "postgresql://pg/PgPwHalf:b@127.0.0.1:9398/x",
        "postgresql://pguser:b@127.0.0.1:PgPwHalf/x",
        "postgresql://pguser:PgPwHalf@127.0.0.1:99999/x",
    ],
)
def test_a_database_url_that_can_be_read_in_two_ways_is_refused(cli: Cli, url: str) -> None:
    cli.settings["VOICEGRAPH_DATABASE_URL"] = url
    for command in ("history", "serve", "doctor"):
        done = cli(command)
        assert done.code != 0
        said = " ".join((done.out + done.said).split())
        assert "VOICEGRAPH_DATABASE_URL cannot be read" in said
        assert "write / as %2F" in said
        assert not [part for part in ("Half", "pguser", "Traceback") if part in said]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VOICEGRAPH_MODEL_BASE_URL", "http://muser:ModelPwHalf/Rest@127.0.0.1:9330/v1"),
        ("INNGEST_BASE_URL", "http://muser:ModelPwHalf@127.0.0.1:99999"),
        ("OPENAI_API_KEY", "sk-é-ModelPwHalf"),
        ("VOICEGRAPH_OPENAI_API_KEY", "sk-é-ModelPwHalf"),
        ("HTTPS_PROXY", "http://muser:ModelPwHalf/Rest@127.0.0.1:9330"),
    ],
)
def test_an_address_or_key_that_cannot_be_right_is_said_by_its_name(cli: Cli, name: str, value: str) -> None:
    cli.settings[name] = value
    for command in ("history", "serve", "doctor"):
        done = cli(command)
        assert done.code == 2
        assert f"Error: {name} is wrong: " in done.said, done.said
        assert not [part for part in ("Half", "muser", "Traceback") if part in done.said]


def test_a_file_that_is_no_database_is_said_plainly(cli: Cli) -> None:
    cli.write("data/voicegraph.db", b"garbage" * 1000)
    done = cli("history")
    assert done.code == 2
    assert "VOICEGRAPH_DATA_DIR" in done.said


@pytest.mark.parametrize(
    "words",
    [
        ["history", "--status", "done"],
        ["history", "--limit", "0"],
        ["serve", "--port", "70000"],
        ["serve", "--port", "x"],
        ["run"],
        ["nonsense"],
    ],
)
def test_words_that_mean_nothing_are_exit_code_2(cli: Cli, words: list[str]) -> None:
    done = cli(*words)
    assert done.code == 2
    assert done.err
