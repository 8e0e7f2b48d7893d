"""E-mails. "Me" is the user's own address, which the run knows: no `to`; a name without an address is asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from voicegraph.plan.rules.steps.phrase import GAP, Phrase
from voicegraph.plan.rules.steps.pieces import called
from voicegraph.plan.rules.steps.step import Context, PlannedStep
from voicegraph.plan.rules.text.shelter import MAIL, TOKEN, URL
from voicegraph.words.patterns import either, maybe, named, rx, word_set, words

_AND = either(" ?, ?(?:and )?", " and (?:also )?(?:to )?", " as well as (?:to )?")
_ADDRESSES = rx(
    maybe(r"\b(?:to|for|with|at|from) (?:both )?"),
    maybe(named("me_first", "me"), " and (?:to )?"),
    named("to", f"{MAIL}(?:{_AND}{MAIL}){{0,99}}"),
    maybe(_AND, named("me_last", "me"), r"\b"),
)
_TO_US = r"(?: to (?:me|us)\b)?"
_BY_MAIL = rx(
    either(
        rf"(?:\b{words('by via per over through as in into with using and')} |, ?)(?:(?:an?|one|my|"
        rf"the) )?(?:single )?e-?mails?\b{_TO_US}",
        r"\b(?:by|via|per|through) mail\b" + _TO_US,
        r"\b(?:in|into|to) (?:my|our) (?:e-?mail(?: (?:address|inbox))?|inbox|mailbox|mail)\b",
        rf"\b(?:an?|the) (?:[\w-]+ )?e-?mail\b(?! address){_TO_US}",
        r"\bto e-?mail\b",
        r"\bfor e-?mail\b(?= ?$)",
        r"\bto my own (?:e-?mail|address)\b",
    )
)
_AN_EMAIL = rx(r"(?:an?|the|my) (?:[\w-]+ )?e-?mail\b")
_TO_ME = rx(r"\b(?:back )?to (?:me|us|myself)\b|^(?:me|us)\b")
_TO_THE_SAME = rx(r"^(?:him|her|them(?= (?:an?|the|my|some|another)\b))\b|\bto (?:him|her)\b")
"""Who had the e-mail before: "two days later email them a reminder"."""
_SUBJECT = rx(
    either(
        ",? ?"
        + called(
            "subject",
            "(?:with|and|under) (?:the )?subject(?: line)?",
            until="to|saying|that says|with the (?:text|message|body)",
        ),
        ",? ?" + called("other_subject", "subject(?: is|:)"),
    )
)
_NO_NAMES = words(
    "me us it them this that these those the a an my our your its his her their both each every "
    "everything all any some to by via in "
    "on at as for with from of what whatever out off over back two three four five ten one only just "
    "new open closed latest recent "
    "today's and or insights result results notes slack notion telegram discord update updates if "
    "then also up down along through "
    "when once after before summaries issues commits step steps"
)
_NAME = rf"(?!{_NO_NAMES}\b)[a-z][\w'-]*"
_NAMED = rx(
    "^",
    named("who", _NAME),
    f"(?= (?:{words('a an the my our its his their some todays this these all it and')}\\b|{TOKEN}|{GAP})| ?$)",
)
_AND_NAMED = rx(f"^and ({_NAME}) ?")
_TO_NAMED = rx(
    r"\bto ",
    named(
        "who",
        r"(?:my|our|the|his|her) [\w'-]+(?: [\w'-]+){0,2}",
        rf"{_NAME}(?:(?:, | and |, and ){_NAME}){{0,9}}",
        "each of them",
    ),
    f"(?= ?(?:{GAP}|$|,))",
)
_MAIL_SENSES = word_set(
    "send notify fetch create generate save summarize translate think extract combine analyze compare"
) | {""}
_TO_SENDERS = frozenset({"send", "forward", "deliver", "shoot", "pass", "pass on", "send over", "send out", "drop"})


def read_email(phrase: Phrase, context: Context, taken: Sequence[PlannedStep]) -> list[PlannedStep]:
    """“Email it to …”, “send me a summary”, “in my inbox”."""
    subject = phrase.take(_SUBJECT)
    step = _read(phrase, context, taken)
    if step and subject:
        words = subject["subject"] or subject["other_subject"]
        step = replace(step, params={**step.params, "subject": context.shelter.plain(words)})
    return [step] if step else []


def _read(phrase: Phrase, context: Context, taken: Sequence[PlannedStep]) -> PlannedStep | None:
    asked = phrase.sense == "email"
    found = phrase.take(_ADDRESSES)
    if found:
        phrase.take(_BY_MAIL)
        note = "Add your own address to the recipients." if found["me_first"] or found["me_last"] else ""
        return _to([context.shelter.plain(token) for token in re.findall(MAIL, found["to"])], note)
    by_mail = _says_by_mail(phrase)
    if not asked and not by_mail and (taken or phrase.sense != "send"):
        if taken:
            phrase.take(_TO_ME)
        return None
    if phrase.take(_TO_ME):
        return _to([]) if asked or by_mail or phrase.lemma in _TO_SENDERS else None
    before = next((step for step in reversed(context.steps) if step.type == "email" and "to" in step.params), None)
    if before and (asked or by_mail or phrase.lemma in _TO_SENDERS) and phrase.take(_TO_THE_SAME):
        return _to([str(before.params["to"])])
    return _named(phrase, asked=asked) or (_to([]) if asked or by_mail else _unaddressed(phrase))


def _says_by_mail(phrase: Phrase) -> bool:
    if phrase.sense == "email":
        return phrase.take(_BY_MAIL) is not None
    if phrase.sense == "generate" and _AN_EMAIL.match(phrase.text):
        return False  # "write an email": the text is wanted, not the sending
    return phrase.sense in _MAIL_SENSES and phrase.take(_BY_MAIL) is not None


def _named(phrase: Phrase, *, asked: bool) -> PlannedStep | None:
    """“Email bob a summary”, “send it to my boss”: whose address is not known."""
    found = phrase.take(_NAMED) if asked or phrase.lemma in {"send", "shoot", "forward"} else None
    found = found or phrase.take(_TO_NAMED)
    if found is None:
        return None
    who = found["who"].strip()
    other = _AND_NAMED.match(phrase.text.lstrip(f" {GAP}"))
    if other:
        phrase.text = phrase.text.lstrip(f" {GAP}")[other.end() :]
        who = f"{who.capitalize()} and {other[1].capitalize()}"
    who = who if who[:1].isupper() or " " in who else who.capitalize()
    note = f'The address of {who} is not known: fill in "To", or the mail goes to you.'
    return PlannedStep("deliver", "email", "send", f"Email {who}", note=note, doubt=True)


def _unaddressed(phrase: Phrase) -> PlannedStep | None:
    """“Send it”, without a place: to the user."""
    if phrase.lemma not in {"send", "send out", "forward", "deliver"} or re.search(URL, phrase.text):
        return None
    return replace(_to([]), doubt=True, note="It was not said where to send it, so it goes to you by e-mail.")


def _to(addresses: list[str], note: str = "") -> PlannedStep:
    to = ", ".join(addresses)
    label = "Email me" if not to else f"Email {to}" if len(to) < 60 else f"Email {len(addresses)} people"
    return PlannedStep("deliver", "email", "send", label, {"to": to} if to else {}, note=note, doubt=bool(note))
