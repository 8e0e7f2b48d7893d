"""News: "the latest news about X", "today's X news"."""

from __future__ import annotations

import re
from dataclasses import replace

from voicegraph.plan.rules.steps.phrase import GAP, Phrase
from voicegraph.plan.rules.steps.sources.search import WEB, tidy_topic
from voicegraph.plan.rules.steps.step import Context, ParamValues, PlannedStep
from voicegraph.plan.rules.steps.thinking.meant import is_anaphor
from voicegraph.words.patterns import maybe, named, rx, word_set, words

_NEWS = rx(
    r"\b",
    "(?:news",
    maybe(" ", words("articles article stories story headlines headline items item reports updates coverage")),
    r"|headlines?|press coverage|"
    r"(?:top|breaking|trending|front-page) (?:stories|articles)|"
    r"(?:latest|newest|most recent) (?:stories|articles)(?= (?:about|on|regarding|covering)\b))\b",
)
_NAMES = r"(?-i:[A-Z])[\w.&-]*(?: (?-i:[A-Z])[\w.&-]*)*(?:,| and | or )"
"""More names of a list: "about Apple, Google and Microsoft"."""
_ABOUT = rx(
    " ",
    words("about on regarding around concerning for in of from_the_world_of related_to involving covering"),
    " ",
    named(
        "about",
        rf"(?:(?! ?{GAP}| (?:and|with|to|or|versus|as well as|along with|plus) (?:(?:the|some|any|all|latest|newest|recent|more|today's) ){{0,4}}(?:news|headlines)\b|"
        rf", (?!{_NAMES})| from the web).)+",
    ),
)
_MORE = rx(r",? and (?:in parallel|at the same time|simultaneously|also|separately) (?:about|on|for) ")
_TEXT_ABOUT = rx(
    r"\b(?:about|on|regarding|covering) ",
    named("about", f"[^{GAP},;]+?"),
    r" ?(?:(?:based on|according to|from|using|with|out of)(?: the)?)? ?$",
)
_LISTED = rx(" ?, ?(?:and )?(?:(?:on|about) )?| and (?:(?:on|about) )?")
_OPENERS = word_set(
    "the a an some any all latest newest recent today's todays yesterday's current top breaking new "
    "most this week's get more daily "
    "big biggest best worst top two four seven important relevant main short hot what's whats is are what last hour's day's "
    "morning's tonight's five three ten"
)
"""Words before "news" that say which news, not what about."""
_STOPS = _OPENERS | word_set(
    "for about of on with from in to by me us my our and or search web internet google summary digest"
)
_WEB_FIRST = rx(rf"^ ?(?:the )?{WEB}\b(?: for)?")
_DAYS = {"today's": 1, "todays": 1, "tonight's": 1, "morning's": 1, "yesterday's": 2, "week's": 7}
_LONGEST_TOPIC = 6


def read_news(phrase: Phrase, context: Context) -> list[PlannedStep]:
    """The news the clause names. "The news", without a topic, are those that were fetched before, if any were."""
    steps: list[PlannedStep] = []
    at = 0
    while found := _NEWS.search(phrase.text, at):
        if phrase.text[found.end() :].lstrip().startswith("feed"):
            at = found.end()  # the feed is read elsewhere
            continue
        start, before = _topic_before(phrase.text, found.start())
        about = _ABOUT.match(phrase.text, found.end())
        end = about.end() if about else found.end()
        topic = " ".join(filter(None, (before, tidy_topic(about["about"] if about else ""))))
        topic = topic or _topic_of_text(phrase.text[:start], context)
        known = context.has("web_search", "search_news") or phrase.text[found.end() :].strip().startswith("⟪")
        if not topic and known:
            at = found.end()
            continue
        steps += [_news(part, phrase.text[start : found.start()]) for part in _MORE.split(topic)]
        phrase.text = f"{phrase.text[:start]} {GAP} {phrase.text[end:]}"
        at = 0
    if steps:
        phrase.text = _WEB_FIRST.sub(GAP, phrase.text)
    return steps


def topics_apart(step: PlannedStep) -> list[PlannedStep]:
    """A search for news about "Apple, Google and Microsoft" as one for each; any other step as it is."""
    topics = _LISTED.split(str(step.params.get("query", ""))) if step.action == "search_news" else []
    return [replace(_news(topic, ""), note=step.note) for topic in topics] if len(topics) > 1 else [step]


def _news(topic: str, words: str) -> PlannedStep:
    params: ParamValues = {"query": topic or "top stories of the day"}
    days = next((_DAYS[word] for word in words.lower().split() if word in _DAYS), None)
    params |= {"days": days} if days else {}
    note = "" if topic else "No topic was named, so the news of the day are searched for."
    label = f"Find news about {topic}" if topic else "Find the news"
    return PlannedStep("source", "web_search", "search_news", label, params, bare=not topic, note=note)


def _topic_of_text(text: str, context: Context) -> str:
    """“A briefing about the summit from today's news”: what the text is about, the news are about."""
    found = _TEXT_ABOUT.search(text)
    return tidy_topic(found["about"]) if found and not is_anaphor(found["about"]) else ""


def _topic_before(text: str, end: int) -> tuple[int, str]:
    """Where the words that say which news begin ("today's tech news"), and the topic among them."""
    words = list(re.finditer(r"\S+", text[:end]))
    start, topic = end, list[str]()
    while words and len(topic) < _LONGEST_TOPIC and _is_topic(words[-1][0]):
        start = words[-1].start()
        topic.insert(0, words.pop()[0])
    while words and words[-1][0].lower() in _OPENERS:
        start = words.pop().start()
    return start, " ".join(topic)


def _is_topic(word: str) -> bool:
    return word != GAP and not word.endswith(",") and word.lower().strip(",.") not in _STOPS
