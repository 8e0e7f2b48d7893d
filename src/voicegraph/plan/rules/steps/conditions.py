"""Conditions in English -> CEL: "there are more than ten" -> `size(data) > 10`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

from voicegraph.plan.rules.text.shelter import Shelter
from voicegraph.words.numbers import NUMBER, to_number
from voicegraph.words.patterns import either, maybe, named, rx, word_set, words


@dataclass(frozen=True, slots=True)
class Condition:
    """A CEL expression; `note` says what was guessed. `of_status`: it looks at the status of an HTTP answer."""

    expression: str
    note: str = ""
    of_status: bool = False


_SIGNS: dict[str, str] = {
    "<=": "(?:no|not) more than|at most|up to|a maximum of",
    ">=": "(?:no|not) (?:fewer|less) than|at least|a minimum of",
    ">": "(?:more|greater|bigger|larger|higher|warmer|hotter|older|longer) than|above|over|exceed(?:s|ing)?|beyond|>",
    "<": "(?:fewer|less|smaller|lower|colder|cheaper|shorter) than|(?:drops?|falls?) (?:below|under)|below|under|<",
    "==": "exactly|equal to|equals?|precisely",
}
_GROUPS = {f"sign{index}": sign for index, sign in enumerate(_SIGNS)}
_NUMBER = named("number", NUMBER)
_COMPARED = rx(
    either(*(named(group, _SIGNS[sign]) for group, sign in _GROUPS.items())),
    rf" ?[$€£]? ?{_NUMBER}\b ?",
    maybe(named("unit", r"[$€£%]|\w+")),
)
_OR_MORE = rx(rf"\b{_NUMBER} (?:or {named('way', 'more|fewer|less')}|plus)\b")
_THERE_ARE = rx(rf"\bthere (?:are|is) {_NUMBER}\b")
_MEASURED = rx(
    r"\b",
    either(
        words("price cost difference temperature total sum value rate score amount revenue balance level average"),
        words("speed usage load latency budget profit change gap it_is it's any_cost"),
        r"percent\w*",
    ),
    r"\b",
)
_UNITS = word_set("$ € £ % dollars euros pounds percent degrees usd eur ms dollar euro pound")
_COUNTED = rx(r"\b(?:there|number of|count|rows?|entries|items?|issues?|results?)\b")
_LENGTH = rx(r"\b(?:words?|(?P<letters>characters?|letters?))\b")

_NONE = rx(
    r"\b",
    either(
        r"there (?:are|is) (?:none|nothing|no\b)",
        "(?:is|are|comes? back|returns?) (?:empty|nothing)",
        r"(?:has|have|contains?|finds?|found) (?:no|nothing|none)\b",
        r"no \w+ (?:are|is|were) found",
        "nothing (?:new|is found|was found|comes back)",
    ),
)
_SOME = rx(
    r"\b",
    either(
        "there (?:are|is|be) (?:any|anything|some|something|at least one|an?|new)",
        "(?:is not|isn't|are not|aren't) empty",
        r"any (?:\w+ )?(?:are|is|were|was) found",
        r"there are(?! \S)",
        "(?:has|have|contains?) (?:any|some)(?! of)",
        "(?:it|that|this) finds? (?:anything|something)",
    ),
    r"\b",
)
_SAYS = rx(
    r"\b",
    named("not", maybe("(?:does not|do not|not|never|no longer|doesn't|don't|fails? to) ")),
    words(
        "contains contain containing mentions mention mentioning includes include including says say saying shows show "
        "showing talks_about talk_about references refers_to names lists features reads displays has have is_about "
        "are_about discusses covers uses"
    ),
    " ",
    named("what", ".+$"),
)
_INTRODUCTION = rx(
    "^(?:(?:the|an?|any|some|one of the|either|both|of) )*",
    maybe(
        "(?:exact )?",
        words(
            "words word phrases phrase terms term texts text strings string names name keywords "
            "keyword expression sentence message following"
        ),
        " ",
    ),
    "(?:(?:the|an?|like|of) )*",
)
_PLACE = rx(" (?:in it|at all|anywhere|in the (?:text|title|page|body|summary))$")
_LISTED = rx(" ?, (?:or |and )?| or | and ")
_STATUS = rx(
    r"\b(?:status(?: code)?|code|response|it|api|server|page) (?:is|returns?|equals|=|answers?(?: "
    r"with)?|gives?|comes? back(?: with| as)?) ",
    named("not", maybe("not |anything (?:but|other than) ")),
    r"(?:a )?(?P<code>[1-5]\d\d)\b",
)
_AVAILABLE = words("up available reachable responding working online")
_DOWN = rx(
    r"\b",
    either(
        rf"(?:is|goes|are|'s) (?:{words('down offline unreachable unavailable broken')}|not {_AVAILABLE})",
        rf"isn't {_AVAILABLE}",
        "fails",
        "(?:does not|doesn't) (?:respond|answer|work|load)",
        "(?:returns|answers with|gives) an error",
    ),
    r"\b",
)
_UP = rx(rf"\b(?:(?:is|'s)(?: back)? {_AVAILABLE}|responds|works|succeeds|answers)\b")
_NEGATIVE = rx(r"n't\b|\b(?:not|no longer|never|without)\b")
_EMPTY_WORDS = word_set(
    "it its it's is are was were be been being has have had the a an there this that they them these "
    "those of to in on at for "
    "with and or not any some going gonna will would does do did isn't aren't doesn't don't my our "
    "your get gets got result "
    "results response output text page data something anything"
)


def to_condition(text: str, shelter: Shelter, *, negate: bool = False, called: str | None = None) -> Condition:
    """The condition in these words. `negate`: they followed "unless". `called`: id of the node that makes a request."""
    text = text.strip(" ,.?!")
    condition = _status(text, called) if called else None
    condition = condition or _amount(text) or _emptiness(text) or _mention(text, shelter) or _guess(text, shelter)
    return replace(condition, expression=f"!({condition.expression})") if negate else condition


def _status(text: str, called: str) -> Condition | None:
    """The status of the answer: "it returns 404", "the status is not 200", "it is down"."""
    status = f'nodes["{called}"].meta.status'
    found = _STATUS.search(text)
    if found:
        return Condition(f"{status} {'!=' if found['not'] else '=='} {found['code']}", of_status=True)
    if _DOWN.search(text):
        return Condition(f"{status} >= 400", of_status=True)
    return Condition(f"{status} < 400", of_status=True) if _UP.search(text) else None


def _amount(text: str) -> Condition | None:
    more = _OR_MORE.search(text)
    if more:
        return _comparison(text, ">=" if more["way"] in {"more", None} else "<=", more["number"], "")
    found = _COMPARED.search(text)
    if found:
        sign = next(sign for group, sign in _GROUPS.items() if found[group])
        return _comparison(text, sign, found["number"], found["unit"] or "")
    found = _THERE_ARE.search(text)
    return _comparison(text, "==", found["number"], "") if found else None


def _comparison(text: str, sign: str, words: str, unit: str) -> Condition:
    number = to_number(words)
    length = _LENGTH.search(text)
    if length:
        counted = "input" if length["letters"] else 'input.split(" ")'
        return Condition(f"size({counted}) {sign} {number:g}")
    if _COUNTED.search(text) or not (_MEASURED.search(text) or unit.lower() in _UNITS):
        return Condition(f"size(data) {sign} {number:g}")
    note = "This compares the text of the step before as one number; let that step answer with the number alone."
    return Condition(f"double(input) {sign} {float(number)!r}", note)


def _emptiness(text: str) -> Condition | None:
    if _NONE.search(text):
        return Condition("size(data) == 0")
    return Condition("size(data) > 0") if _SOME.search(text) else None


def _mention(text: str, shelter: Shelter) -> Condition | None:
    found = _SAYS.search(text)
    if found is None:
        return None
    negative = bool(found["not"] or _NEGATIVE.search(text, 0, found.start("what")))
    what = _INTRODUCTION.sub("", found["what"].strip())
    joint = " && " if " and " in what and " or " not in what else " || "
    terms = [_contains(_INTRODUCTION.sub("", part), shelter) for part in _LISTED.split(what)]
    terms = [term for term in terms if term]
    if not terms:
        return None
    joined = joint.join(terms)
    if negative:
        joined = f"!{joined}" if len(terms) == 1 else f"!({joined})"
    return Condition(joined)


def _contains(words: str, shelter: Shelter) -> str:
    """The test whether the text before says these words, in any case; "" without words."""
    words = _PLACE.sub("", shelter.plain(words).strip("\"'")).lower()
    return f"input.lowerAscii().contains({json.dumps(words, ensure_ascii=False)})" if words else ""


def _guess(text: str, shelter: Shelter) -> Condition:
    """The last telling word, in the hope that the text before says it; the doubt is said."""
    said = shelter.restore(text)
    telling = [word.lower() for word in re.findall(r"[^\W\d_][\w'-]*", said) if word.lower() not in _EMPTY_WORDS]
    word = telling[-1] if telling else "yes"
    stem = re.sub(r"(?:s|ed|ing)$", "", word) if len(word) > 4 else word
    note = f'"{said}" is judged by whether the text before contains "{stem}"; change the condition if that is wrong.'
    return Condition(f"{'!' if _NEGATIVE.search(text) else ''}{_contains(stem, shelter)}", note)
