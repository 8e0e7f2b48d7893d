"""Run a script in the sandbox, which is in a child process: no script can stop or bloat the server.

The interpreter (pydantic-monty) keeps its own limits on time and memory. What comes out of it is made plain and bounded
in the child too, because turning a script's result into ours is work as big as the script likes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

from pydantic import JsonValue

from voicegraph.child_process import ask
from voicegraph.errors import NodeError
from voicegraph.fair_slots import FairGate
from voicegraph.nodes.data.large_json import SMALL_CHARACTERS, beside, compact, decode, is_small

GRACE_SECONDS = 10.0
"""For the child to start and to answer, on a busy machine, besides what the script may take."""
AT_ONCE = 2
_WORKER = "voicegraph.nodes.services.code.sandbox_worker"
_GATE = FairGate(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a script gave: the value of its last expression as plain data, and what it printed."""

    value: JsonValue = None
    printed: str = ""
    cut: bool = field(default=False)
    """Whether it printed more than is kept."""
    text: str = field(default="", compare=False)
    """The value as people read it."""


async def run_script(code: str, inputs: Mapping[str, Any], seconds: float, memory_bytes: int) -> Ran:
    """Run it with `inputs` as its variables. NodeError `script_failed`, `script_limit` says what went wrong and where."""
    asked = {"code": code, "inputs": inputs, "seconds": seconds, "memory": memory_bytes}
    request = await beside(is_small(asked), compact, asked)
    async with _GATE.turn():
        try:
            answer = await ask(_WORKER, request.encode(), seconds + GRACE_SECONDS)
        except TimeoutError as error:
            raise NodeError("script_limit", f"The script took longer than {seconds:g} seconds.") from error
    if answer is None and find_spec("pydantic_monty") is None:
        raise NodeError("not_configured", "Scripts need the package pydantic-monty, which is not installed.")
    if answer is None:
        raise NodeError("script_limit", "The script brought its interpreter down: it takes too much memory or depth.")
    return await beside(len(answer) <= SMALL_CHARACTERS, _ran, answer)


def _ran(answer: bytes) -> Ran:
    """What the child wrote, a line each: how it went, and the value, and its text."""
    head, _, rest = answer.partition(b"\n")
    found = json.loads(head)
    if problem := found.get("error"):
        raise NodeError(problem["code"], problem["message"])
    value = decode(rest[: found["size"]])
    text = value if isinstance(value, str) else rest[found["size"] :].decode()
    return Ran(value, found["printed"], found["cut"], text)
