"""What is made of the material: summaries, analyses, translations, texts, and whatever else a model can do."""

from __future__ import annotations

import re
from dataclasses import replace
from re import Match

from pydantic import JsonValue

from voicegraph.plan.rules.phrase import GAP, Phrase
from voicegraph.plan.rules.search import search_step
from voicegraph.plan.rules.steps import Context, Step

_RESULTS: tuple[tuple[str, str], ...] = (
    ("summarize", r"summar(?:y|ies|ization)|digests?|recaps?|overviews?|briefings?|brief|tl;?\s?dr|synops[ei]s|rundown|round[\s-]?ups?|gist|abstracts?|wrap[\s-]?up|executive\s+summary|short\s+version|in\s+a\s+nutshell"),
    ("analyze", r"analys[ei]s|assessments?|evaluations?|sentiment"),
    ("extract_insights", r"insights(?!\s+report)|learnings|lessons\s+learned(?=\s+from)"),
    ("compare", r"comparisons?|side[\s-]by[\s-]side"),
    ("translate", r"translations?"),
    (
        "generate",
        r"(?:[\w-]+\s+)?reports?|release\s+notes|change\s?-?logs?|newsletters?|itinerar(?:y|ies)|agendas?|blog\s+posts?|articles?|poems?|haikus?|limericks?|sonnets?|stor(?:y|ies)|"
        r"essays?|tweets?|status\s+updates?|proposals?|memos?|letters?|presentations?|outlines?|press\s+releases?|announcements?|speech(?:es)?|scripts?|"
        r"to-?do\s+lists?(?=\s+(?:from|for|based))|study\s+guides?|quiz(?:zes)?|faqs?|cover\s+letters?|replies|reply|answers?(?=\s+to)|responses?(?=\s+to)|"
        r"jokes?|quotes?|greetings?|drafts?|briefs?|plans?|schedules?|recommendations?|suggestions?|stand-?up(?:\s+(?:notes|update))?|forecasts?",
    ),
    ("extract", r"(?:key|main|most\s+important|important)\s+(?:points?|facts?|takeaways?|messages?|ideas?|findings?|figures?|numbers?|dates?|topics?|themes?)|highlights|takeaways|action\s+(?:items|points)|to-?dos|bullet\s+points|next\s+steps|deadlines|lists?\s+of\s+(?:the\s+|all\s+(?:the\s+)?)?(?P<listed>[\w-]+(?:\s+[\w-]+)?)|findings|conclusions?"),
)  # fmt: skip
_DET = r"(?P<det>(?:(?:the|an?|its|my|our|your|those|these|this|that|their|some|any|all|each|whole|full)\s+)*)"
_KIND = r"(?P<kind>(?:(?!the\b|an?\b|of\b|from\b|in\b|to\b|for\b|with\b|and\b|on\b|me\b|it\b|them\b|into\b|by\b|about\b)[\w'-]+\s+){0,3}?)"
_DELIVERABLE = tuple((action, re.compile(rf"(?<![\w-]){_DET}{_KIND}(?P<noun>{nouns})(?![\w-])", re.I)) for action, nouns in _RESULTS)
_KEY_POINTS = re.compile(r"(?:(?:key|main|most\s+important|important)\s+)?(?:points|takeaways|highlights|facts|ideas|findings|messages)", re.I)
_ABSORBING = frozenset({"summarize", "analyze", "extract_insights", "generate", "combine", "compare", "transform", "rewrite", "explain", "answer"})
_DEFINITE = re.compile(r"\b(?:the|its|those|these|this|that|their|all)\b", re.I)

_ANAPHOR = re.compile(
    r"(?:it|them|this|that|these|those|both(?:\s+of\s+them)?|everything|all(?:\s+of\s+(?:it|them|this|that))?|each(?:\s+(?:one|of\s+them))?|him|her|me|us|"
    r"(?:the|all\s+the|these|those|my|its|whole|this|that|new|each|every|their|any)\s+(?:[\w-]+\s+){0,2}?(?:results?|outputs?|response|payload|body|text|contents?|data|lists?|findings|files?|documents?|csv|pdf|page|pages|"
    r"notes?|entries|entry|items?|articles?|story|stories|news|issues?|commits?|pull\s+requests|drafts?|summar(?:y|ies)|reports?|answers?|link|links|message|analysis|translations?|reviews?|tweets?|"
    r"headlines|post|posts|numbers?|rows?|code\s+changes|changes|table|email|event|request|feed|information|info|article|website|site|website's|poem|comparison|insights|copy|ones?|thing|headlines|plans?|totals|dates|names|tasks|one)|"
    r"(?:new\s+)?(?:entries|results|items)|a\s+copy(?:\s+of\s+(?:it|them))?|copies|what\s+(?:you|it|they)\s+(?:find|found|got|get|says?|returns?|return)s?)",
    re.I,
)
_PRONOUN = re.compile(r"(?:it|them|this|that|these|those|both|everything|all(?:\s+of\s+(?:it|them))?|each(?:\s+(?:one|of\s+them))?|(?:the|all)\s+(?:results?|output|response|payload|content|data|text|body))", re.I)
_CONTENT = re.compile(
    r"(?:(?:the|my|our|all|top|best|first|most|two|three|five|ten|twenty|\d+|latest|recent|new|newest|whole|full|current|of|open|last|week's|today's|this|team|weekly|daily|project|personal|meeting|important)\s+)*(?:meeting\s+)?(?:notes?|minutes|pages?|contents?|texts?|data|information|info|entries|items|articles?|"
    r"documents?|docs?|files?|messages?|tasks?|lists?|journal|records|rows|posts|results?|stuff|everything|it|them|me|latest|details|updates|body|one|ones|feed|version|copy)?",
    re.I,
)
_VAGUE = re.compile(r"(?:some|any)thing\b.*|(?:(?:the|that|this|some|my|a|an|any|other|one)\s+)*(?:things?|stuff|something|anything|everything|it|that|one|ones|them|task|job|work|usual|rest|same|what\s+i\s+(?:said|want|mean)|you|me|there|here|over\s+there|better|sure|some|nothing)?(?:\s+(?:over\s+)?(?:there|here|with\s+(?:it|things|stuff|that)|somehow|for\s+me|now|again|please))*", re.I)  # fmt: skip
_LANGUAGE = re.compile(r"\b(?:in)?to\s+(?:(?:simple|plain|brazilian|british|american|european|swiss|formal|colloquial|proper)\s+)?(?P<language>[^\W\d_]+)\b(?!\s*:)", re.I)
_NOT_LANGUAGE = frozenset("a an the my our me us it them slack notion email all each every this that both".split())
_SHORT = re.compile(r"\b(?:short|brief|concise|quick|one[\s-](?:line|sentence|paragraph)|in\s+(?:one|a|two|three|1|2|3)\s+sentences?|tl;?dr|two[\s-]sentence|compact|crisp)\b", re.I)
_LONG = re.compile(r"\b(?:long|detailed|in[\s-]depth|thorough|comprehensive|extensive)\b", re.I)
_SLUG_STOPS = frozenset("the a an all any some of from my our its their every each and or in on to me us for with by that which is are there most it them this these those".split())
_SPECIAL = {"clean up": "clean_up", "summarise": "summarize", "categorise": "categorize", "prioritise": "prioritize", "anonymise": "anonymize", "synthesise": "synthesize"}
_FREE_ACTION = re.compile(r"[^a-z0-9]+")
_TELL = frozenset({"tell", "give", "show", "list", "get", "find", "identify", "locate", "collect", "pull", "grab", "gather", "take", "bring", "fetch", "find out", "discover", "display", "check", "see", "read", "extract", "look for", "search", "retrieve", "need"})  # fmt: skip


def read_thinking(phrase: Phrase, context: Context, sources: list[Step], deliveries: list[Step], told: str) -> list[Step]:
    """The llm steps of the clause. `told`: its words before the sources were taken out."""
    reader = _BY_SENSE.get(phrase.sense)
    if reader:
        return reader(phrase, context, sources, told)
    if phrase.sense in {"generate", "create"}:
        return _written(phrase, context, sources, deliveries, told)
    chat = phrase.sense == "fetch" and not (sources or deliveries or context.has_input)
    named = _deliverable(phrase, context, bool(sources), told)
    if named is not None and not (chat and named and named[0].action == "generate"):
        return named
    if phrase.sense in {"fetch", "find", "extract", "search"}:
        return _found(phrase, context, sources, deliveries)
    if deliveries and not sources and not context.has_input:
        return _sent(phrase, context, deliveries)
    return []


def is_vague(text: str) -> bool:
    """Whether these words name nothing in particular."""
    return bool(_VAGUE.fullmatch(text.strip(" ,.?!")))


def is_anaphor(text: str) -> bool:
    """Whether these words mean what came before."""
    return bool(_ANAPHOR.fullmatch(text.strip(" ,.?!")))


# -- verbs of thinking


def _summarized(phrase: Phrase, context: Context, sources: list[Step], told: str) -> list[Step]:
    return [*_material(phrase, context, sources), _step("summarize", "Summarize", _extra(phrase, context, told))]


def _analyzed(phrase: Phrase, context: Context, sources: list[Step], told: str) -> list[Step]:
    return [*_material(phrase, context, sources), _step("analyze", "Analyze", _extra(phrase, context, told))]


def _compared(phrase: Phrase, context: Context, sources: list[Step], told: str) -> list[Step]:
    return [*_material(phrase, context, sources), _step("compare", "Compare", _extra(phrase, context, told))]


def _combined(phrase: Phrase, context: Context, sources: list[Step], told: str) -> list[Step]:
    return [_step("combine", "Combine", _extra(phrase, context, told) or {"instruction": "Combine the inputs into one text"})]


def _translated(phrase: Phrase, context: Context, sources: list[Step], told: str) -> list[Step]:
    return [translation(told, context, phrase.whole)]


def _extracted(phrase: Phrase, context: Context, sources: list[Step], told: str) -> list[Step]:
    rest = phrase.rest()
    if re.search(r"\binsights?\b", rest, re.I):
        return [_step("extract_insights", "Extract insights", {})]
    what = re.split(r"\s+(?:from|out\s+of|in|of)\s+", rest, maxsplit=1)[0] if not _PRONOUN.fullmatch(rest) else ""
    return [_extraction(what or "information", context)]


def _other(phrase: Phrase, context: Context, sources: list[Step], told: str) -> list[Step]:
    lemma = _SPECIAL.get(phrase.lemma, phrase.lemma)
    into = re.search(r"\binto\s+(?P<what>.+)$", phrase.text, re.I)
    if lemma in {"turn", "convert", "transform", "change", "format", "reformat", "put together"} and into:
        for action, pattern in _DELIVERABLE[:5]:
            if pattern.search(into["what"]):
                return [_named_step(action, told, context)]
        return [_step("transform", f"Turn into {_tidy(into['what'], context)}", {"instruction": _sentence(phrase, told, context)})]
    if lemma in {"turn", "change", "reply to", "respond to"} and not into:
        return [] if lemma in {"turn", "change"} else [_step("generate", "Write a reply", {"instruction": _sentence(phrase, told, context)})]
    rest = phrase.rest()
    named = "" if is_anaphor(rest) or len(rest.split()) > 4 else rest
    action = slug(f"{lemma} {named}") or slug(lemma)
    label = f"{lemma.capitalize()} {named}".strip()
    return [_step(action, label[:80], {"instruction": _sentence(phrase, told, context)})]


_BY_SENSE = {
    "summarize": _summarized, "analyze": _analyzed, "compare": _compared, "combine": _combined, "translate": _translated,
    "extract": _extracted, "think": _other,
}  # fmt: skip


def _material(phrase: Phrase, context: Context, sources: list[Step]) -> list[Step]:
    """Something to work on: where there is none, the web is searched for what was named."""
    if sources or context.has_input:
        return []
    rest = re.sub(r"\s+(?:in|into|to|for)\s+(?:one|two|three|a\s+few|\d+)\s+\w+$", "", phrase.rest(), flags=re.I)
    if is_anaphor(rest) or is_vague(rest) or not re.search(r"\w{3}", rest):
        return []
    step = search_step(rest)
    note = f'It was not said where to find "{rest}", so the web is searched for it.'
    return [replace(step, note=note, doubt=True, implied=True)] if step else []


# -- writing


def _written(phrase: Phrase, context: Context, sources: list[Step], deliveries: list[Step], told: str) -> list[Step]:
    rest = phrase.rest()
    if not rest or is_anaphor(rest) or is_vague(rest) or re.fullmatch(r"(?:it|them|that|this)\b.*", rest, re.I):
        return []
    if any(step.type == "github" or (step.type == "http" and step.params.get("method") == "POST" and phrase.sense == "create") for step in deliveries) or deliveries and phrase.sense == "create":
        named = _deliverable(phrase, context, bool(sources), told)
        return named or []
    for action, pattern in (*_DELIVERABLE[:5], _DELIVERABLE[6]):
        found = pattern.match(rest)
        if found and re.match(r"\s*$|\s+(?:of|from|about|on|in|for|with|between|into|to)\b", rest[found.end() :], re.I) and not (action == "extract_insights" and sources):
            step = _named_step(action, told, context, found)
            return [*_topic_search(phrase, context, sources, found, rest), step]
    if phrase.sense == "create" and phrase.lemma in {"add", "submit", "start", "book", "schedule", "set up", "open up", "raise", "file"} and not _known_text(rest):
        return []
    what = _tidy(rest, context)
    label = f"Write {what}" if len(what) < 60 else f"Write {' '.join(what.split()[:8])}…"
    params: dict[str, JsonValue] = {"instruction": _sentence(phrase, told, context)}
    return [_step("generate", label, _with_length(params, rest))]


def _known_text(rest: str) -> bool:
    return bool(_DELIVERABLE[5][1].match(rest))


def _topic_search(phrase: Phrase, context: Context, sources: list[Step], found: Match[str], rest: str) -> list[Step]:
    """For "a comparison of X" with nothing to compare: a search for X."""
    topic = re.match(r"\s+(?:of|between|about|on)\s+(?P<topic>.+)$", rest[found.end() :], re.I)
    if sources or context.has_input or topic is None or is_anaphor(topic["topic"]) or is_vague(topic["topic"]):
        return []
    step = search_step(topic["topic"])
    note = f'It was not said where to find "{topic["topic"]}", so the web is searched for it.'
    return [replace(step, note=note, doubt=True, implied=True)] if step else []


# -- results that are named: "email me a summary"


def _deliverable(phrase: Phrase, context: Context, sources: bool, told: str) -> list[Step] | None:
    """The step that a named result implies, [] when it is there already, None when no result is named."""
    text = phrase.text
    for action, pattern in _DELIVERABLE:
        found = pattern.search(text)
        if found is None or (action == "generate" and _is_container(found, phrase)):
            continue
        thought = next((step for step in reversed(context.steps) if step.role in {"think", "source"}), None)
        earlier = any(step.role == "think" for step in context.steps)
        if not sources and _absorbed(action, found, thought, earlier, context):
            return []
        rest = re.sub(r"\s+", " ", text[found.start() :].replace(GAP, " ")).strip()
        after = pattern.match(rest)
        searches = _topic_search(phrase, context, [thought] if sources and thought else [], after, rest) if after and not sources else []
        searches = [] if action == "generate" else searches
        step = _named_step(action, told, context, found)
        return [*searches, replace(step, implied=True)]
    return None


def _absorbed(action: str, found: Match[str], thought: Step | None, earlier: bool, context: Context) -> bool:
    """Whether an earlier step makes this result already."""
    if not earlier:
        return action == "extract" and bool(re.fullmatch(r"findings|conclusions?", found["noun"], re.I)) and False
    if _DEFINITE.search(found["det"]) or (found["noun"].endswith("s") and not found["det"].strip() and action == "generate"):
        return action != "summarize" or any(step.action == "summarize" for step in context.steps) or found["noun"].lower().endswith("ies") or bool(thought and thought.role == "think")
    return bool(thought and thought.role == "think" and thought.action in _ABSORBING)


def _is_container(found: Match[str], phrase: Phrase) -> bool:
    """Words such as "plan" and "draft" that only name what is sent along."""
    return bool(_DEFINITE.search(found["det"])) and re.fullmatch(r"drafts?|answers?|plans?|schedules?|quotes?|replies|reply|articles?|stories|story|tweets?|letters?", found["noun"], re.I) is not None


def _named_step(action: str, told: str, context: Context, found: Match[str] | None = None) -> Step:
    kind = _tidy(f"{found['kind']}{found['noun']}", context) if found else ""
    if action == "translate":
        return translation(told, context, told)
    if action == "generate":
        return _step("generate", f"Write {kind}", _with_length({"instruction": f"Write {_article(kind)}"}, told))
    if action == "extract":
        listed = found.groupdict().get("listed") if found else None
        return _extraction(listed or (found["noun"] if found else "key points"), context)
    label = {"summarize": "Summarize", "analyze": "Analyze", "compare": "Compare", "extract_insights": "Extract insights"}[action]
    return _step(action, label, _with_length({}, f"{found['kind']} " if found else told))


def _article(noun: str) -> str:
    return noun if noun.endswith("s") else f"an {noun}" if noun[:1].lower() in "aeiou" else f"a {noun}"


# -- finding something in what is there


def _found(phrase: Phrase, context: Context, sources: list[Step], deliveries: list[Step]) -> list[Step]:
    rest = re.sub(r"^(?:me|us)\s+", "", phrase.rest(), flags=re.I)
    if not rest or _PRONOUN.fullmatch(rest) or (phrase.sense != "extract" and is_anaphor(rest) and not (sources and re.match(r"the\s", rest, re.I))):
        return []
    if sources:
        readable = any(step.type in {"notion", "csv_upload", "pdf_upload", "txt_upload", "file_upload", "web_page", "rss"} for step in sources)
        if not readable or _CONTENT.fullmatch(rest) or is_vague(rest) or phrase.lemma in {"query", "filter", "use", "go to", "visit", "open", "load"}:
            return []
        return [_extraction(rest, context)] if re.search(r"\b(?:from|out\s+of|in)\b", phrase.whole, re.I) else []
    if is_vague(rest) or phrase.lemma not in _TELL:
        return []
    if context.has_input and all(step.type == "file" for step in deliveries):
        if phrase.lemma == "tell" or re.match(r"(?:what|who|when|where|why|how|whether|if)\b", rest, re.I):
            return [_step("answer", "Answer the question", {"instruction": _tidy(rest, context).capitalize()})]
        return [_extraction(rest, context)]
    return []


def _extraction(what: str, context: Context) -> Step:
    what = _tidy(re.sub(r"^(?:(?:the|all|any|a|an|some|its|their|every|each|of|me)\s+)+", "", what.strip(), flags=re.I), context)
    if re.fullmatch(r"(?:\w+\s+)?insights", what, re.I):
        return _step("extract_insights", "Extract insights", {})
    if _KEY_POINTS.fullmatch(what):  # the catalogue's own action, which needs no model
        return _step("extract_insights", f"Extract {what}"[:80], {})
    action = slug(f"extract {what}") or "extract"
    return _step(action, f"Extract {what}"[:80], {"instruction": f"Extract the {what}"})


# -- something new to send


def _sent(phrase: Phrase, context: Context, deliveries: list[Step]) -> list[Step]:
    rest = phrase.rest()
    if not rest or is_anaphor(rest) or is_vague(rest) or any({"text", "body", "content"} & step.params.keys() for step in deliveries if step.type != "http"):
        return []
    if not re.match(r"(?:an?|some|\d+|two|three|four|five|ten)\s+\w", rest, re.I) or re.search(r"\b(?:message|email|note|notification|reminder|copy|list|link|mail)$", rest, re.I) or not re.search(r"\w{3}", rest):  # fmt: skip
        return []
    what = _tidy(rest, context)
    return [_step("generate", f"Write {what}"[:80], {"instruction": f"Write {what}"})]


# -- the pieces


def translation(words: str, context: Context, whole: str) -> Step:
    """A translation into the language that is named."""
    for found in _LANGUAGE.finditer(words):
        language = found["language"].capitalize()
        if language.lower() not in _NOT_LANGUAGE:
            return _step(slug(f"translate to {language}") or "translate", f"Translate to {language}", {"instruction": f"Translate to {language}"})
    step = _step("translate", "Translate", {"instruction": "Translate"})
    return replace(step, note="Say which language to translate to.", doubt=True)


def slug(words: str) -> str:
    """A snake_case action name of at most six words; "" when nothing is left."""
    kept = [word for word in _FREE_ACTION.split(words.lower()) if word and word not in _SLUG_STOPS or word == "to"]
    name = "_".join(kept[:6])[:60].strip("_")
    return name if re.match(r"[a-z]", name) else ""


def _step(action: str, label: str, params: dict[str, JsonValue]) -> Step:
    return Step("think", "llm", action, label, params)


def _with_length(params: dict[str, JsonValue], words: str) -> dict[str, JsonValue]:
    if _SHORT.search(words):
        return {**params, "length": "short"}
    return {**params, "length": "long"} if _LONG.search(words) else params


def _extra(phrase: Phrase, context: Context, told: str) -> dict[str, JsonValue]:
    """The instruction, where the clause says more than the verb and what came before."""
    rest = phrase.rest()
    if not rest or is_anaphor(re.sub(r"\s+together$", "", rest)) or rest.lower() in {"together", "results"}:
        return _with_length({}, told)
    return _with_length({"instruction": _sentence(phrase, told, context)}, told)


def _sentence(phrase: Phrase, told: str, context: Context) -> str:
    """The clause as an order: its verb in base form, and what was told of it."""
    words = _tidy(re.sub(rf"\s*(?:\b(?:and|to|in|on|by|with|for|via|into)\s+)*{GAP}\s*", " ", told), context)
    return f"{phrase.lemma.capitalize()} {words}".strip(" ,.")


def _tidy(words: str, context: Context) -> str:
    words = re.sub(r"\s+", " ", words.replace(GAP, " ")).strip(" ,.;:")
    return context.shelter.restore(words)
