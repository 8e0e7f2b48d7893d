"""Parse a file in a child process with limits on time and memory, so that no upload can stop or bloat the server."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from voicegraph.child_process import ask
from voicegraph.errors import NodeError
from voicegraph.fair_slots import FairGate
from voicegraph.nodes.charsets.decoder import UNTOLD, Labels
from voicegraph.nodes.data.large_json import SMALL_CHARACTERS, beside, decode
from voicegraph.nodes.documents.parsed_document import Document, Kind

SECONDS = 45.0
"""Wall clock; below the default time limit of a node, so that this message is the one people see."""

AT_ONCE = 2
_GATE = FairGate(AT_ONCE)
_WORKER = "voicegraph.nodes.documents.parsing_worker"


async def parse(
    name: str, content: bytes, wanted: Kind | None = None, seconds: float = SECONDS, labels: Labels = UNTOLD
) -> Document:
    """The document in the file; `wanted` None detects the kind. Raises NodeError, never retryable."""
    async with _GATE.turn():
        answer = await _ask(wanted, name, content, seconds, labels)
    return await beside(len(answer) <= SMALL_CHARACTERS, _document, answer)


def _document(answer: bytes) -> Document:
    found: Any = decode(answer)
    if error := found.get("error"):
        raise NodeError(error["code"], error["message"])
    return Document(**found["document"])


async def _ask(wanted: Kind | None, name: str, content: bytes, seconds: float, labels: Labels) -> bytes:
    request = json.dumps({"wanted": wanted, "name": name, "labels": asdict(labels)}).encode() + b"\n" + content
    try:
        answer = await ask(_WORKER, request, seconds)
    except TimeoutError as error:
        raise NodeError("too_slow", f"Reading {name} took longer than {seconds:g} seconds. Split the file.") from error
    if answer is None:
        raise NodeError("unreadable_file", f"{name} cannot be read: the parser gave up. The file may be damaged.")
    return answer
