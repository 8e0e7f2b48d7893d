"""Verbs of getting that ask for a part of the material, and deliveries of something that is yet to be written."""

from __future__ import annotations

from voicegraph.plan.rules.steps.sources.search import search_step
from voicegraph.plan.rules.steps.step import PlannedStep
from voicegraph.plan.rules.steps.thinking.expected_results import result_named_in
from voicegraph.plan.rules.steps.thinking.meant import is_anaphor, is_pronoun, is_vague
from voicegraph.plan.rules.steps.thinking.request import ThinkingRequest, extraction, llm
from voicegraph.words.patterns import either, maybe, named, rx, word_set, words

_READABLE = frozenset({"notion", "csv_upload", "pdf_upload", "txt_upload", "file_upload", "web_page", "rss"})
_CONTENT = rx(
    either(
        r"(?:(?:"
        + words(
            "the my our all top best first most two three four five ten twenty latest recent new "
            "newest whole full current of open last "
            "week's today's this team weekly daily project personal meeting important"
        )
        + r"|\d+) )*"
        + maybe(
            words(
                "notes note minutes page pages content contents text texts data information info "
                "entries items article articles document "
                "documents doc docs file files message messages task tasks list lists journal "
                "records rows posts post results stuff "
                "everything it them me latest details updates body one ones feed version copy"
            )
        ),
        r"the (?:top|best|first|latest|newest|last)(?: \w+)?",
    )
)
"""What a source holds as a whole, so that nothing has to be found in it."""
_OUT_OF = rx(r"\b(?:from|out of|in)\b")
_ME_FIRST = rx("^(?:me|us) ")
_QUESTION = rx(r"(?:what|who|when|where|why|how|whether|if)\b")
_ASKED = rx(r"^(?:what|who|when|where|why|how|which|does|do|is|are|did) \w")
_TOLD = rx(
    r"^(?:(?:in |with )?(?:plain|simple|short|easy|a few|your own|other|two|one) [\w ]{0,20}? ?)?(?:what|who|where|why|how|which|whether) \w"
)
""""Tell me in plain words what changed"; "tell me when …" is a condition."""
_FOR = rx("(?:it|them|this|that|these|those|the (?:text|document|file|page|result|results)) for ", named("what", ".+$"))
""""Check it for risky clauses"."""
_WHOLE = frozenset({"query", "filter", "use", "go to", "visit", "open", "load"})
_ASKING = word_set(
    "tell give show list get find identify locate collect pull grab gather take bring fetch find_out "
    "discover display check see read "
    "extract look_for search retrieve need"
)
_NEW = rx(r"(?:an?|some|\d+|two|three|four|five|ten) \w")
_LOOKED_UP = rx(
    r"\b(?:weather|forecast|temperature|prices?|exchange rates?|stock quotes?|scores?|standings|timetable|traffic|opening hours)\b"
)
"""What nobody writes and everybody can look up: "text me the bitcoin price"."""
_PICKED = rx(
    r"(?:only |just )?the (?:[\w-]+ ){0,2}?(?:best|worst|most \w+|least \w+|(?!lat|new|old)[a-z]+est)(?: [\w-]+){1,4}"
)
""""The cheapest option": one of what is there, which has to be found."""
_PART = rx(r"(?:only |just )?(?:the|all(?: the)?|any|every) ", named("part", r"(?:[\w-]+ ){0,3}[\w-]+"))
_STEM = rx("(?:ates?|ations?|ies|es|s)$")
_ENVELOPE = rx(r".*\b(?:message|email|note|notification|reminder|copy|list|link|mail)")
_WORDS = frozenset({"text", "body", "content"})


def found_in_material(request: ThinkingRequest) -> list[PlannedStep]:
    """“Find the deadlines”, “get the names out of my notes”, “tell me what's new”."""
    phrase = request.phrase
    rest = _ME_FIRST.sub("", phrase.rest())
    looked_through = _FOR.match(rest)
    if looked_through and (request.has_material or request.sources):
        return [extraction(request.tidy(looked_through["what"]))]
    if not rest or is_pronoun(rest) or is_vague(rest):
        return []
    if request.sources:
        readable = any(step.type in _READABLE for step in request.sources)
        whole = _CONTENT.fullmatch(rest) or phrase.lemma in _WHOLE or not _OUT_OF.search(phrase.whole)
        return [extraction(request.tidy(rest))] if readable and not whole else []
    asked = phrase.lemma.replace(" ", "_") in _ASKING and request.context.has_input
    if (
        not asked
        or is_anaphor(rest)
        or _is_made(rest, request)
        or any(step.type != "file" for step in request.deliveries)
    ):
        return []
    if phrase.lemma == "tell" or _QUESTION.match(rest):
        return [llm("answer", "Answer the question", request.tidy(rest).capitalize())]
    return [extraction(request.tidy(rest))]


def _is_made(rest: str, request: ThinkingRequest) -> bool:
    """Whether the last step made just this: "estimate the effort, and collect the estimates"."""
    last = next(reversed(request.context.steps), None)
    noun = _STEM.sub("", rest.lower().split()[-1])
    return last is not None and last.role == "think" and len(noun) > 3 and noun in last.label.lower()


def answered(request: ThinkingRequest) -> list[PlannedStep]:
    """“What does https://… say about refunds?”, “tell me what the cheapest plan is”: a question to the material."""
    phrase = request.phrase
    told = phrase.sense in {"fetch", "notify"}
    question = _ME_FIRST.sub("", phrase.rest()) if told else phrase.whole
    readable = any(step.type in _READABLE for step in request.sources) or (told and request.context.has_input)
    if not readable or not (_TOLD if told else _ASKED).match(question) or is_anaphor(question):
        return []
    return [llm("answer", "Answer the question", request.tidy(question).capitalize())]


def part_of_source(request: ThinkingRequest) -> list[PlannedStep]:
    """“Add the dates from my PDF to …”: what is sent is only a part of what the source holds."""
    rest = _ME_FIRST.sub("", request.phrase.rest())
    readable = any(step.type in _READABLE for step in request.sources)
    found = _PART.fullmatch(rest) if request.deliveries and readable else None
    if found is None or _CONTENT.fullmatch(rest) or is_pronoun(rest) or not _OUT_OF.search(request.phrase.whole):
        return []
    if result_named_in(rest, request, texts=True):
        return []  # "the summary of my PDF" is made, not found
    return [extraction(request.tidy(found["part"]))]


def picked(request: ThinkingRequest) -> list[PlannedStep]:
    """“Tell me the cheapest option by email”: one of what is there has to be found before it is sent."""
    rest = _ME_FIRST.sub("", request.phrase.rest())
    sent = bool(request.deliveries) and request.context.has_input and not request.sources
    return [extraction(request.tidy(rest))] if sent and _PICKED.fullmatch(rest) and not is_anaphor(rest) else []


def new_text_later(request: ThinkingRequest) -> list[PlannedStep]:
    """“Two days later email them a list of tips”: what was delivered and waited for is not sent again."""
    roles = [step.role for step in request.context.steps[-2:]]
    return _new_text(request) if roles == ["deliver", "pause"] and not request.sources else []


def new_text_to_send(request: ThinkingRequest) -> list[PlannedStep]:
    """“Text me a motivational quote”: where there is nothing to send yet, it is written."""
    return [] if request.has_material else _new_text(request)


def _new_text(request: ThinkingRequest) -> list[PlannedStep]:
    rest = request.phrase.rest()
    if not request.deliveries or any(_WORDS & step.params.keys() for step in request.deliveries):
        return []
    if _LOOKED_UP.search(rest) and not is_anaphor(rest):
        step = search_step(rest)
        return [step] if step else []
    if not _NEW.match(rest) or _ENVELOPE.fullmatch(rest) or is_anaphor(rest) or is_vague(rest):
        return []
    what = request.tidy(rest)
    return [llm("generate", f"Write {what}", f"Write {what}")]
