"""`python -m bench [--seconds N] [--only engine,diamond,http,history,planner,queue,speech]`."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
from pathlib import Path

from bench import diamond, engine, history, http

PARTS = ("engine", "diamond", "http", "history", "planner", "queue", "speech")


async def main() -> None:
    """Run the parts asked for, on the disk of the current folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="how long each load lasts")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, comma-separated")
    arguments = parser.parse_args()
    folder = Path("data")
    folder.mkdir(exist_ok=True)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    parts = arguments.only.split(",")
    if "engine" in parts:
        await engine.measure(folder, arguments.seconds)
    if "diamond" in parts:
        await diamond.measure(folder)
    if "http" in parts:
        await http.measure(folder, arguments.seconds)
    if "history" in parts:
        await history.measure(folder)
    if "planner" in parts:
        from bench import planner

        await planner.measure()
    if "queue" in parts:
        from bench import queue

        await queue.measure(folder)
    if "speech" in parts:
        from bench import speech

        await speech.measure()


if __name__ == "__main__":
    asyncio.run(main())
