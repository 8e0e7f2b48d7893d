"""Edits of when the workflow runs: set, change and drop its schedule."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voicegraph.graph.model import Schedule, Trigger, Workflow
from voicegraph.plan.rules.shelter import Shelter
from voicegraph.plan.rules.times import SURE_TIME, TIME, read_time
from voicegraph.plan.rules.triggers import Start, read_start
from voicegraph.plan.rules.zones import ZONE, to_zone

_SCHEDULE = r"(?:schedules?|triggers?|timers?|timing|recurrence|cron(?:\s+job)?|web\s?hooks?|automatic\s+runs?)"
_DROP = re.compile(
    rf"\b(?:remove|delete|drop|cancel|clear|disable|unset|turn\s+off|get\s+rid\s+of|take\s+off|stop|kill|lose|end|no\s+more|without|no)\s+(?:(?:the|its|my|this|any|a)\s+)?{_SCHEDULE}\b"
    rf"|\b(?:don't|do\s+not|stop|never|no\s+longer|shouldn't|should\s+not|quit)\s+(?:be\s+)?(?:run|running|schedul\w+|execut\w+|start\w*|do|doing|trigger\w*|repeat\w*)\b(?:\s+(?:it|this|that|the\s+workflow))?.*\b(?:schedule|automatically|regularly|any\s?more|every|any\s+longer|longer|by\s+itself|on\s+its\s+own)\b"
    rf"|\b(?:turn|switch)\s+(?:the\s+|its\s+|that\s+)?{_SCHEDULE}\s+off\b"
    r"|\bunschedule\b|\b(?:only\s+)?(?:run|start)\s+(?:it|this)?\s*(?:only\s+)?(?:manually|by\s+hand)\b|\bmake\s+it\s+manual\b|\bstop\s+running\s+(?:it|this)\s+(?:automatically|regularly|every.*)|\bstop\s+(?:the\s+)?(?:schedule|scheduling)",
    re.I,
)
_ABOUT_START = re.compile(
    rf"^(?:(?:please|also|then|now|and|instead|it|this|that|the\s+workflow|everything|to|should|must|have|make|let|i|want|need|would|like|you|can|for|of|be|is|the|its|at|on|only|automatically|whole\s+thing|thing|with|a|new|"
    rf"run|runs|running|start|starts|started|starting|execute|schedule|scheduled|do|trigger|triggered|repeat|happen|go|launch|kick|off|fire|change|set|move|update|switch|use|put|reschedule|add|to\s+run|{_SCHEDULE})\b[\s,]*)*$",
    re.I,
)
_TIME_ONLY = re.compile(rf"\b(?:at|to)\s+(?P<time>{TIME})(?=\s|$|[,.])", re.I)
_RUNNING = re.compile(r"\b(?:run|start|schedule|time|execute|trigger|happen|do\s+it|o'clock|earlier|later)\b", re.I)


@dataclass(frozen=True, slots=True)
class TimingEdit:
    """New triggers, what is left of the words, and what was assumed."""

    triggers: list[Trigger]
    rest: str
    notes: list[str]
    message: str


def read_timing(text: str, workflow: Workflow, shelter: Shelter) -> TimingEdit | None:
    """The change of the triggers that the words ask for, or None."""
    drop = _DROP.search(text)
    if drop:
        rest = f"{text[: drop.start()]} {text[drop.end() :]}".strip(" ,.")
        rest = "" if _ABOUT_START.match(rest) or re.fullmatch(r"(?:and|any\s?more|on|it|from\s+this|for\s+this|\W|longer)*", rest, re.I) else rest
        return TimingEdit([], rest, [], "It no longer starts by itself." if workflow.triggers else "It had no schedule.")
    rest, start = read_start(text, shelter)
    if start.triggers:
        rest = re.sub(r"\s*\b(?:instead(?:\s+of\s+.*)?|from\s+now\s+on)\s*$", "", rest, flags=re.I)
        rest = "" if _ABOUT_START.match(rest) else _without_run(rest)
        return TimingEdit(_keeping_time(start, workflow), rest, list(start.notes), f"It now starts {_said(start)}.")
    return _time_only(text, workflow) or _zone_only(text, workflow, shelter)


def _said(start: Start) -> str:
    words = start.words
    return f"“{words}”"


def _without_run(rest: str) -> str:
    """The other edits, without "and run it"."""
    pattern = r"(?:,?\s*(?:and|then)\s+)?(?:(?:make|have|let)\s+(?:it|this)\s+run|run|start|schedule|do|execute)\s+(?:it|this|that|the\s+workflow)?\s*$|^(?:make|have|let)\s+it\s+run\s*,?\s*(?:and|then)\s+|^(?:run|schedule|start)\s+(?:it|this)\s*,?\s*(?:and|then)\s+"
    return re.sub(pattern, "", rest.strip(" ,."), flags=re.I).strip(" ,.")


def _keeping_time(start: Start, workflow: Workflow) -> list[Trigger]:
    """"On Fridays instead" keeps the time of day that was set before."""
    old = next((trigger for trigger in workflow.triggers if isinstance(trigger, Schedule)), None)
    timeless = any("no time of day" in note.lower() for note in start.notes)
    triggers: list[Trigger] = []
    for trigger in start.triggers:
        if isinstance(trigger, Schedule) and old:
            minute, hour, *_ = old.cron.split()
            days = trigger.cron.split()[2:]
            cron = " ".join([minute, hour, *days]) if timeless and hour.isdigit() else trigger.cron
            trigger = Schedule(cron=cron, timezone=trigger.timezone or old.timezone)
        triggers.append(trigger)
    return triggers


def _time_only(text: str, workflow: Workflow) -> TimingEdit | None:
    found = _TIME_ONLY.search(text)
    if found is None or not (_RUNNING.search(text) or (workflow.triggers and re.fullmatch(rf"\W*(?:do\s+it\s+|make\s+it\s+|change\s+it\s+)?(?:at|to)?\s*{SURE_TIME}\W*(?:instead.*)?", text, re.I))):
        return None
    if not re.fullmatch(r"(?:\W|\b(?:it|this|that|the|workflow|run|start|schedule|time|execute|trigger|happen|do|make|have|change|set|move|instead|of|please|to|at|should|only|rather|than|let|starting|daily|noon|midnight|\d+|[ap]m|instead\s+of.*))*", f"{text[: found.start()]} {text[found.end() :]}", re.I):  # fmt: skip
        return None
    hour, minute = read_time(found["time"])
    old = [trigger for trigger in workflow.triggers if isinstance(trigger, Schedule)]
    if not old:
        note = "No day was said, so it runs every day."
        return TimingEdit([Schedule(cron=f"{minute} {hour} * * *")], "", [note], f"It now starts every day at {hour}:{minute:02}.")
    triggers: list[Trigger] = [
        Schedule(cron=" ".join([str(minute), str(hour), *schedule.cron.split()[2:]]), timezone=schedule.timezone) for schedule in old
    ]
    return TimingEdit(triggers, "", [], f"It now starts at {hour}:{minute:02}.")


def _zone_only(text: str, workflow: Workflow, shelter: Shelter) -> TimingEdit | None:
    if not any(isinstance(trigger, Schedule) for trigger in workflow.triggers):
        return None
    for found in ZONE.finditer(text):
        name = found["zone"] or found["abbreviation"] or shelter.value(found["path"] or found["bare"])
        zone = to_zone(name)
        if zone:
            triggers: list[Trigger] = [
                trigger.model_copy(update={"timezone": zone}) if isinstance(trigger, Schedule) else trigger for trigger in workflow.triggers
            ]
            return TimingEdit(triggers, "", [], f"Its time zone is now {zone}.")
    return None
