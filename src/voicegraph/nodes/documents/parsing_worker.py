"""The child process: a request on stdin, its `Document` or the error as JSON on stdout. Started by `parsing_process.py`.

A request is a line of JSON, `{"wanted": "csv" or null, "name": "…", "labels": {…}}`, and after it the bytes of the file. Names are not
arguments: a URL may hold a secret, and everybody on the machine can read a process's arguments.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import IO, TYPE_CHECKING

from voicegraph.child_process import confine
from voicegraph.errors import NodeError
from voicegraph.nodes.charsets.decoder import UNTOLD, Labels
from voicegraph.nodes.documents.csv_table import parse_csv
from voicegraph.nodes.documents.file_kind import detect, require
from voicegraph.nodes.documents.page import read_feed_link, read_page
from voicegraph.nodes.documents.parsed_document import Document, Kind
from voicegraph.nodes.documents.pdf import parse_pdf
from voicegraph.nodes.documents.text_file import parse_html, parse_json, parse_text
from voicegraph.nodes.documents.xml_feed import read_feed

if TYPE_CHECKING:
    from collections.abc import Callable

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 30

_TEXTS: dict[Kind, Callable[[str, bytes, Labels], Document]] = {
    "csv": parse_csv,
    "json": parse_json,
    "text": parse_text,
    "html": parse_html,
}
_PARSERS: dict[Kind, Callable[[str, bytes], Document]] = {
    "pdf": parse_pdf,
    "page": read_page,
    "feed": read_feed,
    "feed_link": read_feed_link,
}


def read(wanted: Kind | None, name: str, content: bytes, labels: Labels = UNTOLD) -> Document:
    """The document, as `wanted` or as what it turns out to be. Raises NodeError."""
    try:
        if wanted:
            require(name, content, wanted, labels)
        kind = wanted or detect(name, content, labels)
        return _TEXTS[kind](name, content, labels) if kind in _TEXTS else _PARSERS[kind](name, content)
    except MemoryError as error:
        raise NodeError("too_large", f"Reading {name} takes more memory than is allowed. Split the file.") from error


def main(stdin: IO[bytes], stdout: IO[str]) -> None:
    """Answer one request."""
    request = json.loads(stdin.readline())
    try:
        answer = {
            "document": asdict(
                read(request["wanted"], request["name"], stdin.read(), Labels(**request.get("labels", {})))
            )
        }
    except NodeError as error:
        answer = {"error": {"code": error.code, "message": error.message}}
    json.dump(answer, stdout)


if __name__ == "__main__":
    confine(MEMORY_BYTES, CPU_SECONDS)
    main(sys.stdin.buffer, sys.stdout)
