"""Words that make a clause depend on another: before, after, once, if, unless, otherwise, for each."""

from __future__ import annotations

import re

from voicegraph.plan.rules.clauses.clause import Kind
from voicegraph.plan.rules.text.shelter import TOKEN
from voicegraph.plan.rules.text.verbs import Form, leading_verb
from voicegraph.words.numbers import NUMBER
from voicegraph.words.patterns import END, either, maybe, named, rx, words

_WE = "(?:you|i|we)"
_OVER = either(words("done finished complete completed ready"), rf"over(?! (?:[$€£]|{NUMBER}))")

DONE = rx(
    "(?:when|once|after|as soon as) ",
    either(
        r"you(?: are|'re) done(?! \w+ing)",
        rf"(?:that|it|this|everything|all of (?:that|it))(?:'s| is| has| are| have)?(?: been| all)? "
        rf"{_OVER}(?: with (?:that|it|this))?",
        f"{_OVER}{END}",
    ),
)
""""When that's done": no clause, but the same as "then"."""

_AFTER = rx(
    either(
        "(?:after|once|when|as soon as|upon) (?:having )?"
        + maybe(rf"{_WE}(?:'ve|'re| have| are|'d| had)?(?: (?:done|finished|successfully|just))?(?: with)? "),
        "having ",
    ),
    r"(?=\w)",
)
_SUBJECT_AFTER = rx(rf"\S+ {_WE}\b")
_CONSENT = rx(
    "(?:only )?(?:after|once|when|with|upon|pending|subject to) ",
    r"(?=(?:i\b|i've|i'm|my (?:approval|ok|okay|sign-?off|confirmation|consent|go-ahead|permission|"
    r"review)|approved|approval|confirmed))",
)
_IF_I_AGREE = rx(
    named("if", "(?:but )?(?:only )?(?:if|in case|provided(?: that)?) "),
    r"(?:i|we|my \w+) (?:approves?|agrees?|ok(?:ay)?s?|confirms?|signs? off|says? yes|says? so|gives? (?:my|the|his|her) \w+)\b",
)
""""If I approve" holds the flow, it does not look at the text."""
_AFTER_PASSIVE = rx(
    named("link", "(?:after|once|when|as soon as) "),
    r"(?:the|my|a|an|it|they|that|this|all)\b[^,.;]{0,60}? ?(?:'s|is|are|has been|have been|was|gets) ",
    named("done", r"\w+(?:ed|en|ut|ad|nt)"),
    r"\b",
)
_BEFORE = rx(
    "(?:(?:but )?(?:only )?before|prior to|ahead of) ",
    maybe(
        either(
            rf"{_WE}(?: (?:can|then|actually|go ahead and))? ",
            "(?:it|that|this|they|anything|everything)(?:'s| is| are| gets?| goes| go| will be| being) ",
            "actually ",
        )
    ),
    r"(?=\w)",
)

_IS = words(
    "doesn't does_not isn't returns return goes stops drops falls rises climbs exceeds changes fails responds answers contains contain mentions mention says say includes include is are has have"
)
_IF = rx(
    either(
        "(?:but )?(?:only )?(?:if|in case|provided(?: that)?|assuming(?: that)?|supposing(?: that)?|as long as)",
        "(?:see|check|verify|look|find out) (?:if|whether)",
        r"(?:should|were)(?= (?:it|there|they|this|that|any(?:thing|one|body)?|the [\w-]+)\b)",
        rf"when(?:ever)?(?= (?:there|it|they|the (?:(?:[\w'-]|{TOKEN})+ ){{0,5}}?{_IS}|{TOKEN} {_IS})\b)",
    ),
    maybe(" and only if"),
    END,
)
_UNLESS = rx("unless", END)
_NOT = "(?: (?:does|is|are|do|has|have) ?(?:not|n't)| (?:doesn't|isn't|aren't|don't|hasn't|haven't))"
_ELSE = rx(
    either(
        "otherwise",
        "(?:or |and )?else(?:wise)?",
        "(?:and )?if not",
        f"(?:and )?if (?:it|there|they|that|this){_NOT}(?= ?(?:,|$))",
        "in (?:all |the |any )?other cases?",
        "(?:in|on) the (?:no|false|negative|else|otherwise) (?:branch|case|path|side)",
    ),
    END,
)
_EACH = rx(
    either(
        r"for (?:each(?: and every)?|every|all) (?:(?:single|one) )?(?=(?:one )?(?:of )?[\w⟪])",
        "loop (?:over|through) ",
        "(?:go (?:through|over)|run through|walk through|step through|work through|iterate (?:over|through)) (?:each|every) ",
    )
)
_EACH_TIME = rx("for (?:all|every|each) ", words("time day week month"), r"\b")
_DONE: frozenset[Form] = frozenset({"gerund", "past"})
_ANY: frozenset[Form] = frozenset({"base", "gerund", "past"})


def read_turn(text: str) -> tuple[Kind | None, int]:
    """The kind of clause these words open and where what it says begins; (None, 0) when they open none."""
    if DONE.match(text):
        return None, 0
    consent = _IF_I_AGREE.match(text)
    if consent:
        return "after", consent.end("if")
    for kind, pattern in _PLAIN_TURNS:
        found = pattern.match(text)
        if found:
            return kind, found.end()
    found = _EACH.match(text)
    if found and not _EACH_TIME.match(text):
        return "each", found.end()
    return _in_time(text)


_PLAIN_TURNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (("else", _ELSE), ("if", _IF), ("unless", _UNLESS))


def _in_time(text: str) -> tuple[Kind | None, int]:
    found = _CONSENT.match(text)
    if found:
        return "after", found.end()
    found = _AFTER.match(text)
    if found and _is_verb(text, found.end(), _ANY if _SUBJECT_AFTER.match(text) else _DONE):
        return "after", found.end()
    found = _AFTER_PASSIVE.match(text)
    if found and leading_verb(found["done"]):
        return "after", found.end("link")
    found = _BEFORE.match(text)
    if found and _is_verb(text, found.end(), _ANY):
        return "before", found.end()
    return None, 0


def _is_verb(text: str, at: int, forms: frozenset[Form]) -> bool:
    verb = leading_verb(text, at)
    return verb is not None and verb.form in forms
