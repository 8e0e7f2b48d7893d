"""The text that is sent, where the command gives it word for word: "post the text build is green", "remind me to …"."""

from __future__ import annotations

from dataclasses import replace

from voicegraph.plan.rules.steps.phrase import GAP, Phrase
from voicegraph.plan.rules.steps.step import Context, PlannedStep
from voicegraph.plan.rules.steps.thinking.meant import is_anaphor, is_vague
from voicegraph.plan.rules.text.shelter import QUOTE
from voicegraph.words.patterns import maybe, named, rx, words

_PARAMS = {"slack": "text", "notify": "body", "email": "body", "http": "text", "notion_create": "content"}
"""Type -> the param that holds the words."""
_END = f"(?= ?(?:{GAP}|$))"
_SAID = rx(
    r"\b",
    "(?:the (?:text|message|words?)|saying|(?:that|which) says|with the (?:text|message|words|"
    "content)|with a message saying)",
    " ?:? ",
    named("text", QUOTE, f"[^{GAP}]+?"),
    _END,
)
_QUOTED = rx("(?:^| )", named("text", QUOTE), rf"(?= ?(?:{GAP}|$|,| (?:to|in|on)\b))")
_THAT = rx("^ ?", maybe(GAP), " ?that ", named("text", f"[^{GAP}]+?"), _END)
_REMINDER = rx(
    rf"^ ?(?:(?:(?:the|our|my) [\w-]+|everyone|everybody|us|me|them) )?(?:{GAP} ?)*(?:that|to|about) ",
    named("text", f"[^{GAP}]+?"),
    _END,
)
_EMPTY = rx("(?:it|them|this|back|out)")
WORDS = frozenset(_PARAMS.values())
_GREETING = rx(
    rf"(?!{words('a an the my our your his her some all any this these that those each every latest new open me us to')}\b)"
    r"[a-z][a-z'!]*(?: [a-z][a-z'!]*){0,3}"
)
_OTHER_WORK = frozenset({"generate", "think", "translate", "summarize", "append"})


def with_greeting(step: PlannedStep, rest: str, context: Context) -> PlannedStep:
    """“Post hello to #general”: a few words that stand for nothing else are what is sent."""
    param = _PARAMS.get(step.type)
    known = param is None or WORDS & step.params.keys() or is_anaphor(rest) or is_vague(rest)
    if known or not _GREETING.fullmatch(rest):
        return step
    return replace(step, params={**step.params, param: context.shelter.plain(rest)}, bare=False)


def with_content(step: PlannedStep, phrase: Phrase, context: Context) -> PlannedStep:
    """The step with the words it is to send, where the clause gives them."""
    param = _PARAMS.get(step.type)
    if param is None or phrase.sense in _OTHER_WORK:
        return step
    found = phrase.take(_SAID) or phrase.take(_QUOTED)
    if found is None and phrase.sense == "notify":
        found = phrase.take(_REMINDER if phrase.lemma == "remind" else _THAT)
    if found is None or _EMPTY.fullmatch(found["text"]):
        return step
    return replace(step, params={**step.params, param: context.shelter.plain(found["text"])}, bare=False)
