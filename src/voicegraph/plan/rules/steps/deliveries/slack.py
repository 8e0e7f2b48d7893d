"""Messages to Slack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from re import Match

from voicegraph.plan.rules.steps.phrase import Phrase
from voicegraph.plan.rules.steps.pieces import DETERMINERS, GIVING, PREPOSITION
from voicegraph.plan.rules.steps.step import Context, PlannedStep
from voicegraph.plan.rules.text.shelter import CHANNEL
from voicegraph.words.patterns import either, maybe, named, rx, words

_NO_NAME = words(
    "and then or with a an the to in on saying that if when as for of at by from it them please "
    "called named channel message post "
    "as_well this my our your"
)
_WORD = rf"(?!{_NO_NAME}\b)[\w-]+"
_HASH = named("channel", CHANNEL)
_OUR = "(?:(?:the|our|my) )?"
_PATTERNS = (
    rx(
        f"{PREPOSITION}?{_OUR}",
        either(f"(?:channel )?{_HASH}(?: channel)?", "channel " + named("word", _WORD)),
        rf" (?:on|in|of|at) {_OUR}slack\b",
    ),
    rx(f"{PREPOSITION}{DETERMINERS}slack channel (?:called |named )?", named("word", _WORD), named("channel")),
    rx(
        f"{PREPOSITION}?(?:both )?{DETERMINERS}",
        maybe(named("word", r"(?!slack\b)[\w-]+"), " channel (?:on|in|of|at|over (?:on|at)) "),
        rf"{_OUR}\bslack\b",
        maybe(" ", words("channel message msg post workspace thread notification dm chat note update")),
        "(?: (?:called|named))?",
        maybe(
            either(
                f" {PREPOSITION}?(?:the )?(?:channel )?{_HASH}(?: channel)?",
                f" {PREPOSITION}(?:the )?channel (?:called |named )?" + named("inner", _WORD),
                f" {PREPOSITION}(?:the )?" + named("outer", _WORD) + " channel",
            )
        ),
    ),
)
_BARE_CHANNELS = (
    rx(f"{PREPOSITION}?(?:the )?(?:channel )?{_HASH}(?: channel)?"),
    rx(
        r"\b(?:to|in|on|into) (?:the|our|my) ",
        either("channel " + named("word", _WORD), named("outer", _WORD) + " channel"),
        r"\b",
    ),
)
"""Channels without the word Slack; they are Slack's unless another service is named."""
_OTHERS = rx(r"\b(?:discord|teams|telegram|mattermost)\b")
_FROM_SLACK = rx(r"\b(?:from|out of) (?:my |our |the )?slack\b")
_WHOM = rx("^(?:the |my |our )?", words("team everyone everybody channel group colleagues me us boss manager"), r"\b")


def read_slack(phrase: Phrase, context: Context, _: Sequence[PlannedStep]) -> list[PlannedStep]:
    """“Post it to Slack”, “… in the channel dev on Slack”, “slack the team …”."""
    if phrase.sense == "slack":
        phrase.take(_WHOM)
        found = next((hit for pattern in _BARE_CHANNELS if (hit := phrase.take(pattern))), None)
        return [_message(found, context)]
    if _FROM_SLACK.search(phrase.text):
        return []
    unnamed = (phrase.sense in GIVING or not phrase.sense or phrase.lemma == "tell") and not _OTHERS.search(phrase.text)
    patterns = [*_PATTERNS, *_BARE_CHANNELS] if unnamed else _PATTERNS
    bare = phrase.sense == "notify" or phrase.lemma == "let"
    found = [hit for pattern in patterns for hit in phrase.take_all(pattern)]
    if found and phrase.lemma == "tell":
        phrase.take(_WHOM)
    return [replace(_message(hit, context), bare=bare) for hit in found]


def _message(found: Match[str] | None, context: Context) -> PlannedStep:
    groups = found.groupdict() if found else {}
    hidden = groups.get("channel")
    name = (
        context.shelter.plain(hidden) if hidden else next(filter(None, map(groups.get, ("word", "inner", "outer"))), "")
    )
    channel = f"#{name.lstrip('#').lower()}" if name else ""
    label = f"Post to {channel or 'Slack'}"
    return PlannedStep("deliver", "slack", "post_message", label, {"channel": channel} if channel else {})
