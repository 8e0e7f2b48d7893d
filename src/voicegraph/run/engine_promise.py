"""The promise of an engine about runs that are driven in its process, and how driving one ends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from voicegraph.run.retry import BASE_SECONDS

PARK_AFTER = 1.0
"""A run whose next timer is further away than this, in seconds, leaves memory."""
LAST_WRITE = 5.0
"""Seconds a driver that is stopped waits for the disk. What is queued by then is the sink's to write or to give up."""


class End(Enum):
    """The reason why a driver has nothing more to do."""

    OVER = auto()
    PARKED = auto()
    STOPPED = auto()
    REFUSED = auto()
    """What became of it could not be written: on disk it is open."""


@dataclass(frozen=True, slots=True)
class EnginePromise:
    """The promise of an engine: automatic retries, and runs that leave memory while they wait."""

    retries: bool
    parks: bool
    retry_base: float = BASE_SECONDS
