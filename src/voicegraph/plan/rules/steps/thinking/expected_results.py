"""Results that are named and so imply the step that makes them: "email me a summary", "a comparison of …"."""

from __future__ import annotations

import re
from dataclasses import replace
from re import Match

from voicegraph.plan.rules.steps.phrase import GAP
from voicegraph.plan.rules.steps.step import PlannedStep
from voicegraph.plan.rules.steps.thinking.request import ThinkingRequest, extraction, llm, translations, with_length
from voicegraph.words.patterns import either, named, rx, words

_LISTED = "lists? of (?:the |all (?:the )?)?" + named(
    "listed", r"[\w-]+(?: (?!(?:and|from|in|of|for|to|with|by)\b)[\w-]+)?"
)
_NOUNS: dict[str, str] = {
    "summarize": either(
        "summar(?:y|ies)", "tl;? ?dr", "synops[ei]s", "(?:summari[sz]ed|shortened|condensed) (?:version|copy)", "round[ -]?ups?", "wrap[ -]?up",
        words("digest digests recap recaps overview overviews briefing briefings brief rundown gist "
            "abstract short_version"),
    ),
    "analyze": "analys[ei]s|assessments?|evaluations?|sentiment",
    "extract_insights": "insights(?! report)|learnings",
    "compare": "comparisons?|side[ -]by[ -]side",
    "translate": "translations?|translated (?:version|text|copy)",
    "generate": either(
        r"(?:[\w-]+ )?reports?", "release notes", "change ?-?logs?", "itinerar(?:y|ies)", "stor(?:y|ies)",
        "speech(?:es)?", "repl(?:y|ies)",
        "quiz(?:zes)?", "stand-?up(?: (?:notes|update))?", "answers?(?= to)", "responses?(?= to)",
        words(
            "newsletter newsletters agenda agendas blog_post blog_posts article articles poem poems "
                "haiku haikus limerick sonnet essay "
            "essays tweet tweets status_update status_updates proposal proposals memo memos letter "
                "letters presentation outline "
            "press_release announcement announcements script study_guide faq cover_letter joke jokes "
                "quote quotes greeting greetings "
            "draft drafts plan plans schedule recommendation recommendations suggestion suggestions"
        ),
    ),
    "extract": either(
        "(?:key|main|most important|important) "
        + words("points point facts takeaways messages ideas findings figures numbers dates topics themes"),
        words("highlights takeaways action_items action_points to-dos todos bullet_points next_steps "
            "deadlines findings conclusions"),
        _LISTED,
    ),
}  # fmt: skip
"""Action -> the nouns that name its result; "extract" stands for extract_<noun>."""
_DETERMINERS = named(
    "det", f"(?:{words('the an a its my our your those these this that their some any all each whole full')} ){{0,4}}"
)
_KIND = named("kind", r"(?:(?!(?:the|an?|of|from|in|to|for|with|and|on|me|it|them|into|by|about)\b)[\w'-]+ ){0,3}?")
_PATTERNS = {
    action: rx(r"(?<![\w-])", _DETERMINERS, _KIND, named("noun", nouns), r"(?![\w-])")
    for action, nouns in _NOUNS.items()
}
_TOPIC = rx(" (?:of|between|about|on) ", named("topic", f"[^{GAP}]+"))
_GOES_ON = rx(r" ?$| (?:of|from|about|on|in|for|with|between|into|to)\b")
_DEFINITE = rx(r"\b(?:the|its|those|these|this|that|their|all)\b")
_CARRIED = rx(
    words(
        "draft drafts answer answers plan plans schedule quotes quote reply replies article articles "
        "stories story tweets tweet letters letter"
    )
)
"""With "the", these only name what is sent along."""
_OWN_WORK = rx(words("action_items action_points to-dos todos next_steps deadlines"))
"""Parts of a text that no summary or analysis is called by: they are made only where they were asked for."""
_JOINED = rx(
    rf"(?: (?:of|from|for|about|to|into|in) (?:{GAP}|\w+))?(?: {GAP})? ?(?:,|,? and(?: also)?|as well as|plus|along with|together with) ?"
)
"""Between two results that are wanted side by side."""
_STEM = rx("-?s$")
_ABSORBING = frozenset(
    {
        "summarize",
        "analyze",
        "extract_insights",
        "generate",
        "combine",
        "compare",
        "transform",
        "rewrite",
        "explain",
        "answer",
    }
)
"""After these, "a summary" or "a report" is what they made, and no step of its own."""


def named_result(request: ThinkingRequest) -> list[PlannedStep] | None:
    """The step that a named result implies, [] when there is one already, None when no result is named."""
    for action, pattern in _PATTERNS.items():
        found = pattern.search(request.phrase.text)
        if found is None or (action == "generate" and _is_carried(found, request)):
            continue
        if not request.sources and _is_made(action, found, request):
            return []
        topic = None if action == "generate" else _TOPIC.match(request.phrase.text, found.end())
        searches = request.search_for(topic["topic"]) if topic else []
        return [*searches, replace(_step(action, found, request), implied=True)]
    return None


def several_results(request: ThinkingRequest) -> list[PlannedStep]:
    """“A summary and the action items”: one step for each, side by side; [] where fewer than two are named."""
    text = request.phrase.text
    hits = [(found, action) for action, pattern in _PATTERNS.items() for found in pattern.finditer(text)]
    row: list[tuple[Match[str], str]] = []
    for found, action in sorted(hits, key=lambda hit: (hit[0].start(), -hit[0].end())):
        if row and found.start() < row[-1][0].end():
            continue
        if row and not _JOINED.fullmatch(text, row[-1][0].end(), found.start()):
            break
        row.append((found, action))
    if len(row) < 2 or any(_is_carried(found, request) for found, _ in row):
        return []
    told = [(found, action) for found, action in row if found["det"].strip() or _OWN_WORK.fullmatch(found["noun"])]
    if len(told) < len(row) or (not request.sources and any(_is_made(action, found, request) for found, action in row)):
        return []
    return [replace(_step(action, found, request), implied=True) for found, action in row]


def leading_result(rest: str, request: ThinkingRequest) -> list[PlannedStep] | None:
    """The step for "write a summary of X", with a search for X where there is no material; None for a free text."""
    for action, pattern in _PATTERNS.items():
        found = pattern.match(rest) if action != "generate" else None
        if found is None or not _GOES_ON.match(rest, found.end()):
            continue
        topic = _TOPIC.match(rest, found.end())
        return [*(request.search_for(topic["topic"]) if topic else []), _step(action, found, request)]
    return None


def is_known_text(rest: str) -> bool:
    """Whether these words begin with something one writes: "a report …"."""
    return bool(_PATTERNS["generate"].match(rest))


def result_named_in(words: str, request: ThinkingRequest, *, texts: bool = False) -> PlannedStep | None:
    """The step whose result these words name, None for a free text. `texts`: reports and the like count, too."""
    found = (
        (action, pattern.search(words))
        for action, pattern in _PATTERNS.items()
        if action != "extract" and (texts or action != "generate")
    )
    return next((_step(action, match, request) for action, match in found if match), None)


def part_named_in(words: str, request: ThinkingRequest) -> PlannedStep | None:
    """The extraction of what these words name, if that is a part of a text: "the action items"."""
    found = _PATTERNS["extract"].match(words)
    return _step("extract", found, request) if found else None


def _is_carried(found: Match[str], request: ThinkingRequest) -> bool:
    """Whether the noun only names what is sent ("the drafts"), or is small talk ("tell me a joke")."""
    if _DEFINITE.search(found["det"]) and _CARRIED.fullmatch(found["noun"]):
        return True
    return request.phrase.sense == "fetch" and not (request.has_material or request.deliveries)


def _is_made(action: str, found: Match[str], request: ThinkingRequest) -> bool:
    """Whether an earlier step makes this result already."""
    thoughts = [step for step in request.context.steps if step.role == "think"]
    if not thoughts:
        return False
    last = next(step for step in reversed(request.context.steps) if step.role in {"think", "source"})
    if action == "extract" and _OWN_WORK.fullmatch(found["noun"]):
        made = _STEM.sub("", found["noun"].lower().split()[-1])
        return any(made in step.action or made in step.label.lower() for step in thoughts)
    if _DEFINITE.search(found["det"]) or (action == "generate" and found["noun"].endswith("s") and not found["det"]):
        plural = found["noun"].lower().endswith("ies")
        return (
            action != "summarize"
            or plural
            or last.role == "think"
            or any(step.action == "summarize" for step in thoughts)
        )
    return last.role == "think" and last.action in _ABSORBING


def _step(action: str, found: Match[str], request: ThinkingRequest) -> PlannedStep:
    kind = request.tidy(f"{found['kind']}{found['noun']}")
    if action == "translate":
        return translations(request.told)[0]
    if action == "extract":
        return extraction(request.tidy(found["listed"] or found["noun"]))
    if action == "generate":
        article = "" if kind.endswith("s") else "an " if kind[:1].lower() in "aeiou" else "a "
        return with_length(llm("generate", f"Write {article}{kind}", f"Write {article}{kind}"), request.told)
    return with_length(llm(action, re.sub("_", " ", action).capitalize()), found["kind"])
