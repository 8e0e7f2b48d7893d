"""Where a clause takes its material from: Notion, uploads, pages, feeds, APIs, other services."""

from __future__ import annotations

import re

from voicegraph.plan.rules.github import read_github
from voicegraph.plan.rules.phrase import GAP, Phrase
from voicegraph.plan.rules.search import read_news, read_search
from voicegraph.plan.rules.services import MENTION, service_of
from voicegraph.plan.rules.shelter import ANY, PATH, QUOTE, URL
from voicegraph.plan.rules.steps import Context, Step

_DET = r"(?:(?:the|my|our|a|an|this|that|your|some|its|of)\s+)*"


def read_sources(phrase: Phrase, context: Context, *, apart: bool) -> list[Step]:
    """Take the sources out of the clause. `apart`: they run side by side, so "X and Y" are two searches."""
    steps = read_github(phrase, context)
    steps += _web(phrase, context)
    steps += _notion(phrase, context)
    steps += _uploads(phrase, context)
    steps += read_news(phrase, context)
    steps += _services(phrase)
    steps += _workflow(phrase)
    if not steps or apart:
        steps += read_search(phrase, context, apart=apart) if not steps else []
    return steps


# -- pages, feeds and APIs

_URL = re.compile(
    rf"(?:\b(?:from|at|of|on|in|to|through|for|with|against|via|about)\s+)?(?P<before>(?:(?:the|an?|my|our|this|that|all|new|latest|rss|atom|web|news|blog|json|rest|http|get|post|put|api|entries|entry|items|posts|from|of|in|"
    rf"feed|request|call|endpoint|page|pages|article|articles|site|website|web\s?site|url|link|address|document|post|contents?|at|to|named|called|:)\s+)*)(?P<url>{URL})(?P<after>(?:\s+(?:rss|feed|api|endpoint|page|website|site|article)\b)*)",
    re.I,
)
_FEED_WORDS = re.compile(r"\b(?:feed|rss|atom|entry|entries|episodes?|podcast)\b", re.I)
_FEED_URL = re.compile(r"(?:/rss|/feed|\.rss|\.atom|/atom|feed\.xml|rss\.xml|\.xml|/feeds?)(?:[/?#].*)?$", re.I)
_API_WORDS = re.compile(r"\b(?:api|endpoint|request|GET|POST|json)\b")
_API_URL = re.compile(r"^https?://api[.-]", re.I)
_METHOD = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)\b")
_FEED_ONLY = re.compile(
    rf"{_DET}(?:(?:latest|new|newest|recent|entries|items|posts|from)\s+)*{_DET}(?:rss\s+(?:feed|news)|rss|(?:news|blog|podcast|atom)\s+feed|feed)s?\b(?:\s+(?:from|of|for|at)\s+(?P<who>(?:the\s+)?[^{GAP},;]{{1,60}}?)(?=\s*(?:{GAP}|,|;|$)))?",
    re.I,
)
_HACKER_NEWS = re.compile(r"(?:\b(?:the\s+)?(?:top|best|front\s*page|latest)?\s*(?:stories|posts|articles|links)\s+(?:from|on|of)\s+|\bfrom\s+|\bthe\s+)?\bhacker\s+news(?:\s+(?:front\s*page|stories|posts))?", re.I)
_HACKER_NEWS_FEED = "https://news.ycombinator.com/rss"


def _web(phrase: Phrase, context: Context) -> list[Step]:
    steps: list[Step] = []
    for found in phrase.take_all(_URL):
        steps.append(_url_step(context.shelter.value(found["url"]), found[0], phrase))
    if steps:
        return steps
    if phrase.take(_HACKER_NEWS):
        return [Step("source", "rss", "fetch", "Fetch Hacker News", {"url": _HACKER_NEWS_FEED})]
    found = None if context.has("rss") else phrase.take(_FEED_ONLY)
    if found:
        who = (found["who"] or "").strip()
        label = f"Fetch the feed of {who}" if who else "Fetch the feed"
        return [Step("source", "rss", "fetch", label, note=f"Fill in the address of the feed{f' of {who}' if who else ''}.", doubt=True)]
    return []


def _url_step(url: str, words: str, phrase: Phrase) -> Step:
    host = re.sub(r"^https?://(?:www\.)?", "", url).split("/")[0][:60]
    around = f"{phrase.whole if len(list(ANY.finditer(phrase.whole))) < 3 else words}"
    if _FEED_WORDS.search(around) or _FEED_URL.search(url):
        return Step("source", "rss", "fetch", f"Fetch the feed of {host}", {"url": url})
    method = _METHOD.search(phrase.whole)
    called = phrase.sense == "call" or re.search(r"\b(?:API|GET|POST|PUT|PATCH|DELETE)\b", around) or re.search(r"\b(?:api|endpoint|http\s+request|get\s+request)\b", around, re.I)
    if called or (_API_URL.search(url) and phrase.sense in {"fetch", "", "find", "think", "run"}):
        verb = method[1] if method and phrase.whole[: method.end()].strip() != method[1] else "GET"
        return Step("source", "http", "request", f"Call {host}", {"url": url, "method": verb})
    return Step("source", "web_page", "fetch", f"Read {host}", {"url": url})


# -- Notion

_THINGS = (
    r"(?:meeting\s+)?(?:notes?|minutes)|pages?|databases?|db|tables?|tasks?(?:\s+(?:list|database|board|tracker))?|to-?dos?(?:\s+list)?|docs?|documents?|journal|wiki|"
    r"entry|entries|rows?|records?|items?|board|tracker|list|content|contents|workspace|log|diary|crm|roadmap|backlog|calendar"
)
_BEFORE_NOTION = rf"(?:{_DET}(?:(?:contents?|text|rows|entries|items|records)\s+(?:of|from|in)\s+)?{_DET}(?P<own>(?:[\w'-]+\s+){{0,3}}?)(?P<thing1>{_THINGS})(?:\s+(?:called\s+|named\s+|titled\s+)?(?P<name1>{QUOTE}|(?-i:[A-Z0-9])[\w&'-]*(?:\s+(?-i:[A-Z0-9])[\w&'-]*)*))?\s+(?:out\s+of|from|in|on|inside|of|stored\s+in|that\s+are\s+in)\s+{_DET})"
_NOTION = re.compile(
    rf"(?:\b(?:from|of|in|out\s+of|on|using|with|through|inside)\s+)?{_BEFORE_NOTION}?{_DET}(?:(?:contents?|rows|entries)\s+(?:of|from|in)\s+)?{_DET}\bnotion\b(?:'s)?"
    rf"(?:\s+(?P<adjective>(?!page|database|and\b|to\b|in\b|as\b|by\b|about\b|for\b|with\b|from\b|of\b|at\b|on\b)[\w'-]+(?:\s+(?!about\b|for\b|with\b|of\b|and\b)[\w'-]+)??)?\s*(?P<thing2>{_THINGS})\b)?(?:\s+(?P<thing3>database|page|list|board|tracker)\b)?"
    rf"(?:\s+(?:called\s+|named\s+|titled\s+)?(?P<name2>{QUOTE}|(?-i:[A-Z0-9])[\w&'-]*(?:\s+(?-i:[A-Z0-9])[\w&'-]*)*|(?<=page\s)(?!of\b|about\b|for\b|with\b|from\b|in\b|and\b|to\b|on\b|by\b|that\b|contains\b|mentions\b|says\b|is\b|has\b)[\w'-]+(?:\s+(?!of\b|about\b|for\b|with\b|from\b|in\b|and\b|to\b|on\b|by\b)[\w'-]+){{0,3}}(?=\s*(?:{GAP}|$))))?"
    rf"(?P<topic>\s+(?:of|about|for|on|with|where|whose|that\s+(?:are|is|have|has))\s+[^{GAP},;]+)?",
    re.I,
)
_NAME_CASE = re.compile(r"[A-Z0-9⟪]")
_LOOSE_NOTES = re.compile(rf"{_DET}(?:latest\s+|last\s+|team\s+)*meeting\s+(?:notes|minutes)\b", re.I)
_DATABASE = re.compile(r"database|\bdb\b|table|task|to-?do|row|record|entr|items?\b|tracker|board|crm|backlog", re.I)


def _notion(phrase: Phrase, context: Context) -> list[Step]:
    found = phrase.take(_NOTION)
    if found is None:
        notes = None if context.has("notion") or phrase.sense in {"generate"} else phrase.take(_LOOSE_NOTES)
        if notes:
            note = "The meeting notes are taken to be a Notion page."
            return [Step("source", "notion", "fetch_page", "Fetch meeting notes", note=note, doubt=True)]
        return []
    name = (found["name1"] or found["name2"] or "").strip()
    name = name if _NAME_CASE.match(name) or found["name2"] else ""
    things = " ".join(filter(None, (found["adjective"], found["thing1"], found["thing2"], found["thing3"])))
    named = phrase_value(name, context)
    if _DATABASE.search(things) and not re.search(r"\bpage\b", things, re.I):
        return [_notion_database(phrase, things, named, found["topic"])]
    known = context.last("notion")
    if known and not named and phrase.sense not in {"fetch", "find"} and known.action == "fetch_page":
        return []
    own = re.sub(r"\b(?:my|our|the|all|of)\b", "", found["own"] or "", flags=re.I).strip()
    what = named or " ".join(filter(None, (own, things))).strip().lower() or "the Notion page"
    return [Step("source", "notion", "fetch_page", f"Fetch {what}"[:80], {"pageId": named} if named else {})]


def _notion_database(phrase: Phrase, things: str, name: str, topic: str | None) -> Step:
    params = {"databaseId": name} if name else {}
    if phrase.lemma in {"query", "filter"}:
        note = f'Set the filter of the query to match "{topic.strip()}".' if topic else ""
        return Step("source", "notion", "query_database", f"Query {name or 'the Notion database'}", dict(params), note=note)
    what = name or f"the Notion {things.lower()}".replace("database database", "database")
    return Step("source", "notion", "fetch_database", f"Fetch {what}"[:80], dict(params))


def phrase_value(name: str, context: Context) -> str:
    """A name as it was said, without the marks of a quotation."""
    return context.shelter.value(name) if ANY.fullmatch(name) else context.shelter.restore(name)


# -- uploads

_UPLOADED = r"(?:(?:that\s+|which\s+)?(?:i|we|you|they|the\s+user)(?:'ve|'ll|\s+will|\s+have|\s+am\s+going\s+to|\s+just|'m\s+going\s+to)?\s+(?:upload|uploaded|attach|attached|provide|provided|give|choose|select|drop)(?:\s+(?:here|you|in))?)"
_KINDS = (
    r"(?P<csv>csvs?(?:\s+(?:file|export|table|data))?|tsv(?:\s+file)?|(?:excel|xlsx?)(?:\s+(?:file|sheet|spreadsheet))?|spread\s?sheet(?:\s+file)?)"
    r"|(?P<pdf>pdfs?(?:\s+(?:file|document|report|contract|invoice|paper))?)|(?P<txt>(?:plain\s+)?text\s+(?:file|document)|txt(?:\s+file)?|\.txt(?:\s+file)?)"
    r"|(?P<any>(?:word\s+)?(?:document|file|docx?)|attachment)"
)
_UPLOAD = re.compile(
    rf"(?:\b(?:from|of|in|on|out\s+of|through|with|using|for)\s+)?(?P<det>(?:(?:the|my|our|a|an|this|that|your|some|any|one|another|second|of|from|each|every)\s+)*)(?P<up>(?:uploaded|attached|provided)\s+)?(?P<own>(?:(?!(?:uploaded|attached|into|as|to|from|of|in|an?|the|and|with|for|out|or|on)\b)[\w'-]+\s+){{0,2}}?)(?:{_KINDS})\b(?:\s+{_UPLOADED}|\s+(?P<isup>(?:is|has\s+been|was|gets)\s+uploaded|upload))?",
    re.I,
)
_UPLOAD_ACTIONS = {
    "csv": ("csv_upload", "upload_csv", "CSV"), "pdf": ("pdf_upload", "upload_pdf", "PDF"),
    "txt": ("txt_upload", "upload_txt", "text file"), "any": ("file_upload", "upload_any", "file"),
}  # fmt: skip
_ROWS = re.compile(r"^(?:(?:each|every|all|the)\s+)*(?:rows?|lines?|records?)\s+(?:of|in|from)\s+", re.I)


def _uploads(phrase: Phrase, context: Context) -> list[Step]:
    steps: list[Step] = []
    uploading = phrase.sense == "upload" or bool(re.search(r"\bupload|\battach", phrase.whole, re.I))
    text = phrase.text
    for found in _UPLOAD.finditer(text):
        kind = next(kind for kind in _UPLOAD_ACTIONS if found[kind])
        if kind == "any" and not uploading:
            continue
        if not uploading and re.search(r"(?:\b(?:as|into|to)\s+(?:an?\s+)?)$", text[: found.start()] + (found["det"] or ""), re.I):
            continue
        type_, action, title = _UPLOAD_ACTIONS[kind]
        again = bool(re.search(r"\b(?:another|second)\b", found["det"], re.I))
        if (context.has(type_) and not again) or (kind == "any" and any(s.type.endswith("_upload") for s in context.steps) and not again):
            continue
        own = found["own"].strip()
        own = "" if re.search(r"\b(?:upload|row|of|in|from|for|the|with|about|and|into|to|single|insights|out)\b", own, re.I) else own
        note = "A spreadsheet has to be saved as CSV before it is uploaded." if re.search(r"excel|xls", found[0], re.I) else ""
        label = f"Upload {'the ' if not own else ''}{own + ' ' if own else ''}{title}"
        steps.append(Step("source", type_, action, label, note=note))
        phrase.text = phrase.text.replace(found[0], f" {GAP} ", 1)
    return steps


# -- services without a node, other workflows

_READS = {"from", "of", "out of", "via", "using", "with", "in", "on", "at", ""}


def _services(phrase: Phrase) -> list[Step]:
    steps: list[Step] = []
    for found in list(MENTION.finditer(phrase.text)):
        prep = re.sub(r"\s+", " ", (found["prep"] or "").lower())
        if found["ticket"] or prep not in _READS:
            continue
        service = service_of(found)
        phrase.text = phrase.text.replace(found[0], f" {GAP} ", 1)
        note = f"{service.name[:1].upper()}{service.name[1:]} has no node of its own: it is read with an HTTP request. Set the address of its API and a credential."
        steps.append(Step("source", "http", "request", f"Read {service.name}", {"method": "GET"}, note=note, doubt=True))
    return steps[:4]


_WORKFLOW = re.compile(rf"(?:the\s+|my\s+)?(?:workflow|flow)\s+(?:called\s+|named\s+)?(?P<name>{QUOTE}|{PATH}|[^{GAP},;]+)|(?:the\s+|my\s+)(?P<name2>[^{GAP},;]+?)\s+workflow\b", re.I)


def _workflow(phrase: Phrase) -> list[Step]:
    if phrase.sense not in {"run", "call"}:
        return []
    found = _WORKFLOW.match(phrase.text)
    name = (found["name"] or found["name2"] or "").strip() if found else ""
    if found is None or not name or re.fullmatch(r"(?:now|again|please|it|in\s+the\s+background)", name, re.I):
        return []
    phrase.cut(found)
    note = f'Choose the saved workflow "{name}" in this step.'
    return [Step("source", "workflow", "run", f"Run {name}"[:80], follows=True, note=note)]
