"""The times of a schedule: cron in a time zone, as Debian's cron reads it.

A fixed time that the clock skips in spring comes right after the gap; one that comes twice in autumn is taken once, the
first time. Schedules with `*` or a step in the minute or the hour follow the hours as they pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim

from voicegraph.graph.cron import check_zone
from voicegraph.lazy_imports import importing


def server_zone() -> str:
    """The IANA name of this machine's time zone; UTC where it has none."""
    with importing("tzlocal"):
        from tzlocal import reload_localzone  # read anew: a laptop travels

    try:
        name = reload_localzone().key
        check_zone(name)
    except (LookupError, ValueError, OSError):
        return "UTC"
    return name


def next_times(cron: str, zone: str | None, after: float) -> Iterator[float]:
    """The times after `after`, in seconds since the epoch, each once and in order. ValueError for an unknown zone."""
    last = after
    for found in CronSim(cron, _moment(after, zone)):
        if (at := found.timestamp()) > last:
            yield at
            last = at


def next_time(cron: str, zone: str | None, after: float) -> float | None:
    """The first of them; None when there is none within fifty years."""
    return next(next_times(cron, zone, after), None)


def times_until(cron: str, zone: str | None, first: float, last: float, limit: int) -> list[float]:
    """The newest `limit` of the times from `first` to `last`, both included, in order."""
    return list(islice(_backwards(cron, zone, first, last), limit))[::-1]


def in_words(cron: str) -> str:
    """`0 9 * * 1` -> "At 09:00 on Monday"."""
    return CronSim(cron, datetime.fromtimestamp(0, ZoneInfo("UTC"))).explain()


def _backwards(cron: str, zone: str | None, first: float, last: float) -> Iterator[float]:
    before = float("inf")
    for found in CronSim(cron, _moment(last + 1, zone), reverse=True):
        at = found.timestamp()
        if at < first:
            return
        if at <= last and at < before:
            yield at
            before = at


def _moment(at: float, zone: str | None) -> datetime:
    name = zone or server_zone()
    check_zone(name)
    return datetime.fromtimestamp(at, ZoneInfo(name))
