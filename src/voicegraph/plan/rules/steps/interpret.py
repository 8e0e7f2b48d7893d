"""One clause -> the steps it asks for."""

from __future__ import annotations

from dataclasses import replace

from voicegraph.plan.rules.clauses.clause import ParsedClause
from voicegraph.plan.rules.steps.deliveries import read_deliveries
from voicegraph.plan.rules.steps.deliveries.delivered_text import with_greeting
from voicegraph.plan.rules.steps.pauses import approved_thing, read_approval, read_late, read_later, read_wait
from voicegraph.plan.rules.steps.phrase import Phrase
from voicegraph.plan.rules.steps.sources import read_sources
from voicegraph.plan.rules.steps.sources.search import search_step
from voicegraph.plan.rules.steps.step import Context, Meaning, PlannedStep
from voicegraph.plan.rules.steps.thinking import read_thinking
from voicegraph.plan.rules.steps.thinking.meant import is_anaphor, is_vague
from voicegraph.plan.rules.steps.thinking.request import ThinkingRequest, llm
from voicegraph.plan.rules.text.verbs import leading_verb
from voicegraph.words.patterns import either, maybe, named, rx, word_set, words

_EACH = rx(
    r"\b(?:(?:each|every)\b(?! other\b)|individual\b|per (?:row|item|entry|issue|line|record|article)\b|one by one\b|(?:row by row|line by line|item by item|entry by entry|page by page|issue by issue)\b|one at a time\b|individually\b|separately\b)"
)
_EACH_RECIPIENT = rx(
    r"^(?:send|e-?mail|mail|message|text|notify|give) (?:each|every)\b|\b(?:to|for) (?:each|every)\b|\b(?:each|every one) of (?:them|these|those|the)\b"
)
_EACH_TAIL = rx(r"[ ,]*\b(?:one by one|one at a time|individually|separately)\b")
_AGAIN = rx(
    "^",
    either(
        words(
            "search look check fetch get read call do repeat try run poll query request ping hit visit load crawl ask"
        )
        + maybe(" (?:it|that|them|the (?:same )?(?:search|request|page|site|call|web))")
        + "(?: (?:again|once more|one more time|a second time))+$",
        "repeat (?:it|that|the search)$",
    ),
)
_NOTHING = rx(
    "^(?:just )?",
    words(
        "do_nothing not_do_anything don't_do_anything stop ignore_it skip skip_it nothing end finish "
        "that's_it that's_all do_it do_it_all"
    ),
    "$",
)
_WISH = rx(r"^(?:i|we)(?:(?:'d| would) (?:also )?(?:like|love|want)| (?:also )?(?:want|need)) (?!to\b|you\b)")
_ITEM_BY_ITEM = frozenset({"take", "go through", "look at", "read"})
""""Take each issue, …": what follows is done for each."""
_TOPIC = rx(" (?:about|on|regarding) ", named("topic", ".+$"))
_SENDING = frozenset({"send", "slack", "notify", "email"})
_LINKS = rx(r"(?<!⟪)\b(?:urls?|links?)\b")
_NEW_THING = rx("^new (?=(?:page|row|card|ticket|issue|task|item|entry|record|event|file|document)\\b)")
_THING = rx("^(?:an?|some) (?=\\w)")
""""(What I need is) a Notion page with …": a wish without its verb."""
_QUESTION = rx("^(?:what(?:'s| is| are)|which(?: are)?|who are|tell me(?: about)?) ")
_TO_US = rx(r"\b(?:you|your|yours|yourself)\b(?! (?:find|found|get|got|fetch\w*|extract\w*|read)\b)")
_INSTEAD_OF = rx("(?<=\\w) (?:instead of|rather than) [^,]+$")
_PASSIVE = rx(
    r"^(?:(?:it|that|this|they|them|the [\w-]+)(?:'s)? )?(?:is|are|gets?|be|been|being|has been|have "
    r"been|will be|goes) (?=\w)"
)
_DONE_TO = rx(
    "^",
    named("what", r"(?:the|my|a|an|this) [^,]{1,60}?"),
    " (?:is|are|has been|have been|was|gets?|should be|must be|will be) ",
    maybe(r"\w+(?:ed|en) and "),
    named("done", r"\w+"),
    "$",
)
_NAMED_SOURCE = rx(r"⟪(?:url|path)|\b(?:notion|news|pull requests?|commits)\b")
_LOOKED_AT = word_set(
    "get fetch check monitor track watch look_at collect gather retrieve keep_an_eye_on pull show "
    "see query poll read find"
)
_DRAFT = rx(
    " (?:(?:the|a|your) )?(?:first )?(?:draft|text|version|wording) (?:of|for) ",
    named("what", "(?:an?|the|my|our) .+?"),
    "(?: (?:past|by) me(?: first)?)?$",
)
_PRONOUN = rx(r"(?:it|this|that|them)\b")
_EACH_OF = rx(r"(?:each|every)\b")
_FIRST_WORDS = rx("^(?:me|us|for|on|at|what) ")


def interpret(clause: ParsedClause, context: Context, *, apart: bool = False) -> Meaning:
    """Read a clause and note in the context what it brings up. `apart`: its parts run side by side."""
    meaning = _read(clause, context, apart=apart)
    context.add(meaning.steps)
    topic = None if meaning.steps else _TOPIC.search(clause.text)
    context.topic = topic["topic"] if topic else context.topic
    context.links = context.links or bool(_LINKS.search(clause.text))
    return meaning


def _read(clause: ParsedClause, context: Context, *, apart: bool) -> Meaning:
    text = clause.text
    pause = read_approval(text) or read_wait(text)
    if pause:
        return _paused(pause, text, context)
    if clause.kind in {"if", "unless"}:
        named_source = _NAMED_SOURCE.search(text)
        return Meaning(sources=read_sources(Phrase(text, verbless=True), context) if named_source else ())
    if clause.kind == "each":
        return Meaning(sources=read_sources(Phrase(text), context), each_next=True)
    later = read_later(text)
    if later:
        return replace(_order(later[1], context, apart=apart), pauses=[later[0]], wait_first=True)
    late = read_late(text)
    if late and (meaning := _order(late[1], context, apart=apart)).deliveries:
        return replace(meaning, pauses=[late[0]])
    return _order(text, context, apart=apart)


def _paused(pause: PlannedStep, text: str, context: Context) -> Meaning:
    """A pause, with what is made for it; asked twice for approval ("show it to me, and if I agree, …"), one is enough."""
    if pause.type == "approval" and context.steps and context.steps[-1].type == "approval":
        return Meaning()
    return replace(_approved(text, context), pauses=[pause])


def _approved(text: str, context: Context) -> Meaning:
    """What is to be approved, where it is made only for that: "have me check a summary of my notes"."""
    draft = None if context.has_input else _DRAFT.search(text)
    if draft:
        return Meaning(thinks=[_written(draft["what"], context)])
    object_ = None if context.has_input else approved_thing(text)
    made = _action(f"give me {object_}", context, apart=False) if object_ else Meaning()
    return Meaning(sources=made.sources, thinks=made.thinks)


def _written(what: str, context: Context) -> PlannedStep:
    words = context.shelter.restore(what)
    return llm("generate", f"Write {words}", f"Write {words}")


def _order(text: str, context: Context, *, apart: bool) -> Meaning:
    """An order: nothing, the same once more, or something new."""
    if not text or _NOTHING.match(text):
        return Meaning()
    again = context.last_source() if _AGAIN.match(text) else None
    return Meaning(sources=[replace(again, follows=False)]) if again else _action(text, context, apart=apart)


def _action(text: str, context: Context, *, apart: bool) -> Meaning:
    """The usual clause: a verb, what it is about, and where the result goes."""
    question = _QUESTION.match(text)
    if question and _TO_US.search(text):
        return Meaning(understood=False)
    order = _plain_order(text)
    order = _NEW_THING.sub("create a new ", order)
    if not (context.has_input or leading_verb(order)):
        order = _THING.sub(r"give me \g<0>", order)
    phrase = Phrase(_EACH_TAIL.sub("", order))
    deliveries = read_deliveries(phrase, context)
    told = phrase.text
    sources = read_sources(phrase, context, apart=apart or phrase.text.lower().startswith(("both", "for both")))
    thinks = read_thinking(ThinkingRequest(phrase, context, sources, deliveries, told))
    sources += [step for step in thinks if step.role == "source"]
    thinks = [step for step in thinks if step.role == "think"]
    if not (sources or thinks or deliveries or question):
        sources = _looked_up(phrase, context)
    if phrase.sense in _SENDING and not (
        sources or thinks or any(step.role in {"source", "think"} for step in context.steps)
    ):
        deliveries = [with_greeting(step, phrase.rest(), context) for step in deliveries]
    thinks, deliveries = _for_each(text, thinks, deliveries, has_input=bool(sources) or context.has_input)
    understood = bool(sources or thinks or deliveries) or is_anaphor(phrase.rest())
    taken = bool(sources) and not (thinks or deliveries) and phrase.lemma in _ITEM_BY_ITEM
    each_next = taken and bool(_EACH_OF.match(text[len(phrase.lemma) :].strip()))
    return Meaning(
        sources, (), thinks, deliveries, each_next=each_next, thinks_apart=len(thinks) > 1, understood=understood
    )


def _plain_order(text: str) -> str:
    """Wishes, questions and passives as orders: "I'd like a digest" -> "give me a digest"."""
    text = _INSTEAD_OF.sub("", _QUESTION.sub("get ", _WISH.sub("give me ", text)))
    passive = _DONE_TO.match(text)
    if passive and leading_verb(passive["done"]):
        return f"{passive['done']} {passive['what']}"
    active = _PASSIVE.sub("", text)
    verb = leading_verb(active)
    ordered = text.lower().startswith("get ") and verb is not None and verb.form == "base"
    return active if verb and not ordered else text


def _for_each(
    text: str, thinks: list[PlannedStep], deliveries: list[PlannedStep], *, has_input: bool
) -> tuple[list[PlannedStep], list[PlannedStep]]:
    """Mark what runs once for each item: the thinking, else a delivery "to each of them"."""
    if thinks and _EACH.search(text):
        return [replace(step, each=True) for step in thinks], deliveries
    if has_input and _EACH_RECIPIENT.search(text):
        return thinks, [replace(step, each=True) for step in deliveries]
    return thinks, deliveries


def _looked_up(phrase: Phrase, context: Context) -> list[PlannedStep]:
    """What is to be looked at, but is no known source, is searched for on the web."""
    rest = _FIRST_WORDS.sub("", phrase.rest())
    if _PRONOUN.match(rest):
        return []  # "get it done"
    if context.has_input or phrase.lemma.replace(" ", "_") not in _LOOKED_AT or is_vague(rest) or is_anaphor(rest):
        return []
    step = search_step(rest)
    note = f'"{context.shelter.restore(rest)}" names no service, so the web is searched for it.'
    return [replace(step, note=note, doubt=True)] if step else []
