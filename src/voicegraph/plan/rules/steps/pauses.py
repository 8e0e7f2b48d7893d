"""Clauses that hold the flow: waits and approvals."""

from __future__ import annotations

from voicegraph.plan.rules.steps.step import PlannedStep
from voicegraph.plan.rules.values.duration_phrases import DURATION, to_duration
from voicegraph.words.patterns import either, maybe, named, rx, words
from voicegraph.words.times_of_day import TIME, read_time

_OK = either(
    r"approv\w+", r"sign(?:ed|s)?[ -]?off", r"confirm\w*", "ok(?:ay)?(?:ed|s)?", "go[ -]?ahead", "review(?:ed)?",
    "say[ -]so",
    r"authori[sz]\w+", words("permission consent green_light verdict blessing thumbs_up feedback"),
)  # fmt: skip
_ME = either(
    words("me my i i've i'm us our we someone somebody"),
    "(?:my|the|our) (?:boss|manager|team|editor|lead|lawyer|client)(?:'s)?",
    r"(?!(?:an?|the|it|this|that|them|to|at|of|for)\b)[a-z]+(?:'s)?",
)
_PERSON = either(words("me us someone somebody"), "(?:my|the|our) (?:boss|manager|team|editor|lead|lawyer|client)")
_LOOKED = words("checked seen read looked gave give given said_yes say_yes say_so said_so")
_APPROVAL = rx(
    "^",
    either(
        rf"(?:wait|hold|pause|stop|hold off|hold on|hang on)\b.*\b(?:for|until|till)\b.*\b{_OK}\b",
        rf"(?:get|ask|request|obtain|require|seek|need|await|wait for|ask (?:{_ME} "
        rf")?for)\b.*?\b{_OK}(?: (?:first|from {_ME}|of it))?$",
        rf"(?:let|have) {_ME} (?:to )?(?:first )?"
        + either(
            _OK,
            words("check see look pick choose select read inspect sign verify vet decide double-check go_over"),
            "(?:have|take) a look",
            r"proof\w*",
        )
        + r"\b",
        rf"give {_ME} (?:a|the|some|another) (?:chance|opportunity|moment|time|possibility) to (?:{_OK}|{_LOOKED}|check|see|review|look)\b",
        "(?:ask|consult|check with|show|run (?:it|this|that|(?:the|a|my) [^,.;]{2,60}?) (?:by|past)|(?:confirm|clear it|verify) with) "
        rf"(?:(?:it|this|that|them) (?:to|with|by) )?{_ME}"
        rf"(?: (?:first|beforehand|about it|it|them|for (?:a |my )?{_OK}|(?:if|whether) .*|to {_OK}.*|"
        rf"the (?:draft|result|text)))?$",
        rf"(?:i|i've|we|we've|my \w+|the \w+|you have my|it is|it's|it has been)? ?(?:have |has |had "
        rf")?(?:{_OK}|{_LOOKED}|agree\w*)"
        rf"(?: (?:it|this|that|them|the \w+|by {_ME}|{_OK}|to it|at it|first|my {_OK}|a look|over it)){{0,5}}$",
        rf"(?:my|our) (?:\w+ )?{_OK}$",
        "(?:send|give|submit|forward|mail|email|slack|bring|pass|hand|present|put|show|get|take)(?: [^,.;]{1,60}?)? "
        rf"(?:(?:to|by|past|before) )?{_PERSON} for (?:an? |my |his |her |their |final |quick )*{_OK}(?: first)?$",
        "(?:send|submit|put|pass|forward)(?: (?:it|this|that|them|the [\\w-]+))? (?:up )?(?:out )?for "
        rf"(?:an? |my |final |quick )*{_OK}(?: first)?$",
        "(?:human|manual) (?:approval|review)$",
        rf"(?:add|insert|include|put) (?:in )?(?:an?|my|the) (?:manual |human )?(?:{_OK}|check)(?: "
        rf"step)?(?: (?:by|from|for) {_ME})?$",
    ),
)

_APPROVED = rx(
    rf"\b(?:{_OK}|check|see|look at|read|go over)(?: on| off| off on)? ",
    named("what", "(?:an?|my|our) .+$", "the [^,.;]+ (?:of|from|in|on) (?:my|our|the|an?|⟪).*$"),
)
_HELD = rx(
    "^(?:hold|submit|send|put|keep|pause) ",
    named("what", "(?:an?|my|our|the) .+?"),
    rf" (?:up |out |back )?(?:for|until|till|pending) .*\b{_OK}",
)
_DURATION = named("duration", DURATION)
_WAIT = rx(
    "^",
    either(
        either(
            words("wait waiting pause pausing sleep sleeping delay rest stop give_it"),
            "hold(?: (?:off|on|it))?",
            "hang on",
            "let it (?:rest|sit)",
        )
        + " (?:(?:it|this|that) )?(?:for )?(?:about |another |at least |by )?",
        "(?:(?:insert|add) )?(?:an? )?(?:wait(?:ing time)?|delay|pause|break) (?:of|for) ",
    ),
    _DURATION,
)
_WAIT_NOUN = rx(f"^(?:(?:insert|add) )?(?:an? )?{_DURATION}[ -]+(?:wait|delay|pause|break)", r"\b")
_DAY = either(
    "tomorrow", "tonight", "(?:the )?next (?:day|week)", "(?:(?:the )?next )?(?:mon|tues|wednes|thurs|fri|satur|sun)day"
)
_UNTIL = rx(
    "^(?:wait|pause|sleep|hold(?: off)?|delay it) (?:until|till) ",
    maybe(named("day", _DAY), r"\b ?"),
    maybe("(?:at )?", named("time", TIME)),
)
_IN_THE_END = rx(f"[ ,]+(?:in|after) {_DURATION}(?: from now| later)?(?=$| (?:on|via|by|through|to|that) )")
_IN_WORDS = rx(r".*\b(?:saying|that says|the (?:text|message|words)) ")
"""What is said about time after these words is part of a message."""
_LATER = rx("^", either(f"(?:in|after) {_DURATION}", named("later", DURATION) + " (?:later|after that)"), r"\b[ ,]*")


def read_approval(text: str) -> PlannedStep | None:
    """An approval, when the whole clause is one."""
    if _APPROVAL.search(text.strip()):
        message = "Please check this before it goes on."
        return PlannedStep("pause", "approval", "request", "Ask for approval", {"message": message})
    return None


def approved_thing(text: str) -> str:
    """What an approval is asked for, "" when that is not said: "approve a summary of my notes"."""
    found = _APPROVED.search(text) or _HELD.match(text)
    return found["what"] if found else ""


def read_wait(text: str) -> PlannedStep | None:
    """A wait, when the clause begins with one."""
    found = _WAIT.match(text) or _WAIT_NOUN.match(text)
    if found:
        return _delay(found["duration"])
    found = _UNTIL.match(text)
    if found is None or not (found["day"] or found["time"]):
        return None
    hour, minute = read_time(found["time"]) if found["time"] else (9, 0)
    at = f"{hour:02}:{minute:02}"
    note = f'"{found["day"]}" became the next {at}; set the exact moment in this step.' if found["day"] else ""
    return PlannedStep("pause", "wait", "until", f"Wait until {at}", {"at": at}, note=note, doubt=bool(note))


def read_later(text: str) -> tuple[PlannedStep, str] | None:
    """A wait at the start of a clause that says more ("two hours later email me"), and the rest."""
    found = _LATER.match(text)
    return (_delay(found["duration"] or found["later"]), text[found.end() :]) if found else None


def read_late(text: str) -> tuple[PlannedStep, str] | None:
    """A wait at the end of a clause ("email it to me in ten minutes"), and the rest."""
    found = None if _IN_WORDS.match(text) else _IN_THE_END.search(text)
    return (_delay(found["duration"]), f"{text[: found.start()]}{text[found.end() :]}") if found else None


def _delay(words: str) -> PlannedStep:
    return PlannedStep("pause", "wait", "delay", f"Wait {words.strip()}", {"duration": to_duration(words)})
