"""What the planner guessed or assumed is said before a plan runs."""

from __future__ import annotations

import os
import pty
import sys
from typing import Any

import pytest
from support.api import seed, steps
from support.cli import Cli
from support.site import Site

from voicegraph.graph.validate import parse_workflow
from voicegraph.pipeline import Pipeline
from voicegraph.plan.planner import Plan

ASSUMED = 'Assumed: The address of Bob is not known: fill in "To", or the mail goes to you.'
GUESS = "A guess: “and email the summary to Bob” became Summarize, then Email Bob."


def sentence(site: Site) -> str:
    return f"Read {site.url('/page')} and email the summary to Bob"


def test_run_says_what_was_guessed_and_assumed_before_the_run(cli: Cli, site: Site) -> None:
    done = cli("run", sentence(site), "--set", "recipientEmail=me@example.com", "--json")
    assert done.err.splitlines()[:2] == [GUESS, ASSUMED]
    assert done.lines[-1]["type"] == "error"  # no mail server is set up


def test_run_says_nothing_of_a_plan_that_is_sure(cli: Cli, site: Site) -> None:
    done = cli("run", f"Read {site.url('/page')} and summarize it")
    assert (done.code, "guess" in done.err, "Assumed" in done.err) == (0, False, False)


def test_plan_says_once_what_was_assumed(cli: Cli, site: Site) -> None:
    done = cli("plan", sentence(site))
    assert (done.out.count("The address of Bob"), ASSUMED in done.out, done.err) == (1, True, "")
    done = cli("plan", sentence(site), "--json")
    assert done.err.splitlines() == [GUESS, ASSUMED]
    assert done.json["nodes"]


def test_plan_says_what_a_model_assumed_beside_its_explanation(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    async def plan(*_: Any) -> Plan:
        return Plan(parse_workflow(steps(seed("Ada"))), "It says a name.", assumptions=["Ada is meant."], planner="llm")

    monkeypatch.setattr(Pipeline, "plan", plan)
    assert cli("plan", "Say a name").out.splitlines()[-2:] == ["It says a name.", "Assumed: Ada is meant."]


@pytest.mark.parametrize(("answer", "runs"), [(b"n\n", 0), (b"y\n", 1)])
def test_at_a_terminal_a_doubtful_plan_is_run_after_a_yes(cli: Cli, site: Site, answer: bytes, runs: int) -> None:
    words = ["run", sentence(site), "--set", "recipientEmail=me@example.com"]
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(cli.home)
        os.execve(sys.executable, [sys.executable, "-m", "voicegraph", *words], cli.environment)
    said = b""
    while b"Run it all the same? [y/N]:" not in said:
        said += os.read(terminal, 1_000)
    assert GUESS.encode() in said
    os.write(terminal, answer)
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert (os.waitstatus_to_exitcode(status), len(cli.runs())) == (1, runs)


def test_with_yes_no_terminal_is_asked(cli: Cli, site: Site) -> None:
    words = ["run", sentence(site), "--set", "recipientEmail=me@example.com", "--yes"]
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(cli.home)
        os.execve(sys.executable, [sys.executable, "-m", "voicegraph", *words], cli.environment)
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert (os.waitstatus_to_exitcode(status), len(cli.runs())) == (1, 1)
