"""Where a clause sends its result: e-mail, Slack, chats, Notion, files, web hooks, GitHub issues, other services."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from re import Match

from voicegraph.plan.rules.phrase import GAP, Phrase
from voicegraph.plan.rules.services import CHANNEL_TITLES, MENTION, NOTIFY_CHANNELS, service_of
from voicegraph.plan.rules.shelter import ANY, CHANNEL, MAIL, PATH, QUOTE, URL
from voicegraph.plan.rules.steps import Context, Step

_GIVING = frozenset({"send", "save", "append", "create", "generate", "email", "slack", "notify"})
_DET = r"(?:(?:the|my|our|a|an|this|that|your|his|her|their|new|fresh|separate|single|another|short|quick|same)\s+)*"
_TITLE = rf"(?:\s+(?:,\s*)?(?:titled|entitled|called|named|with\s+the\s+(?:title|name|heading))\s+(?P<title>{QUOTE}|[^{GAP},;]+?)(?=\s+(?:with|from|containing|that|using|based|and\s+the\s+body)\b|\s*[{GAP},;]|\s*$))?"
_NAME = rf"(?:\s+(?P<name>{QUOTE}|(?-i:[A-Z0-9])[\w&'-]*(?:\s+(?-i:[A-Z0-9])[\w&'-]*)*))?"


def read_deliveries(phrase: Phrase, context: Context) -> list[Step]:
    """Take the destinations out of the clause."""
    steps: list[Step] = []
    for reader in (_github_issue, _web_hook, _notion, _slack, _notify, _file, _service, _email):
        steps += reader(phrase, context, bool(steps))
    if phrase.sense == "save" and not steps and not context.has("file") and not re.search(r"\bnotion|github", phrase.whole, re.I):
        steps.append(_save_file("", "It was not said where to save it, so it is kept as a file of the run.", doubt=True))
    return [_with_content(step, phrase, context) for step in steps]


# -- GitHub issues

_NEW_ISSUE = re.compile(
    rf"{_DET}(?:github\s+)?(?:issue|bug(?:\s+report)?|bug\s+ticket|ticket)\b(?:\s+(?:in|on|at|to|for|with|against)\s+{_DET}(?:github\s+)?(?:repo(?:sitory)?\s+|project\s+)?(?P<repo>{PATH}|{URL}|github)(?:\s+repo(?:sitory)?)?)?",
    re.I,
)
_ISSUE_TITLE = re.compile(
    rf",?\s*(?:titled|entitled|called|named|(?:and\s+)?(?:call|name|title)\s+it|with\s+(?:the\s+)?(?:title|name|subject|headline)|(?:the\s+)?title(?:\s+is|:))\s+(?P<title>{QUOTE}|[^{GAP},;]+?)(?=\s+(?:with\s+(?:the\s+)?(?:body|text|description)|saying|and\s+(?:the\s+)?(?:body|text))\b|\s*[{GAP},;]|\s*$)",
    re.I,
)
_ISSUE_BODY = re.compile(
    rf"(?:with\s+(?:the\s+)?(?:body|text|description|message)|saying|and\s+(?:the\s+)?(?:body|text))\s+(?P<body>{QUOTE}|[^{GAP};]+?)(?=\s*[{GAP};]|\s*$)",
    re.I,
)
_IN_REPO = re.compile(rf"\b(?:in|on|to|for|at)\s+{_DET}(?:github\s+)?(?:repo(?:sitory)?\s+)?(?P<repo>{PATH})", re.I)


def _github_issue(phrase: Phrase, context: Context, _: bool) -> list[Step]:
    if phrase.sense not in {"create", "generate", "fetch", "send", "save"} or phrase.lemma in {"get", "fetch", "list", "show", "read", "pull"}:
        return []
    found = _NEW_ISSUE.match(phrase.text)
    if found is None or re.match(r"(?:the|my|our)\s", found[0], re.I) and not found["repo"]:
        return []
    if phrase.lemma in {"take", "check", "collect", "see", "use", "display", "load", "gather", "query", "monitor", "watch", "track"}:
        return []
    about_github = found["repo"] or "github" in phrase.whole.lower() or (context.repo and "ticket" not in found[0])
    if not about_github:
        return []
    phrase.cut(found)
    place = found["repo"] or ""
    params: dict[str, str] = {}
    title, body = phrase.take(_ISSUE_TITLE), phrase.take(_ISSUE_BODY)
    late = None if place.startswith("⟪") else phrase.take(_IN_REPO)
    repo = repo_name(late["repo"] if late else place, context) or context.repo
    if repo:
        params["repo"] = repo
    if title:
        params["title"] = _plain(title["title"], context)
    if body:
        params["body"] = _plain(body["body"], context)
    note = "" if repo else "Say in which repository the issue is to be opened."
    return [Step("deliver", "github", "create_issue", "Open a GitHub issue", dict(params), note=note)]


def repo_name(token: str, context: Context) -> str | None:
    """owner/name of a hidden path or GitHub address, None of anything else."""
    words = context.shelter.value(token)
    found = re.search(r"github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?(?:[/?#]|$)", words)
    if found:
        return found[1]
    return words if ANY.fullmatch(token) and token.startswith("⟪path") else None


# -- web hooks

_TO_URL = re.compile(
    rf"\b(?:to|at|into|onto|via)\s+{_DET}(?:(?:web\s?hook|url|address|endpoint|api|server|api\s+endpoint)\s+)?(?:at\s+|of\s+)?(?P<url>{URL})(?:\s+(?:via|with|using|as)\s+(?:an?\s+)?(?:http\s+)?(?P<method>POST|PUT|PATCH)(?:\s+request)?)?",
    re.I,
)
_REQUEST = re.compile(
    rf"{_DET}(?:http\s+)?(?P<method>POST|PUT|PATCH|DELETE)\s+(?:request|call)?\s*(?:to|at|against|on)?\s*{_DET}(?P<url>{URL})", re.I
)


_GET = re.compile(r"\bGET\b|\bget\s+(?:request|call)\b|\b(?:a|an)\s+(?:http\s+|api\s+)?(?:request|call)\b")


def _web_hook(phrase: Phrase, context: Context, _: bool) -> list[Step]:
    found = phrase.take(_REQUEST)
    if found is None and phrase.lemma in {"put", "delete", "patch", "post"}:
        found = re.match(rf"\s*(?:to\s+)?(?P<url>{URL})(?P<method>)", phrase.text)
        if found:
            phrase.cut(found)
    if found is None and phrase.sense in {"send", "save", "append", "create", "generate"} and not _GET.search(phrase.whole):
        found = phrase.take(_TO_URL)
    if found is None or (context.shelter.value(found["url"]).startswith("https://github.com/") and "issue" in phrase.whole):
        return []
    method = (found["method"] or ("PUT" if phrase.lemma == "put" and not context.has_input else "POST")).upper()
    url = context.shelter.value(found["url"])
    params = {"url": url, "method": method} | ({"text": "{{ input }}"} if context.has_input and method != "DELETE" else {})
    return [Step("deliver", "http", "request", f"{method} to {_host(url)}", dict(params))]


def _host(url: str) -> str:
    return re.sub(r"^https?://", "", url).split("/")[0][:60]


# -- Notion

_NOTION_THING = r"(?:pages?|databases?|db|docs?|documents?|notes?|journal|workspace|wiki|log|list|board|account|entry|table|diary|inbox)"
_NOTION = re.compile(
    rf"(?:\b(?P<prep>to|into|in|inside|within|on|onto|at|as|from|of|out\s+of|via|using)\s+)?(?P<det>{_DET})\bnotion\b(?!\s+(?:meeting|tasks?))(?:\s+(?P<thing>{_NOTION_THING})\b)?{_TITLE}{_NAME}",
    re.I,
)
_THING_IN_NOTION = re.compile(
    rf"(?:\b(?P<prep>to|into|in|onto|as)\s+)?(?P<det>{_DET})(?P<thing>{_NOTION_THING}){_TITLE}\s+(?:in|on|inside|to|into|within)\s+(?:my\s+|our\s+)?notion\b(?P<name>)",
    re.I,
)
_APPEND = re.compile(
    rf"\b(?:to|onto|at\s+the\s+(?:end|bottom)\s+of)\s+(?P<det>{_DET})(?P<what>(?:[\w'-]+\s+){{0,4}}?)(?P<thing>page|journal|document|doc|log|notes?|diary|wiki)\b(?:\s+(?:called|named|titled))?{_NAME}",
    re.I,
)
_MAKERS = frozenset("create make add open start write generate build prepare draft produce put_together set_up compose".split())
_FROM = {"from", "of", "out of", "via", "using"}


def _notion(phrase: Phrase, context: Context, _: bool) -> list[Step]:
    steps: list[Step] = []
    text = phrase.text
    for pattern in (_THING_IN_NOTION, _NOTION):
        for found in pattern.finditer(text):
            if not steps and _is_notion_target(phrase, found):
                phrase.cut(found)
                steps.append(_notion_step(phrase, found, context))
        if steps:
            return steps
    found = _APPEND.search(text) if phrase.lemma in {"append", "add", "attach"} else None
    if found and "notion" not in found[0].lower() and (phrase.lemma == "append" or found["thing"].lower() in {"page", "journal"}):
        phrase.cut(found)
        return [_append_step(found, context)]
    return []


def _is_notion_target(phrase: Phrase, found: Match[str]) -> bool:
    prep = re.sub(r"\s+", " ", (found["prep"] or "").lower())
    made = phrase.lemma.replace(" ", "_") in _MAKERS
    if prep in _FROM:
        return False
    if prep in {"to", "into", "onto", "as"}:
        return phrase.lemma != "go to"
    if prep:
        return phrase.sense in _GIVING and phrase.sense != "email"
    if not found["thing"] or not made:
        return _is_next_target(phrase, found)
    before = phrase.text[: found.start()].strip()
    new = re.search(r"\b(?:an?|new|another|separate)\b", found["det"], re.I) or not found["det"].strip()
    return bool(new) and before in {"", "me", "us", f"me {GAP}", GAP}


def _is_next_target(phrase: Phrase, found: Match[str]) -> bool:
    """Whether this is one more of several destinations: "to Slack and Notion"."""
    before = phrase.text[: found.start()].rstrip()
    return phrase.sense in {"send", "save"} and bool(re.search(r"(?:\b(?:to|in|into|on)\s.*(?:,|\band))$", before, re.I))


def _notion_step(phrase: Phrase, found: Match[str], context: Context) -> Step:
    thing = (found["thing"] or "").lower()
    owned = bool(re.search(r"\b(?:the|my|our)\b", found["det"], re.I))
    if phrase.sense == "append" or (phrase.lemma in {"add", "attach", "insert"} and owned and thing and found["prep"]):
        return _append_step(found, context)
    params: dict[str, str] = {}
    name = _plain(found["name"] or "", context)
    if found["title"]:
        params["title"] = _plain(found["title"], context)
    elif name:
        params["parentId" if found["prep"] else "title"] = name
    return Step("deliver", "notion_create", "create_page", "Create a Notion page", dict(params))


def _append_step(found: Match[str], context: Context) -> Step:
    name = _plain(found["name"] or found.groupdict().get("title") or "", context)
    what = re.sub(r"\b(?:my|our|the|new|notion)\b", "", found.groupdict().get("what") or "", flags=re.I).strip()
    label = f"Append to {name}" if name else f"Append to the {what} page" if what else "Append to a Notion page"
    note = "" if name else "Choose the Notion page that the text is added to."
    return Step("deliver", "notion_create", "append_to_page", label, {"pageId": name} if name else {}, note=note)


# -- Slack

_PREP = r"(?:\b(?:to|in|into|on|onto|via|over|through|with|using|at|for|inside)\s+)"
_NO_CHANNEL = r"(?!(?:and|then|or|with|a|an|the|to|in|on|saying|that|if|when|as|for|of|at|by|from|it|them|please|called|named|channel|message|post|as\s+well)\b)"
_SLACK = re.compile(
    rf"{_PREP}?(?:both\s+)?{_DET}(?:(?P<team>(?!slack\b)[\w-]+)\s+channel\s+(?:on|in|of|at|over\s+(?:on|at))\s+)?(?:(?:the|our|my)\s+)?\bslack\b"
    rf"(?:\s+(?:channel|message|msg|post|workspace|thread|notification|dm|chat|note|update))?(?:\s+(?:called|named))?"
    rf"(?:\s+(?:{_PREP})?(?:the\s+)?(?:channel\s+)?(?P<channel>{CHANNEL})(?:\s+channel)?|\s+{_PREP}(?:the\s+)?(?:channel\s+(?:called\s+|named\s+)?{_NO_CHANNEL}(?P<named>[\w-]+)|{_NO_CHANNEL}(?P<named2>[\w-]+)\s+channel))?",
    re.I,
)
_SLACK_NAMED = re.compile(rf"{_PREP}{_DET}slack\s+channel\s+(?:called\s+|named\s+)?{_NO_CHANNEL}(?P<named>[\w-]+)(?P<channel>)(?P<team>)(?P<named2>)", re.I)
_CHANNEL_ON_SLACK = re.compile(rf"{_PREP}?(?:the\s+|our\s+|my\s+)?(?:(?:channel\s+)?(?P<channel>{CHANNEL})(?:\s+channel)?|channel\s+{_NO_CHANNEL}(?P<named>[\w-]+))\s+(?:on|in|of|at)\s+(?:our\s+|my\s+|the\s+)?slack\b(?P<team>)(?P<named2>)", re.I)
_CHANNEL_ONLY = re.compile(rf"{_PREP}?(?:the\s+)?(?:channel\s+)?(?P<channel>{CHANNEL})(?:\s+channel)?(?P<team>)(?P<named>)(?P<named2>)", re.I)
_CHANNEL_WORD = re.compile(rf"\b(?:to|in|on|into)\s+(?:the|our|my)\s+(?:channel\s+{_NO_CHANNEL}(?P<named>[\w-]+)|{_NO_CHANNEL}(?P<named2>[\w-]+)\s+channel)\b(?P<channel>)(?P<team>)", re.I)  # fmt: skip
_SLACK_WHO = re.compile(r"^\s*(?:the\s+|my\s+|our\s+)?(?:team|everyone|everybody|channel|group|colleagues|me|us|boss|manager)\b", re.I)


def _slack(phrase: Phrase, context: Context, _: bool) -> list[Step]:
    if re.search(r"\b(?:from|out\s+of)\s+(?:my\s+|our\s+|the\s+)?slack\b", phrase.text, re.I) and phrase.sense != "slack":
        return []
    steps: list[Step] = []
    if phrase.sense == "slack":
        who = phrase.take(_SLACK_WHO)
        channel = phrase.take(_CHANNEL_ONLY)
        return [_slack_step(channel, context)] if who or channel or phrase.text.strip() else []
    patterns = [_CHANNEL_ON_SLACK, _SLACK_NAMED, _SLACK]
    if phrase.sense in _GIVING and not re.search(r"\bdiscord|teams|telegram|mattermost\b", phrase.text, re.I):
        patterns += [_CHANNEL_ONLY, _CHANNEL_WORD]
    for pattern in patterns:
        steps += [_slack_step(found, context) for found in phrase.take_all(pattern)]
    return steps


def _slack_step(found: Match[str] | None, context: Context) -> Step:
    channel = ""
    if found:
        channel = context.shelter.value(found["channel"]) if found["channel"] else found["named"] or found["named2"] or found["team"] or ""
    channel = f"#{channel.lstrip('#').lower()}" if channel else ""
    label = f"Post to {channel}" if channel else "Post to Slack"
    return Step("deliver", "slack", "post_message", label, {"channel": channel} if channel else {})


# -- chats and push services

_ANY_CHANNEL = "|".join(f"(?P<{name}>{pattern})" for name, pattern in NOTIFY_CHANNELS.items())
_NOTIFY = re.compile(
    rf"{_PREP}?(?:by\s+)?(?:both\s+)?{_DET}(?:{CHANNEL}\s+(?:channel\s+)?on\s+|[\w-]+\s+(?:channel|server|group|chat)\s+on\s+)?\b(?:{_ANY_CHANNEL})\b(?:\s+(?:messages?|channel|chat|group|notifications?|alert|bot|server|push|ping|dm)\b)?(?:\s+(?:to|in)\s+(?:me|us|(?:the\s+)?(?:channel\s+)?{CHANNEL}))?",
    re.I,
)
_WHO = re.compile(
    rf"^\s*(?:me|us|everyone|everybody|him|her|them|(?:the|my|our)\s+(?:[\w-]+\s+){{0,4}}?(?:team|engineers?|boss|manager|group|developers?|people|colleagues?|family|customers?|users?|admin\w*|staff|owner|client|wife|husband|partner|friend|person|lead|support)|{_NO_CHANNEL}(?-i:[A-Z])\w+)(?![\w-])",
    re.I,
)
_LET_KNOW = re.compile(r"^let\s+(?:me|us|everyone|the\s+(?:\w+\s+)?team|\w+)\s+know\b", re.I)
_TELL_ON = re.compile(r"\bnotifications?\b|\balert\b", re.I)
_TEXT_LEMMAS = {"text": "sms", "sms": "sms", "call": "call", "ring": "call", "page": "", "whatsapp": "whatsapp"}


def _notify(phrase: Phrase, context: Context, others: bool) -> list[Step]:
    by_verb = phrase.sense == "notify"
    if not by_verb and _LET_KNOW.match(phrase.whole):
        by_verb = True
        phrase.text = _LET_KNOW.sub("", phrase.whole).strip()
    channels: list[str] = []
    if by_verb or phrase.sense in _GIVING or phrase.sense in {"", "think", "summarize", "translate", "ask", "fetch"}:
        for found in phrase.take_all(_NOTIFY):
            channels += [name for name in NOTIFY_CHANNELS if found[name]]
    if not by_verb and not channels and phrase.sense in {"send", "create"}:
        found = re.match(rf"\s*(?:me\s+|us\s+)?{_DET}(?:notification|alert|push|reminder)\b(?:\s+to\s+(?:me|us))?", phrase.text, re.I)
        if found:
            phrase.cut(found)
            by_verb = True
    if by_verb and re.search(rf"{MAIL}|\bby\s+e-?mail\b|\bvia\s+e-?mail\b|\be-?mail\b", phrase.text, re.I) and not channels:
        return []
    if not by_verb and not channels:
        return []
    if by_verb and not channels and others:
        phrase.take(_WHO)
        return []
    who = phrase.take(_WHO)
    if not channels and _TEXT_LEMMAS.get(phrase.lemma):
        channels = [_TEXT_LEMMAS[phrase.lemma]]
    return [_notify_step(channel, who[0].strip() if who else "", phrase) for channel in channels or [""]]


def _notify_step(channel: str, who: str, phrase: Phrase) -> Step:
    title = CHANNEL_TITLES.get(channel, channel.capitalize())
    label = f"Notify {who if who.lower() not in {'me', 'us', ''} else 'me'}" + (f" on {title}" if channel else "")
    notes = {
        "sms": "Texts go out through an SMS service that the notification address names (Twilio, for example).",
        "call": "There are no phone calls; a notification is sent instead.",
        "": "Set the notification address: it decides which service the notification goes through." if not channel else "",
    }
    if channel == "call":
        label, channel = "Notify me", ""
    bare = phrase.sense == "notify" or phrase.lemma in {"let"}
    return Step("deliver", "notify", "send", label, {"channel": channel} if channel else {}, note=notes.get(channel, ""), bare=bare)


# -- files

_FILE = re.compile(
    r"\b(?:as|to|into|in)\s+(?:an?\s+|the\s+|my\s+)?(?:new\s+|local\s+)?(?:(?P<kind>markdown|md|text|txt|csv|json|html|pdf|word|excel)\s*(?:file|document)?|file)\b"
    rf"(?:\s+(?:called|named|titled)\s+(?P<name>{QUOTE}|{PATH}|[\w.-]+))?|\b(?:to|on)\s+(?:the\s+|my\s+)?(?:disk|computer|hard\s+drive|laptop)\b|\blocally\b",
    re.I,
)
_SUFFIX = {"markdown": "md", "md": "md", "text": "txt", "txt": "txt", "csv": "csv", "json": "json", "html": "html"}


def _file(phrase: Phrase, context: Context, others: bool) -> list[Step]:
    if phrase.sense in {"upload", "edit"}:
        return []
    found = _FILE.search(phrase.text)
    if found is None or (not found["kind"] and phrase.sense not in {"save", "create", "generate"}):
        return []
    phrase.cut(found)
    name = _plain(found["name"] or "", context)
    kind = (found["kind"] or "").lower()
    note = "" if kind in _SUFFIX or not kind else f"There is no {kind} writer; the file is written as Markdown."
    suffix = _SUFFIX.get(kind, "md")
    return [_save_file(name or f"result.{suffix}", note, doubt=bool(note))]


def _save_file(name: str, note: str, *, doubt: bool) -> Step:
    return Step("deliver", "file", "save", f"Save as {name}" if name else "Save as a file", {"name": name} if name else {}, note=note, doubt=doubt)


# -- services without a node

_READING = {"from", "of", "out of", "via", "using", "with"}


def _service(phrase: Phrase, context: Context, others: bool) -> list[Step]:
    steps: list[Step] = []
    for found in list(MENTION.finditer(phrase.text)):
        prep = re.sub(r"\s+", " ", (found["prep"] or "").lower())
        given = phrase.sense in _GIVING
        if found["ticket"] and not (phrase.sense == "create" and not prep):
            continue
        target = prep in {"to", "into", "onto", "as"} or (prep in {"in", "on", "at"} and given) or (not prep and phrase.sense in {"create", "send", "save"} and _first(phrase, found))
        if prep in _READING or not target:
            continue
        service = service_of(found)
        if service.name == "Gmail":
            continue
        thing = re.sub(r"ies$", "y", (found["thing"] or service.thing).lower())
        thing = thing if thing.endswith(("ss", "us")) else thing.removesuffix("s")
        note = f'{service.name} has no node of its own: "{_verb_for(phrase)} {service.name}" is an HTTP request. Set the address of its API and a credential.'
        label = f"Create {_an(thing)} in {service.name}" if phrase.sense == "create" else f"Send to {service.name}"
        params = {"method": "POST", "text": "{{ input }}"}
        steps.append(Step("deliver", "http", "request", label, dict(params), note=note, doubt=True))
    for found in reversed(list(MENTION.finditer(phrase.text))):
        if steps:
            phrase.cut(found)
    if not steps and re.search(r"\bcomments?\b", phrase.text, re.I) and phrase.sense in {"send", "generate", "create", "append"} and context.has("github") and not others:
        phrase.text = re.sub(r"\b(?:a\s+|the\s+)?comments?\b(?:\s+on\s+(?:it|each|them))?", GAP, phrase.text, flags=re.I)
        note = "GitHub comments have no node of their own: the comment is an HTTP request. Set the address of the API and a credential."
        steps.append(Step("deliver", "http", "request", "Comment on GitHub", {"method": "POST", "text": "{{ input }}"}, note=note, doubt=True))
    return steps


def _first(phrase: Phrase, found: Match[str]) -> bool:
    return phrase.text[: found.start()].strip(" ¤").lower() in {"", "me", "us", "it", "them", "a", "an", "the"}


def _verb_for(phrase: Phrase) -> str:
    return "create in" if phrase.sense == "create" else "write to"


def _an(noun: str) -> str:
    return f"an {noun}" if noun[:1] in "aeiou" else f"a {noun}"


# -- e-mail

_SEPARATOR = r"(?:\s*,\s*(?:and\s+)?|\s+and\s+(?:also\s+)?(?:to\s+)?|\s+as\s+well\s+as\s+(?:to\s+)?)"
_ADDRESSES = re.compile(rf"(?:\b(?:to|for|with|at|from)\s+)?(?:(?P<me>me)\s+and\s+(?:to\s+)?)?(?P<to>{MAIL}(?:{_SEPARATOR}{MAIL})*)(?:{_SEPARATOR}(?P<me2>me)\b)?", re.I)
_BY_MAIL = re.compile(
    r"(?:\b(?:by|via|per|over|through|as|in|into|with|using|and)\s+|,\s*)(?:an?\s+|one\s+|my\s+|the\s+)?(?:single\s+)?e-?mails?\b(?:\s+to\s+(?:me|us)\b)?|\b(?:in|into|to)\s+(?:my|our)\s+(?:e-?mail(?:\s+(?:address|inbox))?|inbox|mailbox|mail)\b"
    r"|\b(?:an?|the)\s+(?:[\w-]+\s+)?e-?mail\b(?!\s+address)(?:\s+to\s+(?:me|us)\b)?|\bto\s+e-?mail\b|\bto\s+my\s+own\s+(?:e-?mail|address)\b",
    re.I,
)
_TO_ME = re.compile(r"\b(?:back\s+)?to\s+(?:me|us|myself)\b|^\s*(?:me|us)\b", re.I)
_SUBJECT = re.compile(rf",?\s*(?:with|and|under)\s+(?:the\s+)?subject(?:\s+line)?\s+(?P<subject>{QUOTE}|[^{GAP},;]+?)(?=\s+to\s+|\s*[{GAP},;]|\s*$)|,?\s*subject(?::|\s+is)\s*(?P<subject2>{QUOTE}|[^{GAP},;]+)", re.I)
_NOT_NAME = (
    r"(?!(?:me|us|it|them|this|that|these|those|the|a|an|my|our|your|its|his|her|their|both|each|every|everything|all|any|some|to|by|via|in|on|at|"
    r"as|for|with|from|of|what|whatever|out|off|over|back|two|three|four|five|ten|one|only|just|new|open|closed|latest|recent|today's|and|or|insights|"
    r"results|notes|slack|notion|telegram|discord|updates?|if|then|also|up|down|along|through|when|once|after|before|results?|summaries|issues|commits|step|steps)\b)"
)
_NAMED = re.compile(rf"^\s*(?P<who>{_NOT_NAME}[A-Za-z][\w'-]*)(?=\s+(?:a|an|the|my|our|its|his|their|some|today's|this|these|all|it|⟪|{GAP})(?![\w-])|\s*$)", re.I)
_TO_NAMED = re.compile(
    rf"\bto\s+(?P<who>(?:my|our|the|his|her)\s+[\w'-]+(?:\s+[\w'-]+){{0,2}}|{_NOT_NAME}[A-Za-z][\w'-]*(?:(?:,\s+|\s+and\s+|,\s+and\s+){_NOT_NAME}[A-Za-z][\w'-]*)*|each\s+of\s+them)(?=\s*(?:{GAP}|$|,))",
    re.I,
)
_SELF_SENDS = frozenset({"send", "forward", "deliver", "shoot", "pass", "pass on", "send over", "send out", "drop", "give", "get"})


def _email(phrase: Phrase, context: Context, others: bool) -> list[Step]:
    subject = phrase.take(_SUBJECT)
    step = _email_step(phrase, context, others)
    if step and subject:
        text = _plain(subject["subject"] or subject["subject2"], context)
        step = replace(step, params={**step.params, "subject": text})
    return [step] if step else []


def _email_step(phrase: Phrase, context: Context, others: bool) -> Step | None:
    asked = phrase.sense == "email"
    found = phrase.take(_ADDRESSES)
    if found:
        names = [context.shelter.value(token[0]) for token in re.finditer(MAIL, found["to"])]
        if found["me"] or found["me2"]:
            return _mail_to(names, "Add your own address to the recipients.")
        phrase.take(_BY_MAIL)
        return _mail_to(names)
    if phrase.sense == "generate" and re.match(r"\s*(?:an?|the|my)\s+(?:[\w-]+\s+)?e-?mail\b", phrase.text, re.I):
        return None
    by_mail = phrase.take(_BY_MAIL) if asked or phrase.sense in {"send", "notify", "fetch", "create", "generate", "save", "", "summarize", "translate", "think", "extract", "combine", "analyze", "compare"} else None
    if by_mail and re.search(r"\bfrom\b|\bread\b", by_mail[0]):
        by_mail = None
    if others and not asked and not by_mail:
        phrase.take(_TO_ME)
        return None
    if not (asked or by_mail or phrase.sense == "send"):
        return None
    if phrase.take(_TO_ME):
        return _mail_to([]) if asked or by_mail or phrase.lemma in _SELF_SENDS else None
    named = phrase.take(_NAMED) if asked or phrase.lemma in {"send", "shoot", "forward"} else None
    named = named or phrase.take(_TO_NAMED)
    if named:
        return _named_mail(named["who"].strip())
    if asked or by_mail:
        return _mail_to([])
    if phrase.sense == "send" and phrase.lemma in {"send", "send out", "forward", "deliver"} and not others and not re.search(URL, phrase.text):
        return replace(_mail_to([]), doubt=True, note="It was not said where to send it, so it goes to you by e-mail.")
    return None


def _mail_to(addresses: list[str], note: str = "") -> Step:
    to = ", ".join(addresses)
    label = f"Email {to}" if len(to) < 60 and to else f"Email {len(addresses)} people" if to else "Email me"
    return Step("deliver", "email", "send", label, {"to": to} if to else {}, note=note, doubt=bool(note))


def _named_mail(who: str) -> Step:
    who = who if who[:1].isupper() or " " in who else who.capitalize()
    note = f'The address of {who} is not known: fill in "To", or the mail goes to you.'
    return Step("deliver", "email", "send", f"Email {who}", note=note, doubt=True)


# -- what is sent, where it is given word for word

_SAID = re.compile(
    rf"\b(?:the\s+(?:text|message|words?)|saying|that\s+says|which\s+says|with\s+the\s+(?:text|message|words|content)|with\s+a\s+message\s+saying)\s*:?\s+(?P<text>{QUOTE}|[^{GAP}]+?)(?=\s*(?:{GAP}|$))",
    re.I,
)
_QUOTED = re.compile(rf"(?:^|\s)(?P<text>{QUOTE})(?=\s*(?:{GAP}|$|,|\s(?:to|in|on)\b))")
_THAT = re.compile(rf"^\s*{GAP}?\s*(?:that|to|about)\s+(?P<text>[^{GAP}]+?)(?=\s*(?:{GAP}|$))", re.I)
_CONTENT_PARAM: dict[str, str] = {"slack": "text", "notify": "body", "email": "body", "http": "text", "notion_create": "content"}


def _with_content(step: Step, phrase: Phrase, context: Context) -> Step:
    """The step with the words it is to send, where the command gives them."""
    param = _CONTENT_PARAM.get(step.type)
    if param is None or phrase.sense in {"generate", "think", "translate", "summarize", "append"}:
        return step
    found: Match[str] | None = phrase.take(_SAID) or phrase.take(_QUOTED)
    if found is None and phrase.sense == "notify":
        found = _THAT.search(phrase.text)
        if found and not (phrase.lemma == "remind" or found[0].strip(f" {GAP}").lower().startswith("that")):
            found = None
        if found:
            phrase.cut(found)
    if found is None or re.fullmatch(r"(?:it|them|this|back|out)", found["text"], re.I):
        return step
    return replace(step, params={**step.params, param: _plain(found["text"], context)}, bare=False)


def _plain(words: str, context: Context) -> str:
    """The user's words, without the marks of a quotation."""
    words = words.strip(" ,.")
    return context.shelter.value(words) if ANY.fullmatch(words) else context.shelter.restore(words)


Reader = Callable[[Phrase, Context, bool], list[Step]]
