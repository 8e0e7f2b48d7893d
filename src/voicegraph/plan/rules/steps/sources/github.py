"""GitHub as a source: issues, pull requests, commits, repositories."""

from __future__ import annotations

import re
from re import Match

from voicegraph.plan.rules.steps.phrase import GAP, Phrase
from voicegraph.plan.rules.steps.repository import REPOSITORY, repository
from voicegraph.plan.rules.steps.step import Context, ParamValues, PlannedStep
from voicegraph.plan.rules.text.shelter import PATH, QUOTE
from voicegraph.words.numbers import NUMBER, to_number
from voicegraph.words.patterns import either, maybe, named, rx, words

_ADJECTIVE = either(
    words(
        "the all my our any some new newest latest recent most last first top oldest open opened closed resolved merged "
        "unresolved"
    ),
    words("pending outstanding unmerged unfixed github each every week's today's yesterday's this current of its"),
    NUMBER,
)
_THINGS: dict[str, tuple[str, str, str]] = {
    "pulls": ("get_pull_requests", "pull requests", "pull[ -]?requests?|PRs?|pulls|merge requests?"),
    "issues": ("get_issues", "issues", "issues?|bug reports?|bugs(?= (?:of|in|from|on) ⟪)"),
    "commits": ("get_commits", "commits", "commits?(?: (?:history|log|messages|activity))?|code changes"),
    "repos": ("get_repos", "repositories", "repositories|repos"),
}
"""Group -> (action, title, pattern)."""
_MENTION = rx(
    maybe(r"\b(?:of|from|in|on|with|for|about|to|using) "),
    maybe(named("owner", REPOSITORY), "(?:'s)? "),
    named("adjectives", f"(?:{_ADJECTIVE} ){{0,6}}"),
    either(*(named(kind, pattern) for kind, (*_, pattern) in _THINGS.items())),
    r"\b",
    maybe(" (?:(?:that )?are )?(?:still |currently )?", named("state", "open|closed|merged"), "(?= |$)"),
    maybe(" (?:made|opened|submitted|created|merged)"),
    maybe(
        " (?:of|from|in|on|for|at|to|by|inside|against) (?:(?:the|my|our|this|a) )?(?:github )?",
        "(?:(?:code ?base|repo(?:sitory)?|project) ?)?",
        maybe(named("repo", REPOSITORY)),
        r"(?: (?:repo(?:sitory)?|project)\b)?",
        maybe(" (?:(?:that|which) )?are (?:still |currently )?", named("late_state", "open|closed|merged"), "(?= |$)"),
    ),
)
_FURTHER = rx(
    rf"(?<={GAP}) ?(?:,|,? and|as well as|with|versus|against) (?:(?:those|the ones|that) )?(?:of |from |in )?{PATH}(?! (?:issues|pull|commits))"
)
""""The issues of a/b, c/d and e/f"."""
_ISSUES = rx(r"\bissues?\b")
_LABELS = rx(
    r"\b(?:labell?ed|tagged|with (?:the )?labels?) (?:as )?",
    named("labels", QUOTE, r"(?!with\b|in\b|of\b)[\w-]+"),
    r"(?!\w)",
)
_STATES = {"opened": "open", "unresolved": "open", "pending": "open", "outstanding": "open", "unmerged": "open"} | {
    "open": "open", "closed": "closed", "resolved": "closed", "merged": "closed", "all": "all",
}  # fmt: skip
_SINCE = {"week's": "7 days", "today's": "1 day", "yesterday's": "2 days"}
_USER = rx(
    either(
        named("owner", "[a-z0-9][\\w-]*") + "'s (?:github |public )?(?:repos|repositories)\\b",
        r"\bdoes (?:the )?(?:user |organi[sz]ation )?" + named("has", r"[\w-]+") + " (?:have|own)\\b",
        r"\buser " + named("user", r"[\w-]+"),
        r"\b(?:of|by|from|owned by|belonging to) (?:the )?(?:github )?(?:(?:organi[sz]ation|org|account|company) )?"
        + named("who", r"(?!(?:github|my|the|user|repos|repositories)\b)[a-z0-9][\w-]*"),
    )
)
_OF_USER = (
    "(?:(?:of|by|from|owned by|belonging to|does) )?(?:the )?(?:github )?(?:(?:user|organi[sz]ation|org|account) )?"
)
_ABOUT = words("info information details detail stats statistics stars description metadata facts data overview")
_INFO = rx(
    maybe(rf"\b{_ABOUT}\b(?: (?:about|on|of|for|from))? |\b(?:about|on|of) "),
    r"(?:(?:the|my|our) ){0,2}(?:github )?(?:(?:repo(?:sitory)?|project) )?",
    REPOSITORY,
    "(?:'s)?",
    maybe(" ", words("repo repository have has info information details stats stars")),
)
_ABOUT_REPOSITORY = rx(rf"\b(?:{_ABOUT}|repo|repository|github)\b")
_TAKING = frozenset({"fetch", "email", "send", "slack"})
_LOOKING = frozenset({"fetch", "analyze", "summarize", ""})


def read_github(phrase: Phrase, context: Context) -> list[PlannedStep]:
    """Things without a repository share the one that is named, in this clause or before."""
    repos = [name for token in re.findall(REPOSITORY, phrase.text) if (name := repository(token, context.shelter))]
    context.repo = repos[-1] if repos else context.repo
    labels = phrase.take(_LABELS) if _ISSUES.search(phrase.text) else None
    steps: list[PlannedStep] = []
    at = 0
    while found := _MENTION.search(phrase.text, at):
        kind = next(kind for kind in _THINGS if found[kind])
        if not _is_github(kind, found[0], phrase, context, here=bool(repos)):
            at = found.end()
            continue
        phrase.cut(found)
        further = (
            [token for hit in phrase.take_all(_FURTHER) for token in re.findall(REPOSITORY, hit[0])] if repos else []
        )
        at = 0
        if kind == "repos":
            steps.append(_repositories(phrase))
        elif repos or not context.has("github", _THINGS[kind][0]):
            own = repository(found["repo"] or found["owner"] or "", context.shelter)
            names = [own or context.repo, *(repository(token, context.shelter) for token in further)]
            steps += [_listing(kind, name, found, labels, context) for name in names]
    return steps or _about_repository(phrase, repos)


def _is_github(kind: str, words: str, phrase: Phrase, context: Context, *, here: bool) -> bool:
    """Whether "issues" are GitHub's and not those of a text that is there already."""
    if here or kind in {"pulls", "repos"}:
        return True
    if "report" in words.lower() and phrase.sense in {"create", "generate"}:
        return False  # a bug report that is written
    if kind == "commits":
        return bool(
            context.repo or not context.has_input or re.search("commits|history|messages", words, re.IGNORECASE)
        )
    if context.repo or "github" in phrase.whole.lower():
        return not context.has_input or phrase.sense in _TAKING or context.has("github", "get_issues")
    return bool(re.search(r"\b(?:open|closed|unresolved)\b", words, re.IGNORECASE)) or (
        phrase.sense == "fetch" and not context.has_input
    )


def _listing(
    kind: str, repo: str | None, found: Match[str], labels: Match[str] | None, context: Context
) -> PlannedStep:
    action, title, _ = _THINGS[kind]
    adjectives = f"{found['adjectives']}{found['state'] or found['late_state'] or ''}".lower()
    said = adjectives.split()
    params: ParamValues = {"repo": repo} if repo else {}
    state = next((_STATES[word] for word in said if word in _STATES and word != "all"), "all" if "all" in said else "")
    if state and kind != "commits":
        params["state"] = state
    if kind == "issues" and labels:
        params["labels"] = context.shelter.plain(labels["labels"])
    since = next((_SINCE[word] for word in said if word in _SINCE), None)
    if since and kind != "pulls":
        params["since"] = since
    count = re.search(NUMBER, adjectives, re.IGNORECASE)
    if count and 1 <= to_number(count[0]) <= 1000:
        params["limit"] = int(to_number(count[0]))
    label = " ".join(filter(None, ("Fetch", state if state != "all" else "", title, f"of {repo}" if repo else "")))
    return PlannedStep("source", "github", action, label, params, note="" if repo else "Fill in the GitHub repository.")


def _repositories(phrase: Phrase) -> PlannedStep:
    found = _USER.search(phrase.whole)
    user = next(filter(None, found.groups())) if found else ""
    if user:
        words = rx("(?:^| )", _OF_USER, re.escape(user), "(?:'s)?(?: (?:have|has|own|owns))?(?= |$)")
        phrase.text = words.sub(f" {GAP} ", phrase.text, count=1)
    label = f"Fetch repositories of {user}" if user else "Fetch my repositories"
    return PlannedStep("source", "github", "get_repos", label, {"username": user} if user else {})


def _about_repository(phrase: Phrase, repos: list[str]) -> list[PlannedStep]:
    """A repository that is named for itself: what is known about it."""
    about = _ABOUT_REPOSITORY.search(phrase.whole)
    if not repos or not (about or (phrase.sense in _LOOKING and re.search(PATH, phrase.text))):
        return []
    phrase.take(_INFO)
    return [PlannedStep("source", "github", "get_repo_info", f"Look up {repos[-1]}", {"repo": repos[-1]})]
