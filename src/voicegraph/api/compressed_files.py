"""Files of the page go out as small as the client can read them.

They were compressed when the page was built, as far as that can go, and lie beside the originals: nothing is computed when
they are sent. What is made for one request, JSON and the page with its nonce, goes out as it is (docs/decisions/0028).
"""

from __future__ import annotations

import os
from pathlib import Path

CODINGS = {"br": ".br", "gzip": ".gz"}
"""The best first, and how the names of such files end."""


def accepted(header: str) -> set[str]:
    """The codings that an Accept-Encoding header names and does not refuse (`q=0`)."""
    found: set[str] = set()
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        q = weight.replace(" ", "").removeprefix("q=")
        if name.strip() and (not q or q.strip("0.")):
            found.add(name.strip())
    return found


def best_of(path: Path, header: str) -> tuple[Path, os.stat_result, str] | None:
    """The file in the best coding that the client reads, and which that is; None: the file as it is."""
    reads = accepted(header)
    for coding, ending in CODINGS.items():
        if coding in reads:
            packed = path.with_name(path.name + ending)
            try:
                return packed, packed.stat(), coding
            except OSError:
                continue
    return None
