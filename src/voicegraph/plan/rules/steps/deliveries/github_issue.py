"""Opening GitHub issues."""

from __future__ import annotations

from collections.abc import Sequence

from voicegraph.plan.rules.steps.phrase import Phrase
from voicegraph.plan.rules.steps.pieces import DETERMINERS, called
from voicegraph.plan.rules.steps.repository import REPOSITORY, repository
from voicegraph.plan.rules.steps.step import Context, ParamValues, PlannedStep
from voicegraph.plan.rules.text.shelter import PATH
from voicegraph.words.patterns import maybe, named, rx, words

_ISSUE = rx(
    named("det", DETERMINERS),
    r"(?:github )?(?:issue|bug(?: report)?|bug ticket|ticket)\b",
    maybe(
        rf" (?:in|on|at|to|for|with|against) {DETERMINERS}(?:github )?(?:repo(?:sitory)? |project )?",
        named("repo", REPOSITORY, "github"),
        "(?: repo(?:sitory)?)?",
    ),
)
_BODY_VERBS = ("with (?:the )?(?:body|text|description|message)", "saying", "and (?:the )?(?:body|text)")
_TITLE_VERBS = (
    words("titled entitled called named"), "(?:and )?(?:call|name|title) it",
    "with (?:the )?(?:title|name|subject|headline)", "(?:the )?title(?: is|:)",
)  # fmt: skip
_TITLE = rx(",? ?", called("title", *_TITLE_VERBS, until="|".join(_BODY_VERBS)))
_BODY = rx(called("body", *_BODY_VERBS))
_FROM_SOURCE = rx(r"\b(?:upload\w*|attached|notion|summary of|contents? of|result)\b|⟪url")
_IN_REPOSITORY = rx(rf"\b(?:in|on|to|for|at) {DETERMINERS}(?:github )?(?:repo(?:sitory)? )?", named("repo", PATH))
_OPENERS = frozenset({"open", "need"})
"""Verbs of fetching that open issues too."""


def read_new_issue(phrase: Phrase, context: Context, _: Sequence[PlannedStep]) -> list[PlannedStep]:
    """“Open an issue in owner/name titled …”."""
    if phrase.sense not in {"create", "generate", "send", "save"} and phrase.lemma not in _OPENERS:
        return []
    found = _ISSUE.match(phrase.text)
    if found is None or (
        not found["repo"] and (not found["det"] or found["det"].lower().startswith(("the", "my", "our")))
    ):
        return []
    named = found["repo"] or _IN_REPOSITORY.search(phrase.text) or "github" in phrase.whole.lower()
    if not named and (not context.repo or "ticket" in found[0]):
        return []
    phrase.cut(found)
    place = found["repo"] or ""
    late = None if place.startswith("⟪") else phrase.take(_IN_REPOSITORY)
    title, body = phrase.take(_TITLE), phrase.take(_BODY)
    repo = repository(late["repo"] if late else place, context.shelter) or context.repo
    params: ParamValues = {"repo": repo} if repo else {}
    params |= {"title": context.shelter.plain(title["title"])} if title else {}
    if body and _FROM_SOURCE.search(body["body"]):
        phrase.text = f"{phrase.text} {body['body']}"
    elif body:
        params["body"] = context.shelter.plain(body["body"])
    note = "" if repo else "Say in which repository the issue is to be opened."
    return [PlannedStep("deliver", "github", "create_issue", "Open a GitHub issue", params, note=note)]
