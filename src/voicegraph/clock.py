"""The one place that asks what time it is, so that tests can turn the clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> float:
    """Seconds since the epoch, UTC."""
    return time.time()


def ms(at: float) -> int:
    """Milliseconds since the epoch, as JavaScript's `Date` takes them and as they can be subtracted."""
    return round(at * 1000)


def iso(at: float) -> str:
    """ISO 8601 in UTC with milliseconds: `2026-11-22T09:00:00.000Z`."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
