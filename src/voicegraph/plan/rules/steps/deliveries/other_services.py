"""Services without a node: an HTTP request, with a note of what to configure."""

from __future__ import annotations

from collections.abc import Sequence
from re import Match

from voicegraph.plan.rules.steps.named_services import MENTION, Service, preposition, service_called, service_of
from voicegraph.plan.rules.steps.phrase import GAP, Phrase
from voicegraph.plan.rules.steps.pieces import GIVING
from voicegraph.plan.rules.steps.step import Context, PlannedStep
from voicegraph.words.patterns import rx

_COMMENT = rx(r"\b(?:an? |the )?comments?\b(?: on (?:it|each|them))?")
_CONFIGURE = "Set the address of its API and a credential."


def read_other_service(phrase: Phrase, context: Context, taken: Sequence[PlannedStep]) -> list[PlannedStep]:
    """“Create a Jira ticket”, “add it to Google Sheets”, “post a comment” on GitHub."""
    targets = [found for found in MENTION.finditer(phrase.text) if _is_target(phrase, found)]
    if any(not found["ticket"] for found in targets):
        targets = [found for found in targets if not found["ticket"]]  # "a ticket in Zendesk" is one thing
    for found in reversed(targets):
        phrase.cut(found)
    if targets or taken:
        return [_request(phrase, service_of(found), found["thing"]) for found in targets]
    if phrase.lemma == "tweet" and not taken:
        return [_request(phrase, service_called("Twitter"), None)]
    if (
        context.has("github")
        and phrase.sense in GIVING - {"email", "slack", "notify", "generate"}
        and phrase.take(_COMMENT)
    ):
        note = f"GitHub comments have no node of their own: the comment is an HTTP request. {_CONFIGURE}"
        return [_post("Comment on GitHub", note)]
    return []


def _is_target(phrase: Phrase, found: Match[str]) -> bool:
    prep = preposition(found)
    if found["ticket"]:
        return phrase.sense == "create" and not prep
    if service_of(found).name == "Gmail":
        return False
    if prep in {"in", "on", "at"}:
        return phrase.sense in GIVING
    if prep:
        return prep in {"to", "into", "onto", "as"}
    before = phrase.text[: found.start()].strip(f" {GAP}").lower()
    return phrase.sense in {"create", "send", "save"} and before in {"", "me", "us", "it", "them"}


def _request(phrase: Phrase, service: Service, thing: str | None) -> PlannedStep:
    if phrase.sense == "create":
        what = (thing or service.thing).lower()
        what = f"{what[:-3]}y" if what.endswith("ies") else what.removesuffix("s")
        label = f"Create {'an' if what[:1] in 'aeiou' else 'a'} {what} in {service.name}"
    else:
        label = f"Send to {service.name}"
    name = f"{service.name[:1].upper()}{service.name[1:]}"
    return _post(label, f"{name} has no node of its own: it is written to with an HTTP request. {_CONFIGURE}")


def _post(label: str, note: str) -> PlannedStep:
    return PlannedStep(
        "deliver", "http", "request", label, {"method": "POST", "text": "{{ input }}"}, note=note, doubt=True
    )
