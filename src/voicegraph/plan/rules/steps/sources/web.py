"""Web pages, feeds and APIs that are read."""

from __future__ import annotations

import re

from voicegraph.plan.rules.steps.phrase import GAP, Phrase
from voicegraph.plan.rules.steps.pieces import host
from voicegraph.plan.rules.steps.step import Context, PlannedStep
from voicegraph.plan.rules.text.shelter import ANY, URL
from voicegraph.words.patterns import either, maybe, named, rx, words

_AROUND = words(
    "the an a my our this that all new latest rss atom web news blog json rest http get post put api "
    "entries entry items posts from of "
    "in feed request call endpoint page pages article articles site website web_site url link "
    "address document contents content at "
    "to named called :"
)
_URL = rx(
    maybe(r"\b", words("from at of on in to through for with against via about"), " "),
    rf"(?:(?:\b(?:from|of|in) )?(?:the )?(?:(?-i:[A-Z])[\w.]* ){{1,3}}(?:rss )?(?:feed|blog|site|website|page|api) )?(?:(?<!\w){_AROUND} ){{0,9}}",
    named("url", URL),
    rf"(?: {words('rss feed api endpoint page website site article')}\b){{0,2}}",
)
_FEED_WORDS = rx(r"\b(?:feed|rss|atom|entry|entries|episodes?|podcast)\b")
_FEED_URL = rx(r"(?:/rss|/feeds?|\.rss|\.atom|/atom|\.xml)(?:[/?#].*)?$")
_API_WORDS = rx(r"\b(?:api|endpoint|http request|(?-i:GET|POST|PUT|PATCH|DELETE)|get request|response (?:of|from))\b")
_API_URL = rx("^https?://api[.-]")
_METHOD = re.compile(r" (GET|POST|PUT|PATCH|DELETE)\b")
_THE = r"(?<!\w)(?:(?:the|my|our|a|an|this|some|latest|new|newest|recent|entries|items|posts|from|of) ){0,6}"
_FEED = rx(
    _THE,
    either("rss feed", "rss news", "rss", "(?:news|blog|podcast|atom) feed", "feed"),
    r"s?\b",
    maybe(" (?:from|of|for|at) ", named("who", rf"(?:the )?[^{GAP},;]{{1,60}}?"), rf"(?= ?(?:{GAP}|,|;|$))"),
)
_THE_PAGE = rx(
    r"(?:(?:the|that|its|each|every|all(?: the)?) (?:web ?)?(?:page|site|website|link|url|article)s?|it|them)(?: behind it)? ?$"
)
""""For each URL in my CSV fetch the page"."""
_HACKER_NEWS = rx(
    maybe(r"\b(?:the )?(?:top|best|latest)? ?(?:stories|posts|articles|links) (?:from|on|of) |\bfrom |\bthe "),
    r"\bhacker news(?: (?:front ?page|stories|posts))?",
)
_HACKER_NEWS_FEED = "https://news.ycombinator.com/rss"
_OF_TEXTS = frozenset({"summarize", "translate", "extract", "analyze", "compare"})
"""After these, an address is one of something to read."""


def read_web(phrase: Phrase, context: Context) -> list[PlannedStep]:
    """Every address in the clause, else a feed that is named without one."""
    steps = [_page(context.shelter.plain(found["url"]), found[0], phrase) for found in phrase.take_all(_URL)]
    if steps:
        return steps
    if context.links and phrase.sense == "fetch" and _THE_PAGE.match(phrase.text):
        phrase.text = GAP
        return [PlannedStep("source", "web_page", "fetch", "Read each page", each=True, follows=True)]
    if phrase.take(_HACKER_NEWS):
        return [PlannedStep("source", "rss", "fetch", "Fetch Hacker News", {"url": _HACKER_NEWS_FEED})]
    found = None if context.has("rss") else phrase.take(_FEED)
    if found is None:
        return []
    of = f" of {found['who'].strip()}" if found["who"] else ""
    return [
        PlannedStep(
            "source", "rss", "fetch", f"Fetch the feed{of}", note=f"Fill in the address of the feed{of}.", doubt=True
        )
    ]


def _page(url: str, words: str, phrase: Phrase) -> PlannedStep:
    """A feed, an API or a page, by the words around the address and by its looks."""
    around = phrase.whole if len(ANY.findall(phrase.whole)) < 3 else words
    if _FEED_WORDS.search(around) or _FEED_URL.search(url):
        return PlannedStep("source", "rss", "fetch", f"Fetch the feed of {host(url)}", {"url": url})
    api = _API_URL.search(url) and phrase.sense not in _OF_TEXTS
    if phrase.sense == "call" or _API_WORDS.search(around) or api:
        method = _METHOD.search(phrase.whole)
        return PlannedStep(
            "source", "http", "request", f"Call {host(url)}", {"url": url, "method": method[1] if method else "GET"}
        )
    return PlannedStep("source", "web_page", "fetch", f"Read {host(url)}", {"url": url})
