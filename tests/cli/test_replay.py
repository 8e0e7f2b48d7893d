"""`voicegraph replay`."""

from __future__ import annotations

from support.api import seed, steps, template
from support.cli import Cli
from support.process import Serve

FLAKY = template("{% if config.good == 'yes' %}{{ input }} again{% else %}{{ 1 | divided_by: 0 }}{% endif %}", id="b")
GRAPH = steps(seed("Ada", id="a", label="Name"), FLAKY, name="Flaky")


def failed(cli: Cli) -> str:
    assert cli("run", cli.write("flaky.json", GRAPH)).code == 1
    return cli.runs()[0]["id"]


def test_a_run_is_taken_up_where_it_failed_with_another_value(cli: Cli) -> None:
    first = failed(cli)
    done = cli("replay", first, "--from", "failed", "--set", "good=yes")
    assert done.code == 0, done.out + done.err
    assert "Ada again" in done.out
    shown = cli("show", cli.runs()[0]["id"]).out
    assert f"Reused from {first}" in shown
    assert cli.runs()[0]["originRunId"] == first


def test_the_whole_run_again_and_in_the_background(cli: Cli) -> None:
    first = failed(cli)
    assert cli("replay", first).code == 1
    assert cli("replay", first, "--background", "--set", "good=yes").code == 0
    assert [run["engine"] for run in cli.runs()] == ["embedded", "live", "live"]


def test_what_cannot_be_replayed_says_why(cli: Cli) -> None:
    first = failed(cli)
    assert "no node ghost" in cli("replay", first, "--from", "ghost").said
    assert "There is no run" in cli("replay", "run_unknown").said


def test_in_the_background_a_running_server_takes_it(cli: Cli, server: Serve) -> None:
    first = failed(cli)
    done = cli("replay", first, "--from", "failed", "--set", "good=yes", "--background")
    assert done.code == 0, done.said
    assert "The replay has started" in done.out
