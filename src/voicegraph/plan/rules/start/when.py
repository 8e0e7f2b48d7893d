"""The fields of a cron line while they are gathered, and the lines they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from voicegraph.graph.model import Schedule
from voicegraph.words.times_of_day import read_time

_DAYPARTS = {"morning": 9, "afternoon": 15, "evening": 18, "night": 21, "lunchtime": 12, "noon": 12, "midnight": 0}
_LATE = frozenset({"afternoon", "evening", "night"})
_SMALL = 5
DEFAULT_HOUR = 9
"""When a schedule runs that names a day and no time."""


@dataclass
class When:
    """The times said so far. `times` are in words; `usual_times`: they only follow from "twice a day".

    `others`: times in other parts of the day, "and at 8 every evening". `puzzles`: notes on what was not made out.
    """

    minutes: str | None = None
    hours: str | None = None
    days: str = "*"
    months: str = "*"
    weekdays: str = "*"
    times: list[str] = field(default_factory=list)
    usual_times: bool = False
    others: list[tuple[str | None, str]] = field(default_factory=list)
    weekly: bool = False
    daypart: str = ""
    zone: str | None = None
    notes: list[str] = field(default_factory=list)
    puzzles: list[str] = field(default_factory=list)

    @property
    def timed(self) -> bool:
        """Whether a time of day, or a step through the day, was said."""
        return bool(self.times or self.minutes or self.hours or self.daypart)

    def schedules(self) -> list[Schedule]:
        """The schedules, one for each minute of the hour that is used: cron cannot say "at 9:00 and 17:30" in one."""
        if self.others:
            said: list[str | None] = [*(self.times or [None])]
            self.times = [_figures(text, self.daypart) for text in said] + [_figures(*other) for other in self.others]
        if self.weekly and self.weekdays == "*":
            self.weekdays = "1"
            self.notes.append("Weekly means on Mondays.")
        if self.minutes is None and (self.times or self.hours is None):
            return [self._schedule(str(minute), listed(hours)) for minute, hours in self._hours_by_minute().items()]
        return [self._schedule(self.minutes or "0", self.hours or "*")]

    def _schedule(self, minutes: str, hours: str) -> Schedule:
        return Schedule(cron=f"{minutes} {hours} {self.days} {self.months} {self.weekdays}", timezone=self.zone)

    def _hours_by_minute(self) -> dict[int, list[int]]:
        part = self.daypart.lower().removesuffix("s")
        times = [_time_in(text, part) for text in self.times]
        if not times:
            times = [(_DAYPARTS.get(part, DEFAULT_HOUR), 0)]
            self.notes.append(f"No time of day was said, so it runs at {times[0][0]}:00.")
        by_minute: dict[int, list[int]] = {}
        for hour, minute in dict.fromkeys(times):
            by_minute.setdefault(minute, []).append(hour)
        return by_minute


def _time_in(text: str, part: str) -> tuple[int, int]:
    """A time of a part of the day; the small hours belong to the night as they are."""
    hour, minute = read_time(text)
    small = part == "night" and hour < _SMALL
    return (hour, minute) if small else read_time(text, afternoon=part in _LATE)


def _figures(text: str | None, part: str) -> str:
    """A time of a part of the day in figures; without one, the usual time of that part."""
    part = part.lower().removesuffix("s")
    usual = (_DAYPARTS.get(part, DEFAULT_HOUR), 0)
    hour, minute = _time_in(text, part) if text else usual
    return f"{hour}:{minute:02}"


def listed(values: Sequence[int]) -> str:
    """Numbers as a cron list: "1,3,5"."""
    return ",".join(map(str, sorted(set(values))))
