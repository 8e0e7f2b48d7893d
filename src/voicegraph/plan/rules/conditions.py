"""Conditions in English -> CEL: "there are more than ten" -> `size(data) > 10`, "it mentions a recall" -> `input.contains(…)`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from voicegraph.plan.rules.numbers import NUMBER, to_number
from voicegraph.plan.rules.shelter import ANY, Shelter


@dataclass(frozen=True, slots=True)
class Condition:
    """A CEL expression; `note` says what was guessed."""

    expression: str
    note: str = ""


_COMPARISONS = (
    (r"(?:no\s+more|not\s+more)\s+than|at\s+most|up\s+to|a\s+maximum\s+of", "<="),
    (r"(?:no|not)\s+(?:fewer|less)\s+than|at\s+least|a\s+minimum\s+of", ">="),
    (r"more\s+than|greater\s+than|bigger\s+than|larger\s+than|higher\s+than|above|over|exceeds?|exceeding|beyond|warmer\s+than|hotter\s+than|older\s+than|>", ">"),
    (r"fewer\s+than|less\s+than|smaller\s+than|lower\s+than|below|under|colder\s+than|cheaper\s+than|drops?\s+(?:below|under)|falls?\s+(?:below|under)|<", "<"),
    (r"exactly|equal\s+to|equals?|precisely", "=="),
)  # fmt: skip
_COMPARE = re.compile(
    "|".join(f"(?P<c{index}>{words})" for index, (words, _) in enumerate(_COMPARISONS)), re.I
)
_AMOUNT = re.compile(rf"^\s*[$€£]?\s*(?P<number>{NUMBER})\b\s*(?P<or_more>or\s+more|or\s+fewer|or\s+less)?\s*(?P<unit>[$€£%]|\w+)?", re.I)
_OR_MORE = re.compile(rf"\b(?P<number>{NUMBER})\s+(?:or\s+(?P<way>more|fewer|less)|plus)\b", re.I)
_COUNTED = re.compile(r"\b(?:there(?:'s|\s+are|\s+is|\s+were)?|has|have|contains?|got|number\s+of|count|find|finds|found|lists?|includes?|returns?|with|are)\b", re.I)
_MEASURED = re.compile(r"\b(?:price|cost|difference|temperature|total|sum|value|rate|score|amount|revenue|balance|level|percent\w*|average|size|length|speed|usage|load|time|latency|budget|profit|change|gap|it\s+is|it's)\b", re.I)
_NONE = re.compile(r"\b(?:there\s+(?:are|is)\s+(?:none|nothing|no\b)|(?:is|are|comes?\s+back|returns?)\s+(?:empty|nothing)|(?:has|have|contains?|finds?|found)\s+(?:no|nothing|none)\b|no\s+\w+\s+(?:are|is|were)\s+found|nothing\s+(?:new|is\s+found|was\s+found|comes\s+back))", re.I)
_SOME = re.compile(r"\b(?:there\s+(?:are|is)\s+(?:any|some|something|at\s+least\s+one|an?|new)\b|(?:is\s+not|isn't|are\s+not|aren't)\s+empty|any\s+\w*\s*(?:are|is|were|was)?\s*found|there\s+are\b(?!\s+\S)|(?:has|have|contains?)\s+(?:any|some)\b(?!\s+of)|(?:it|that|this)\s+finds?\s+(?:anything|something))", re.I)
_SAYS = re.compile(
    r"\b(?P<not>(?:does\s*n(?:o|')t|do\s*n(?:o|')t|not|never|no\s+longer|doesn't|don't|fails?\s+to)\s+)?(?:contains?|containing|mentions?|mentioning|includes?|including|says?|saying|shows?|showing|talks?\s+about|references?|names?|refers?\s+to|lists?|features?|reads?|displays?|has|have|is\s+about|are\s+about|discusses|covers?|uses?)\s+"
    r"(?P<what>.+)$",
    re.I,
)
_WORDS = re.compile(r"^(?:(?:the|an?|any|some|one\s+of\s+the|either|of)\s+)*(?:(?:exact\s+)?(?:words?|phrases?|terms?|texts?|strings?|names?|keywords?|expression|things?\s+like|sentence|message|following)\s+)?(?:(?:the|an?|like|of)\s+)*", re.I)
_STATUS = re.compile(r"\b(?:status(?:\s+code)?|code|response|it|api|server|page)\s+(?:is|returns?|equals|=|answers?(?:\s+with)?|gives?|comes?\s+back(?:\s+with|\s+as)?)\s+(?P<not>not\s+|anything\s+(?:but|other\s+than)\s+)?(?:a\s+)?(?P<code>[1-5]\d\d)\b|\bis\s+not\s+(?P<code2>[1-5]\d\d)\b", re.I)
_NEGATIVE = re.compile(r"\b(?:not|n't|isn't|aren't|doesn't|don't|no\s+longer|never|without)\b|n't\b", re.I)
_EMPTY_WORDS = frozenset(
    "it its it's is are was were be been being has have had the a an there this that they them these those of to in on at for with and or not any "
    "some going gonna will would does do did isn't aren't doesn't don't my our your get gets got result results response output text page "
    "data something anything".split()
)


def to_condition(text: str, shelter: Shelter, *, negate: bool = False) -> Condition:
    """The condition in these words. `negate`: they followed "unless"."""
    condition = _read(text.strip(" ,.?!"), shelter)
    if not negate:
        return condition
    return Condition(_negated(condition.expression), condition.note)


def _negated(expression: str) -> str:
    return expression[1:] if expression.startswith("!") and "||" not in expression and "&&" not in expression else f"!({expression})"


def _read(text: str, shelter: Shelter) -> Condition:
    found = _STATUS.search(text)
    if found:
        wrong = bool(found["not"] or found["code2"])
        return Condition(f"data.status {'!=' if wrong else '=='} {found['code'] or found['code2']}", "The status is looked for in the data of the step before.")
    return _amount(text) or _emptiness(text) or _mention(text, shelter) or _guess(text, shelter)


def _amount(text: str) -> Condition | None:
    more = _OR_MORE.search(text)
    if more:
        return _compared(text, "<=" if more["way"] in {"fewer", "less"} else ">=", more["number"], "")
    for found in _COMPARE.finditer(text):
        amount = _AMOUNT.match(text, found.end()) or _AMOUNT.match(text[found.end() :])
        if amount:
            sign = next(sign for index, (_, sign) in enumerate(_COMPARISONS) if found[f"c{index}"])
            return _compared(text, sign, amount["number"], amount["unit"] or "")
    found = re.search(rf"\bthere\s+(?:are|is)\s+(?P<number>{NUMBER})\b", text, re.I)
    return _compared(text, "==", found["number"], "") if found else None


def _compared(text: str, sign: str, words: str, unit: str) -> Condition:
    number = to_number(words)
    measured = bool(_MEASURED.search(text)) or unit.lower() in {"$", "€", "£", "%", "dollars", "euros", "pounds", "percent", "degrees", "usd", "eur", "ms"}
    if re.search(r"\bthere\b|\bnumber\s+of\b|\bcount\b|\brows?\b|\bentries\b|\bitems?\b|\bissues?\b|\bresults?\b", text, re.I) or (not measured and (_COUNTED.search(text) or not unit or True)):
        if not re.search(r"\b(?:words?|characters?|letters?)\b", text, re.I):
            return Condition(f"size(data) {sign} {number:g}")
        counted = "size(input)" if re.search(r"\bcharacters?|letters?\b", text, re.I) else 'size(input.split(" "))'
        return Condition(f"{counted} {sign} {number:g}")
    value = f"{number:g}" if number % 1 else f"{number:.1f}"
    return Condition(f"double(input) {sign} {value}", "This compares the text of the step before as one number; have that step answer with the number alone.")


def _emptiness(text: str) -> Condition | None:
    if _NONE.search(text):
        return Condition("size(data) == 0" if re.search(r"\b(?:there|no|none|has|have|found|finds?)\b", text, re.I) else "size(input) == 0")
    if _SOME.search(text) and not re.search(r"\b(?:word|phrase|mention|contains?\s+(?!any|some))", text, re.I):
        return Condition("size(data) > 0")
    return None


def _mention(text: str, shelter: Shelter) -> Condition | None:
    found = _SAYS.search(text)
    if found is None:
        return None
    before = text[: found.start("what")]
    negative = bool(found["not"] or _NEGATIVE.search(before))
    what = _WORDS.sub("", found["what"].strip())
    joint = "&&" if re.search(r"\sand\s", what) and not re.search(r"\sor\s", what) else "||"
    parts = [part for part in re.split(r"\s*,\s*(?:or\s+|and\s+)?|\s+or\s+|\s+and\s+", what) if part.strip()]
    terms = [_contains(_WORDS.sub("", part), shelter) for part in parts] or [_contains(what, shelter)]
    terms = [term for term in terms if term]
    if not terms:
        return None
    joined = f" {joint} ".join(terms)
    if not negative:
        return Condition(joined)
    return Condition(f"!{joined}" if len(terms) == 1 else f"!({joined})")


def _contains(words: str, shelter: Shelter) -> str:
    words = words.strip(" ,.\"'")
    words = shelter.value(words) if ANY.fullmatch(words) else shelter.restore(words)
    words = re.sub(r"\s+(?:in\s+it|at\s+all|anywhere|in\s+the\s+(?:text|title|page|body|summary))$", "", words, flags=re.I)
    return f"input.lowerAscii().contains({json.dumps(words.lower(), ensure_ascii=False)})" if words else ""


def _guess(text: str, shelter: Shelter) -> Condition:
    """The last telling word, in the hope that the text before says it; the doubt is said."""
    words = [word for word in re.findall(r"[^\W\d_][\w'-]*", shelter.restore(text)) if word.lower() not in _EMPTY_WORDS]
    word = (words[-1] if words else "yes").lower()
    word = re.sub(r"(?:s|ed|ing)$", "", word) if len(word) > 5 else word
    negative = bool(_NEGATIVE.search(text))
    expression = f"{'!' if negative else ''}{_contains(word, shelter)}"
    said = shelter.restore(text)
    return Condition(expression, f'"{said}" is judged by whether the text before contains "{word}"; change the condition if that is not what you mean.')
