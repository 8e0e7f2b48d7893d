"""How commands end that are ended: by a signal, a terminal that hangs up, output that nobody reads."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.api import seed, steps, wait
from support.cli import Cli
from support.process import Serve
from support.site import Site

from voicegraph.app import running
from voicegraph.cli.local_run import LocalRun
from voicegraph.graph.model import RunId
from voicegraph.graph.validate import parse_workflow
from voicegraph.pipeline import Pipeline, RunRequest
from voicegraph.settings import Settings
from voicegraph.store.views.filters import RunFilter

Node = dict[str, Any]


def interrupt(cli: Cli, *words: str) -> tuple[int, str]:
    """Start, press Ctrl+C when the second node has started; the exit code and the complaint."""
    process = cli.start("run", *words, "--json")
    assert process.stdout
    for line in process.stdout:
        if json.loads(line)["nodeId"] == "step-1":
            break
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert "Traceback" not in err, err
    return process.returncode, err


def test_ctrl_c_cancels_a_live_run(cli: Cli, stuck: Node) -> None:
    code, _ = interrupt(cli, cli.write("slow.json", steps(seed(), stuck)))
    assert code == 130
    assert [run["status"] for run in cli.runs()] == ["cancelled"]


def last_event(cli: Cli) -> str:
    run = cli.runs()[0]
    return cli("show", run["id"], "--json").json["logs"][-1]["message"]


@pytest.mark.parametrize("json_flag", [[], ["--json"]])
@pytest.mark.parametrize(
    ("number", "code", "reason"),
    [
        (signal.SIGINT, 130, "Ctrl+C"),
        (signal.SIGTERM, 143, "the command was stopped"),
        (signal.SIGHUP, 129, "the terminal was closed"),
    ],
)
def test_a_signal_cancels_a_live_run_and_is_its_reason(
    cli: Cli, site: Site, stuck: Node, number: signal.Signals, code: int, reason: str, json_flag: list[str]
) -> None:
    process = cli.start("run", cli.write("slow.json", steps(seed(), stuck)), *json_flag)
    site.arrived()
    process.send_signal(number)
    said, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert ("Traceback" in err, reason in err) == (False, True), err
    if json_flag:
        assert json.loads(said.splitlines()[-1])["type"] == "cancelled"
    assert [run["status"] for run in cli.runs()] == ["cancelled"]
    assert last_event(cli) == f"Run cancelled: {reason}"


def test_ctrl_c_cancels_the_runs_that_are_steps_of_a_live_run(
    cli: Cli, site: Site, stuck: Node, as_a_step: Callable[[Node], Node]
) -> None:
    cli.settings["VOICEGRAPH_DRAIN_SECONDS"] = "2"
    process = cli.start("run", cli.write("parent.json", steps(as_a_step(stuck), seed())))
    site.arrived()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in err) == (130, False), err
    assert [(run["trigger"], run["status"]) for run in cli.runs()] == [
        ("workflow", "cancelled"),
        ("manual", "cancelled"),
    ]


async def test_however_often_ctrl_c_comes_while_a_live_run_starts_or_is_cancelled_it_is_cancelled(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(cli.home)
    async with running(Settings(drain_seconds=0.0), background=False) as runtime:
        pipeline = runtime.pipeline
        gates = {"start": asyncio.Event(), "cancel": asyncio.Event()}
        come = {name: asyncio.Event() for name in gates}
        cancel = Pipeline.cancel

        async def start() -> RunId:
            come["start"].set()
            await gates["start"].wait()
            return await pipeline.start_live(RunRequest(parse_workflow(steps(wait("1 hour")))))

        async def cancel_later(_: Pipeline, run_id: RunId, reason: str = "") -> bool:
            come["cancel"].set()
            await gates["cancel"].wait()
            return await cancel(pipeline, run_id, reason)

        monkeypatch.setattr(Pipeline, "cancel", cancel_later)
        command = asyncio.create_task(LocalRun(runtime, background=False, as_json=False).started(start()))
        for name, gate in gates.items():
            await come[name].wait()
            for _ in range(2):
                command.cancel()
                await asyncio.sleep(0)
                await asyncio.sleep(0)
            gate.set()
        await asyncio.wait({command})
        assert command.cancelled()
        (run,) = (await pipeline.queries.page(RunFilter())).runs
        assert run.status == "cancelled"


def nobody_reads(process: subprocess.Popen[str]) -> int:
    """Close the reader's end; the exit code."""
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    with process.stderr:
        said = process.stderr.read()
    assert ("Traceback" in said, "Exception" in said) == (False, False), said
    return process.wait(60)


@pytest.mark.parametrize("json_flag", [[], ["--json"]])
def test_a_closed_pipe_cancels_a_live_run_at_once(cli: Cli, site: Site, stuck: Node, json_flag: list[str]) -> None:
    """`voicegraph run … | head -1`, while a node runs that prints nothing for long."""
    process = cli.start("run", cli.write("slow.json", steps(seed(), stuck)), *json_flag)
    site.arrived()
    assert nobody_reads(process) == 141
    assert [run["status"] for run in cli.runs()] == ["cancelled"]
    assert last_event(cli) == "Run cancelled: the command's output was closed"


@pytest.mark.parametrize("json_flag", [[], ["--json"]])
def test_a_pipe_that_closes_while_events_are_printed_cancels_the_run(cli: Cli, json_flag: list[str]) -> None:
    """`voicegraph run … | head -1`."""
    nodes = [seed(), *(wait("1 seconds") for _ in range(20))]
    process = cli.start("run", cli.write("long.json", steps(*nodes)), *json_flag)
    assert process.stdout
    process.stdout.readline()
    assert nobody_reads(process) == 141
    assert [run["status"] for run in cli.runs()] == ["cancelled"]


def test_piped_progress_is_written_as_it_comes(cli: Cli, site: Site, stuck: Node) -> None:
    """`voicegraph run … | tee`."""
    named = {**stuck, "label": "Stand still"}
    process = cli.start("run", cli.write("slow.json", steps(seed(label="Begin"), named, seed("end"))))
    assert process.stdout
    lines = [process.stdout.readline().split() for _ in range(3)]
    assert [line[:2] for line in lines] == [["running", "Begin"], ["completed", "Begin"], ["running", "Stand"]]
    site.release("/slow")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "completed  Stand still" in out
    assert "Run completed" in out


def test_a_background_run_whose_reader_left_goes_on_with_the_next_server(cli: Cli, site: Site, stuck: Node) -> None:
    cli.settings["VOICEGRAPH_DRAIN_SECONDS"] = "0"
    process = cli.start("run", cli.write("slow.json", steps(seed(), stuck)), "--background", "--json")
    site.arrived()
    assert nobody_reads(process) == 141
    (run,) = cli.runs()
    assert run["status"] == "running"
    site.release("/slow")
    server = Serve(cli.home).start()
    try:
        with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as client:
            with client.stream("GET", f"/api/runs/{run['id']}/events") as events:
                assert list(events.iter_lines())
            assert client.get(f"/api/runs/{run['id']}").json()["status"] == "completed"
    finally:
        server.stop()


def test_a_terminal_that_hangs_up_cancels_the_run(cli: Cli, site: Site, stuck: Node) -> None:
    """A real terminal: writing to it fails, too, once it is gone."""
    name = cli.write("slow.json", steps(seed(), stuck))
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(cli.home)
        os.execve(sys.executable, [sys.executable, "-m", "voicegraph", "run", name], cli.environment)
    site.arrived()
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 129
    assert [run["status"] for run in cli.runs()] == ["cancelled"]
    assert last_event(cli) == "Run cancelled: the terminal was closed"


@pytest.mark.parametrize(("press", "code"), [(b"\x03", 130), (b"", 129)], ids=["Ctrl+C", "closed"])
def test_a_question_at_the_terminal_is_broken_off(cli: Cli, press: bytes, code: int) -> None:
    name = cli.write("open.json", steps({"type": "prompt", "action": "seed", "label": "Begin"}))
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(cli.home)
        os.execve(sys.executable, [sys.executable, "-m", "voicegraph", "run", name], cli.environment)
    said = b""
    while b"Begin:" not in said:
        said += os.read(terminal, 1_000)
    if not press:
        os.close(terminal)
    ended, status = os.waitpid(child, os.WNOHANG)
    while not ended:
        if press:  # one that comes between the words and the reading is not heard
            os.write(terminal, press)
        time.sleep(0.1)
        ended, status = os.waitpid(child, os.WNOHANG)
    assert os.waitstatus_to_exitcode(status) in (code, -signal.SIGINT)
    assert cli.runs() == []


def test_a_command_that_is_stuck_in_its_output_can_be_ended(cli: Cli) -> None:
    """`voicegraph run … | less`, which reads no further."""
    process = cli.start("run", cli.write("long.json", steps(seed("long " * 40_000))), "--json")
    assert process.stdout
    half = fcntl.fcntl(process.stdout, fcntl.F_GETPIPE_SZ) // 2
    while int.from_bytes(fcntl.ioctl(process.stdout, termios.FIONREAD, bytes(4)), sys.byteorder) < half:
        assert process.poll() is None
    while process.poll() is None:  # as people do
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    assert process.returncode in (130, -signal.SIGINT)  # where the last press came while it ended
    process.communicate()


def test_ctrl_c_leaves_a_background_run_to_the_next_server(cli: Cli) -> None:
    began = time.monotonic()
    code, said = interrupt(cli, cli.write("rest.json", steps(seed(), wait("2 seconds"))), "--background")
    assert code == 130
    assert "voicegraph serve" in said
    (run,) = cli.runs()
    assert run["status"] in ("running", "waiting") or time.monotonic() - began > 2
    server = Serve(cli.home).start()
    try:
        deadline = time.monotonic() + 30
        while cli("show", run["id"], "--json").json["status"] != "completed":
            assert time.monotonic() < deadline
    finally:
        server.stop()


COMMANDS = [
    ["history"], ["history", "--json"], ["stats"], ["stats", "--json"], ["schedules"], ["schedules", "--json"],
    ["export"], ["export", "--format", "csv"], ["retention"], ["retention", "--json"], ["doctor"], ["doctor", "--json"],
    ["plan", "Read https://example.com and summarize it"], ["openapi"], ["version"], ["run", "hello.json"],
]  # fmt: skip


@pytest.fixture(scope="module")
def one_run(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A history with a run. It is for looking."""
    home = tmp_path_factory.mktemp("one-run")
    shutil.copytree(migrated, home / "data")
    cli = Cli(home)
    assert cli("run", cli.write("hello.json", steps(seed("Ada")))).code == 0
    return cli


WORDS = [["--version"], ["--help"], ["run", "--help"]]
"""What prints before there is a command."""


@pytest.mark.parametrize("command", [*COMMANDS, *WORDS], ids=" ".join)
def test_a_closed_pipe_ends_every_command_silently(one_run: Cli, command: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as out:
        done = subprocess.run(
            [sys.executable, "-m", "voicegraph", *command], cwd=one_run.home, env=one_run.environment,
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    said = done.stderr.decode()
    if command[0] == "run":
        assert "Traceback" not in said
    else:
        assert said == ""
    assert done.returncode == 141


@pytest.mark.parametrize(
    "command", [one for one in COMMANDS if "--json" not in one and one[0] != "export"], ids=" ".join
)
def test_no_line_is_filled_up_for_a_pipe(one_run: Cli, command: list[str]) -> None:
    lines = one_run(*command).out.splitlines()
    assert lines
    assert [line for line in lines if line != line.rstrip()] == []


def test_a_full_disk_behind_the_output_is_an_error_in_words(cli: Cli) -> None:
    name = cli.write("hello.json", steps(seed("Ada"), wait("20 seconds")))
    runs = (["run", name], ["run", name, "--json"])
    for command in (["version"], ["history"], ["history", "--json"], ["export"], *WORDS, *runs):
        with open("/dev/full", "wb") as out:  # noqa: PTH123 - a device
            done = subprocess.run(
                [sys.executable, "-m", "voicegraph", *command],
                cwd=cli.home, env=cli.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE,
                check=False,
            )  # fmt: skip
        said = done.stderr.decode()
        assert (done.returncode, "Traceback" in said) == (2, False), said
        assert "The output cannot be written (No space left on device)." in said
    assert [run["status"] for run in cli.runs()] == ["cancelled", "cancelled"]
    assert last_event(cli) == "Run cancelled: The output cannot be written (No space left on device)"


def test_what_is_wrong_is_said_in_words_where_json_finds_no_room(cli: Cli) -> None:
    for command, words in ((["history", "--json", "--bad"], "No such option"), (["show", "run_x", "--json"], "no run")):
        with open("/dev/full", "wb") as out:  # noqa: PTH123 - a device
            done = subprocess.run(
                [sys.executable, "-m", "voicegraph", *command],
                cwd=cli.home, env=cli.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE,
                check=False,
            )  # fmt: skip
        said = done.stderr.decode()
        assert (done.returncode, "Traceback" in said) == (2, False), said
        assert words in said


def test_ctrl_c_while_the_command_is_loaded_leaves_no_traceback(cli: Cli) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "voicegraph", "history"]
    with subprocess.Popen(command, cwd=cli.home, env=cli.environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        for line in process.stderr:
            if line.endswith(" voicegraph.errors\n"):  # one of the first
                process.send_signal(signal.SIGINT)
                break
        said = process.stderr.read()
    assert process.returncode == -signal.SIGINT
    assert "Traceback" not in said


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("command", [["run", "hello.json"], ["run", "hello.json", "--json"], ["history"]], ids=" ".join)
def test_a_closed_stream_does_not_matter(cli: Cli, command: list[str], closed: str) -> None:
    cli.write("hello.json", steps(seed("Ada")))
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-m", "voicegraph", *command],
        cwd=cli.home, env=cli.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 0 or ">&-" not in closed.split()
    assert [run["status"] for run in cli.runs()] == (["completed"] if command[0] == "run" else [])


def test_a_closed_standard_input_is_an_empty_one(cli: Cli) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", sys.executable, "-m", "voicegraph", "run", "-"],
        cwd=cli.home, env=cli.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Standard input is empty" in done.stderr
