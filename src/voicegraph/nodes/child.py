"""Work in a child process: what it does to itself, it does to nobody else.

The child is a module of ours that reads its request from stdin and answers on stdout. It needs to start Python and to
import this package; it gets none of the server's secrets.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys

_INHERITED = ("PATH", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT")


async def ask(module: str, request: bytes, seconds: float) -> bytes | None:
    """What the module answers, or None when it crashed. TimeoutError after `seconds`; the child is gone either way."""
    child = await _start(module)
    try:
        async with asyncio.timeout(seconds):
            answer, _ = await child.communicate(request)
    finally:
        if child.returncode is None:
            _kill(child)
            await child.wait()
    return None if child.returncode else answer


async def _start(module: str) -> asyncio.subprocess.Process:
    environment = {key: os.environ[key] for key in _INHERITED if key in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-s", "-m", module),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment,
        # Ctrl-C in the terminal is for the server, which lets its nodes finish.
        start_new_session=True,
    )


def _kill(child: asyncio.subprocess.Process) -> None:
    """The child and the processes it started."""
    with contextlib.suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:  # Windows
            child.kill()
