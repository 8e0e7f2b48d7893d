"""`voicegraph history`, `show` and `export`."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from support.api import seed, steps, template
from support.cli import Cli
from support.process import Serve

from voicegraph.api import whole_results
from voicegraph.store.views import details

HELLO = steps(seed("Ada", id="a", label="Name"), template("Hello {{ input }}!", id="b", label="Greet"), name="Greeting")
BROKEN = steps(seed(), template("{{ 1 | divided_by: 0 }}", label="Divide"), name="Broken")


def ran(cli: Cli, workflow: dict[str, Any] = HELLO, name: str = "hello.json") -> str:
    """The id of a run that is over."""
    cli("run", cli.write(name, workflow))
    return cli("history", "--limit", "1", "--json").json["history"][0]["id"]


def test_an_empty_history_says_how_to_fill_it(cli: Cli) -> None:
    done = cli("history")
    assert done.code == 0
    assert 'Try: voicegraph run "' in done.out


def test_the_history_lists_runs_newest_first(cli: Cli) -> None:
    first, second = ran(cli), ran(cli, BROKEN, "broken.json")
    shown = cli("history").out
    assert shown.index(second) < shown.index(first)
    assert "completed" in shown
    assert "failed" in shown
    assert "2 runs, 0 not over." in shown
    assert "hello.json" in shown


def test_the_history_is_filtered_and_limited(cli: Cli) -> None:
    first, second = ran(cli), ran(cli, BROKEN, "broken.json")
    listed = [run["id"] for run in cli("history", "--status", "failed", "--json").json["history"]]
    assert listed == [second]
    assert [run["id"] for run in cli("history", "--search", "GREET", "--json").json["history"]] == [first]
    page = cli("history", "--limit", "1", "--json").json
    assert (page["count"], len(page["history"]), page["next"]) == (2, 1, second)


def test_the_history_is_filtered_by_several_things_at_once(cli: Cli) -> None:
    first, second = ran(cli), ran(cli, BROKEN, "broken.json")

    def listed(*options: str) -> list[str]:
        return [run["id"] for run in cli("history", "--json", *options).json["history"]]

    assert listed("--status", "failed", "--status", "completed") == [second, first]
    assert listed("--search", "ada hello") == [first]
    assert listed("--trigger", "schedule") == []
    assert listed("--since", "2020-01-01", "--trigger", "manual", "--status", "completed") == [first]
    assert listed("--until", "2020-01-01T09:00") == []
    assert cli("history", "--until", "2020-01-01").out.strip() == "No run fits."
    assert cli("history", "--since", "soon").code == 2


def test_show_tells_the_story_of_a_run(cli: Cli) -> None:
    done = cli("show", ran(cli))
    shown = done.out
    assert done.err == ""
    for word in ("hello.json", "completed", "live", "start", "success", "Run completed", "Hello Ada!"):
        assert word in shown
    assert shown.index("Run started") < shown.index("Run completed") < shown.index("Hello Ada!")


def test_show_as_json_is_the_run_of_the_api(cli: Cli) -> None:
    run = cli("show", ran(cli), "--json").json
    assert [node["output"]["text"] for node in run["nodes"]] == ["Ada", "Hello Ada!"]
    assert run["logs"][-1]["type"] == "complete"


def test_export_writes_to_a_file_or_to_standard_output(cli: Cli) -> None:
    run_id = ran(cli)
    printed = cli("export", run_id)
    assert printed.json["id"] == run_id
    written = cli("export", run_id, "--output", "run [1].json")
    assert written.code == 0
    assert "run [1].json" in written.out
    kept = (cli.home / "run [1].json").read_text("utf-8")
    assert json.loads(kept) == printed.json
    assert kept.endswith("}\n")


def test_an_exported_workflow_can_be_run_again(cli: Cli) -> None:
    workflow = cli("export", ran(cli)).json["workflow"]
    done = cli("run", cli.write("again.json", workflow))
    assert "Hello Ada!" in done.out


@pytest.mark.parametrize("command", [["show"], ["export"], ["export", "-o", "x.json"]])
@pytest.mark.parametrize("run_id", ["run_unknown", "not an id", "ü'; --"])
def test_an_unknown_run_is_exit_code_2_and_a_plain_line(cli: Cli, command: list[str], run_id: str) -> None:
    done = cli(command[0], run_id, *command[1:])
    assert (done.code, done.out) == (2, "")
    assert done.said.startswith("Error: There is no run ")
    assert not (cli.home / "x.json").exists()


def test_an_export_that_cannot_be_written_is_said_plainly(cli: Cli) -> None:
    done = cli("export", ran(cli), "-o", "no/such/folder.json")
    assert done.code == 2
    assert "no/such/folder.json cannot be written (No such file or directory)." in done.said


def test_an_export_of_a_filter(cli: Cli) -> None:
    first, second = ran(cli), ran(cli, BROKEN, "broken.json")
    assert [run["id"] for run in cli("export").json] == [second, first]
    lines = cli("export", "--format", "csv", "--status", "failed").out.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(second + ",failed,")
    assert "Written to runs.csv" in cli("export", "--format", "csv", "-o", "runs.csv").out
    assert (cli.home / "runs.csv").read_bytes().count(b"\r\n") == 3


def test_one_run_is_exported_in_the_format_that_is_asked_for(cli: Cli) -> None:
    first, second = ran(cli), ran(cli, BROKEN, "broken.json")
    printed = cli("export", first, "--format", "csv")
    all_lines = cli("export", "--format", "csv").out.splitlines()
    assert printed.out.splitlines() == [all_lines[0], all_lines[2]]
    assert "Written to run.csv" in cli("export", second, "--format", "csv", "-o", "run.csv").out
    assert (cli.home / "run.csv").read_bytes().decode().split("\r\n") == [*all_lines[:2], ""]
    assert "There is no run" in cli("export", "run_unknown", "--format", "csv").said


def test_options_that_choose_runs_are_not_ignored_beside_one_run(cli: Cli) -> None:
    done = cli("export", ran(cli), "--status", "failed")
    assert (done.code, done.out) == (2, "")
    assert "not both" in done.said


def test_statistics_of_each_workflow(cli: Cli) -> None:
    assert cli("stats").out.strip() == "No run fits."
    ran(cli)
    ran(cli, BROKEN, "broken.json")
    shown = cli("stats").out
    assert "Broken" in shown
    assert "100%" in shown
    assert {one["name"] for one in cli("stats", "--json").json["workflows"]} == {"Greeting", "Broken"}


def test_retention_counts_and_removes(cli: Cli) -> None:
    for _ in range(3):
        ran(cli)
    assert "Nothing limits the history" in cli("retention").out
    assert "2 runs would be removed, 1 kept" in cli("retention", "--runs", "1", "--dry-run").out
    assert len(cli("history", "--json").json["history"]) == 3
    assert "2 runs removed, 1 kept" in cli("retention", "--runs", "1").out
    assert cli("retention", "--days", "0", "--json").json["removal"]["deleted"] == 1


LONG = "x" * 300_000


@pytest.fixture
def long_run(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> str:
    """A run with a result and a log that are more than is shown with it."""
    monkeypatch.setattr(details, "MAX_EVENTS", 3)
    monkeypatch.setattr(whole_results, "PAGE", 2)
    return ran(cli, steps(seed(LONG, id="a"), template("{{ input }}", id="b")))


def test_an_export_of_one_run_has_all_that_the_export_of_all_runs_has(cli: Cli, long_run: str) -> None:
    exported = cli("export", long_run)
    assert exported.code == 0
    run = exported.json
    assert [node["output"]["text"] for node in run["nodes"]] == [LONG, LONG]
    assert len(run["logs"]) == run["logCount"] > 3
    assert [run] == cli("export").json
    assert cli("export", long_run, "-o", "run.json").code == 0
    assert json.loads((cli.home / "run.json").read_text("utf-8")) == run


def test_an_export_of_one_run_is_what_the_api_gives_as_a_file(cli: Cli, server: Serve) -> None:
    run_id = ran(cli, steps(seed(LONG, id="a")))
    given = httpx.get(f"{server.url}/api/runs/{run_id}/export", trust_env=False).text
    assert cli("export", run_id).out == given


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_what_show_leaves_out_is_said_on_standard_error(cli: Cli, long_run: str, flags: list[str]) -> None:
    shown = cli("show", long_run, *flags)
    assert shown.code == 0
    assert "Shown are only the first 3 of " in shown.said
    assert f"the beginning of the results of a, b. All of it: voicegraph export {long_run}" in shown.said


@pytest.mark.parametrize("words", [["history", "--status", "bogus"], ["plan", "x", "--planner", "bogus"]], ids=" ".join)
def test_a_value_that_an_option_does_not_take_is_refused_in_plain_words(cli: Cli, words: list[str]) -> None:
    done = cli(*words)
    assert (done.code, "'bogus' is not one of" in done.said) == (2, True)
    assert "Value error" not in done.said
