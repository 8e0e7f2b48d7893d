"""What `run` takes, what a pipe gets, and errors for programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any
from unittest import mock

import pytest
import yaml
from support.api import seed, steps, template
from support.cli import Cli
from support.site import Site

import voicegraph
from voicegraph.cli import run_input
from voicegraph.errors import UserError

HELLO = steps(seed("Ada"), template("Hello {{ input }}!"))


def process(cli: Cli, *words: str | bytes, stdin: str | bytes = "", **more: str) -> subprocess.CompletedProcess[str]:
    """A process with pipes for all three."""
    done = subprocess.run(
        [sys.executable, "-m", "voicegraph", *words],
        cwd=cli.home, env=cli.environment | more, input=stdin if isinstance(stdin, bytes) else stdin.encode(),
        capture_output=True, check=False,
    )  # fmt: skip
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


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
    done = process(cli, "run", "-", stdin=text)
    assert done.returncode == 0, done.stderr
    assert "Hello Ada!" in done.stdout


def test_a_minus_reads_a_sentence_and_says_when_there_is_none(cli: Cli) -> None:
    done = process(cli, "run", "-", "--json", stdin="what is love\n")
    assert (done.returncode, json.loads(done.stdout)["code"]) == (2, "off_topic")
    done = process(cli, "run", "-", "--json", stdin="\n")
    assert (done.returncode, json.loads(done.stdout)["code"]) == (2, "no_input")


WHOLE = yaml.safe_dump({**HELLO, "name": "Read https://example.com and mail it to me"}, sort_keys=False)
BROKEN_YAML = {
    "a tab in its indentation": WHOLE.replace("\n  ", "\n\t", 1),
    "two documents": f"{WHOLE}---\n{WHOLE}",
    "an alias": f"{WHOLE}more: &a 1\nagain: *a\n",
    "a misspelt key": WHOLE.replace("nodes:", "nodess:"),
    "cut off": "name: x\nnodes: [\n",
    "cut off in its first line": "nodes: [",
    "only its nodes": "- id: a\n  type: input\n- id: b\n\ttype: output\n",
    "a comment first": "# mine\nnodes:\n  - id: [\n",
    "JSON that is cut off": '{"nodes": [',
    "JSON as people write it": "{nodes: [",
}


@pytest.mark.parametrize("how", BROKEN_YAML)
def test_a_broken_workflow_is_refused_and_never_taken_for_a_sentence(cli: Cli, how: str) -> None:
    """Its labels would be planned and run, without its approvals."""
    text = BROKEN_YAML[how].strip()
    with mock.patch.object(run_input, "_standard_input", return_value=text):
        done = cli("run", "-", "--json")
    assert (done.code, done.json["code"]) == (2, "invalid_workflow"), done.json
    by_argument = cli("run", "--json", "--", text)
    assert (by_argument.code, by_argument.json["error"]) == (2, done.json["error"])
    assert cli.runs() == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Read https://example.com: then\nmail it to me@example.com",
        "[urgent] Read https://example.com and summarize it",
        "Every day at 9:\n- read https://example.com\n- summarize it",
        "Notes: Read https://example.com\nand summarize it",
        "nodes: read https://example.com",
    ],
)
def test_a_sentence_of_several_lines_stays_a_sentence(sentence: str) -> None:
    assert run_input.read_given(sentence) == (None, sentence)


@pytest.mark.parametrize("locale", ["C.UTF-8", "POSIX", "C"])
def test_bytes_that_are_not_utf8_are_refused_and_no_byte_is_dropped(cli: Cli, locale: str) -> None:
    sentence = b"Read https://example.com/caf\xe9 and summarize it"
    done = process(cli, "run", "-", "--json", stdin=sentence, LANG=locale)
    assert (done.returncode, json.loads(done.stdout)["code"]) == (2, "not_text")
    assert "byte 29 is wrong" in done.stdout
    assert cli.runs() == []


@pytest.mark.parametrize("before", [["show"], ["export"], ["history", "--workflow"], ["history", "--search"], ["run"]])
def test_words_that_are_not_utf8_are_refused_in_words(cli: Cli, before: list[str]) -> None:
    done = process(cli, *before, b"caf\xe9")
    assert (done.returncode, done.stdout) == (2, "")
    assert "“caf�” is not text in UTF-8" in done.stderr
    done = process(cli, *before, b"caf\xe9", "--json") if before != ["export"] else done
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_file_whose_name_is_not_utf8_is_run(cli: Cli) -> None:
    name = b"caf\xe9.json"
    (cli.home / os.fsdecode(name)).write_text(json.dumps(HELLO))
    done = process(cli, "run", name)
    assert (done.returncode, "Hello Ada!" in done.stdout) == (0, True), done.stderr
    assert cli("history").code == 0


@pytest.mark.parametrize("text", [json.dumps(HELLO), yaml.safe_dump(HELLO), json.dumps({"workflow": HELLO})])
@pytest.mark.parametrize("name", ["hello", "hello.txt", "read the news.txt"])
def test_what_is_in_a_file_decides_where_its_name_does_not(cli: Cli, name: str, text: str) -> None:
    done = cli("run", cli.write(name, text))
    assert (done.code, "Hello Ada!" in done.out) == (0, True), done.err


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("all.csv", "id,status\nrun_1,failed\n", "all.csv is a file of text that is no workflow."),
        ("sent.txt", "Read https://example.com and summarize it", "voicegraph run - < sent.txt"),
        ("my words", "", "voicegraph run - < 'my words'"),
        ("photo.png", b"\x89PNG\xff", "photo.png is a file that holds no workflow."),
        ("zeros.bin", b"\0" * 99, "zeros.bin is a file that holds no workflow."),
        ("long.txt", "word " * 300_000, "long.txt is a file that holds no workflow."),
        ("broken.txt", "{", "The JSON is broken"),
        ("data", ..., "data is a folder."),
    ],
)
def test_the_name_of_a_file_is_never_taken_for_a_sentence(cli: Cli, name: str, content: Any, said: str) -> None:
    if content is not ...:
        cli.write(name, content)
    done = cli("run", name)
    assert (done.code, said in done.said) == (2, True), done.said
    assert cli.runs() == []


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_a_file_that_cannot_be_run_and_whose_name_is_not_utf8_is_named(cli: Cli, flags: list[str]) -> None:
    (cli.home / os.fsdecode(b"caf\xe9.csv")).write_text("a,b")
    done = process(cli, "run", b"caf\xe9.csv", *flags)
    assert (done.returncode, "caf�.csv is a file of text" in done.stdout + done.stderr) == (2, True), done.stderr


def test_standard_input_that_is_closed_is_said_to_be_empty(cli: Cli) -> None:
    with mock.patch.object(sys, "stdin", None), pytest.raises(UserError, match="is empty"):
        run_input.read_given("-")


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


@pytest.mark.parametrize("width", [90, 100, 120])
def test_the_history_keeps_its_columns_and_a_line_a_run_in_a_narrow_terminal(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr("support.cli.WIDTH", width)
    long = "A workflow that has a name of so many words that no line could ever hold it, " * 2
    assert cli("run", cli.write("hello.json", HELLO)).code == 0
    assert cli("run", "--json", json.dumps({**HELLO, "name": f"{long} 漢字"})).code == 0
    assert cli("run", "--json", json.dumps({**HELLO, "name": "Two\nlines"})).code == 0
    lines = cli("history").out.splitlines()
    assert len(lines) == 5  # a heading, three runs, how many
    for heading in ("status", "when (UTC)", "took", "what was said"):
        assert heading in lines[0]
    assert all(("completed" in line and " ms" in line) or " s " in line for line in lines[1:4])
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize(
    ("width", "left_out"), [(100, []), (80, ["took"]), (70, ["took", "when (UTC)"]), (60, ["took", "when (UTC)"])]
)
def test_a_narrow_history_keeps_what_was_said_rather_than_its_times(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, width: int, left_out: list[str]
) -> None:
    monkeypatch.setattr("support.cli.WIDTH", width)
    assert cli("run", "--json", json.dumps({**HELLO, "name": "Read the news of the day and mail them"})).code == 0
    heading, line, _ = cli("history").out.splitlines()
    assert [one for one in ("took", "when (UTC)") if one not in heading] == left_out
    assert ("Read the news of t" in line, "completed" in line, len(line) <= width) == (True, True, True), line


N8N = {"name": "x", "nodes": [{"name": "A", "type": "n8n-nodes-base.start"}], "connections": {}}
FOREIGN: list[tuple[str, Any]] = [
    ("n8n", N8N),
    ("n8n", [N8N]),
    ("n8n", {"data": N8N}),
    ("n8n", {"data": [N8N, N8N]}),
    ("Node-RED", [{"id": "1", "type": "inject", "wires": [[]]}]),
    ("Make", {"name": "x", "flow": [{"id": 1, "module": "http:get"}], "metadata": {}}),
    ("Zapier", {"metadata": {}, "zaps": [{"id": 1, "nodes": {}}]}),
]


def test_an_export_of_several_runs_is_named_as_what_it_is(cli: Cli) -> None:
    assert cli("run", cli.write("hello.json", HELLO)).code == 0
    done = cli("run", cli.write("all.json", cli("export").out))
    assert (done.code, "an export of several runs; take one" in done.said) == (2, True)


@pytest.mark.parametrize(("program", "content"), FOREIGN)
def test_a_file_of_another_program_is_named_as_what_it_is(cli: Cli, program: str, content: Any) -> None:
    done = cli("run", cli.write("theirs.json", json.dumps(content)), "--json")
    assert done.code == 2
    assert f"an export of {program}" in done.json["error"]
    assert done.json["details"][0]["code"] == "foreign_format"
