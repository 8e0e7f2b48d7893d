"""Which nodes of a workflow some words mean: "the email", "the last step", "step 2", "the German translation"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voicegraph.graph.model import Node, Workflow
from voicegraph.graph.order import topological_order
from voicegraph.plan.rules.numbers import ORDINAL, to_ordinal

_NAMES: dict[tuple[str, str], str] = {
    ("email", ""): "e-?mails?|mails?|e-?mailing|mailing|mailed",
    ("slack", ""): "slack|channel",
    ("notify", ""): "notif\\w*|telegram|discord|teams|pings?|alerts?|sms|whatsapp|messages?",
    ("notion", ""): "notion(?:\\s+(?:page|notes|step|database|source))?|notes|page|database",
    ("notion_create", ""): "notion|saving|saves?|page",
    ("notion_create", "append_to_page"): "append\\w*",
    ("github", ""): "github",
    ("github", "get_issues"): "issues?|bugs",
    ("github", "get_pull_requests"): "pull\\s+requests?|prs?",
    ("github", "get_commits"): "commits?",
    ("github", "get_repos"): "repos|repositories",
    ("github", "get_repo_info"): "repo|repository",
    ("github", "create_issue"): "issue|creat\\w+|ticket",
    ("web_search", ""): "search\\w*|web\\s+search|web|lookup|google|research",
    ("tavily", ""): "search\\w*|web\\s+search|web|lookup|google|research",
    ("web_search", "search_news"): "news|headlines",
    ("web_page", ""): "web\\s*page|page|site|website|url|article|reading",
    ("rss", ""): "rss|feeds?",
    ("http", ""): "http|api|request|call|webhook|jira|trello|calendar|drive|sheets?",
    ("csv_upload", ""): "csv|spread\\s?sheet|uploads?|uploading|file|table",
    ("pdf_upload", ""): "pdf|uploads?|uploading|file|document",
    ("txt_upload", ""): "text\\s+file|txt|uploads?|uploading|file",
    ("file_upload", ""): "uploads?|uploading|file|document",
    ("llm", "summarize"): "summar\\w*|digests?|recaps?",
    ("llm", "analyze"): "analy\\w*",
    ("llm", "extract_insights"): "insights?|extract\\w*",
    ("llm", "generate"): "generat\\w*|writing|writ\\w+|draft\\w*|report|text|post|poem|reply",
    ("llm", "compare"): "compar\\w*",
    ("llm", "combine"): "combin\\w*|merg\\w*",
    ("llm", ""): "llm|ai|model",
    ("condition", ""): "conditions?|if|branch\\w*|check|decision",
    ("wait", ""): "wait\\w*|delay\\w*|pause\\w*|timer",
    ("approval", ""): "approv\\w*|sign-?off|confirmation|review",
    ("file", ""): "files?|saving|saves?",
    ("code", ""): "code|script|python",
    ("workflow", ""): "workflow|sub-?workflow",
    ("transform", ""): "transform\\w*|template",
}  # fmt: skip
"""(type, action) -> how people call it; an empty action holds for every action of the type."""
_TRANSLATION = "translat\\w*"
_STEMS = re.compile(r"(?:ations?|ization|izing|ising|ions?|ing|ed|es|s|e|y|ies|ate)$")
_STOPS = frozenset("the a an step steps node nodes to of in on and my our it this that part block one for me at from with please".split())
_PLACE = re.compile(
    rf"^(?:the\s+)?(?:(?P<end>(?:very\s+)?last|final|ending)|(?P<middle>middle|center)|(?P<ordinal>{ORDINAL})|(?P<before_last>second\s+to\s+last|penultimate|next\s+to\s+last))\s+(?P<what>[\w\s-]+?)$"
    r"|^(?:the\s+)?(?:step|node|number)\s+(?:number\s+)?(?P<number>\d+|one|two|three|four|five|six|seven|eight|nine|ten)$|^(?:the\s+)?(?P<first>beginning|start)$|^(?:the\s+)?(?P<last>end)$",
    re.I,
)
_COUNT = {word: number for number, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}
_GENERIC = re.compile(r"(?:step|steps|node|nodes|one|part|thing|action|block|task)?$", re.I)


def find_node(words: str, workflow: Workflow) -> Node | None:
    """The node that is meant best, None when nothing fits."""
    nodes = find_nodes(words, workflow)
    return nodes[0] if nodes else None


def find_nodes(words: str, workflow: Workflow) -> list[Node]:
    """The nodes that fit best, all equally well, the later ones first."""
    words = re.sub(r"^(?:please|that|this|those|these|all|any|my|our|the)\s+(?=\w)", "", words.strip(" ,.!?").lower())
    ordered = in_order(workflow)
    place = _PLACE.match(words)
    if place:
        named = place["what"] or ""
        pool = ordered if _GENERIC.fullmatch(named.strip()) else _scored(named, ordered)
        if pool is not ordered:
            pool = [node for node in ordered if node in pool]
        node = _at(place, pool)
        return [node] if node else []
    return list(reversed(_scored(words, ordered)))


def in_order(workflow: Workflow) -> list[Node]:
    """The nodes in the order they run."""
    by_id = {node.id: node for node in workflow.nodes}
    return [by_id[node_id] for node_id in topological_order(workflow)]


def _at(place: re.Match[str], pool: Sequence[Node]) -> Node | None:
    if not pool:
        return None
    if place["end"] or place["last"]:
        return pool[-1]
    if place["middle"]:
        return pool[len(pool) // 2]
    if place["before_last"]:
        return pool[-2] if len(pool) > 1 else None
    if place["first"]:
        return pool[0]
    number = to_ordinal(place["ordinal"]) if place["ordinal"] else int(_COUNT.get(place["number"], 0) or place["number"])
    return pool[number - 1] if 0 < number <= len(pool) else None


def _scored(words: str, nodes: Sequence[Node]) -> list[Node]:
    scores = [(score_of(words, node), node) for node in nodes]
    best = max((score for score, _ in scores), default=0)
    return [node for score, node in scores if score == best] if best > 0 else []


def score_of(words: str, node: Node) -> float:
    """How well the words fit a node; 0 when they do not."""
    score = 0.0
    for (type_, action), pattern in _NAMES.items():
        if node.type == type_ and action in ("", node.action):
            found = re.findall(rf"\b(?:{pattern})(?![\w-])", words)
            score += (2.0 if action else 1.5) * bool(found)
    if node.type == "llm" and node.action.startswith("translate"):
        score += 2.0 * bool(re.search(rf"\b{_TRANSLATION}", words))
    if node.type == "notion_create" and re.search(r"\b(?:save|saving|create|creating|new|append)\b", words):
        score += 1.0
    said = {_stem(word) for word in re.findall(r"[a-z0-9]+", words)} - _STOPS
    own = f"{node.label} {node.action.replace('_', ' ')} {' '.join(str(v) for v in node.params.values() if isinstance(v, str))}"
    score += 0.6 * len(said & ({_stem(word) for word in re.findall(r"[a-z0-9]+", own.lower())} - _STOPS))
    return score


def _stem(word: str) -> str:
    return _STEMS.sub("", word) if len(word) > 4 else word.removesuffix("s")
