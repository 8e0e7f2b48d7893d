"""The double of the Inngest server as a process of its own, for tests without an event loop."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx


@contextmanager
def inngest_on(port: int, app: str) -> Iterator[str]:
    """Start it on this port, make it know the app at this address, and end it. Its own address."""
    tests = Path(__file__).parents[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "support.inngest_server", str(port)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tests)},
    )
    try:
        assert process.stdout
        url = process.stdout.readline().strip()
        answer = httpx.put(f"{app}/api/inngest", headers={"x-inngest-server-kind": "dev"}, trust_env=False)
        assert answer.status_code == 200, answer.text
        yield url
    finally:
        process.kill()
        process.communicate()
