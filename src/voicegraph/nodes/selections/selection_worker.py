"""The child process: an expression and its data on stdin as JSON; what it picks on stdout. See `selection.pick`."""

from __future__ import annotations

import json
import sys
from typing import IO

from voicegraph.child_process import confine
from voicegraph.errors import NodeError
from voicegraph.nodes.selections.selection import select

MEMORY_BYTES = 2 << 30
CPU_SECONDS = 25


def main(stdin: IO[bytes], stdout: IO[bytes]) -> None:
    """Answer one request: a line that says what went wrong, or null, and then what was picked."""
    request = json.load(stdin)
    try:
        found = select(request["expression"], request["data"])
    except NodeError as error:
        stdout.write(json.dumps({"code": error.code, "message": error.message}).encode() + b"\n")
    else:
        stdout.write(b"null\n" + json.dumps(found).encode())


if __name__ == "__main__":
    confine(MEMORY_BYTES, CPU_SECONDS)
    main(sys.stdin.buffer, sys.stdout.buffer)
