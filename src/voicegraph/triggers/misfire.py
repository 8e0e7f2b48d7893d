"""The times that have come, and which of them are run: the arithmetic alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicegraph.graph.model import Misfire

ON_TIME_SECONDS = 60.0
"""A time that is noticed this late is no missed one: a restart of the server, a busy machine."""
MAX_CATCH_UP = 100
"""More missed times than this are never made up for; the oldest are left out."""


@dataclass(frozen=True, slots=True)
class DueTimes:
    """`fire` are run, in order; `missed` are late, whether they are made up for or not."""

    fire: Sequence[float]
    missed: Sequence[float]


def judge(times: Sequence[float], now: float, misfire: Misfire) -> DueTimes:
    """`times` are all that came since the last look, in order, the newest `MAX_CATCH_UP` of them.

    What is on time is always run. Of the late ones: `skip` runs none; `once` sees to it that one run comes after them,
    and one that is on time will do; `all` runs each.
    """
    missed = [at for at in times if now - at > ON_TIME_SECONDS]
    punctual = times[len(missed) :]
    match misfire:
        case "all":
            return DueTimes(times, missed)
        case "once" if not punctual:
            return DueTimes(missed[-1:], missed)
        case _:
            return DueTimes(punctual, missed)
