"""Changes of the schedule: set, changed and dropped."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from voicegraph.graph.model import Schedule, Trigger, Workflow
from voicegraph.plan.rules.start.trigger_phrases import Start, read_start
from voicegraph.plan.rules.start.when import When
from voicegraph.plan.rules.start.where import read_zone
from voicegraph.plan.rules.text.normalize import Spoken
from voicegraph.plan.rules.values.zones import ZONE, zone_of
from voicegraph.words.patterns import either, named, rx, words
from voicegraph.words.times_of_day import SURE_TIME, TIME, read_time

_SCHEDULE = r"(?:schedules?|triggers?|timers?|timing|recurrence|cron(?: job)?|web ?hooks?|automatic runs?)"
_DROP = rx(
    r"\b",
    either(
        words(
            "remove delete drop cancel clear disable unset turn_off get_rid_of take_off stop kill "
            "lose end no_more without no"
        )
        + rf" (?:(?:the|its|my|this|any|a) )?{_SCHEDULE}",
        rf"(?:turn|switch) (?:(?:the|its|that) )?{_SCHEDULE} off",
        r"(?:don't|do not|stop|never|no longer|shouldn't|should not|quit) (?:be )?"
        + either(
            words("run running execute executing do doing start starting"), r"schedul\w+", r"trigger\w*", r"repeat\w*"
        )
        + r"\b(?: (?:it|this|that|the workflow))?.*\b"
        + words("schedule automatically regularly any_more anymore every any_longer longer by_itself on_its_own"),
        "unschedule",
        "(?:only )?(?:run|start) (?:it |this )?(?:only )?(?:manually|by hand)",
        "make it manual",
        "stop scheduling",
    ),
    r"\b",
)
_LEFT_OVER = rx(r"(?:\W|\b(?:and|any ?more|on|it|from this|for this|longer)\b)*")
_ABOUT_START = rx(
    r"(?:",
    either(
        words(
            "also then now and instead it this that the workflow everything to should must have make let i want need would "
            "could will like you me can for of be is its at on only automatically whole thing with a new run runs running "
            "start starts started starting execute schedule scheduled do trigger triggered repeat happen go launch kick off "
            "fire change set move update switch use put reschedule add daily"
        ),
        _SCHEDULE,
    ),
    r"\b[ ,]*)*",
)
"""Nothing but words about starting, so that no other edit is left."""
_AND_RUN = rx(
    either(
        r"(?:,? ?(?:and|then) )?(?:(?:make|have|let) (?:it|this) run|(?:run|start|schedule|do|"
        r"execute)(?: (?:it|this|that|the workflow))?) ?$",
        "^(?:(?:make|have|let) it run|(?:run|schedule|start) (?:it|this)) ?,? ?(?:and|then) ",
    )
)
_MARKS = " ,.;:!?"
_AFTERTHOUGHT = rx(r" ?\b(?:instead(?: of .*)?|from now on) ?$")
_AT = rx(r"\b(?:at|to) ", named("time", TIME), r"(?= |$|[,.])")
_RUNNING = rx(r"\b(?:run|start|schedule|time|execute|trigger|happen|do it|o'clock|earlier|later)\b")
_MAKE_IT = rx(rf"^make it (?={SURE_TIME})")
_ONLY_TIME = rx(rf"\W*(?:(?:do|make|change) it )?(?:at |to )?{SURE_TIME}\W*(?:instead.*)?")
_TIME_WORDS = rx(
    r"(?:\W|\b",
    either(
        words(
            "it this that the workflow run start schedule time execute trigger happen do make have change set move of to at "
            "should only rather than let starting daily i want would like could can will you me"
        ),
        "instead(?: of .*$)?",
    ),
    r"\b)*",
)


_FROM_TO = rx(
    r"\b(?:move|change|switch|shift|reschedule) (?:(?:it|this|that|the (?:run|schedule|workflow)) )?from (?:[a-z]+day)s? to (?=[a-z]+day)"
)
"""The day it ran on so far is no range: "move it from Monday to Thursday"."""
_NAMED_ZONE = rx(
    r"\btime ?zone(?: of the \w+)? (?:to|into|is|should be|must be|=|of|for) (?:the )?",
    named("place", r"[a-z][\w' ]*?"),
    r"(?: instead| please| now)?\W*$",
)


@dataclass(frozen=True, slots=True)
class TimingEdit:
    """New triggers, what is left of the words, what was assumed, and what is told."""

    triggers: list[Trigger]
    message: str
    words: str
    rest: str = ""
    notes: list[str] = field(default_factory=list[str])


def read_timing(spoken: Spoken, workflow: Workflow) -> TimingEdit | None:
    """The change of the triggers that the words ask for, or None."""
    spoken = replace(spoken, text=_FROM_TO.sub("run it on ", spoken.text))
    drop = _DROP.search(spoken.text)
    if drop:
        return _dropped(drop, spoken, workflow)
    rest, start = read_start(spoken.text, spoken)
    if start.triggers:
        rest = _AFTERTHOUGHT.sub("", rest.strip(_MARKS))
        rest = "" if _ABOUT_START.fullmatch(rest) else _AND_RUN.sub("", rest).strip(_MARKS)
        triggers = _keeping_time(start, workflow)
        notes = [note for note in start.notes if triggers == list(start.triggers) or "time of day" not in note]
        return TimingEdit(triggers, f"It now starts: {start.words}.", start.words, rest, notes)
    return _time_only(spoken, workflow) or _zone_only(spoken, workflow)


def _dropped(found: re.Match[str], spoken: Spoken, workflow: Workflow) -> TimingEdit:
    rest = f"{spoken.text[: found.start()]} {spoken.text[found.end() :]}".strip(_MARKS)
    rest = "" if _ABOUT_START.fullmatch(rest) or _LEFT_OVER.fullmatch(rest) else rest
    message = "It no longer starts by itself." if workflow.triggers else "It had no schedule."
    return TimingEdit([], message, spoken.written(found[0]), rest)


def _schedules(workflow: Workflow) -> list[Schedule]:
    return [trigger for trigger in workflow.triggers if isinstance(trigger, Schedule)]


def _keeping_time(start: Start, workflow: Workflow) -> list[Trigger]:
    """“On Fridays instead” keeps the time of day, and any schedule the time zone, that were set before."""
    old = next(iter(_schedules(workflow)), None)
    return [_kept(new, old, timed=start.timed) if old and isinstance(new, Schedule) else new for new in start.triggers]


def _kept(new: Schedule, old: Schedule, *, timed: bool) -> Schedule:
    cron = new.cron if timed else " ".join([*old.cron.split()[:2], *new.cron.split()[2:]])
    return Schedule(cron=cron, timezone=new.timezone or old.timezone)


def _time_only(spoken: Spoken, workflow: Workflow) -> TimingEdit | None:
    """“Run it at 10am instead”."""
    text = _MAKE_IT.sub("make it at ", spoken.text)
    found = _AT.search(text)
    if found is None:
        return None
    when = When()
    at = len(text) - len(text[found.end() :].lstrip(" ,"))
    end = read_zone(text, at, when, spoken.shelter)
    about = _RUNNING.search(text) or (workflow.triggers and _ONLY_TIME.fullmatch(f"{text[:at]}{text[end:]}"))
    if not about or not _TIME_WORDS.fullmatch(f"{text[: found.start()]} {text[end:]}"):
        return None
    hour, minute = read_time(found["time"])
    said = f"{hour}:{minute:02}{f' ({when.zone})' if when.zone else ''}"
    old = _schedules(workflow)
    if not old:
        daily: list[Trigger] = [Schedule(cron=f"{minute} {hour} * * *", timezone=when.zone)]
        note = "No day was said, so it runs every day."
        return TimingEdit(
            daily, f"It now starts every day at {said}.", spoken.written(text), notes=[note, *when.puzzles]
        )
    triggers: list[Trigger] = [
        Schedule(cron=" ".join([str(minute), str(hour), *one.cron.split()[2:]]), timezone=when.zone or one.timezone)
        for one in old
    ]
    return TimingEdit(triggers, f"It now starts at {said}.", spoken.written(text), notes=when.puzzles)


def _zone_only(spoken: Spoken, workflow: Workflow) -> TimingEdit | None:
    """“Use Berlin time”."""
    if not _schedules(workflow):
        return None
    named_zone = _NAMED_ZONE.search(spoken.text)
    found = (zone_of(match[0], spoken.shelter) for match in ZONE.finditer(spoken.text))
    zone = next(filter(None, found), None) or (
        zone_of(f"{named_zone['place']} time", spoken.shelter) if named_zone else None
    )
    if zone is None:
        return None
    triggers = [
        one.model_copy(update={"timezone": zone}) if isinstance(one, Schedule) else one for one in workflow.triggers
    ]
    return TimingEdit(triggers, f"Its time zone is now {zone}.", spoken.written(spoken.text))
