"""Cut a command into clauses: one verb each, with the words that link it to the others.

A comma or "and" parts clauses only where a verb follows, so that "flights and hotels" stays whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from voicegraph.plan.rules.verbs import NOUN_LIKE, leading_verb

Kind = Literal["main", "before", "after", "if", "unless", "else", "each"]

_TOKEN = re.compile(r"⟪\w+:\d+⟫(?:'s)?|[^\W_]+(?:['’.,/&+-][^\W_]+)*|[,.;:!?]|[^\s\w]|_", re.I)
_STOP = frozenset(".;!?:")

_OBJECT = (
    r"(?:it|them|me|us|him|her|this|that|these|those|the|a|an|my|our|your|its|their|his|both|each|every|all|everything|any|some|"
    r"bob|everyone|somebody|someone|what|whether|how|two|three|four|five|ten|today's|up|out|on\s+(?:slack|telegram|discord|teams)|"
    r"new|open|closed|latest|recent|more|again|"
    r"(?:to|in|into|as)\s+(?:(?:the|my|our|a|an)\s+)?(?:new\s+)?(?:slack|notion|telegram|discord|teams|me|us|google|jira|trello|email|⟪\w+:\d+⟫|file|markdown|database)"
    r"|(?:for|through|over)\s+\w+|to\s+\w+\s+that|⟪\w+:\d+⟫|two|⟪)"
)
_TAKES_OBJECT = re.compile(rf"\s+{_OBJECT}(?![\w'-])", re.I)
_NAMED_OBJECT = re.compile(r"\s+(?!and\b|or\b|to\b|by\b|with\b|from\b|of\b|for\b|in\b|on\b|at\b|is\b|are\b|step\b)[A-Za-z]\w*\s+(?:a|an|the|my|our|its|today's)\s", re.I)
_PRONOUN = re.compile(
    r"\s+(?:it|them|me|us|this|these|those|everything|both|the\s+(?:results?|summary|summaries|list|response|output|report|answer)|a\s+(?:summary|digest|recap|report))"
    r"(?![\w'-])",
    re.I,
)
_RUN_ON_AFTER = re.compile(r"^(?:to|and|or|not|don't|you|i|we|they|it|that|which|who|please|can|could|will|would|should|let|also|both|have|has|be|is|are|"
                           r"help|then|me|us|when|once|after|before|while|if|unless|until|by|just|finally|first|second|third|the|a|an|my|our|your|this|of|for|with|in|on|from|how|want|need|,)$", re.I)  # fmt: skip

_ADVERBS = (
    r"(?:then|also|finally|lastly|next|first|firstly|second|secondly|third|thirdly|fourth|afterwards?|subsequently|just|simply|"
    r"immediately|maybe|perhaps|both|again|simultaneously|in\s+parallel|at\s+the\s+same\s+time|concurrently|meanwhile|in\s+the\s+meantime|"
    r"in\s+addition|additionally|plus|please|after\s+that|after\s+this|to\s+finish|in\s+the\s+end|"
    r"if\s+possible|only|now|instead|automatically|eventually|last\s+but\s+not\s+least|last(?=\s+\w+\s+(?:it|them|me))|"
    r"(?:for\s+)?the\s+(?:first|second|third|last)\s+step|step\s+(?:one|two|three|four|five|\d))"
)
_SUBJECT = (
    r"(?:(?:i|we)(?:'d|\s+would)\s+(?:also\s+)?(?:like|love|want)\s+(?:for\s+)?(?:you\s+)?to|(?:i|we)\s+(?:also\s+)?(?:want|need|wish|expect)\s+(?:you\s+)?to|"
    r"would\s+(?:you\s+)?mind|(?:can|could|would|will)\s+you(?:\s+also|\s+then)?|you\s+(?:should|can|could|must|will|need\s+to|have\s+to)(?:\s+also|\s+then)?|"
    r"(?:i|we)(?:'ll|\s+will|\s+am\s+going\s+to|'m\s+going\s+to|'m\s+gonna|\s+can)|let's|let\s+us|go\s+ahead\s+and|help\s+me(?:\s+to)?|try\s+to|"
    r"make\s+sure\s+(?:to|you|that\s+you)|be\s+sure\s+to|remember\s+to|don't\s+forget\s+to|feel\s+free\s+to|proceed\s+to|continue\s+to|"
    r"your\s+(?:job|task)\s+is\s+to|the\s+(?:task|goal|job)\s+is\s+to|(?:build|create|make|set\s+up|design)(?:\s+me)?\s+(?:a|an)\s+(?:new\s+)?(?:workflow|automation|flow|pipeline)\s+(?:that|which|to)(?:\s+will)?|"
    r"a\s+workflow\s+(?:that|which|to)|let\s+me(?=\s+(?:upload|attach|give|provide))|use\s+(?:it|them|that|this)\s+to|in\s+order\s+to|so\s+that\s+you|start\s+(?:off\s+)?by|begin\s+by|i(?=\s+upload)|we(?=\s+upload)|"
    r"do\s+me\s+a\s+favor\s+and|so|have\s+it(?=\s+\w+ed\b)|get\s+it(?=\s+\w+ed\b)|have\s+them(?=\s+\w+ed\b)|(?:and|but|or|to))"
)
_LEAD_IN = re.compile(rf"(?:\s*,?\s*(?:{_ADVERBS}|{_SUBJECT})(?![\w'-])\s*,?)+\s*", re.I)

_YOU_HAVE = r"(?:(?:you|i|we)(?:'ve|'re|\s+have|\s+are|'d|\s+had)?(?:\s+(?:done|finished|successfully|just))?(?:\s+with)?\s+)"
_AFTER = re.compile(
    rf"(?:(?:after|once|when|as\s+soon\s+as|upon)\s+(?:having\s+)?{_YOU_HAVE}?|having\s+)(?=(?P<verb>\w[\w-]*))", re.I
)
_AFTER_PASSIVE = re.compile(
    r"(?:after|once|when|as\s+soon\s+as)\s+(?P<what>(?:the|my|a|an|it|they|that|this|all)\b[^,.;]{0,60}?)\s*(?:'s|is|are|has\s+been|have\s+been|was|gets)\s+"
    r"(?P<done>\w+(?:ed|en|ut|ad|nt))\b",
    re.I,
)
_DONE = re.compile(
    r"(?:(?:when|once|after|as\s+soon\s+as)\s+)(?:you\s+(?:are|'re)\s+done(?!\s+\w+ing)|(?:that|it|this|everything|all\s+of\s+(?:that|it))(?:'s|\s+is|\s+has|\s+are|\s+have)?"
    r"(?:\s+been|\s+all)?\s+(?:done|finished|completed?|ready|over)(?:\s+with\s+(?:that|it|this))?|(?:done|finished|completed?|ready)(?![\w'-]))",
    re.I,
)
_BEFORE = re.compile(
    r"(?:(?:but\s+)?(?:only\s+)?before|prior\s+to)\s+(?:(?:you|i|we)(?:\s+(?:can|then|actually|go\s+ahead\s+and))?\s+|(?:it|that|this|they)(?:'s|\s+is|\s+are|\s+gets?|\s+goes|\s+go|\s+will\s+be|\s+being)\s+|actually\s+)?"
    r"(?=(?P<verb>\w[\w-]*))",
    re.I,
)
_IF = re.compile(
    r"(?:(?:but\s+)?(?:only\s+)?(?:if|in\s+case|provided(?:\s+that)?|as\s+long\s+as)|(?:see|check|verify|look|find\s+out)\s+(?:if|whether)|when(?:ever)?(?=\s+(?:there|it|they|the\s+(?:[\w⟪⟫:'-]+\s+){0,5}?(?:contains?|mentions?|says?|includes?|is|are|has|have)|⟪\w+:\d+⟫\s+(?:contains?|mentions?|says?|includes?|is|has))\b))(?:\s+(?:and\s+only\s+if))?(?![\w'-])",
    re.I,
)
_UNLESS = re.compile(r"unless(?![\w'-])", re.I)
_ELSE = re.compile(
    r"(?:otherwise|(?:or\s+|and\s+)?else(?:wise)?|(?:and\s+)?if\s+not|(?:and\s+)?if\s+(?:it|there|they|that|this)(?:\s+(?:does|is|are|do|has|have)\s*(?:not|n't)|(?:\s+(?:doesn't|isn't|aren't|don't|hasn't|haven't)))(?=\s*,)|in\s+(?:all\s+)?other\s+cases?)(?![\w'-])",
    re.I,
)
_EACH = re.compile(
    r"for\s+(?:each(?:\s+and\s+every)?|every|all)\s+(?:(?:single|one)\s+)?(?=(?:one\s+)?(?:of\s+)?[\w⟪])|loop\s+(?:over|through)\s+|go\s+through\s+(?:each|every)\s+",
    re.I,
)
_EACH_EVENT = re.compile(r"for\s+(?:all|every|each)\s+(?:time|day|week|month)\b", re.I)

_WANTING = re.compile(r"\W*(?:(?:i|we)(?:'d|\s+would)?\s+(?:like|love|want|need)(?!\s+(?:you\s+)?to\b)|(?:get|have|give)\s+me)\b", re.I)
_WANTED = frozenset({"summarize", "analyze", "translate", "send", "email", "save", "extract"})
_PASSED_ON = re.compile(r"\s*(?:$|[,.]|(?:and|to|by|into|in|on|via|as|for|every)\b)", re.I)
_MADE = re.compile(r"\b(?:have|get)\s+(?:it|them)\s*$", re.I)
_WAITING = re.compile(r"[\s,]*(?:(?:and|but|then)\s+)*(?:(?:only\s+)?if|unless|when(?:ever)?|in\s+case|for\s+(?:each|every|all)|from|using|based\s+on|with|out\s+of)\b", re.I)

_GERUND_LEAD = re.compile(r"[\s,]*(?:(?:and|but|then)\s+)*(?:(?:start|begin)(?:\s+off)?\s+by|before|after|once|when|while)\b", re.I)

_PARALLEL = r"(?:at\s+the\s+same\s+time|in\s+parallel|simultaneously|concurrently|side\s+by\s+side|all\s+at\s+once|in\s+the\s+meantime|meanwhile|parallelly)"
_LEAD_FLAGS: dict[str, re.Pattern[str]] = {
    "parallel": re.compile(rf"(?:and\s+|but\s+)?(?:{_PARALLEL}(?:\s+(?:also|as\s+that))?|while\s+(?:you\s+(?:do|are\s+doing)\s+(?:that|this)|doing\s+(?:that|so))|as\s+you\s+do\s+(?:that|this))(?![\w'-])|while\s+(?:you\s+are\s+|you're\s+)?(?=\w+ing\b)", re.I),
    "both": re.compile(r"(?:and\s+)?both(?=\s+\w+)(?!\s+(?:of|my|the|to)\b)", re.I),
    "rejoin": re.compile(r"(?:and\s+|but\s+)?(?:in\s+(?:any|either|both)\s+cases?|either\s+way|regardless|no\s+matter\s+what|in\s+any\s+event|whatever\s+happens|always)(?![\w'-])", re.I),
    "first": re.compile(r"(?:and\s+|but\s+)?(?:before\s+(?:that|this|doing\s+(?:so|that)|you\s+do\s+(?:that|so))|but\s+first)(?![\w'-])", re.I),
    "then": re.compile(
        r"(?:and\s+|but\s+)?(?:then|next|after\s+(?:that|this|which)|afterwards?|subsequently|following\s+that|finally|lastly|in\s+the\s+end|eventually|to\s+finish|last\s+but\s+not\s+least|"
        r"second(?:ly)?|third(?:ly)?|fourth(?:ly)?|fifth|last(?=\s)|once\s+more|(?:the\s+)?(?:second|third|fourth|last|next|final)\s+step(?:\s+is\s+to|\s+is)?|"
        rf"(?:as\s+)?(?:step\s+(?:two|three|four|five|[2-9])))(?![\w'-])|(?:and\s+)?(?:{_DONE.pattern})", re.I),
    "also": re.compile(r"(?:and\s+|but\s+)?(?:also|plus|in\s+addition|additionally|on\s+top\s+of\s+that|besides|as\s+well\s+as)(?![\w'-])", re.I),
    "": re.compile(rf"(?:first(?:ly)?(?:\s+of\s+all)?|to\s+(?:start|begin)(?:\s+with)?|(?:the\s+)?first\s+step(?:\s+is\s+to|\s+is)?|step\s+(?:one|1)|(?:and|but|or|so|now|just|simply|maybe|perhaps|please|instead|only|again(?=\s+\w+\s+(?:the|a|it)))|{_SUBJECT})(?![\w'-])", re.I),
}  # fmt: skip
_SOFT = re.compile(r"[\s,:.;!?-]+")
_TAIL_PARALLEL = re.compile(rf"[\s,]*(?:,|\band|\ball|\bboth)?\s*{_PARALLEL}\s*$", re.I)
_TAIL_SOFT = re.compile(r"[\s,]*(?:\b(?:too|as\s+well|please|thanks|for\s+me(?=\s*$)|automatically|okay|and|then|so|also|or|but|afterwards?|though|now|first)|[,.;:!?])\s*$", re.I)  # fmt: skip


@dataclass(slots=True)
class Clause:
    """A clause of the command. `words` is the whole of it, `text` what is left after the linking words.

    `parallel`: "at the same time" stands before it, `parallel_tail`: after it. `sentence` counts full stops.
    """

    words: str
    text: str
    kind: Kind = "main"
    sentence: int = 0
    flags: set[str] = field(default_factory=set)
    parallel_tail: bool = False
    loose: bool = False
    """Only white space parts it from the clause before it."""


def split_clauses(text: str) -> list[Clause]:
    """The clauses in the order of the words."""
    pieces = _pieces(text)
    clauses = [read_clause(words, sentence, loose) for words, sentence, loose in pieces]
    return [clause for clause in clauses if clause.text or clause.flags or clause.kind != "main"]


def read_clause(words: str, sentence: int = 0, loose: bool = False) -> Clause:
    """Take the linking words off a clause."""
    clause = Clause(words.strip(" ,.;:!?"), words.strip(), sentence=sentence, loose=loose)
    while _peel(clause):
        pass
    tail = _TAIL_PARALLEL.search(clause.text)
    if tail:
        clause.text, clause.parallel_tail = clause.text[: tail.start()], True
    previous = None
    while previous != clause.text:
        previous = clause.text
        clause.text = _TAIL_SOFT.sub("", clause.text).strip()
    return clause


def _peel(clause: Clause) -> bool:
    """Take one linking expression off the front; False when there is none."""
    soft = _SOFT.match(clause.text)
    if soft:
        clause.text = clause.text[soft.end() :]
    text = clause.text
    if clause.kind in {"main", "else"}:
        kind, end = _subordinate(text)
        if kind and not (clause.kind == "else" and kind == "else"):
            if clause.kind == "else":
                clause.flags.add("else")
            clause.kind, clause.text = kind, text[end:].strip()
            return True
    for flag, pattern in _LEAD_FLAGS.items():
        found = pattern.match(text)
        if found and found.end():
            clause.flags |= {flag} if flag else set()
            clause.text = text[found.end() :].lstrip(" ,:")
            return True
    return False


def _subordinate(text: str) -> tuple[Kind | None, int]:
    """The kind of clause these words open, and where what it says begins."""
    if _DONE.match(text):
        return None, 0
    found = _ELSE.match(text)
    if found:
        return "else", found.end()
    for kind, pattern in (("if", _IF), ("unless", _UNLESS)):
        found = pattern.match(text)
        if found:
            return kind, found.end()
    found = _EACH.match(text)
    if found and not _EACH_EVENT.match(text):
        return "each", found.end()
    return _in_time(text)


def _in_time(text: str) -> tuple[Kind | None, int]:
    found = _AFTER.match(text)
    if found and _verb_in_form(text, found.start("verb"), {"gerund", "past"} | ({"base"} if re.match(r"\S+\s+(?:you|i|we)\b", text, re.I) else set())):
        return "after", found.end()
    if re.match(r"(?:(?:only\s+)?(?:after|once|when|with|upon|pending|subject\s+to)\s+(?:i\b|i've|i'm|my\s+(?:approval|ok|okay|sign-?off|confirmation|consent|go-ahead|permission|review)|approved|approval|confirmed))", text, re.I):
        return "after", re.match(r"(?:only\s+)?(?:after|once|when|with|upon|pending|subject\s+to)\s+", text, re.I).end()  # type: ignore[union-attr]
    found = _AFTER_PASSIVE.match(text)
    if found and leading_verb(found["done"]):
        return "after", re.match(r"(?:after|once|when|as\s+soon\s+as)\s+", text, re.I).end()  # type: ignore[union-attr]
    found = _BEFORE.match(text)
    if found and _verb_in_form(text, found.start("verb"), {"gerund", "past", "base"}):
        return "before", found.end()
    return None, 0


def _verb_in_form(text: str, at: int, forms: set[str]) -> bool:
    verb = leading_verb(text, at)
    return verb is not None and verb.form in forms


def _pieces(text: str) -> list[tuple[str, int, bool]]:
    """(words, number of the sentence, run on without a comma) of each clause."""
    tokens = list(_TOKEN.finditer(text))
    cuts: list[tuple[int, int, bool]] = [(0, 0, False)]
    sentence = 0
    wanting = bool(_WANTING.match(text))
    mind = bool(re.match(r"\W*(?:\w+\W+){0,4}would\s+(?:you\s+)?mind\b", text, re.I))
    for index, token in enumerate(tokens):
        word = token[0].lower()
        if word in _STOP:
            sentence += 1
            cuts.append((token.end(), sentence, False))
            continue
        start = cuts[-1][0]
        if not text[start : token.start()].strip(" ,"):
            continue
        gerunds = mind or wanting or bool(_GERUND_LEAD.match(text, start))
        waiting = bool(_WAITING.match(text, start))
        if _opens(text, tokens, index, gerunds, waiting, wanting) and read_clause(text[start : token.start()]).text:
            cuts.append((token.start(), sentence, word not in {",", "and", "but", "then"}))
    bounds = [cut[0] for cut in cuts[1:]] + [len(text)]
    return [(text[start:end], number, loose) for (start, number, loose), end in zip(cuts, bounds, strict=True)]


def _opens(text: str, tokens: list[re.Match[str]], index: int, gerunds: bool, waiting: bool, wanting: bool) -> bool:
    """Whether a clause begins at this token. `waiting`: the clause so far is a condition or "for each" without its verb."""
    token = tokens[index]
    word = token[0].lower()
    previous = tokens[index - 1][0].lower() if index else ""
    if word in {",", "and", "but", "plus", "or", "as"}:
        return _opens_after_link(text, token.end() if word != "as" else token.start(), gerunds, word)
    if previous in {"and", ",", "but", "or"} and text[token.start() - 1 : token.start()] == " " and word not in {"then", "otherwise"}:
        return False
    if word in {"then", "otherwise", "meanwhile", "afterwards", "finally", "afterward"}:
        return previous not in {"and", ",", "but", "only", "right", "back"}
    return _opens_alone(text, token, previous, waiting, wanting)


def _opens_after_link(text: str, at: int, gerunds: bool, link: str) -> bool:
    rest = text[at:].lstrip(" ,")
    if re.match(r"(?:and|but)\s", rest, re.I) and link == ",":
        rest = re.sub(r"^(?:and|but)\s+", "", rest, flags=re.I)
    if link == "as":
        return bool(re.match(r"as\s+well\s+as\s+", rest, re.I)) and _verb_opens(re.sub(r"^as\s+well\s+as\s+", "", rest, flags=re.I), True)
    if re.match(r"(?:then|after\s+(?:that|this)|afterwards|finally|otherwise|meanwhile|lastly)\b", rest, re.I) or _DONE.match(rest):
        return True
    if _subordinate(rest)[0] and not (link == "or" and not _ELSE.match(rest)):
        return True
    lead = _LEAD_IN.match(rest)
    body = rest[lead.end() :] if lead else rest
    if link == "or":
        return False
    if lead and _MADE.search(lead[0]) and (done := leading_verb(body)) and done.form == "past":
        return True
    return _verb_opens(body, gerunds, bool(lead and re.search(r"\S", lead[0]))) or bool(_subordinate(body)[0] and lead)


def _verb_opens(text: str, gerunds: bool, led: bool = False) -> bool:
    """Whether a verb that asks for something stands here, rather than a noun of the same form."""
    verb = leading_verb(text)
    if verb is None or text[verb.length : verb.length + 1] == "'":
        return False
    if verb.form == "gerund":
        return gerunds
    if verb.form == "past":
        return gerunds and verb.sense in _WANTED
    if verb.form == "third":
        return False
    if " " in verb.lemma or verb.lemma not in NOUN_LIKE:
        return True
    if verb.lemma in {"email", "mail", "e-mail", "slack", "text", "message", "send"} and _NAMED_OBJECT.match(text, verb.length):
        return True
    return bool(_TAKES_OBJECT.match(text, verb.length)) or (led and not text[verb.length :].strip(" .,"))


def _opens_alone(text: str, token: re.Match[str], previous: str, waiting: bool, wanting: bool) -> bool:
    """A clause without a comma or "and" before it: "if", "before", and verbs with a pronoun."""
    rest = text[token.start() :]
    kind, _ = _subordinate(rest)
    if kind == "after" and re.match(r"with\s", rest, re.I) and not re.match(r"with\s+my\s", rest, re.I):
        return False
    if kind == "if" and previous in {"as", "even", "what", "and", "see", "check", "know", "verify", "out", "whether", "only", "but"}:
        return False
    if kind == "else" and previous in {"something", "anything", "everything", "nothing", "someone", "or", "and"}:
        return False
    if kind == "each":
        return False
    if kind:
        return True
    if re.match(rf"(?:{_PARALLEL})\s+\w", rest, re.I) and not re.match(rf"(?:{_PARALLEL})\s+(?:and|then)\b", rest, re.I):
        body = re.sub(rf"^(?:{_PARALLEL})\s+", "", rest, flags=re.I)
        return _verb_opens(body, False)
    if re.match(r"while\s+(?:you're\s+|you\s+are\s+)?\w+ing\b", rest, re.I) or (_DONE.match(rest) and previous not in {"is", "are"}):
        return True
    if re.match(r"(?:second|third|next|finally|lastly)\b", rest, re.I):
        return _verb_opens(re.sub(r"^\w+\s+", "", rest), False)
    if _RUN_ON_AFTER.search(previous):
        return False
    verb = leading_verb(rest)
    if verb and verb.form == "past" and wanting and verb.sense in _WANTED and _PASSED_ON.match(rest, verb.length):
        return True
    return bool(verb and verb.form == "base" and (_TAKES_OBJECT if waiting else _PRONOUN).match(rest, verb.length))
