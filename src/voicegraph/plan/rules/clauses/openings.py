"""Openings of clauses. A comma or "and" parts clauses only where a verb follows: "flights and hotels" stays whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from re import Match

from voicegraph.plan.rules.clauses.links import A_FLOW, LEAD_IN, PARALLEL
from voicegraph.plan.rules.clauses.turns import DONE, read_turn
from voicegraph.plan.rules.text.shelter import TOKEN
from voicegraph.plan.rules.text.verbs import NOUN_LIKE, Verb, leading_verb
from voicegraph.plan.rules.values.duration_phrases import DURATION
from voicegraph.words.numbers import NUMBER
from voicegraph.words.patterns import END, either, rx, words

_PRONOUNS = "it them me us this these those everything both"
_PLACES = words("slack notion telegram discord teams me us google jira trello email file markdown database")
_OBJECT = rx(
    " ",
    either(
        words(f"{_PRONOUNS} him her that the a an my our your its their his each every all any some"),
        words(
            "everyone everybody someone somebody what who why when where which whether how two three four five ten today's up "
            "out new open closed"
        ),
        words("summary summaries translation analysis report approval permission confirmation feedback"),
        words("latest recent more again insights entries items rows results duplicates"),
        r"on (?:slack|telegram|discord|teams)",
        rf"(?:to|in|into|as) (?:(?:the|my|our|a|an) )?(?:new )?(?:{_PLACES}|{TOKEN})",
        r"(?:for|through|over) \w+",
        r"in (?:one|two|three|four|five|an?|\d+) \w+",
        rf"(?:[a-z]+ ){{1,3}}(?:to|in|on) (?:{_PLACES}|{TOKEN})",
        TOKEN,
    ),
    END,
)
_PRONOUN = rx(
    " ",
    either(
        words(_PRONOUNS),
        "the (?:results?|summary|summaries|list|response|output|report|answer)",
        "a (?:summary|digest|recap|report)",
        "again",
    ),
    END,
)
_PERSON = rx(
    r" (?!(?:and|or|to|by|with|from|of|for|in|on|at|is|are|step)\b)[a-z]\w* (?:a|an|the|my|our|its|today's) ",
)
_FOR_HOW_LONG = rx(" (?:for|until|till|a|an|half|another)\\b| ", NUMBER, r"\b")
_LATER = rx(DURATION, r" (?:later|after that)\b")
_QUOTING = rx(
    r".*\b(?:titled|entitled|(?:issue|ticket|bug|card|task)\b.*\b(?:called|named)|saying|that says|the (?:text|message|words|title)|subject)\b",
)
_NEVER_BEFORE = rx(
    words(
        "to and or not don't you i we they that which who please can could will would should let also both have has be is "
        "are help then me us when once after before while if unless until by just finally first second third the a an my "
        "our your this of about than for with in on from how want need ,"
    )
)
"""Words after which a verb belongs to what came before."""

_WAITING = rx(
    "[ ,]*(?:(?:and|but|then) )*",
    either(
        "(?:only )?if",
        "unless",
        "when(?:ever)?",
        "in case",
        "for (?:each|every|all)",
        "from",
        "using",
        "based on",
        "with",
        "out of",
    ),
    r"\b",
)
_GERUNDS = rx("[ ,]*(?:(?:and|but|then) )*(?:(?:start|begin)(?: off)? by|before|after|once|when|while)", r"\b")
_MIND = rx(r"\W*(?:\w+\W+){0,4}would (?:you )?mind\b")
_HAVE_DONE = rx(r".{0,60}?\b(?:have|get) (?:the|my|our|all|this|that|these|everything)\b")
""""Have the issues summarized and sent to …"."""
_WANTING = rx(r"\W*(?:(?:i|we)(?:'d| would)? (?:like|love|want|need)(?! (?:you )?to\b)|(?:get|have|give) me)\b")
_USING = rx("[ ,]*(?:(?:and|then) )*(?:use|take) ")
_SO = rx("[ ,]*(?:(?:and|but|then) )*if so ?$")
_LISTED = rx(r" (?!of\b)[a-z]+s\b")
_NO_NOUNS = frozenset({"put", "take", "turn", "hand", "let"})
"""Verbs that no noun is mistaken for where an object follows: "every date put the dates in a table"."""
_REACH = 400
"""Characters back from a word within which it is looked for who is told what, and for what announces a title."""
_TOLD = rx(rf"\b(?:{A_FLOW}|branch|the other one)(?= \w+s\b)")
_WANTED = frozenset({"summarize", "analyze", "translate", "send", "email", "save", "extract"})
_PASSED_ON = rx(r" ?(?:$|[,.]|(?:and|to|by|into|in|on|via|as|for|every)\b)")
_MADE = rx(r"\b(?:have|get) (?:it|them) *$")
_TURNING = rx("(?:then|after (?:that|this)|afterwards|finally|otherwise|meanwhile|lastly)", r"\b")
_AS_WELL_AS = rx("as well as ")
_AND = rx("(?:and|but) ")
_BESIDE = rx(PARALLEL, r" (?=\w)(?!and\b|then\b)")
_WHILE_DOING = rx(r"(?:and )?while (?:(?:you're |you are )?\w+ing\b|you \w)")
_RANKED = rx("(?:second|third|next|finally|lastly|also) ")
_STATED = rx(
    r"(?:it|they|that|this|the [\w-]+(?: [\w-]+){0,2}) ",
    either(
        r"(?:goes|go|should go) (?:to|into|in|on|out|by|via)\b", r"(?:gets?|should be) (?!to\b)\w+(?:ed|en|nt|ut)\b"
    ),
)
""""It gets summarized and the summary goes to Slack"."""


@dataclass(frozen=True, slots=True)
class TextContext:
    """The openings that the text so far allows.

    `waiting`: a condition, "for each" or "from …" still lacks its verb. `gerunds`: as after "would you mind", verbs end
    in -ing. `wanting`: "I want a summary emailed to …": verbs are participles. `quoting`: the words are a title.
    `told`: "a workflow that fetches …": verbs are in the third person. `answered`: the words are "if so" alone.
    `using`: "use the text to …" still lacks its verb.
    """

    waiting: bool
    gerunds: bool
    wanting: bool
    quoting: bool
    told: bool
    answered: bool
    using: bool


def look_around(text: str, start: int, end: int) -> TextContext:
    """What may follow the words from `start` to `end`, the clause so far."""
    asked = bool(_WANTING.match(text))
    wanting = asked or bool(_HAVE_DONE.match(text))
    gerunds = asked or bool(_MIND.match(text) or _GERUNDS.match(text, start))
    quoting = bool(_QUOTING.match(text, max(start, end - _REACH), end))
    told = bool(_TOLD.search(text, max(0, end - _REACH), end))
    return TextContext(
        waiting=bool(_WAITING.match(text, start)),
        gerunds=gerunds,
        wanting=wanting,
        quoting=quoting,
        told=told,
        answered=bool(_SO.match(text, start, end)),
        using=bool(_USING.match(text, start)),
    )


def opens_clause(text: str, token: Match[str], previous: str, around: TextContext) -> bool:
    """Whether a clause begins at this token; `previous` is the word before it."""
    word = token[0].lower()
    if word in {",", "and", "but", "plus", "or"}:
        return (word == "," and around.answered) or _after_link(text[token.end() :], word, around)
    listed = _AS_WELL_AS.match(text, token.start())
    if listed or (word == "to" and around.using):
        return _verb_opens(text[listed.end() if listed else token.end() :].lstrip(), around)
    if previous in {"and", ",", "but", "or"} and word not in {"then", "otherwise"}:
        return False
    if word in {"then", "otherwise", "meanwhile", "afterwards", "finally", "afterward"}:
        return previous not in {"and", ",", "but", "only", "right", "back"}
    return _alone(text[token.start() :], previous, around)


def _after_link(rest: str, link: str, around: TextContext) -> bool:
    """Whether what follows a comma or "and" is a clause."""
    rest = rest.lstrip(" ,")
    rest = _AND.sub("", rest, count=1) if link == "," and _AND.match(rest) else rest
    turn = read_turn(rest)[0]
    if link == "or":
        return turn == "else"
    if _WHILE_DOING.match(rest) or (_STATED.match(rest) and not around.waiting):
        return True
    if _TURNING.match(rest) or _LATER.match(rest) or DONE.match(rest) or turn:
        return True
    lead = LEAD_IN.match(rest)
    body = rest[lead.end() :] if lead else rest
    if lead and (read_turn(body)[0] or (_MADE.search(lead[0]) and _is(leading_verb(body), "past"))):
        return True
    return _verb_opens(body, around, led=lead is not None)


def _is(verb: Verb | None, form: str) -> bool:
    return verb is not None and verb.form == form


def _verb_opens(text: str, around: TextContext, *, led: bool = False) -> bool:
    """Whether a verb that asks for something stands here, rather than a noun of the same form."""
    verb = leading_verb(text)
    if verb is None or (verb.form != "base" and not (around.told and verb.form == "third")):
        return verb is not None and _fits(verb, around)
    if verb.sense == "wait" and _FOR_HOW_LONG.match(text, verb.length):
        return True
    if verb.lemma not in NOUN_LIKE:
        return True
    if verb.sense in {"email", "slack", "notify"} and _PERSON.match(text, verb.length):
        return True
    if verb.lemma == "list" and _LISTED.match(text, verb.length):
        return True
    return bool(_OBJECT.match(text, verb.length)) or (led and not text[verb.length :].strip(" .,"))


def _fits(verb: Verb, around: TextContext) -> bool:
    """Whether a verb that is not in its base form may open a clause here."""
    if verb.form == "past":
        return around.wanting and verb.sense in _WANTED
    return verb.form == "gerund" and around.gerunds


def _alone(rest: str, previous: str, around: TextContext) -> bool:
    """A clause without a comma or "and" before it: "if", "before", and verbs with an object."""
    kind, _ = read_turn(rest)
    if kind:
        return _turns(rest, kind, previous)
    ranked = _BESIDE.match(rest) or _RANKED.match(rest)
    if ranked:
        return _verb_opens(rest[ranked.end() :], around)
    if (_WHILE_DOING.match(rest) and previous != "and") or (DONE.match(rest) and previous not in {"is", "are"}):
        return True
    return not _NEVER_BEFORE.fullmatch(previous) and _runs_on(rest, around)


def _runs_on(rest: str, around: TextContext) -> bool:
    """Whether a verb stands here whose object leaves no doubt: "get the issues summarize them"."""
    verb = leading_verb(rest)
    if verb and verb.form == "past":
        return around.wanting and verb.sense in _WANTED and bool(_PASSED_ON.match(rest, verb.length))
    if verb is None or verb.form != "base" or not rest[0].islower():
        return False
    if verb.sense == "wait":
        return bool(_FOR_HOW_LONG.match(rest, verb.length))
    noun = verb.lemma.split()[0] in NOUN_LIKE - _NO_NOUNS
    sure = around.waiting or not (noun or around.quoting)
    return bool((_OBJECT if sure else _PRONOUN).match(rest, verb.length))


_NOT_A_TURN: dict[str, frozenset[str]] = {
    "if": frozenset({"as", "even", "what", "and", "see", "check", "know", "verify", "out", "whether", "only", "but"}),
    "else": frozenset({"something", "anything", "everything", "nothing", "someone", "or", "and"}),
}
"""Words before "if" and "else" that make them part of something else."""


def _turns(rest: str, kind: str, previous: str) -> bool:
    if kind == "each" or previous in _NOT_A_TURN.get(kind, ()):
        return False
    return not (kind == "after" and re.match("with (?!my )", rest, re.IGNORECASE))
