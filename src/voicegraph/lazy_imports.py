"""Libraries that are imported when first needed, which may be on several threads at once.

Modules of a library that import each other, imported by two threads, wait for each other. Python ends that by handing
one of them a half-made module, and its import fails though nothing is wrong.
"""

from __future__ import annotations

from collections import defaultdict
from threading import RLock

_locks: defaultdict[str, RLock] = defaultdict(RLock)


def importing(library: str) -> RLock:
    """For a `with` round every late import of a library: whoever needs it first imports it alone."""
    return _locks[library]
