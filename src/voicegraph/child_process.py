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
from collections.abc import Iterable

_INHERITED = ("PATH", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT")
LINE_BYTES = 1 << 20
"""Longest line of an answer."""


async def ask(module: str, request: bytes, seconds: float) -> bytes | None:
    """What the module answers, or None when it crashed. TimeoutError after `seconds`; the child is gone either way."""
    child = await start(module)
    try:
        async with asyncio.timeout(seconds):
            answer, _ = await child.communicate(request)
    finally:
        await end(child)
    return None if child.returncode else answer


async def start(module: str, *, also: Iterable[str] = ()) -> asyncio.subprocess.Process:
    """`python -m module` with pipes for its stdin and stdout; `also` names more of the environment that it gets."""
    environment = {key: os.environ[key] for key in (*_INHERITED, *also) if key in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-s", "-m", module),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment,
        limit=LINE_BYTES,
        # Ctrl-C in the terminal is for the server, which lets its nodes finish.
        start_new_session=True,
    )


async def end(child: asyncio.subprocess.Process) -> None:
    """Make sure that it is over, with the processes it started. What it had in hand is lost."""
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(child.pid, signal.SIGKILL)
            else:  # Windows
                child.kill()
    await child.wait()


def confine(memory_bytes: int, cpu_seconds: int | None = None) -> None:
    """Called in the child: what is hostile may crash this process, and no other."""
    try:
        import resource
    except ImportError:  # Windows: the parent's time limit remains
        return
    for which, most in ((resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_CPU, cpu_seconds)):
        if most is None:
            continue
        _, hard = resource.getrlimit(which)
        resource.setrlimit(which, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
