"""Notifications: Telegram, Discord, Teams, texts, push messages, and "let me know"."""

from __future__ import annotations

from collections.abc import Sequence

from voicegraph.plan.rules.steps.named_services import CHAT_SERVICES
from voicegraph.plan.rules.steps.phrase import Phrase
from voicegraph.plan.rules.steps.pieces import DETERMINERS, GIVING, PREPOSITION
from voicegraph.plan.rules.steps.step import Context, PlannedStep
from voicegraph.plan.rules.text.shelter import CHANNEL, MAIL
from voicegraph.words.patterns import either, maybe, named, rx, words

_SERVICE = rx(
    f"{PREPOSITION}?(?:by )?(?:both )?{DETERMINERS}",
    maybe(either(rf"{CHANNEL} (?:channel )?on ", r"[\w-]+ (?:channel|server|group|chat) on ")),
    r"\b",
    either(*(named(channel, pattern) for channel, (_, pattern) in CHAT_SERVICES.items())),
    r"\b",
    maybe(
        " ",
        words("messages message channel chat group notifications notification alert bot server push ping dm"),
        r"\b",
    ),
    maybe(" (?:to|in) ", either("me", "us", f"(?:the )?(?:channel )?{CHANNEL}")),
)
_PEOPLE = words(
    "team engineers engineer boss manager group developers developer people colleagues colleague "
    "family customers customer users "
    "user admins admin staff owner client wife husband partner friend person lead support"
)
_WHOM = rx(
    "^",
    either(
        words("me us everyone everybody him her them"),
        rf"(?:the|my|our) (?:[\w-]+ ){{0,4}}?{_PEOPLE}",
        r"(?-i:[A-Z])\w+",
    ),
    r"(?![\w-])",
)
_LET_KNOW = rx(r"^let (?:me|us|everyone|the (?:\w+ )?team|\w+) know\b ?")
_ALERT = rx(
    f"^(?:(?:me|us) )?{DETERMINERS}(?:notification|alert|reminder|text(?: message)?(?= ?$))", r"\b(?: to (?:me|us))?"
)
_BY_MAIL = rx(rf"{MAIL}|\b(?:e-?)?mail\b")
_CHANNEL_OF_VERB = {"text": "sms", "sms": "sms", "whatsapp": "whatsapp"}
_SENSES = GIVING | {"", "think", "summarize", "translate", "ask", "fetch"}
_NOTES = {
    "sms": "Texts go out through an SMS service that the notification address names (Twilio, for example).",
    "": "Set the notification address: it decides which service the notification goes through.",
}


def read_notification(phrase: Phrase, context: Context, taken: Sequence[PlannedStep]) -> list[PlannedStep]:
    """“Notify me on Telegram”, “text me”, “send it to Discord”, “let me know”."""
    asked = phrase.sense == "notify" or _asks_by_noun(phrase)
    channels: list[str] = []
    if asked or phrase.sense in _SENSES:
        for found in phrase.take_all(_SERVICE):
            channels += [channel for channel in CHAT_SERVICES if found[channel]]
    if not channels and (not asked or _BY_MAIL.search(phrase.text)):
        return []
    if not channels and taken:
        phrase.take(_WHOM)
        return []
    whom = phrase.take(_WHOM)
    channels = channels or [_CHANNEL_OF_VERB.get(phrase.lemma, "")]
    return [_notification(channel, whom[0] if whom else "me", bare=asked) for channel in channels]


def _asks_by_noun(phrase: Phrase) -> bool:
    """“Let me know”, “send me a notification”."""
    known = _LET_KNOW.match(phrase.whole)
    if known:
        phrase.text = phrase.whole[known.end() :]
        return True
    return phrase.sense in {"send", "create"} and phrase.take(_ALERT) is not None


def _notification(channel: str, whom: str, *, bare: bool) -> PlannedStep:
    title = CHAT_SERVICES[channel][0] if channel else ""
    label = f"Notify {whom}" + (f" on {title}" if title else "")
    params = {"channel": channel} if channel else {}
    return PlannedStep("deliver", "notify", "send", label, dict(params), note=_NOTES.get(channel, ""), bare=bare)
