"""Changes of params: which one is meant, and its new value: "change the recipient to …", "only the open ones"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from voicegraph.graph.model import Node
from voicegraph.plan.rules.edits.placing import is_source
from voicegraph.plan.rules.edits.reference import fit
from voicegraph.plan.rules.edits.work import EditWork
from voicegraph.plan.rules.steps.conditions import to_condition
from voicegraph.plan.rules.steps.repository import REPOSITORY, repository
from voicegraph.plan.rules.steps.step import ParamValues
from voicegraph.plan.rules.text.shelter import CHANNEL, MAIL, URL, Shelter
from voicegraph.plan.rules.values.duration_phrases import DURATION, to_duration
from voicegraph.words.patterns import either, maybe, named, rx


@dataclass(frozen=True, slots=True)
class ParamChange:
    """New values for params of a node."""

    node: Node
    params: ParamValues


def _addresses(value: str, shelter: Shelter) -> ParamValues:
    found = [shelter.plain(token) for token in re.findall(MAIL, value)]
    return {"to": ", ".join(found)} if found else {}


def _url(value: str, shelter: Shelter) -> ParamValues:
    found = re.search(URL, value)
    return {"url": shelter.plain(found[0])} if found else {}


def _repo(value: str, shelter: Shelter) -> ParamValues:
    found = (repository(token, shelter) for token in re.findall(REPOSITORY, value))
    return {"repo": repo} if (repo := next(filter(None, found), None)) else {}


def _channel(value: str, shelter: Shelter) -> ParamValues:
    found = re.search(CHANNEL, value)
    name = (
        shelter.plain(found[0])
        if found
        else re.sub("^(?:the )?(?:channel )?", "", shelter.plain(value), flags=re.IGNORECASE).split()[0]
    )
    return {"channel": f"#{name.lstrip('#').lower()}"}


def _duration(value: str, shelter: Shelter) -> ParamValues:
    found = re.search(DURATION, value, re.IGNORECASE)
    return {"duration": to_duration(found[0])} if found else {}


def _language(value: str, shelter: Shelter) -> ParamValues:
    language = shelter.plain(value).capitalize()
    return {"instruction": f"Translate to {language}", "language": language}


def _query(value: str, shelter: Shelter) -> ParamValues:
    return {"query": re.sub("^(?:for |search for |about )", "", shelter.plain(value), flags=re.IGNORECASE)}


def _length(value: str, shelter: Shelter) -> ParamValues:
    found = _LENGTH.search(value)
    return {"length": "short" if found["short"] else "long"} if found else {}


def _condition(value: str, shelter: Shelter) -> ParamValues:
    return {"expression": to_condition(value, shelter).expression}


def _words(param: str) -> Callable[[str, Shelter], ParamValues]:
    return lambda value, shelter: {param: shelter.plain(value)}


@dataclass(frozen=True, slots=True)
class _Param:
    """A param as people call it, the types it is on, and how its value is read."""

    nouns: str
    types: tuple[str, ...]
    read: Callable[[str, Shelter], ParamValues]


_PARAMS: dict[str, _Param] = {
    "to": _Param("recipients?|e-?mail address|address(?:ee)?|receiver", ("email",), _addresses),
    "subject": _Param("subject(?: line)?", ("email",), _words("subject")),
    "query": _Param(
        "(?:search )?(?:query|terms?|keywords?|topic)|search|web search|news(?: (?:topic|search))?",
        ("web_search", "tavily"),
        _query,
    ),
    "url": _Param("urls?|links?|web address|page|site|website|feed|endpoint", ("web_page", "rss", "http"), _url),
    "repo": _Param("(?:github )?repo(?:sitory)?|project", ("github",), _repo),
    "channel": _Param("(?:slack )?channel", ("slack", "notify"), _channel),
    "state": _Param("state|status", ("github",), lambda value, shelter: {"state": shelter.plain(value).lower()}),
    "labels": _Param("labels?", ("github",), _words("labels")),
    "username": _Param("user(?:name)?", ("github",), _words("username")),
    "title": _Param("titles?", ("notion_create", "github", "notify"), _words("title")),
    "method": _Param("method", ("http",), lambda value, shelter: {"method": shelter.plain(value).upper()}),
    "duration": _Param("duration|wait(?:ing time)?|delay|pause", ("wait",), _duration),
    "language": _Param("language|translation", ("llm",), _language),
    "expression": _Param("condition|threshold", ("condition",), _condition),
    "instruction": _Param("instructions?|prompt", ("llm",), _words("instruction")),
    "message": _Param("(?:approval )?message", ("approval",), _words("message")),
    "length": _Param("length", ("llm",), _length),
}
_NOUN = either(*(param.nouns for param in _PARAMS.values()))
_SET = rx(
    "^",
    either(
        "(?:change|set|update|make|switch|turn|adjust|modify|edit) (?:(?:the|its|my) )?"
        + named("noun", _NOUN)
        + maybe(" (?:of|for|in) (?:the )?", named("of", r"[\w ]+?"))
        + either(" (?:from .+? )?(?:to be|to|into|as|be|=|for) ", " (?=⟪)"),
        "(?:the )?" + named("other_noun", _NOUN) + " (?:should|must) be ",
        "(?:(?:in|for) the [\\w ]+?,? )?use the "
        + named("used_noun", "subject(?: line)?|titles?|prompt|instructions?")
        + " ",
    ),
    named("value", ".+$"),
)
_AFTERTHOUGHT = rx(" (?:instead(?: of .+)?|now|rather(?: than .+)?|from now on)$")
_ONLY = rx(
    "^(?:(?:only|just|use|take|get|include|with|show|fetch|make it|make that) )?(?:(?:only|just) )?(?:the )?",
    named("state", "open|closed|all|merged|merged or closed|closed or merged"),
    "(?: (?:issues|pull requests|prs))?(?: ones)?$",
)
_ONLY_LABELED = rx(
    "^",
    either(
        "(?:(?:only|just) )?(?:(?:look at|get|fetch|take|use|show|include) )?(?:the )?(?:issues|ones|those) "
        "(?:labell?ed|tagged|with(?: the)? label) (?:as )?" + named("labels", r"\S+"),
        "(?:(?:only|just) )?(?:(?:look at|get|fetch|take|use|show|include) )?the "
        + named("other", r"[\w-]+")
        + " label",
    ),
    "$",
)
_LENGTH = rx(
    r"\b",
    either(
        named("short", "short(?:er)?|brief(?:er)?|more concise"),
        named("long", "long(?:er)?|more detail(?:ed)?|detailed"),
    ),
    r"\b",
)
_MAKE = rx(
    "^",
    either(
        "(?:make|keep|write) "
        + named("what", ".+?")
        + " (?:short(?:er)?|long(?:er)?|brief(?:er)?|(?:more )?(?:concise|detailed))$",
        named("third", ".+?")
        + " (?:should|must|needs to|has to) be (?:short(?:er)?|long(?:er)?|brief(?:er)?|(?:more )?(?:concise|detailed))$",
        "(?:a )?(?:shorter|longer|more detailed|briefer) " + named("other", ".+$"),
    ),
)


_CALLED = rx(
    "^(?:call|name|title) the (?:new )?(?:notion )?",
    named("what", "page|issue|notification"),
    " (?:as )?",
    named("title", ".+$"),
)
_MADE = rx(
    "^(?:make|turn|change|switch) (?:it|that|the translation) (?:into |in |to )?",
    named("language", "(?-i:[A-Z][a-z]+)"),
    "$",
)


def named_change(words: str, work: EditWork) -> ParamChange | None:
    """A change that names its param ("change the recipient to …"), the state of issues, or the length of a text."""
    words = _AFTERTHOUGHT.sub("", words.strip())
    found = _SET.match(words)
    if found:
        noun = found["noun"] or found["other_noun"] or found["used_noun"]
        name = next(name for name, param in _PARAMS.items() if re.fullmatch(param.nouns, noun, re.IGNORECASE))
        return _change(name, f"{found['of'] or ''} {noun}", found["value"], work)
    titled = _CALLED.match(words)
    if titled:
        return _change("title", titled["what"], titled["title"], work)
    language = _MADE.match(words)
    if language and any(node.action.startswith("translate") for node in work.nodes):
        return _change("language", "translation", language["language"], work)
    labels = _ONLY_LABELED.match(words)
    if labels:
        return _change("labels", words, labels["labels"] or labels["other"], work)
    state, length = _ONLY.match(words), _MAKE.match(words)
    if state:
        said = state["state"].lower()
        return _change("state", words, "closed" if "merged" in said else said, work)
    return _change("length", length["what"] or length["third"] or length["other"], words, work) if length else None


def _change(name: str, words: str, value: str, work: EditWork) -> ParamChange | None:
    param = _PARAMS[name]
    nodes = [
        node for node in work.nodes if node.type in param.types and not (name == "duration" and node.action != "delay")
    ]
    if name == "language":
        nodes = [node for node in nodes if node.action.startswith("translate")] or nodes
    node = max(reversed(nodes), key=lambda node: fit(words.lower(), node), default=None)
    params = param.read(value.strip(" ,."), work.spoken.shelter)
    return ParamChange(node, params) if node and params else None


def names_repository(words: str, work: EditWork) -> bool:
    """Whether a repository stands in these words, as a name or an address."""
    return bool(_repo(words, work.spoken.shelter))


def new_address(words: str, work: EditWork) -> ParamChange | None:
    """An address, repository or channel that takes the place of the one there is: "it should go to …", "use …"."""
    shelter = work.spoken.shelter
    last = {node.type: node for node in work.nodes}
    mails, repo, url = _addresses(words, shelter), _repo(words, shelter), _url(words, shelter)
    if mails and "email" in last:
        return ParamChange(last["email"], mails)
    if repo and "github" in last:
        return ParamChange(next(node for node in work.nodes if node.type == "github"), repo)
    holders = [node for node in work.nodes if node.type in _PARAMS["url"].types]
    if url and not repo and holders:
        return ParamChange(next(filter(is_source, holders), holders[0]), url)
    channel = re.search(CHANNEL, words)
    return ParamChange(last["slack"], _channel(words, shelter)) if channel and "slack" in last else None
