"""Two machines on a wire: network namespaces of the test's own, with addresses that no other network sees."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

SERVER_ADDRESS = "10.77.0.1"
CLIENT_ADDRESS = "10.77.0.2"


@dataclass(frozen=True)
class Wire:
    """The names of the two; `inside` is what a command is started with to run in one."""

    server: str
    client: str

    @staticmethod
    def inside(name: str) -> list[str]:
        return ["ip", "netns", "exec", name]


@contextmanager
def wire() -> Iterator[Wire | None]:
    """None where namespaces cannot be made: without root, without `ip`, in a container that forbids it."""
    made = Wire(f"vg-server-{os.getpid()}", f"vg-client-{os.getpid()}")
    if not shutil.which("ip") or not _ip("netns", "add", made.server):
        yield None
        return
    try:
        yield made if _connect(made) else None
    finally:
        for name in (made.server, made.client):
            _ip("netns", "delete", name)


def _connect(made: Wire) -> bool:
    ends = ((made.server, "eth0", SERVER_ADDRESS), (made.client, "eth1", CLIENT_ADDRESS))
    done = _ip("netns", "add", made.client) and _ip(
        "-n", made.server, "link", "add", "eth0", "type", "veth", "peer", "name", "eth1", "netns", made.client
    )
    for name, link, address in ends:
        done = done and _ip("-n", name, "address", "add", f"{address}/24", "dev", link)
        done = done and _ip("-n", name, "link", "set", link, "up") and _ip("-n", name, "link", "set", "lo", "up")
    return done


def _ip(*words: str) -> bool:
    return subprocess.run(["ip", *words], capture_output=True, check=False).returncode == 0
