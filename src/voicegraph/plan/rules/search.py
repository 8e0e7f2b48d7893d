"""Web searches and news, and what exactly is searched for."""

from __future__ import annotations

import re

from voicegraph.plan.rules.phrase import GAP, Phrase
from voicegraph.plan.rules.steps import Context, Step

_WEB = r"(?:web|internet|net|google|bing|duck\s?duck\s?go|tavily|world\s+wide\s+web)"
_ON_WEB = re.compile(rf"\b(?:(?:on|from|over|across|in|through|using|with|via|of)\s+(?:the\s+)?{_WEB}(?:\s+search)?|online)\b", re.I)
_WEB_OBJECT = re.compile(rf"^\s*(?:(?:on|in|through|across|at)\s+)?(?:the\s+)?{_WEB}\b|^\s*online\b", re.I)
_SEARCH_NOUN = re.compile(rf"(?:an?\s+|another\s+|the\s+|my\s+)?(?:quick\s+|new\s+)?(?:{_WEB}\s+|online\s+)?search(?:es)?\s+(?:for|on|about|of)\s+(?P<query>[^{GAP}]+)", re.I)
_LINK = re.compile(r"^\s*(?:(?:for|about|on|into|up|to\s+(?:find|get|see|learn\s+about))\b\s*)?(?:(?:out|me|us|up)\b\s*)*(?:for\s+|about\s+)?", re.I)
_INFO = re.compile(r"^(?:some\s+|any\s+|more\s+|the\s+|all\s+(?:the\s+)?)?(?:information|info|details|facts|material|data|everything|something|anything)\s+(?:about|on|regarding|concerning|for)\s+", re.I)
_TAIL = re.compile(rf"(?:\s*(?:\b(?:online|please|for\s+me|and|again|too|as\s+well|together|at\s+once)|\b(?:on|from|over|across|in|using|with|via)\s+(?:the\s+)?{_WEB}|[,{GAP}.]))+\s*$", re.I)
_LEAD = re.compile(r"^(?:(?:the|a|an|some|any|me)\s+)+", re.I)
_ANAPHOR = re.compile(r"(?:it|them|this|that|these|those|him|her|(?:its|their|his)\s+[\w-]+(?:\s+[\w-]+)?|each(?:\s+(?:one|of\s+them|topic|name|item|row|company))?|the\s+(?:topics?|subjects?|names?|companies|company|results?|items?|terms?|keywords?|questions?|titles?|people|person|author|content))", re.I)
_AND = re.compile(r"\s*,\s*(?:and\s+)?(?:also\s+)?(?:for\s+)?|\s+and\s+(?:also\s+)?(?:for\s+)?", re.I)
_FINDING = frozenset({"search", "find"})


def read_search(phrase: Phrase, context: Context, *, apart: bool) -> list[Step]:
    """A web search, or several side by side where the clause says so."""
    noun = phrase.take(_SEARCH_NOUN) if phrase.lemma not in {"change", "replace"} else None
    if noun:
        return _searches(noun["query"], apart)
    on_web = _ON_WEB.search(phrase.text)
    if not _searches_web(phrase, context, bool(on_web)):
        return []
    text = phrase.text.split(GAP)[0] if phrase.text.split(GAP)[0].strip() else phrase.text.replace(GAP, " ")
    text = _WEB_OBJECT.sub("", text)
    text = _LINK.sub("", _ON_WEB.sub("", text))
    phrase.text = GAP
    return _searches(text, apart)


def _searches_web(phrase: Phrase, context: Context, on_web: bool) -> bool:
    if phrase.lemma in {"search", "google", "research", "look up", "look online", "browse", "do a web search", "search for", "hunt for"}:
        return not (phrase.lemma == "search" and context.has_input and re.match(r"(?:it|them|through|in|the\s+(?!web|internet|net))", phrase.text, re.I))
    if on_web and phrase.sense in {"find", "fetch", "search", "think", "analyze", "summarize", "extract", "compare", ""}:
        return True
    if phrase.lemma == "look for":
        return not context.has_input or not re.match(r"(?:the|any|all|its|their)\b", phrase.text, re.I)
    return phrase.sense in _FINDING and not context.has_input and not re.fullmatch(r"\W*(?:it|them|that|this)?\W*", phrase.text)


def _searches(text: str, apart: bool) -> list[Step]:
    texts = _AND.split(text) if apart else [text]
    return [step for part in texts if (step := search_step(part))]


def search_step(text: str) -> Step | None:
    """The search for this, None when nothing is left to search for."""
    query = _INFO.sub("", _LEAD.sub("", _TAIL.sub("", text.strip(" ,."))))
    query = re.sub(r"\s+", " ", query.replace(GAP, " ")).strip(" ,.")
    if not query:
        return None
    if _ANAPHOR.fullmatch(query):
        return Step("source", "web_search", "search", "Search the web", {"query": "{{ input }}"}, follows=True)
    return Step("source", "web_search", "search", f"Search for {query}"[:80], {"query": query})


_NEWS_WORD = re.compile(r"\b(?:news(?:\s+(?:articles?|stories|story|headlines?|items?|reports?|updates?|coverage))?|headlines?|press\s+coverage)\b(?!letter)", re.I)
_PARTITIVE = r"(?:the\s+|some\s+|any\s+|all\s+|latest\s+|newest\s+|recent\s+|more\s+)*"
_ABOUT = re.compile(
    rf"\s+(?:about|on|regarding|around|concerning|for|in|of|from\s+the\s+world\s+of|related\s+to|involving|covering)\s+(?P<about>(?:(?!\s*{GAP}|\s+and\s+{_PARTITIVE}(?:news|headlines)\b|,\s|\s+from\s+the\s+web).)+)",
    re.I,
)
_TOPIC_STOPS = frozenset(
    "the a an some any all latest newest recent today's todays yesterday's current top breaking new most this week's of for about on with from "
    "in to by me us my our and or get more daily big biggest important relevant main short hot local? what's whats is are what last hour's "
    "day's morning's tonight's five three ten search web internet google summary digest".split()
)


def read_news(phrase: Phrase, context: Context) -> list[Step]:
    """Take the news out of the clause: "the latest news about X", "today's X news"."""
    steps: list[Step] = []
    at = 0
    while found := _NEWS_WORD.search(phrase.text, at):
        start, before = _topic_before(phrase.text, found.start())
        about = _ABOUT.match(phrase.text, found.end())
        end = about.end() if about else found.end()
        topic = _topic(before, about["about"] if about else "")
        at = found.end()
        if not topic and context.has("web_search", "search_news"):
            continue
        if not topic and phrase.text[found.end() :].strip().startswith("⟪"):
            continue
        phrase.text = f"{phrase.text[:start]} {GAP} {phrase.text[end:]}"
        at = 0
        label = f"Find news about {topic}" if topic else "Find the news"
        note = "" if topic else "No topic was named, so the news of the day are searched for."
        steps.append(Step("source", "web_search", "search_news", label[:80], {"query": topic or "top stories of the day"}, note=note))
    if steps and phrase.sense in {"search", "find", "fetch"}:
        phrase.text = re.sub(rf"^\s*(?:the\s+)?{_WEB}\b(?:\s+for)?", GAP, phrase.text, flags=re.I)
    return steps


def _topic_before(text: str, end: int) -> tuple[int, str]:
    """Where the words that say which news begin, and those words."""
    words = list(re.finditer(r"\S+", text[:end]))
    taken: list[str] = []
    start = end
    for word in reversed(words[-6:]):
        bare = word[0].lower().strip(",.")
        if word[0] == GAP or bare in _TOPIC_STOPS or word[0].endswith(","):
            break
        start = word.start()
        taken.insert(0, word[0])
    while words and (previous := [w for w in words if w.end() <= start]) and previous[-1][0].lower() in _TOPIC_STOPS - {"with", "of", "for", "about", "on", "to", "by", "and", "or", "me", "us", "search", "web", "internet", "google", "summary", "digest", "in"}:  # fmt: skip
        start = previous[-1].start()
    return start, " ".join(taken)


def _topic(before: str, about: str) -> str:
    about = _LEAD.sub("", _TAIL.sub("", about.strip(" ,.")))
    if about and before:
        return f"{before} {about}"
    return about or before
