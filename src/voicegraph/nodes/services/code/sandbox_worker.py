"""The child process: a script on stdin as JSON, what it gave on stdout. Started by `sandbox.py`."""

from __future__ import annotations

import json
import re
import sys
from datetime import date, time, timedelta
from decimal import Decimal
from typing import IO, Any, Literal, cast

import pydantic_monty as monty

from voicegraph.child_process import confine
from voicegraph.words.truncation import sentence

MEMORY_BYTES = 2 << 30
"""Of this process; the interpreter's own limit is the script's."""
MAX_PRINTED = 1 << 20
MAX_RESULT = 16 << 20
MAX_DEPTH = 200
SCRIPT = "script"
MISSING = "The interpreter of scripts is not there; install VoiceGraph again (`voicegraph doctor` looks for it):"


_NOT_YET = re.compile(r"The monty syntax parser does not yet support (?:the )?(.*)")
_LONG_NUMBER = "integer string conversion"


class _Printed:
    """The first part of what is printed."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = 0

    def __call__(self, _: Literal["stdout", "stderr"], text: str) -> None:
        if self.size < MAX_PRINTED:
            self.parts.append(text[: MAX_PRINTED - self.size])
        self.size += len(text)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Run the script of one request."""
    printed = _Printed()
    try:
        value = _run(request, printed)
        text = json.dumps(plain(value), ensure_ascii=True)
    except monty.MontyError as error:
        return _failed(*explain(error, request["seconds"], request["memory"]))
    except (TypeError, ValueError, RecursionError) as error:
        words = "it is nested too deeply" if isinstance(error, RecursionError) else str(error).rstrip(".")
        if _LONG_NUMBER in words:
            words = "a number in it has thousands of digits; make a text of it"
        return _failed("script_failed", f"The script's result cannot be used: {sentence(words)}")
    except OSError as error:
        # A script has no files: what is missing is the interpreter itself.
        return _failed("not_configured", f"{MISSING} {str(error).partition(';')[0]}.")
    except MemoryError:
        return _failed("script_limit", "The script's result takes too much memory.")
    if len(text) > MAX_RESULT:
        return _failed(
            "script_limit", f"The script's result is larger than {MAX_RESULT >> 20} MiB. Return a part of it."
        )
    shown = "" if isinstance(value, str) else json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    return {
        "value": text,
        "text": shown,
        "printed": "".join(printed.parts),
        "cut": printed.size > MAX_PRINTED,
    }


def _run(request: dict[str, Any], printed: _Printed) -> object:
    limits: monty.ResourceLimits = {
        "max_feed_duration_secs": request["seconds"],
        "max_memory": request["memory"],
        "max_recursion_depth": 500,
    }
    # A sleep in a script would only hold a process; the node for that is wait.
    policy: monty.OSPolicy = {"sleep": "zero"}
    with (
        monty.Monty(max_processes=1, request_timeout=request["seconds"] + 2) as pool,
        pool.checkout(script_name=SCRIPT, limits=limits, os_policy=policy) as session,
    ):
        return session.feed_run(request["code"], inputs=request["inputs"], print_callback=printed)


def explain(error: monty.MontyError, seconds: float, memory: int) -> tuple[str, str]:
    """Code and words: what went wrong, and in which line."""
    if isinstance(error, monty.MontyCrashedError):
        return "script_limit", "The script brought its interpreter down: it takes too much memory, depth or time."
    inner = error.exception()
    if isinstance(inner, TimeoutError):
        return "script_limit", f"The script took longer than {seconds:g} seconds."
    if isinstance(inner, MemoryError):
        return "script_limit", f"The script took more than {memory >> 20} MiB of memory."
    where = ""
    if isinstance(error, monty.MontyRuntimeError | monty.MontySyntaxError) and (frames := error.traceback()):
        where = f"Line {frames[-1].line}: "
    kind = "SyntaxError" if isinstance(error, monty.MontySyntaxError) else type(inner).__name__
    said = str(inner)[:2_000].rstrip(".") or "no message"
    if missing := _NOT_YET.match(said):
        return "script_failed", f"{where}Scripts cannot use {missing[1]} yet; write it in another way."
    return "script_failed", f"{where}{kind}: {sentence(said.partition('; use sys.')[0])}"


def plain(value: object, depth: int = 0) -> object:
    """The value as JSON has it. TypeError for what is no data, such as a function or an instance of a class."""
    if depth > MAX_DEPTH:
        raise ValueError("it is nested too deeply")
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, dict):
        return {_key(key): plain(item, depth + 1) for key, item in cast("dict[object, object]", value).items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item, depth + 1) for item in cast("list[object]", value)]
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return str(value)
    kind = getattr(value, "name", None) if type(value).__name__.startswith("Monty") else type(value).__name__
    raise TypeError(f"a value of type {kind} is no plain data; return text, numbers, lists or dicts")


def _key(key: object) -> str:
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, bool | int | float):
        return json.dumps(key)
    raise TypeError(f"a key of type {type(key).__name__} is no text")


def _failed(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def main(stdin: IO[bytes], stdout: IO[bytes]) -> None:
    """Answer one request."""
    found = answer(json.load(stdin))
    value, text = found.pop("value", "null"), found.pop("text", "")
    head = json.dumps(found | {"size": len(value)})  # in ASCII, where a character is a byte
    stdout.write(f"{head}\n{value}{text}".encode("utf-8", "replace"))


if __name__ == "__main__":
    confine(MEMORY_BYTES)
    main(sys.stdin.buffer, sys.stdout.buffer)
