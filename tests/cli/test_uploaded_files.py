"""Files that `run` and `replay` are given by their path."""

from __future__ import annotations

import os
import pty
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.api import steps
from support.cli import Cli
from support.process import Serve

SENTENCE = "Upload a CSV and summarize it"
TABLE = "city,people\nUlm,128000\n"
READ = steps({"id": "step-0", "type": "csv_upload", "action": "upload_csv", "label": "Upload the CSV"})


def stored(cli: Cli) -> list[str]:
    return [path.name for path in (cli.home / "data/files").glob("file*")]


def file_id(cli: Cli) -> str:
    return cli("show", cli.runs()[0]["id"], "--json").json["config"]["params"]["step-0"]["fileId"]


@pytest.mark.parametrize("name", ["fileId", "file_id"])
@pytest.mark.parametrize("where", ["cities.csv", "./cities.csv", "~/cities.csv"])
def test_a_file_is_given_by_its_path(cli: Cli, where: str, name: str) -> None:
    cli.write("cities.csv", TABLE)
    done = cli("run", SENTENCE, "--set", f"step-0.{name}={where}")
    assert (done.code, "Ulm" in done.out) == (0, True), done.out + done.err
    assert len(stored(cli)) == 1


def test_a_file_that_is_stored_is_given_by_its_id(cli: Cli) -> None:
    cli.write("cities.csv", TABLE)
    name = cli.write("read.json", READ)
    assert cli("run", name, "--set", "step-0.fileId=cities.csv").code == 0
    (first,) = stored(cli)
    assert cli("run", name, "--set", f"step-0.fileId={first}").code == 0
    assert (stored(cli), file_id(cli)) == ([first], first)


def test_a_server_that_takes_the_run_has_the_file(cli: Cli, server: Serve) -> None:
    cli.write("cities.csv", TABLE)
    done = cli("run", cli.write("read.json", READ), "--set", "step-0.fileId=cities.csv", "--background", "--json")
    assert done.code == 0, done.err
    with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as client:
        client.get(f"/api/runs/{done.json['runId']}/events")
        run = client.get(f"/api/runs/{done.json['runId']}").json()
        files = client.get("/api/files").json()["files"]
    assert (run["status"], "Ulm" in run["nodes"][0]["output"]["text"]) == ("completed", True)
    assert [(file["name"], file["size"]) for file in files] == [("cities.csv", len(TABLE))]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nowhere.csv", "nowhere.csv cannot be read (No such file or directory)."),
        ("data", "data cannot be read (Is a directory)."),
        ("file_00000000000000000000000000", "cannot be read (No such file or directory)."),
        ("large.csv", "large.csv is larger than 10,000 bytes."),
    ],
)
@pytest.mark.parametrize("command", ["run", "replay"])
def test_a_file_that_cannot_be_given_is_refused_before_the_run(cli: Cli, command: str, path: str, said: str) -> None:
    what = cli.write("read.json", READ)
    if command == "replay":
        cli.write("cities.csv", TABLE)
        assert cli("run", what, "--set", "step-0.fileId=cities.csv").code == 0
        what = cli.runs()[0]["id"]
    before = (stored(cli), len(cli.runs()))
    cli.settings["VOICEGRAPH_MAX_UPLOAD_BYTES"] = "10000"
    cli.write("large.csv", TABLE * 1_000)
    done = cli(command, what, "--set", f"step-0.fileId={path}")
    assert (done.code, said in done.said) == (2, True), done.said
    assert (stored(cli), len(cli.runs())) == before


def test_no_file_is_stored_for_a_run_that_is_refused(cli: Cli) -> None:
    cli.write("cities.csv", TABLE)
    workflow: dict[str, Any] = {**READ, "nodes": [*READ["nodes"], {"id": "x", "type": "prompt", "action": "seed"}]}
    done = cli("run", cli.write("open.json", workflow), "--set", "step-0.fileId=cities.csv")
    assert (done.code, "still needs a value for “Text”" in done.said) == (2, True)
    assert stored(cli) == []


def test_a_workflow_file_names_no_file_of_ours(cli: Cli) -> None:
    cli.write("cities.csv", TABLE)
    nodes = [{**READ["nodes"][0], "params": {"fileId": "cities.csv"}}]
    done = cli("run", cli.write("theirs.json", {**READ, "nodes": nodes}))
    assert (done.code, stored(cli)) == (1, [])


def test_a_replay_reads_another_file(cli: Cli) -> None:
    cli.write("cities.csv", TABLE)
    cli.write("towns.csv", TABLE.replace("Ulm", "Calw"))
    assert cli("run", cli.write("read.json", READ), "--set", "step-0.fileId=cities.csv").code == 0
    done = cli("replay", cli.runs()[0]["id"], "--set", "step-0.fileId=towns.csv")
    assert (done.code, "Calw" in done.out) == (0, True), done.err


def test_what_is_open_is_said_with_the_options_that_give_it(cli: Cli) -> None:
    done = cli("run", SENTENCE)
    assert done.code == 2
    assert "still needs a value for “CSV file”. Give it with --set step-0.fileId=PATH" in done.said
    nodes = steps({"type": "prompt", "action": "seed"}, {"type": "http", "action": "request", "params": {}})
    done = cli("run", cli.write("open.json", nodes), "--json")
    assert "Give them with --set step-0.text=… --set step-1.url=…" in done.json["error"]
    assert [one["param"] for one in done.json["details"]] == ["text", "url"]


def test_the_example_of_the_documentation_works(cli: Cli) -> None:
    cli.write("sales.csv", TABLE)
    text = (Path(__file__).parents[2] / "docs/command-line.md").read_text("utf-8")
    plan, run = (shlex.split(line) for line in text.splitlines() if re.match("voicegraph .*summary.json", line))
    assert plan[-2:] == [">", "summary.json"]
    cli.write("summary.json", cli(*plan[1:-2]).out)
    done = cli(*run[1:])
    assert (done.code, "Ulm" in done.out) == (0, True), done.err


def test_a_path_is_asked_for_until_it_is_one(cli: Cli) -> None:
    cli.write("cities.csv", TABLE)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(cli.home)
        os.execve(
            sys.executable, [sys.executable, "-m", "voicegraph", "run", cli.write("a.json", READ)], cli.environment
        )
    said = b""
    for answer, question in ((b"nowhere.csv\n", 1), (b"cities.csv\n", 2)):
        while said.count(b"path of the CSV file (it is what the workflow reads):") < question:
            said += os.read(terminal, 1_000)
        os.write(terminal, answer)
    _, status = os.waitpid(child, 0)
    said += os.read(terminal, 100_000)
    os.close(terminal)
    assert (os.waitstatus_to_exitcode(status), b"nowhere.csv cannot be read" in said) == (0, True), said
    assert [run["status"] for run in cli.runs()] == ["completed"]
