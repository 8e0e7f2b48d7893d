"""Changes of one param: "change the recipient to …", "use the repo …", "only the open ones", "make it shorter"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import JsonValue

from voicegraph.graph.model import Node, Workflow
from voicegraph.plan.rules.conditions import to_condition
from voicegraph.plan.rules.deliveries import repo_name
from voicegraph.plan.rules.durations import DURATION, to_duration
from voicegraph.plan.rules.edits.placing import is_source
from voicegraph.plan.rules.edits.reference import in_order, score_of
from voicegraph.plan.rules.shelter import ANY, CHANNEL, MAIL, PATH, URL, Shelter
from voicegraph.plan.rules.steps import Context


@dataclass(frozen=True, slots=True)
class ParamChange:
    """New values for the params of one node."""

    node: Node
    params: dict[str, JsonValue]


_NOUNS: dict[str, tuple[str, tuple[str, ...]]] = {
    r"recipients?|e-?mail\s+address|address(?:ee)?|receiver": ("to", ("email",)),
    r"subject(?:\s+line)?": ("subject", ("email",)),
    r"(?:search\s+)?(?:query|term|terms|keywords?|topic)|search|web\s+search|news(?:\s+(?:topic|search))?": ("query", ("web_search", "tavily")),
    r"urls?|links?|web\s+address|page|site|website|feed|endpoint": ("url", ("web_page", "rss", "http")),
    r"repo(?:sitory)?|github\s+repo(?:sitory)?|project": ("repo", ("github",)),
    r"(?:slack\s+)?channel": ("channel", ("slack", "notify")),
    r"state|status": ("state", ("github",)),
    r"user(?:name)?": ("username", ("github",)),
    r"titles?": ("title", ("notion_create", "github", "notify")),
    r"method": ("method", ("http",)),
    r"duration|wait(?:ing\s+time)?|delay|pause": ("duration", ("wait",)),
    r"language|translation": ("language", ("llm",)),
    r"condition|threshold|limit\s+of\s+the\s+condition": ("expression", ("condition",)),
    r"instructions?|prompt": ("instruction", ("llm",)),
    r"(?:approval\s+)?message": ("message", ("approval",)),
    r"length": ("length", ("llm",)),
}
_SET = re.compile(
    rf"^(?:change|set|update|make|switch|turn|adjust|modify|edit)\s+(?:the\s+|its\s+|my\s+)?(?P<noun>{'|'.join(_NOUNS)})(?:\s+(?:of|for|in)\s+(?:the\s+)?(?P<of>[\w\s]+?))?(?:\s+(?:from\s+.+?\s+)?(?:to\s+be|to|into|as|be|=|for)\s+|\s+(?=⟪))(?P<value>.+)$"
    rf"|^(?:the\s+)?(?P<noun2>{'|'.join(_NOUNS)})\s+(?:should|must)\s+be\s+(?P<value2>.+)$",
    re.I,
)
_MAIL_LIST = re.compile(rf"{MAIL}", re.I)
_LIKE_IT = re.compile(r"\s+(?:instead(?:\s+of\s+.+)?|now|rather(?:\s+than\s+.+)?|from\s+now\s+on|please)$", re.I)
_STATES = re.compile(r"^(?:(?:only|just|use|take|get|include|with|show|fetch)\s+)?(?:only\s+|just\s+)?(?:the\s+)?(?P<state>open|closed|all)(?:\s+(?:ones|issues|pull\s+requests|prs))?(?:\s+ones)?$", re.I)
_LENGTHS = re.compile(r"\b(?P<short>shorter|short|brief|briefer|more\s+concise)\b|\b(?P<long>longer|long|more\s+detail(?:ed)?|detailed)\b", re.I)
_MAKE = re.compile(r"^(?:make|keep|write)\s+(?P<what>.+?)\s+(?:shorter|longer|brief|briefer|short|long|more\s+(?:concise|detailed)|detailed)$|^(?:a\s+)?(?:shorter|longer|more\s+detailed|briefer)\s+(?P<what2>.+)$", re.I)


def named_change(words: str, workflow: Workflow, shelter: Shelter) -> ParamChange | None:
    """A change that names its param: "change the recipient to …"."""
    words = _LIKE_IT.sub("", words)
    found = _SET.match(words)
    if found is None:
        return _state(words, workflow) or _length(words, workflow)
    noun, value = (found["noun"] or found["noun2"]), (found["value"] or found["value2"]).strip(" ,.")
    for pattern, (param, types) in _NOUNS.items():
        if re.fullmatch(pattern, noun, re.I):
            node = _holder(workflow, types, param, f"{found['of'] or ''} {noun}")
            params = _value(param, value, shelter) if node else None
            return ParamChange(node, params) if node and params else None
    return None


def _holder(workflow: Workflow, types: tuple[str, ...], param: str, words: str) -> Node | None:
    """The node that has this param: the one the words fit best, the last one on a tie."""
    nodes = [node for node in in_order(workflow) if node.type in types]
    if param == "duration":
        nodes = [node for node in nodes if node.action == "delay"]
    if param == "language":
        nodes = [node for node in nodes if node.action.startswith("translate")] or nodes
    return max(reversed(nodes), key=lambda node: score_of(words.lower(), node), default=None)


def _value(param: str, value: str, shelter: Shelter) -> dict[str, JsonValue] | None:
    """The params that this value makes, None when it is no such value."""
    plain = shelter.value(value) if ANY.fullmatch(value) else shelter.restore(value)
    if param == "to":
        mails = [shelter.value(token) for token in _MAIL_LIST.findall(value)]
        return {"to": ", ".join(mails)} if mails else None
    if param == "url":
        found = re.search(URL, value)
        return {"url": shelter.value(found[0])} if found else None
    if param == "repo":
        token = re.search(rf"{PATH}|{URL}", value)
        repo = repo_name(token[0], Context(shelter)) if token else None
        return {"repo": repo} if repo else None
    if param == "channel":
        found = re.search(CHANNEL, value)
        name = shelter.value(found[0]) if found else re.sub(r"^(?:the\s+)?(?:channel\s+)?", "", plain, flags=re.I).split()[0]
        return {"channel": f"#{name.lstrip('#').lower()}"}
    if param == "duration":
        found = re.search(DURATION, value, re.I)
        return {"duration": to_duration(found[0])} if found else None
    if param == "language":
        return {"instruction": f"Translate to {plain.capitalize()}", "language": plain.capitalize()}
    if param == "expression":
        return {"expression": to_condition(value, shelter).expression}
    if param == "length":
        return _length_of(value)
    if param == "query":
        return {"query": re.sub(r"^(?:for\s+|search\s+for\s+|about\s+)", "", plain, flags=re.I)}
    return {param: plain.lower() if param in {"state"} else plain.upper() if param == "method" else plain}


def _state(words: str, workflow: Workflow) -> ParamChange | None:
    found = _STATES.match(words.strip())
    node = _holder(workflow, ("github",), "state", words) if found else None
    return ParamChange(node, {"state": found["state"].lower()}) if found and node else None


def _length_of(words: str) -> dict[str, JsonValue] | None:
    found = _LENGTHS.search(words)
    return {"length": "short" if found["short"] else "long"} if found else None


def _length(words: str, workflow: Workflow) -> ParamChange | None:
    found = _MAKE.match(words.strip())
    length = _length_of(words)
    node = _holder(workflow, ("llm",), "length", found["what"] or found["what2"]) if found else None
    return ParamChange(node, length) if node and length else None


def new_address(words: str, workflow: Workflow, shelter: Shelter) -> ParamChange | None:
    """An address, repository or channel that takes the place of the one there is: "it should go to …", "use …"."""
    mails = [shelter.value(token) for token in _MAIL_LIST.findall(words)]
    emails = [node for node in in_order(workflow) if node.type == "email"]
    if mails and emails:
        return ParamChange(emails[-1], {"to": ", ".join(mails)})
    url = re.search(URL, words)
    address = shelter.value(url[0]) if url else ""
    repo = repo_name(url[0], Context(shelter)) if url else None
    if url and not repo:
        holders = [node for node in in_order(workflow) if "url" in node.params or node.type in {"web_page", "rss"}]
        sources = [node for node in holders if is_source(node)] or holders
        return ParamChange(sources[0], {"url": address}) if sources else None
    path = re.search(PATH, words)
    repo = repo or (shelter.value(path[0]) if path else None)
    holders = [node for node in in_order(workflow) if node.type == "github"]
    if repo and holders:
        return ParamChange(holders[0], {"repo": repo})
    channel = re.search(CHANNEL, words)
    slack = [node for node in in_order(workflow) if node.type == "slack"]
    return ParamChange(slack[-1], {"channel": shelter.value(channel[0])}) if channel and slack else None
