"""GitHub as a source: issues, pull requests, commits, repositories."""

from __future__ import annotations

import re

from voicegraph.plan.rules.deliveries import repo_name
from voicegraph.plan.rules.numbers import NUMBER, to_number
from voicegraph.plan.rules.phrase import GAP, Phrase
from voicegraph.plan.rules.shelter import PATH, URL
from voicegraph.plan.rules.steps import Context, Step

_REPO = rf"(?:{PATH}|{URL})"
_ADJECTIVE = (
    r"(?:the|all|my|our|any|some|new|newest|latest|recent|most|last|first|top|oldest|open|opened|closed|resolved|merged|unresolved|pending|"
    rf"outstanding|unmerged|unfixed|github|each|every|week's|today's|yesterday's|this|current|of|its|{NUMBER})"
)
_NOUN = (
    r"(?P<pulls>pull[\s-]?requests?|PRs?|pulls|merge\s+requests?)|(?P<issues>issues?|bug\s+reports?|bugs(?=\s+(?:of|in|from|on)\s+⟪))"
    r"|(?P<commits>commits?(?:\s+(?:history|log|messages|activity))?|code\s+changes|commit\s+history)|(?P<repos>repositories|repos)"
)
_MENTION = re.compile(
    rf"(?:\b(?:of|from|in|on|with|for|about|to|using)\s+)?(?:(?P<owner>{_REPO})(?:'s)?\s+)?(?P<adjectives>(?:{_ADJECTIVE}\s+)*)(?:{_NOUN})\b(?:\s+(?:that\s+are\s+)?(?P<after>open|closed|merged)(?=\s|$))?"
    rf"(?:\s+(?:made|opened|submitted|created|merged))?(?:\s+(?:of|from|in|on|for|at|to|by|inside|against)\s+(?:(?:the|my|our|this|a)\s+)?(?:github\s+)?(?:(?:code\s?base|repo(?:sitory)?|project)\s*)?(?P<repo>{_REPO})?(?:\s+(?:repo(?:sitory)?|project)\b)?)?",
    re.I,
)
_USER = re.compile(
    r"(?:\s*(?:of|by|from|owned\s+by|belonging\s+to|for|does)\s+)?(?:the\s+)?(?:github\s+)?(?:user|organi[sz]ation|org|account|profile|developer|company)?\s*(?:called\s+|named\s+)?(?P<user>[A-Za-z0-9][\w-]*)(?:\s+(?:have|has|own|owns))?",
    re.I,
)
_OWNED = re.compile(r"(?P<user>[A-Za-z0-9][\w-]*)'s\s+(?:github\s+|public\s+)?(?:repos|repositories)\b|\buser\s+(?P<user2>[\w-]+)\b", re.I)
_INFO = re.compile(
    rf"(?:\b(?:info(?:rmation)?|details?|stats|statistics|stars|star\s+count|description|metadata|facts|data|overview|summary\s+of\s+the\s+repo)\b(?:\s+(?:about|on|of|for|from))?\s+|\b(?:about|on|of)\s+)?"
    rf"(?:(?:the|my|our)\s+)*(?:github\s+)?(?:(?:repo(?:sitory)?|project)\s+)?(?P<repo>{_REPO})(?:'s)?(?:\s+(?:repo(?:sitory)?|have|has|info(?:rmation)?|details|stats|stars))?",
    re.I,
)
_INFO_WORDS = re.compile(r"\b(?:info|information|details?|stats|statistics|stars|description|metadata|repo|repository|github)\b", re.I)
_STATE = {"open": "open", "opened": "open", "unresolved": "open", "pending": "open", "outstanding": "open", "unmerged": "open", "closed": "closed", "resolved": "closed", "merged": "closed"}  # fmt: skip
_ACTIONS = {
    "pulls": ("get_pull_requests", "pull requests"), "issues": ("get_issues", "issues"),
    "commits": ("get_commits", "commits"), "repos": ("get_repos", "repositories"),
}  # fmt: skip


def read_github(phrase: Phrase, context: Context) -> list[Step]:
    """Take the GitHub sources out of the clause. Things without a repository share the one that is named."""
    repos = [name for token in re.findall(_REPO, phrase.text) if (name := repo_name(token, context))]
    repo = repos[-1] if repos else None
    steps: list[Step] = []
    at = 0
    while found := _MENTION.search(phrase.text, at):
        kind = next(kind for kind in _ACTIONS if found[kind])
        if not _is_github(phrase, context, kind, found[0], repo):
            at = found.end()
            continue
        phrase.cut(found)
        at = 0
        action = _ACTIONS[kind][0]
        own = repo_name(found["repo"] or found["owner"] or "", context)
        if kind == "repos":
            steps.append(_repositories(phrase, found))
        elif own or repo or not context.has("github", action):
            steps.append(_listing(kind, own or repo or context.repo, f"{found['adjectives']} {found['after'] or ''}"))
    if repos:
        context.repo = repo
    return steps or _repository(phrase, context, repo)


def _is_github(phrase: Phrase, context: Context, kind: str, words: str, repo: str | None) -> bool:
    if repo or "github" in phrase.whole.lower() or kind in {"pulls", "repos"} or context.repo:
        return kind != "issues" or bool(repo) or not context.has_input or phrase.sense in {"fetch", "email", "send", "slack"} or context.has("github", "get_issues")
    if kind == "commits":
        return bool(re.search(r"commits|history|messages", words, re.I)) or not context.has_input
    adjective = bool(re.search(r"\b(?:open|closed|unresolved)\b", words, re.I))
    return adjective or (phrase.sense == "fetch" and not context.has_input and kind == "issues")


def _listing(kind: str, repo: str | None, adjectives: str) -> Step:
    action, title = _ACTIONS[kind]
    params: dict[str, str | int] = {"repo": repo} if repo else {}
    words = re.findall(r"[a-z']+", adjectives.lower())
    state = next((_STATE[word] for word in words if word in _STATE), "")
    state = "all" if "all" in words and not state else state
    if state and kind != "commits":
        params["state"] = state
    count = re.search(NUMBER, adjectives, re.I)
    if count and to_number(count[0]) >= 1:
        params["limit"] = int(to_number(count[0]))
    elif re.search(r"\b(?:newest|latest|most recent|last)\b", adjectives, re.I) and False:
        params["limit"] = 1
    label = f"Fetch {state + ' ' if state in {'open', 'closed'} else ''}{title}" + (f" of {repo}" if repo else "")
    return Step("source", "github", action, label[:120], dict(params), note="" if repo else "Fill in the GitHub repository.")


def _repositories(phrase: Phrase, found: re.Match[str]) -> Step:
    owned = _OWNED.search(phrase.whole)
    user = (owned["user"] or owned["user2"]) if owned else ""
    if not user:
        after = re.search(rf"\b(?:of|by|from|owned\s+by|belonging\s+to)\s+(?:the\s+)?(?:github\s+)?(?:user\s+|organi[sz]ation\s+|org\s+|account\s+)?(?P<user>(?!github\b|my\b|the\b|user\b)[A-Za-z0-9][\w-]*)", phrase.whole, re.I)
        user = after["user"] if after else ""
    phrase.text = re.sub(rf"(?:^|\s)(?:the\s+)?(?:github\s+)?(?:user|organi[sz]ation|org|account)?\s*(?:does\s+)?{re.escape(user)}(?:'s)?(?:\s+(?:have|has|own|owns))?(?=\s|$)", f" {GAP} ", phrase.text, count=1, flags=re.I) if user else phrase.text
    label = f"Fetch repositories of {user}" if user else "Fetch my repositories"
    return Step("source", "github", "get_repos", label, {"username": user} if user else {})


def _repository(phrase: Phrase, context: Context, repo: str | None) -> list[Step]:
    """A repository that is named for itself: what is known about it."""
    if repo is None or not _INFO_WORDS.search(phrase.whole) and phrase.sense not in {"fetch", "analyze", "summarize", ""}:
        return []
    if not re.search(PATH, phrase.text) and not _INFO_WORDS.search(phrase.whole):
        return []
    found = phrase.take(_INFO)
    return [Step("source", "github", "get_repo_info", f"Look up {repo}", {"repo": repo})] if found else []
