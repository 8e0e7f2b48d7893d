"""`voicegraph plan` and `voicegraph run`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.api import seed, steps, template
from support.cli import Cli
from support.process import Serve
from support.site import Site

HELLO = steps(seed("Ada", id="a", label="Name"), template("Hello {{ input }}!", id="b", label="Greet"), name="Greeting")
HELLO_YAML = """
name: Greeting
nodes:
  - {id: a, type: prompt, action: seed, params: {text: Ada}}
  - {id: b, type: transform, action: template, params: {template: "Hello {{ input }}!"}}
"""


# -- plan


def test_plan_shows_the_nodes_and_how_the_sentence_was_understood(cli: Cli) -> None:
    done = cli("plan", "Read https://example.com and email me the key points")
    assert done.code == 0
    for word in ("web_page.fetch", "llm.extract_insights", "email.send", "url=https://example.com", "step-0"):
        assert word in done.out
    assert cli.runs() == []


def test_plan_as_json_is_a_workflow_file(cli: Cli) -> None:
    done = cli("plan", "Read https://example.com and summarize it", "--json")
    assert [node["type"] for node in done.json["nodes"]] == ["web_page", "llm"]


def test_what_is_no_task_is_refused_with_a_command_that_works(cli: Cli) -> None:
    done = cli("plan", "What is the capital of France?")
    assert done.code == 2
    assert "For example: voicegraph plan" in done.said
    example = json.loads(done.said.partition("voicegraph plan ")[2])
    assert cli("plan", example).code == 0


# -- run


def test_a_sentence_is_planned_and_run(cli: Cli, site: Site) -> None:
    done = cli("run", f"Read {site.url('/page')} and summarize it")
    assert done.code == 0, done.out + done.err
    assert "The sky is blue." in done.out
    assert "Run completed" in done.out
    assert [run["transcribedText"] for run in cli.runs()] == [f"Read {site.url('/page')} and summarize it"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("hello.json", HELLO), ("hello.yaml", HELLO_YAML), ("hello.YML", HELLO_YAML), ("my hello.json", HELLO)],
)
def test_a_workflow_file_is_run(cli: Cli, name: str, content: Any) -> None:
    done = cli("run", cli.write(name, content))
    assert done.code == 0, done.err
    assert "Hello Ada!" in done.out
    assert [(run["name"], run["engine"], run["status"]) for run in cli.runs()] == [("Greeting", "live", "completed")]


def test_json_prints_an_event_a_line(cli: Cli) -> None:
    done = cli("run", cli.write("hello.json", HELLO), "--json")
    assert done.code == 0
    assert [(event["type"], event["nodeId"]) for event in done.lines] == [
        ("start", None), ("start", "a"), ("success", "a"), ("start", "b"), ("success", "b"), ("complete", None),
    ]  # fmt: skip
    assert done.lines[-2]["output"]["text"] == "Hello Ada!"


def test_text_is_shown_as_it_is(cli: Cli) -> None:
    """No markup, no pictures for `:smile:`, nothing that steers a terminal."""
    evil = "[red]:smile:[/red] \\[x] {{ '' }}\x1b[2J\x07 end"
    workflow = cli.write("evil.json", steps(seed(evil, label="[b]:fire:[/b]"), name="[i]:fire:"))
    shown = cli("run", workflow).out
    assert "[red]:smile:[/red] \\[x]" in shown
    assert "\x1b[2J" not in shown
    assert "\x07" not in shown
    assert "[b]:fire:[/b]" in shown
    assert json.loads(cli("run", workflow, "--json").out.splitlines()[2])["output"]["text"].startswith("[red]:smile:")


@pytest.mark.parametrize("json_flag", [[], ["--json"]])
def test_a_run_that_fails_is_exit_code_1(cli: Cli, json_flag: list[str]) -> None:
    broken = steps(seed(), template("{{ 1 | divided_by: 0 }}", label="Divide"))
    done = cli("run", cli.write("broken.json", broken), *json_flag)
    assert done.code == 1
    if json_flag:
        assert done.lines[-1]["type"] == "error"
    else:
        assert "Run failed at Divide: params.template: The template is wrong" in " ".join(done.out.split())


def test_set_fills_what_the_run_needs(cli: Cli) -> None:
    nodes = steps({"id": "a", "type": "prompt", "action": "seed"}, template("{{ config.recipientEmail }} {{ input }}"))
    name = cli.write("open.json", nodes)
    refused = cli("run", name)
    assert refused.code == 2
    assert "still needs a value for “Text”" in refused.said
    assert cli.runs() == []
    done = cli("run", name, "--set", "a.text=x = y", "--set", "recipientEmail=me@example.com")
    assert "me@example.com x = y" in done.out
    assert cli.runs()[0]["status"] == "completed"


def test_set_takes_json_values_and_complains_about_the_rest(cli: Cli) -> None:
    name = cli.write("data.json", steps(seed("x"), template("{{ config.list | join: '+' }} {{ config.word }}")))
    done = cli("run", name, "--set", "list=[1, 2]", "--set", "word=[unfinished")
    assert "1+2 [unfinished" in done.out
    done = cli("run", name, "--set", "nonsense")
    assert done.code == 2
    assert "--set takes name=value, not “nonsense”." in done.said


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("missing.json", None, "missing.json cannot be read (No such file or directory)."),
        ("folder.json", ..., "folder.json is a folder."),
        ("broken.json", "{", "The JSON is broken at line 1, column 2"),
        ("latin.json", b'{"nodes": "\xe9"}', "not UTF-8"),
        ("broken.yaml", "a: [", "The YAML is broken at line"),
        ("deep.yaml", "a: " + "[" * 5_000, "The YAML is broken"),
        ("binary.yaml", b"\x00\xff\xfe", "not UTF-8"),
        ("latin.yaml", b"name: \xe9", "not UTF-8"),
        ("tag.yaml", "!!python/object/apply:os.system [id]", "could not determine a constructor"),
        ("bomb.yaml", "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)), "no aliases"),
        ("list.yaml", "- a", "A workflow is a JSON object"),
        ("unknown.json", steps({"type": "telegraph", "action": "send"}), "nodes[0].type: There is no node type"),
        ("circle.json", {"nodes": [seed(id="a"), seed(id="b")],
                         "edges": [{"source": "a", "target": "b"}, {"source": "b", "target": "a"}]}, "edges["),
        ("empty.json", {"nodes": []}, "The workflow has no nodes."),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_run_is_said_plainly(cli: Cli, name: str, content: Any, said: str) -> None:
    if content is ...:
        (cli.home / name).mkdir()
    elif content is not None:
        cli.write(name, content)
    done = cli("run", name)
    assert done.code == 2
    assert done.said.startswith("Error: ")
    assert said in done.said
    assert cli.runs() == []


def test_a_sentence_may_end_in_the_name_of_a_file(cli: Cli, site: Site) -> None:
    site.put("/data.json", '{"text": "from the web"}', "application/json")
    done = cli("run", f"Fetch {site.url('/data.json')}")
    assert done.code == 0, done.err
    assert "from the web" in done.out


def test_what_the_settings_lack_is_noted_before_the_run(cli: Cli) -> None:
    mail = {"type": "email", "action": "send", "params": {"to": "me@example.com", "subject": "Hi", "body": "Hi"}}
    done = cli("run", cli.write("mail.json", steps(mail)))
    assert done.code == 1
    assert "Note: " in done.err
    assert "SMTP_HOST" in done.err


# -- in the background


def test_background_alone_runs_durably_to_the_end(cli: Cli) -> None:
    done = cli("run", cli.write("hello.json", HELLO), "--background")
    assert done.code == 0, done.err
    assert "Hello Ada!" in done.out
    assert [(run["engine"], run["status"]) for run in cli.runs()] == [("embedded", "completed")]


def test_background_retries(cli: Cli, site: Site) -> None:
    cli.settings["VOICEGRAPH_RETRY_BASE_SECONDS"] = "0.01"
    page = {"type": "http", "action": "request", "params": {"url": site.url("/busy")}}
    site.put("/busy", "busy", status=503)
    done = cli("run", cli.write("busy.json", steps(page)), "--background", "--json")
    assert done.code == 1
    assert [event["type"] for event in done.lines].count("retry") == 2
    assert site.hits == ["/busy"] * 3


def test_background_beside_a_server_is_the_servers_run(cli: Cli, server: Serve) -> None:
    name = cli.write("hello.json", HELLO)
    done = cli("run", name, "--background", "--set", "recipientEmail=me@example.com")
    assert done.code == 0, done.err
    assert server.url in done.out
    (run,) = cli.runs()
    assert run["id"] in done.out
    assert (run["engine"], run["transcribedText"]) == ("embedded", name)
    told = cli("run", name, "--background", "--json").json
    assert told["runId"].startswith("run_")
    assert cli("show", run["id"], "--json").json["config"] == {"recipientEmail": "me@example.com"}


def test_a_live_run_beside_a_server_is_our_own(cli: Cli, server: Serve) -> None:
    done = cli("run", cli.write("hello.json", HELLO))
    assert done.code == 0, done.err
    assert "Hello Ada!" in done.out
    assert [(run["engine"], run["status"]) for run in cli.runs()] == [("live", "completed")]


def test_the_servers_refusal_is_passed_on(cli: Cli, server: Serve) -> None:
    done = cli("run", cli.write("open.json", steps({"type": "prompt", "action": "seed"})), "--background")
    assert done.code == 2
    assert "still needs a value" in done.said


def test_the_address_of_a_killed_server_leads_nobody_astray(cli: Cli) -> None:
    server = Serve(cli.home).start()
    server.kill()
    assert Path(cli.home, "data/server.url").is_file()
    done = cli("run", cli.write("hello.json", HELLO), "--background")
    assert done.code == 0, done.err
    assert "Hello Ada!" in done.out


@pytest.fixture
def in_flight(cli: Cli, site: Site, stuck: dict[str, Any]) -> Iterator[subprocess.Popen[str]]:
    """A live run of the command line that stands still at its second node."""
    process = cli.start("run", cli.write("slow.json", steps(seed(), stuck, seed())))
    site.arrived()
    yield process
    process.kill()
    process.communicate()


def test_a_server_that_starts_meanwhile_does_not_take_a_live_run_for_dead(
    cli: Cli, site: Site, in_flight: subprocess.Popen[str]
) -> None:
    server = Serve(cli.home).start()
    try:
        site.release("/slow")
        _, err = in_flight.communicate(timeout=60)
        assert (in_flight.returncode, err) == (0, "")
        assert [run["status"] for run in cli.runs()] == ["completed"]
    finally:
        server.stop()
    assert list((cli.home / "data/live").iterdir()) == []


def test_a_live_run_that_is_a_step_of_another_is_the_command_lines_too(
    cli: Cli, site: Site, stuck: dict[str, Any], as_a_step: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    """For a server that starts meanwhile, and for who would cancel it there."""
    process = cli.start("run", cli.write("parent.json", steps(as_a_step(stuck), seed())))
    site.arrived()
    server = Serve(cli.home).start()
    try:
        child, _ = cli.runs()
        assert (child["trigger"], child["status"]) == ("workflow", "running")
        refused = httpx.post(f"{server.url}/api/runs/{child['id']}/cancel", trust_env=False)
        assert (refused.status_code, refused.json()["code"]) == (409, "elsewhere")
        site.release("/slow")
        _, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
        assert [run["status"] for run in cli.runs()] == ["completed", "completed"]
    finally:
        process.kill()
        process.communicate()
        server.stop()
    assert list((cli.home / "data/live").iterdir()) == []


def test_a_live_run_of_the_command_line_is_watched_at_the_server(
    cli: Cli, server: Serve, site: Site, in_flight: subprocess.Popen[str]
) -> None:
    (run,) = cli.runs()
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client:
        refused = client.post(f"/api/runs/{run['id']}/cancel")
        assert (refused.status_code, refused.json()["code"]) == (409, "elsewhere")
        with client.stream("GET", f"/api/runs/{run['id']}/events") as events:
            lines = events.iter_lines()
            assert next(lines).startswith("data:")
            site.release("/slow")
            assert [line for line in lines if '"type": "complete"' in line or '"type":"complete"' in line]
    in_flight.communicate(timeout=60)


def test_a_live_run_whose_process_was_killed_is_cancelled_at_the_server(
    cli: Cli, server: Serve, in_flight: subprocess.Popen[str]
) -> None:
    in_flight.kill()
    in_flight.wait()
    (run,) = cli.runs()
    assert run["status"] == "running"
    told = httpx.post(f"{server.url}/api/runs/{run['id']}/cancel", trust_env=False).json()
    assert (told["success"], told["status"]) == (True, "cancelled")


def test_a_live_run_whose_process_was_killed_is_closed_by_the_next_server(
    cli: Cli, in_flight: subprocess.Popen[str]
) -> None:
    in_flight.kill()
    in_flight.wait()
    assert [run["status"] for run in cli.runs()] == ["running"]
    server = Serve(cli.home).start()
    server.stop()
    assert [(run["status"], run["error"]["code"]) for run in cli.runs()] == [("failed", "interrupted")]
