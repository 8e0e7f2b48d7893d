"""References to nodes of a workflow: "the email", "the last step", "step 2", "the German translation"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from re import Match

from voicegraph.graph.model import Node, Workflow
from voicegraph.graph.order import topological_order
from voicegraph.words.numbers import ORDINAL, VALUES, to_number, to_ordinal
from voicegraph.words.patterns import either, named, rx, word_set, words

_UPLOAD = "uploads?|uploading|file"
_SEARCH = r"search\w*|web search|web|lookup|google|research"
_NAMES: dict[str, str] = {
    "email": "e-?mails?|mails?|e-?mailing|mailing|mailed",
    "slack": "slack|channel",
    "notify": r"notif\w*|telegram|discord|teams|pings?|alerts?|sms|whatsapp|messages?",
    "notion": "notion(?: (?:page|notes|step|database|source))?|notes|page|database",
    "notion_create": "notion|sav(?:es?|ed|ing)|stor(?:ed|ing)|page",
    "github": "github",
    "web_search": _SEARCH,
    "tavily": _SEARCH,
    "web_page": r"web ?page|page|site|website|url|article|reading",
    "rss": "rss|feeds?",
    "http": "http|api|request|call|webhook|jira|trello|calendar|drive|sheets?",
    "csv_upload": f"csv|spread ?sheet|table|{_UPLOAD}",
    "pdf_upload": f"pdf|document|{_UPLOAD}",
    "txt_upload": f"text file|txt|{_UPLOAD}",
    "file_upload": f"document|{_UPLOAD}",
    "llm": "llm|ai|model",
    "condition": r"conditions?|if|branch\w*|check|decision",
    "wait": r"wait\w*|delay\w*|pause\w*|timer",
    "approval": r"approv\w*|sign-?off|confirmation|review",
    "file": "files?|saving|saves?",
    "code": "code|script|python",
    "workflow": "workflow|sub-?workflow",
    "transform": r"transform\w*|template",
}
"""Type -> how people call a node of it."""
_ACTION_NAMES: dict[str, str] = {
    "append_to_page": r"append\w*",
    "get_issues": "issues?|bugs",
    "get_pull_requests": "pull requests?|prs?",
    "get_commits": "commits?",
    "get_repos": "repos|repositories",
    "get_repo_info": "repo|repository",
    "create_issue": r"issue|creat\w+|ticket",
    "search_news": "news|headlines",
    "create_page": r"sav(?:e|ing)|creat\w+|new",
    "summarize": r"summar\w*|digests?|recaps?",
    "analyze": r"analy\w*",
    "extract_insights": r"insights?|extract\w*",
    "generate": r"generat\w*|writing|writ\w+|draft\w*|report|text(?! file)|post|poem|reply",
    "compare": r"compar\w*",
    "combine": r"combin\w*|merg\w*",
    "translate": r"translat\w*",
}
"""Action -> how people call it."""
_BY_TYPE = {type_: rx(rf"\b(?:{names})(?![\w-])") for type_, names in _NAMES.items()}
_BY_ACTION = {action: rx(rf"\b(?:{names})(?![\w-])") for action, names in _ACTION_NAMES.items()}
_TYPE_SCORE, _ACTION_SCORE, _WORD_SCORE = 1.5, 2.0, 0.6

_DETERMINER = rx(r"^(?:please|that|this|those|these|all|any|my|our|the) (?=\w)")
_PLACE = rx(
    either(
        "(?:the )?"
        + either(
            named("last", "(?:very )?last|final|ending"),
            named("middle", "middle|center"),
            named("before_last", "second to last|penultimate|next to last"),
            named("ordinal", ORDINAL),
        )
        + " "
        + named("what", r"[\w -]+"),
        "(?:the )?(?:step|node|number) (?:number )?" + named("number", "[0-9]+", *VALUES),
        "(?:the )?" + either(named("first", "beginning|start"), named("end", "end")),
    )
)
_ROW = rx(
    "(?:the )?",
    either(named("first", "first"), "last|final"),
    " ",
    named("count", *VALUES, "[0-9]+"),
    "(?: (?:steps|nodes|ones))?",
)
_ALL_BESIDE = rx(
    "(?:everything|all(?: (?:the )?(?:steps|nodes))?|every step|whatever comes|anything) (?:that comes )?",
    either(named("after", "after|behind|following|below"), "(?:before|ahead of|above)"),
    " ",
    named("anchor", ".+"),
)
_ANY_STEP = rx(words("step steps node nodes one part thing action block task"))
_STEMS = re.compile("(?:ations?|ization|izing|ising|ions?|ing|ies|ate|ed|es|s|e|y)$")
_STOPS = word_set(
    "the a an step steps node nodes to of in on and my our it this that part block one for me at from with please"
)


def find_node(words: str, workflow: Workflow) -> Node | None:
    """The node that is meant best, None when nothing fits."""
    return next(iter(find_nodes(words, workflow)), None)


def find_nodes(words: str, workflow: Workflow) -> list[Node]:
    """The nodes that fit best, all equally well, the later ones first."""
    words = _DETERMINER.sub("", words.strip(" ,.!?").lower())
    ordered = in_order(workflow)
    place = _PLACE.fullmatch(words)
    if place is None:
        return _fitting(words, ordered)[::-1]
    what = (place["what"] or "step").strip()
    pool = ordered if _ANY_STEP.fullmatch(what) else _fitting(what, ordered)
    at = _index(place, len(pool))
    return [pool[at]] if 0 <= at < len(pool) else []


def find_row(words: str, workflow: Workflow) -> list[Node]:
    """“The last two steps”, “everything after the search”; [] when the words name no row of nodes."""
    words = words.strip(" ,.!?").lower()
    nodes = in_order(workflow)
    found = _ROW.fullmatch(words)
    if found:
        count = int(to_number(found["count"]))
        return nodes[:count] if found["first"] else nodes[-count:]
    found = _ALL_BESIDE.fullmatch(words)
    anchor = find_node(found["anchor"], workflow) if found else None
    if found is None or anchor is None:
        return []
    edges = [(edge.source, edge.target) if found["after"] else (edge.target, edge.source) for edge in workflow.edges]
    reached = {anchor.id}
    for _ in nodes:
        reached |= {end for start, end in edges if start in reached}
    return [node for node in nodes if node.id in reached and node.id != anchor.id]


def in_order(workflow: Workflow) -> list[Node]:
    """The nodes in the order they run."""
    by_id = {node.id: node for node in workflow.nodes}
    return [by_id[node_id] for node_id in topological_order(workflow)]


def _index(place: Match[str], count: int) -> int:
    if place["last"] or place["end"]:
        return count - 1
    if place["middle"]:
        return count // 2
    if place["before_last"]:
        return count - 2
    if place["first"]:
        return 0
    if place["ordinal"]:
        return to_ordinal(place["ordinal"]) - 1
    number = place["number"]
    return (int(number) if number.isdigit() else VALUES[number]) - 1


def _fitting(words: str, nodes: Sequence[Node]) -> list[Node]:
    """The nodes with the best score, in order."""
    scores = [fit(words, node) for node in nodes]
    best = max(scores, default=0)
    return [node for score, node in zip(scores, nodes, strict=True) if score == best and best > 0]


def fit(words: str, node: Node) -> float:
    """How well the words fit a node; 0 when they do not."""
    score = 0.0
    by_type = _BY_TYPE.get(node.type)
    if by_type and by_type.search(words):
        score += _TYPE_SCORE
    by_action = _BY_ACTION.get("translate" if node.action.startswith("translate") else node.action)
    if by_action and by_action.search(words):
        score += _ACTION_SCORE
    values = [value for value in node.params.values() if isinstance(value, str)]
    own = _words(" ".join([node.label, node.action.replace("_", " "), *values]))
    return score + _WORD_SCORE * len(_words(words) & own)


def _words(text: str) -> set[str]:
    """The words that tell something, by their stems."""
    said = re.findall(r"[a-z0-9]+", text.lower())
    return {_STEMS.sub("", word) if len(word) > 4 else word.removesuffix("s") for word in said if word not in _STOPS}
