"""What `run` takes, what a pipe gets, and errors for programs."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
import yaml
from support.api import seed, steps, template
from support.cli import Cli
from support.site import Site

import voicegraph

HELLO = steps(seed("Ada"), template("Hello {{ input }}!"))


def process(cli: Cli, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """A process with pipes for all three."""
    return subprocess.run(
        [sys.executable, "-m", "voicegraph", *words],
        cwd=cli.home, env=cli.environment, input=given, text=True, capture_output=True, check=False,
    )  # fmt: skip


def test_version_is_an_option_too(cli: Cli) -> None:
    done = cli("--version")
    assert (done.code, done.out.strip()) == (0, voicegraph.__version__)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["show", "run-of-nobody", "--json"], "not_found"),
        (["replay", "run-of-nobody", "--json"], "not_found"),
        (["run", "nowhere.json", "--json"], "no_file"),
        (["plan", "what is love", "--json"], "off_topic"),
        (["schedules", "--pause", "a", "--resume", "b", "--json"], "one_change"),
        (["history", "--since", "yesterday-ish", "--json"], None),
        (["history", "--limit", "x", "--json"], "bad_command"),
        (["histori", "--json"], "bad_command"),
        (["transcribe", "nowhere.wav", "--json"], None),
    ],
)
def test_an_error_is_json_where_json_is_wanted(cli: Cli, words: list[str], code: str | None) -> None:
    done = cli(*words)
    assert done.code == 2
    assert set(done.json) == {"error", "code", "details"}
    assert done.json["error"]
    assert code is None or done.json["code"] == code
    assert done.err == ""


@pytest.mark.parametrize("text", [json.dumps(HELLO), yaml.safe_dump(HELLO), json.dumps({"workflow": HELLO})])
def test_a_minus_reads_a_workflow_from_standard_input(cli: Cli, text: str) -> None:
    done = process(cli, "run", "-", given=text)
    assert done.returncode == 0, done.stderr
    assert "Hello Ada!" in done.stdout


def test_a_minus_reads_a_sentence_and_says_when_there_is_none(cli: Cli) -> None:
    done = process(cli, "run", "-", "--json", given="what is love\n")
    assert (done.returncode, json.loads(done.stdout)["code"]) == (2, "off_topic")
    done = process(cli, "run", "-", "--json", given="\n")
    assert (done.returncode, json.loads(done.stdout)["code"]) == (2, "no_input")


def test_an_export_of_ours_is_run(cli: Cli) -> None:
    assert cli("run", cli.write("hello.json", HELLO)).code == 0
    (run,) = cli("history", "--json").json["history"]
    exported = cli("export", run["id"]).json
    for name, text in (("run.json", json.dumps(exported)), ("run.yaml", yaml.safe_dump(exported))):
        done = cli("run", cli.write(name, text))
        assert (done.code, "Hello Ada!" in done.out) == (0, True), done.err


@pytest.mark.parametrize("name", ["theirs.json", "theirs.yaml"])
def test_where_content_says_where_it_goes_the_command_allows_it_and_not_the_file(
    cli: Cli, site: Site, name: str
) -> None:
    site.put("/where.json", json.dumps({"url": site.url("/slow")}), "application/json")
    first = {"id": "page", "type": "http", "action": "request", "params": {"url": site.url("/where.json")}}
    call = {**first, "id": "call", "allowOutsideTarget": True, "params": {"url": "{{ data.url }}"}}
    file = cli.write(name, (json.dumps if name.endswith("json") else yaml.safe_dump)(steps(first, call)))
    refused = cli("run", file)
    assert refused.code == 2
    assert "could say where this goes" in refused.said
    assert "--allow-outside-target call allows it" in refused.said
    done = cli("run", file, "--allow-outside-target", "call")
    assert (done.code, "at last" in done.out) == (0, True), done.err
    assert site.hits == ["/where.json", "/slow"]
    assert "There is no node other" in cli("run", file, "--allow-outside-target", "other").said


def test_what_goes_to_a_pipe_is_not_folded(cli: Cli) -> None:
    said = "word " * 60 + "end"
    done = process(cli, "run", cli.write("long.json", steps(seed(said))))
    assert said in done.stdout
    assert "\x1b" not in done.stdout
    (run,) = cli("history", "--json").json["history"]
    assert said in process(cli, "show", run["id"]).stdout


def test_the_history_fits_in_80_columns(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("support.cli.WIDTH", 80)
    work = {**HELLO, "name": "A workflow that has a name of so many words that no line could ever hold it"}
    assert cli("run", cli.write("hello.json", work)).code == 0
    (run,) = cli("history", "--json").json["history"]
    lines = cli("history").out.splitlines()
    assert len(lines) == 3  # a heading, a run, how many
    assert run["id"] in lines[1]
    assert "completed" in lines[1]
    assert max(map(len, lines)) <= 80


N8N = {"name": "x", "nodes": [{"name": "A", "type": "n8n-nodes-base.start"}], "connections": {}}
FOREIGN: list[tuple[str, Any]] = [
    ("n8n", N8N),
    ("Node-RED", [{"id": "1", "type": "inject", "wires": [[]]}]),
    ("Make", {"name": "x", "flow": [{"id": 1, "module": "http:get"}], "metadata": {}}),
    ("Zapier", {"metadata": {}, "zaps": [{"id": 1, "nodes": {}}]}),
]


@pytest.mark.parametrize(("program", "content"), FOREIGN)
def test_a_file_of_another_program_is_named_as_what_it_is(cli: Cli, program: str, content: Any) -> None:
    done = cli("run", cli.write("theirs.json", json.dumps(content)), "--json")
    assert done.code == 2
    assert f"an export of {program}" in done.json["error"]
    assert done.json["details"][0]["code"] == "foreign_format"
