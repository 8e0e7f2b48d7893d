"""Destinations of a clause: one module a kind."""

from __future__ import annotations

from dataclasses import replace

from voicegraph.plan.rules.steps.deliveries.delivered_text import WORDS, with_content
from voicegraph.plan.rules.steps.deliveries.email import read_email
from voicegraph.plan.rules.steps.deliveries.github_issue import read_new_issue
from voicegraph.plan.rules.steps.deliveries.http_call import read_http_call
from voicegraph.plan.rules.steps.deliveries.notify import read_notification
from voicegraph.plan.rules.steps.deliveries.notion_page import read_notion_page
from voicegraph.plan.rules.steps.deliveries.other_services import read_other_service
from voicegraph.plan.rules.steps.deliveries.saved_files import read_file, unplaced
from voicegraph.plan.rules.steps.deliveries.slack import read_slack
from voicegraph.plan.rules.steps.phrase import Phrase
from voicegraph.plan.rules.steps.step import Context, PlannedStep
from voicegraph.words.patterns import rx

_READERS = (
    read_new_issue,
    read_http_call,
    read_notion_page,
    read_slack,
    read_notification,
    read_file,
    read_other_service,
    read_email,
)
"""In the order they are asked: what is named exactly comes before what is only hinted at."""


_ANOTHER = rx(r"^(?:me )?(?:another|one more|a second)(?: (?:one|message|mail|e-?mail|post))?\b")
""""Send another saying …": to where the last one went."""


def read_deliveries(phrase: Phrase, context: Context) -> list[PlannedStep]:
    """Take the destinations out of the clause. A reader sees what those before it have found."""
    steps: list[PlannedStep] = []
    for reader in _READERS:
        steps += reader(phrase, context, steps)
    last = next((step for step in reversed(context.steps) if step.role == "deliver"), None)
    if last and phrase.sense == "send" and phrase.take(_ANOTHER):
        steps = [replace(last, params={name: value for name, value in last.params.items() if name not in WORDS})]
    steps = steps or unplaced(phrase)
    return [with_content(step, phrase, context) for step in steps]
