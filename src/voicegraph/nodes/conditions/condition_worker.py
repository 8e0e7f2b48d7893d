"""The child process: an expression and its variables on stdin as JSON, whether it holds on stdout. See `expression.judge`."""

from __future__ import annotations

import json
import sys
from typing import IO

from voicegraph.child_process import confine
from voicegraph.errors import NodeError
from voicegraph.nodes.conditions.expression import evaluate

MEMORY_BYTES = 2 << 30
CPU_SECONDS = 20


def main(stdin: IO[bytes], stdout: IO[str]) -> None:
    """Answer one request."""
    request = json.load(stdin)
    try:
        answer = {"holds": evaluate(request["expression"], request["variables"])}
    except NodeError as error:
        answer = {"error": {"code": error.code, "message": error.message}}
    json.dump(answer, stdout)


if __name__ == "__main__":
    confine(MEMORY_BYTES, CPU_SECONDS)
    main(sys.stdin.buffer, sys.stdout)
