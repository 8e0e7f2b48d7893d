"""The entries of a feed, the newest first; those whose date nobody can read stay beside their neighbours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from voicegraph import clock

AHEAD = timedelta(days=366)
"""An event of next season is announced; what is dated further ahead, such as 9999-12-31, says nothing about when it came."""


def newest_first(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By `published` (ISO 8601 in UTC); an entry without a date that counts follows the one before it in the feed."""
    latest = clock.iso(clock.now() + AHEAD.total_seconds())
    dates = [date if (date := entry["published"] or "") <= latest else "" for entry in entries]
    told = [date for date in dates if date]
    if not told:
        return entries
    if len(told) > 2 and told[0] < told[-1] and told == sorted(told):  # the feed has the oldest first
        entries, dates = entries[::-1], dates[::-1]
    place = next(filter(None, dates))
    places: list[str] = []
    for date in dates:
        place = date or place
        places.append(place)
    order = sorted(range(len(entries)), key=places.__getitem__, reverse=True)  # equal ones stay as they are
    return [entries[number] for number in order]
