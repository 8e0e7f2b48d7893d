"""The rules planner: milliseconds a command, over commands of all kinds."""

from __future__ import annotations

import contextlib
import re
import time

from bench.report import Report, spread
from voicegraph.errors import Refusal
from voicegraph.plan.rules import RulesPlanner
from voicegraph.plan.templates import templates

COMMANDS = [
    "Every Monday at nine search the web for AI news, summarize it and email me",
    "Get the issues of octo/demo and if there are more than ten email me, otherwise post to Slack",
    "um so get my uh Notion meeting notes and then like email me a summary please",
    "Search the web for flights to Jaipur and hotels in Jaipur simultaneously, summarize an itinerary and email it to me",
    "How are you today?",
    "Upload a CSV and summarize it " * 60,
    *(template.command for template in templates()),
]


async def measure() -> None:
    """Print the figures."""
    planner = RulesPlanner()
    times: list[float] = []
    split: list[float] = []
    for _ in range(10):
        for command in COMMANDS:
            began = time.perf_counter()
            with contextlib.suppress(Refusal):  # a refusal is an answer, and takes its time too
                await planner.plan(command)
            times.append(time.perf_counter() - began)
            began = time.perf_counter()
            re.findall(r"\w+", command)
            split.append(time.perf_counter() - began)
    report = Report("Rules planner")
    report.add("baseline: splitting the same commands into words", spread(split))
    report.add(f"a command ({len(COMMANDS)} of all kinds)", spread(times), "< 50 ms")
    report.print()
