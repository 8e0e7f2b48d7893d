"""One run of a function at the double of the Inngest server, and how the server reads what it is told of it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class FunctionRun:
    """One run of a function. `status`: running, completed, failed, cancelled, or lost with the server's state."""

    id: str
    function: dict[str, Any]
    event: dict[str, Any]
    steps: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    planned: set[str] = field(default_factory=set)
    failed: dict[str, dict[str, Any]] = field(default_factory=dict)
    parallel: bool = False
    status: str = "running"
    output: Any = None
    calls: list[tuple[str, int]] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self, status: str, output: Any = None) -> None:
        if self.status == "running":
            self.status, self.output = status, output
            self.ended.set()


def heard_by(event: dict[str, Any]) -> tuple[Any, Any, Any]:
    return event["name"], event["data"].get("runId"), event["data"].get("nodeId")


def seconds(duration: str) -> float:
    """`1w2d3h4m5s` in seconds."""
    units = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([wdhms])", duration))
