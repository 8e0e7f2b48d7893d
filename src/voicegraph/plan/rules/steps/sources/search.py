"""Web searches, and what exactly is searched for."""

from __future__ import annotations

import re

from voicegraph.plan.rules.steps.phrase import GAP, Phrase, ungapped
from voicegraph.plan.rules.steps.step import Context, PlannedStep
from voicegraph.words.patterns import either, maybe, named, rx, word_set, words

WEB = words("web internet net google bing duckduckgo tavily world_wide_web")
_ON_WEB = rx(rf"\b(?:(?:on|from|over|across|in|through|using|with|via|of) (?:the )?{WEB}(?: search)?|online)\b")
_FROM_WEB = rx(
    r"\b(?:about|on|of|regarding) ",
    named("query", f"[^{GAP}]+?"),
    named("web", rf" (?:from|using|out of|off|via) (?:the )?{WEB}\b.*$"),
)
""""A reading list on stoicism from the web"."""
_WEB_FIRST = rx(rf"^ ?(?:(?:on|in|through|across|at) )?(?:the )?{WEB}\b|^ ?online\b")
_A_SEARCH = rx(
    maybe("(?:an?|another|the|my) "), maybe("(?:quick|new) "), maybe(f"(?:{WEB}|online) "),
    "search(?:es)? (?:for|on|about|of) ", named("query", f"[^{GAP}]+"),
)  # fmt: skip
_LINK = rx(
    "^ ?",
    maybe(either("for", "about", "on", "into", "up", "to (?:find|get|see|learn about)"), r"\b ?"),
    r"(?:(?:out|me|us|up)\b ?)*(?:(?:for|about) )?",
)
_INFORMATION = rx(
    "^(?:(?:some|any|more|the|all|all the) )?",
    words("information info details facts material data everything something anything"),
    " (?:about|on|regarding|concerning|for) ",
)
_TAIL = rx(
    r"(?: ?",
    either(
        rf"\b(?:{words('online please for_me and again too as_well together at_once')}|(?:on|from|over|"
        rf"across|in|using|with|via) (?:the )?{WEB})",
        f"[,{GAP}.]",
    ),
    ")+ ?$",
)
_ARTICLES = rx("^(?:(?:the|a|an|some|any|me) )+")
_ANAPHOR = rx(
    either(
        words("it them this that these those him her"),
        r"(?:its|their|his) [\w-]+(?: [\w-]+)?",
        "each(?: (?:one|of them|topic|name|item|row|company))?",
        "the "
        + words(
            "topic topics subject subjects name names company companies result results item items "
            "term terms keyword keywords "
            "question questions title titles people person author content"
        ),
    )
)
_SEVERAL = rx(
    r"(?:,| and)(?: ?,? (?:at the same time|in parallel|simultaneously)(?: ?,)?)? (?:also (?:for )?|for )(?=\w)"
)
""""Hotels in Rome and also flights to Rome", "for X and for Y": searches of their own."""
_AND = rx(" ?, ?(?:and )?(?:also )?(?:for )?| and (?:also )?(?:for )?")
_LOOKING = word_set(
    "ask_the_web ask_google ask_the_internet search google research look_up look_online browse do_a_web_search search_for hunt_for"
)
_THROUGH_INPUT = rx(rf"(?:it|them|through|in|the (?!{WEB}\b))")
_EACH_THING = rx("(?:(?:up|for|the web for|google for) )?(?:each|every|all(?: of)?(?: the)?) ")
_WEATHER = rx(
    r"\b(?:the )?",
    named("query", rf"(?:weather(?: forecast)?|forecast|exchange rates?|stock prices?) (?:for|in|of) [^{GAP},]+?"),
    rf"(?= ?(?:{GAP}|,|and\b|$))",
)
_DEFINITE = rx(r"(?:the|any|all|its|their)\b")
_NOTHING = rx(r"\W*(?:it|them|that|this)?\W*")
_WEB_SENSES = frozenset({"find", "fetch", "search", "think", "analyze", "summarize", "extract", "compare", ""})


def read_search(phrase: Phrase, context: Context, *, apart: bool) -> list[PlannedStep]:
    """A web search; with `apart` several side by side: "flights to X and hotels in X"."""
    written = _FROM_WEB.search(phrase.text) if phrase.sense == "generate" and not context.has_input else None
    if written:
        phrase.text = f"{phrase.text[: written.start('web')]}{GAP}"
        return _searches(written["query"], apart=False)
    noun = phrase.take(_A_SEARCH)
    if noun:
        return _searches(noun["query"], apart=apart)
    if not _is_search(phrase, context):
        return []
    first = phrase.text.split(GAP)[0]
    text = _WEB_FIRST.sub("", first if first.strip() else phrase.text.replace(GAP, " "))
    phrase.text = GAP
    return _searches(_LINK.sub("", _ON_WEB.sub("", text)).strip() or context.topic, apart=apart)


def searched_for_each(phrase: Phrase) -> list[PlannedStep]:
    """“Look up each company (in my CSV)”: a search for each of what the source holds."""
    if phrase.lemma.replace(" ", "_") not in _LOOKING or not _EACH_THING.match(phrase.text):
        return []
    phrase.text = GAP
    return [PlannedStep("source", "web_search", "search", "Search the web for each", each=True, follows=True)]


def looked_up(phrase: Phrase) -> list[PlannedStep]:
    """“Get the weather for Boston and the top news”: what else is asked for beside a source."""
    found = phrase.take(_WEATHER) if phrase.sense in {"fetch", "send", "email"} else None
    step = search_step(found["query"]) if found else None
    return [step] if step else []


def _is_search(phrase: Phrase, context: Context) -> bool:
    if phrase.lemma.replace(" ", "_") in _LOOKING:
        return not (phrase.lemma == "search" and context.has_input and _THROUGH_INPUT.match(phrase.text))
    if phrase.sense in _WEB_SENSES and _ON_WEB.search(phrase.text):
        return True
    if phrase.lemma == "look for":
        return not (context.has_input and _DEFINITE.match(phrase.text))
    return phrase.sense == "find" and not context.has_input and not _NOTHING.fullmatch(phrase.text)


def _searches(text: str, *, apart: bool) -> list[PlannedStep]:
    parts = _AND.split(text) if apart else _SEVERAL.split(text)
    return [step for part in parts if (step := search_step(part))]


def search_step(text: str) -> PlannedStep | None:
    """The search for this, None when nothing is left to search for."""
    if _ANAPHOR.fullmatch(_TAIL.sub("", text.strip(" ,."))):
        return PlannedStep("source", "web_search", "search", "Search the web", follows=True)
    query = ungapped(_INFORMATION.sub("", _ARTICLES.sub("", _TAIL.sub("", text.strip(" ,.")))))
    if not query:
        return None
    if _ANAPHOR.fullmatch(query):
        return PlannedStep("source", "web_search", "search", "Search the web", follows=True)
    return PlannedStep("source", "web_search", "search", f"Search for {query}", {"query": query})


def tidy_topic(text: str) -> str:
    """A topic without articles before it and places ("on the web") behind it."""
    return re.sub(r" +", " ", _ARTICLES.sub("", _TAIL.sub("", text.strip(" ,."))))
