"""Values of `--set` that nobody reads."""

from __future__ import annotations

from typing import Any

import pytest
from support.api import seed, steps, template
from support.cli import Cli

from voicegraph.cli.run_values import unread
from voicegraph.graph.validate import parse_workflow
from voicegraph.nodes.builtin import builtin_registry

MAIL = {"type": "email", "action": "send", "params": {"subject": "Hi", "body": "Hi"}}


@pytest.mark.parametrize("command", ["run", "replay"])
def test_a_node_that_is_not_there_is_told_and_nothing_runs(cli: Cli, command: str) -> None:
    what = cli.write("hello.json", steps(seed("Ada"), template("Hello {{ input }}!")))
    if command == "replay":
        assert cli("run", what).code == 0
        what = cli.runs()[0]["id"]
    before = len(cli.runs())
    done = cli(command, what, "--set", "step-9.template=x")
    assert (done.code, "there is no node “step-9”; did you mean step-1?" in done.said) == (2, True), done.said
    assert len(cli.runs()) == before


@pytest.mark.parametrize("command", ["run", "replay"])
def test_a_name_that_nobody_reads_is_noted(cli: Cli, command: str) -> None:
    what = cli.write("hello.json", steps(seed("Ada"), template("Hello {{ config.who }}!")))
    if command == "replay":
        assert cli("run", what).code == 0
        what = cli.runs()[0]["id"]
    done = cli(command, what, "--set", "who=Ada", "--set", "whom=Bob")
    assert (done.code, "Hello Ada!" in done.out) == (0, True)
    assert done.err.splitlines() == [
        "Note: Nothing in the workflow reads “whom”. A param of a node is set with --set NODE.PARAM=…"
    ]


@pytest.mark.parametrize(
    ("nodes", "config", "said"),
    [
        ([MAIL], {"recipientEmail": "me@example.com"}, []),
        (
            [MAIL],
            {"recipientemail": "x"},
            ["Nothing in the workflow reads “recipientemail”; did you mean recipientEmail?"],
        ),
        ([template("{{ config['who'] }}")], {"who": "x"}, []),
        ([template("{{ config | json }}")], {"who": "x"}, []),
        ([template("{{ config[input] }}")], {"who": "x"}, []),
        ([{"type": "workflow", "action": "run", "params": {"workflow": "Step"}}], {"who": "x"}, []),
        ([seed()], {"params": {"step-0": {"text": "{{ config.who }}"}}, "who": "x"}, []),
    ],
)
def test_a_name_that_may_be_read_is_not_noted(nodes: list[Any], config: dict[str, Any], said: list[str]) -> None:
    assert unread(parse_workflow(steps(*nodes)), builtin_registry(), config) == said
