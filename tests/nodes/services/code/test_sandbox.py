from __future__ import annotations

import asyncio
import time

import pytest

from voicegraph.errors import NodeError
from voicegraph.nodes.services.code import sandbox, sandbox_worker
from voicegraph.nodes.services.code.sandbox import Ran, run_script
from voicegraph.nodes.services.code.syntax import check_syntax

GIVEN = {"input": "é", "data": {"a": [3]}, "nodes": {"n": {"text": "t"}}, "item": None}
MEMORY = 64 << 20


async def ran(code: str, seconds: float = 2.0) -> Ran:
    return await run_script(code, GIVEN, seconds, MEMORY)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("1 + 2", 3),
        ("input + nodes['n']['text']", "ét"),
        ("data['a'][0] * 2.5", 7.5),
        ("(1, {2}, None, True)", [1, [2], None, True]),
        ("{1: 'a', None: 'b', 'c': 'd'}", {"1": "a", "null": "b", "c": "d"}),
        ("import datetime\ndatetime.date(2026, 1, 2)", "2026-01-02"),
        ("import datetime\ndatetime.timedelta(minutes=1)", 60),
        ("import decimal\ndecimal.Decimal('1.10')", "1.10"),
        ("import time\ntime.sleep(3600)\n'slept'", "slept"),
        ("import json\njson.loads('[1]')", [1]),
    ],
)
async def test_the_last_expression_is_the_result(code: str, value: object):
    assert (await ran(code)).value == value


async def test_what_is_printed_is_kept_apart():
    assert await ran("print('a', 1)\nprint('b')") == Ran(None, "a 1\nb\n")


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("while True: pass", "script_limit", "longer than 0.5 seconds"),
        ("while True: print('a' * 100000)", "script_limit", "longer than 0.5 seconds"),
        ("x = []\nwhile True: x.append('a' * 1000000)", "script_limit", "more than 64 MiB"),
        ("'a' * 60_000_000", "script_limit", "more than 64 MiB"),
        ("'a' * 10**12", "script_limit", "more than 64 MiB"),
        ("'a' * 20_000_000", "script_limit", "larger than 16 MiB"),
        ("def f(n):\n    return f(n + 1)\nf(0)", "script_failed", "Line 2: RecursionError"),
        ("x = []\nfor i in range(20000): x = [x]\nx", "script_failed", "nested too deeply"),
        ("x = 1\nx / 0", "script_failed", "Line 2: ZeroDivisionError: division by zero"),
        ("class A: pass\nA()", "script_failed", "type A is no plain data"),
        ("{(1, 2): 3}", "script_failed", "no text"),
        ("10**5000", "script_failed", "cannot be used"),
        ("open('/etc/passwd').read()", "script_failed", "Line 1: PermissionError"),
        ("import os\nos.environ", "script_failed", "Line 2: "),
        ("import socket", "script_failed", "No module named 'socket'"),
        ("nobody", "script_failed", "Line 1: NameError"),
    ],
)
async def test_a_script_that_goes_wrong_says_so_and_hurts_nobody(code: str, kind: str, words: str):
    with pytest.raises(NodeError) as caught:
        await ran(code, 0.5)
    assert (caught.value.code, caught.value.retryable) == (kind, False)
    assert words in caught.value.message


async def test_the_server_goes_on_meanwhile():
    slowest = 0.0

    async def watch() -> None:
        nonlocal slowest
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            slowest = max(slowest, time.perf_counter() - before)

    watcher = asyncio.create_task(watch())
    with pytest.raises(NodeError):
        await ran("while True: print('a' * 100000)", 1.0)
    watcher.cancel()
    assert slowest < 0.5


async def test_cancelling_ends_the_script():
    task = asyncio.create_task(ran("while True: pass", 60.0))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_interpreter_that_is_stuck_is_ended(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("voicegraph.nodes.services.code.sandbox.GRACE_SECONDS", -0.49)
    with pytest.raises(NodeError) as caught:
        await ran("1", 0.5)
    assert caught.value.code == "script_limit"


def test_printing_is_bounded():
    answer = sandbox_worker.answer({"code": "print('a' * 3_000_000)", "inputs": {}, "seconds": 2.0, "memory": MEMORY})
    assert len(answer["printed"]) == sandbox_worker.MAX_PRINTED
    assert answer["cut"]


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("x = 1\nx +", "line 2: invalid syntax"),
        ("  ", "there is no code"),
        ("a\0b", "line 1: "),
        ("\ud800", "it cannot be read"),
        ("(" * 300 + ")" * 300, "line 1: too many nested parentheses"),
        ("-" * 19_000 + "1", "it cannot be read"),
    ],
)
def test_syntax_is_judged_without_running_anything(code: str, problem: str):
    assert (check_syntax(code) or "").startswith(problem)


def test_good_syntax_is_no_problem():
    assert check_syntax("'\\d'\nawait f()") is None


def test_an_interpreter_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch):
    def missing(*_: object) -> object:
        raise FileNotFoundError("could not locate the `monty` binary; install it")

    monkeypatch.setattr(sandbox_worker, "_run", missing)
    error = sandbox_worker.answer({"code": "1", "inputs": {}, "seconds": 1, "memory": MEMORY})["error"]
    assert error["code"] == "not_configured"
    assert "`monty`" in error["message"]
    assert "install VoiceGraph again" in error["message"]
    assert "memory" not in error["message"]


async def test_a_package_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch):
    async def crashed(*_: object) -> None:
        return None

    monkeypatch.setattr(sandbox, "ask", crashed)
    monkeypatch.setattr(sandbox, "find_spec", lambda _: None)
    with pytest.raises(NodeError, match="pydantic-monty") as caught:
        await ran("1")
    assert caught.value.code == "not_configured"
