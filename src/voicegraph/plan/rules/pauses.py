"""Clauses that hold the flow: waits and approvals."""

from __future__ import annotations

import re

from voicegraph.plan.rules.durations import DURATION, to_duration
from voicegraph.plan.rules.steps import Step
from voicegraph.plan.rules.times import TIME, read_time

_OK = r"(?:approv\w+|sign(?:ed|s)?[\s-]?off|confirm\w*|ok(?:ay)?(?:ed|s)?|go[\s-]?ahead|permission|consent|green\s+light|review(?:ed)?|verdict|blessing|say[\s-]so|thumbs\s+up|authori[sz]\w+|feedback)"
_ME = r"(?:me|my|i|i've|i'm|us|our|we|someone|somebody|(?:my|the|our)\s+(?:boss|manager|team|editor|lead|lawyer|client)(?:'s)?|[A-Za-z]+(?:'s)?)"
_APPROVALS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"^(?:wait|hold|pause|stop|hold\s+off|hold\s+on|hang\s+on)\b.*\b(?:for|until|till)\b.*\b{_OK}\b",
        rf"^(?:get|ask|request|obtain|require|seek|need|await|wait\s+for|ask\s+(?:{_ME}\s+)?for)\b.*?\b(?:my|our|the|an?|{_ME}|for|your)?\s*\b(?:{_OK})(?:\s+(?:first|from\s+{_ME}|of\s+it))?$",
        rf"^(?:let|have)\s+{_ME}\s+(?:to\s+)?(?:first\s+)?(?:{_OK}|check|see|look|read|inspect|sign|verify|vet|decide|double[\s-]check|have\s+a\s+look|take\s+a\s+look|go\s+over|proof\w*)\b",
        rf"^(?:ask|consult|check\s+with|show|run\s+(?:it|this|that)\s+(?:by|past)|confirm\s+with|clear\s+it\s+with|verify\s+with)\s+(?:(?:it|this|that|them)\s+(?:to|with|by)\s+)?{_ME}(?:\s+(?:first|beforehand|about\s+it|it|them|for\s+(?:a\s+|my\s+)?{_OK}|(?:if|whether)\s+.*|to\s+{_OK}.*|the\s+(?:draft|result|text)))?$",
        rf"^(?:i|i've|we|we've|my\s+\w+|the\s+\w+|you\s+have\s+my|it\s+is|it's|it\s+has\s+been)?\s*(?:have\s+|has\s+|had\s+)?(?:{_OK}|gave|give|given|said\s+yes|say\s+yes|say\s+so|said\s+so|agree\w*|checked|seen|read|looked)(?:\s+(?:it|this|that|them|the\s+\w+|by\s+{_ME}|{_OK}|to\s+it|at\s+it|first|my\s+{_OK}|a\s+look|over\s+it))*$",
        rf"^(?:with|subject\s+to|pending)?\s*(?:my|our)\s+(?:\w+\s+)?{_OK}$",
        r"^(?:human|manual)\s+(?:approval|review)$",
        rf"^(?:add|insert|include|put)\s+(?:in\s+)?(?:an?|my|the)\s+(?:manual\s+|human\s+)?(?:{_OK}|approval\s+step|check)(?:\s+step)?(?:\s+(?:by|from|for)\s+{_ME})?$",
    )
)
_WAIT = re.compile(
    rf"^(?:wait|pause|sleep|hold(?:\s+(?:off|on|it))?|delay(?:\s+(?:it|this|that))?|hang\s+on|stop|rest|give\s+it|let\s+it\s+(?:rest|sit))\b\s*(?:for\s+)?(?:about\s+|another\s+|at\s+least\s+|by\s+)?(?P<duration>{DURATION})(?P<before>)",
    re.I,
)
_WAIT_NOUN = re.compile(rf"^(?:(?:insert|add)\s+)?(?:an?\s+)?(?:(?:wait(?:ing\s+time)?|delay|pause|break)\s+(?:of|for)\s+(?P<duration>{DURATION})|(?P<before>{DURATION})[\s-]+(?:wait|delay|pause|break)\b)", re.I)
_LATER = re.compile(rf"^(?:(?:in|after)\s+(?P<duration>{DURATION})|(?P<later>{DURATION})\s+(?:later|after\s+that))\b[\s,]*", re.I)
_UNTIL = re.compile(rf"^(?:wait|pause|sleep|hold(?:\s+off)?|delay\s+it)\s+(?:until|till)\s+(?P<day>(?:tomorrow|tonight|(?:next\s+|the\s+next\s+)?(?:mon|tues|wednes|thurs|fri|satur|sun)day|the\s+next\s+day|next\s+week)\b)?\s*(?:at\s+)?(?P<time>{TIME})?", re.I)


def read_approval(text: str) -> Step | None:
    """An approval, when the whole clause is one."""
    text = text.strip()
    if any(pattern.search(text) for pattern in _APPROVALS):
        return Step("pause", "approval", "request", "Ask for approval", {"message": "Please check this before it goes on."})
    return None


def read_wait(text: str) -> Step | None:
    """A wait, when the clause begins with one."""
    found = _WAIT.match(text) or _WAIT_NOUN.match(text)
    if found:
        return _delay(found["duration"] or found["before"])
    found = _UNTIL.match(text)
    if found and (found["day"] or found["time"]):
        hour, minute = read_time(found["time"]) if found["time"] else (9, 0)
        at = f"{hour:02}:{minute:02}"
        note = f'"{found["day"]}" became the next {at}; set the exact moment in this step.' if found["day"] else ""
        return Step("pause", "wait", "until", f"Wait until {at}", {"at": at}, note=note, doubt=bool(note))
    return None


def read_later(text: str) -> tuple[Step, str] | None:
    """A wait at the start of a clause that says more ("two hours later email me"), and the rest."""
    found = _LATER.match(text)
    return (_delay(found["duration"] or found["later"]), text[found.end() :]) if found else None


def _delay(words: str) -> Step:
    duration = to_duration(words)
    return Step("pause", "wait", "delay", f"Wait {words.strip()}", {"duration": duration})
