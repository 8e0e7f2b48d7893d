"""`voicegraph replay`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.api import seed, steps, template
from support.cli import Cli
from support.process import Serve

FLAKY = template("{% if config.good == 'yes' %}{{ input }} again{% else %}{{ 1 | divided_by: 0 }}{% endif %}", id="b")
GRAPH = steps(seed("Ada", id="a", label="Name"), FLAKY, name="Flaky")


@pytest.fixture
def server(cli: Cli) -> Iterator[Serve]:
    server = Serve(cli.home).start()
    yield server
    server.stop()


def runs(cli: Cli) -> list[dict[str, Any]]:
    return cli("history", "--json").json["history"]


def failed(cli: Cli) -> str:
    assert cli("run", cli.write("flaky.json", GRAPH)).code == 1
    return runs(cli)[0]["id"]


def test_a_run_is_taken_up_where_it_failed_with_another_value(cli: Cli) -> None:
    first = failed(cli)
    done = cli("replay", first, "--from", "failed", "--set", "good=yes")
    assert done.code == 0, done.out + done.err
    assert "Ada again" in done.out
    shown = cli("show", runs(cli)[0]["id"]).out
    assert f"Reused from {first}" in shown
    assert runs(cli)[0]["originRunId"] == first


def test_the_whole_run_again_and_in_the_background(cli: Cli) -> None:
    first = failed(cli)
    assert cli("replay", first).code == 1
    assert cli("replay", first, "--background", "--set", "good=yes").code == 0
    assert [run["engine"] for run in runs(cli)] == ["embedded", "live", "live"]


def test_what_cannot_be_replayed_says_why(cli: Cli) -> None:
    first = failed(cli)
    assert "no node ghost" in cli("replay", first, "--from", "ghost").said
    assert "There is no run" in cli("replay", "run_unknown").said


def test_in_the_background_a_running_server_takes_it(cli: Cli, server: Serve) -> None:
    first = failed(cli)
    done = cli("replay", first, "--from", "failed", "--set", "good=yes", "--background")
    assert done.code == 0, done.said
    assert "The replay has started" in done.out
