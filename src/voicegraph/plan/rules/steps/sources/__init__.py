"""Sources of a clause: one module a kind."""

from __future__ import annotations

from voicegraph.plan.rules.steps.phrase import Phrase
from voicegraph.plan.rules.steps.sources.github import read_github
from voicegraph.plan.rules.steps.sources.news import read_news, topics_apart
from voicegraph.plan.rules.steps.sources.notion import read_notion
from voicegraph.plan.rules.steps.sources.others import read_other_services, read_workflow
from voicegraph.plan.rules.steps.sources.search import looked_up, read_search, searched_for_each
from voicegraph.plan.rules.steps.sources.uploads import read_uploads
from voicegraph.plan.rules.steps.sources.web import read_web
from voicegraph.plan.rules.steps.step import Context, PlannedStep

_READERS = (read_github, read_web, read_notion, read_uploads, read_news, read_other_services, read_workflow)


def read_sources(phrase: Phrase, context: Context, *, apart: bool = False) -> list[PlannedStep]:
    """Take the sources out of the clause. `apart`: they run side by side, so "X and Y" are two searches."""
    steps = [step for reader in _READERS for step in reader(phrase, context)]
    steps = [part for step in steps for part in (topics_apart(step) if apart else [step])]
    return steps + searched_for_each(phrase) + looked_up(phrase) if steps else read_search(phrase, context, apart=apart)
