"""Services without a node, and other workflows."""

from __future__ import annotations

from re import Match

from voicegraph.plan.rules.steps.named_services import MENTION, preposition, service_of
from voicegraph.plan.rules.steps.phrase import GAP, Phrase
from voicegraph.plan.rules.steps.step import Context, PlannedStep
from voicegraph.plan.rules.text.shelter import PATH, QUOTE
from voicegraph.words.patterns import either, named, rx

_READ_FROM = frozenset({"from", "of", "out of", "via", "using", "with", "in", "on", "at", ""})
_WORKFLOW = rx(
    either(
        "(?:(?:the|my) )?(?:workflow|flow) (?:(?:called|named) )?" + named("name", QUOTE, PATH, f"[^{GAP},;]+"),
        "(?:the|my) " + named("other_name", f"[^{GAP},;]+?") + r" workflow\b",
    )
)
_NO_NAME = rx("(?:now|again|please|it|in the background)")


def read_other_services(phrase: Phrase, context: Context) -> list[PlannedStep]:
    """“My calendar”, “from Airtable”: an HTTP request, with a note of what to configure."""
    found = [hit for hit in MENTION.finditer(phrase.text) if _is_read(hit, phrase)]
    for hit in reversed(found):
        phrase.cut(hit)
    return [_request(service_of(hit).name) for hit in found]


def _is_read(hit: Match[str], phrase: Phrase) -> bool:
    """Whether the service is read, rather than written for: “draft a LinkedIn post”."""
    if hit["ticket"] or preposition(hit) not in _READ_FROM:
        return False
    return not (phrase.sense in {"generate", "think"} and hit["thing"] and not preposition(hit))


def _request(service: str) -> PlannedStep:
    name = f"{service[:1].upper()}{service[1:]}"
    note = (
        f"{name} has no node of its own: it is read with an HTTP request. Set the address of its API and a credential."
    )
    return PlannedStep("source", "http", "request", f"Read {service}", {"method": "GET"}, note=note, doubt=True)


def read_workflow(phrase: Phrase, context: Context) -> list[PlannedStep]:
    """“Run the workflow Weekly digest”."""
    found = _WORKFLOW.match(phrase.text) if phrase.sense in {"run", "call"} else None
    name = context.shelter.plain(found["name"] or found["other_name"]) if found else ""
    if found is None or _NO_NAME.fullmatch(name):
        return []
    phrase.cut(found)
    note = f'Choose the saved workflow "{name}" in this step.'
    return [PlannedStep("source", "workflow", "run", f"Run {name}", follows=True, note=note)]
