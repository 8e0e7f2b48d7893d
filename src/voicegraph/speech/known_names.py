"""The names people say to VoiceGraph: services, what belongs to them, and what this user has spoken of lately."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_CHARACTERS = 500
"""Longer lists make a recogniser slow, and hear names everywhere."""


@dataclass(frozen=True, slots=True)
class Name:
    """A service. `things`: words that stand beside its name and make a near-miss of it certain."""

    name: str
    things: frozenset[str] = frozenset()


def _name(name: str, things: str = "") -> Name:
    return Name(name, frozenset(things.split()))


NAMES: tuple[Name, ...] = (
    _name("Notion", "page pages database databases notes note workspace doc docs meeting"),
    _name("GitHub", "repo repos repository repositories issue issues commit commits release releases"),
    _name("Slack", "channel channels message messages thread workspace team"),
    _name("Jira", "ticket tickets issue issues board sprint epic story"),
    _name("Trello", "card cards board boards list"),
    _name("Asana", "task tasks project projects"),
    _name("Airtable", "base table record records row"),
    _name("HubSpot", "contact contacts deal deals record"),
    _name("Salesforce", "lead leads account accounts record opportunity"),
    _name("Zendesk", "ticket tickets"),
    _name("Todoist", "task tasks"),
    _name("Dropbox", "folder file files"),
    _name("Gmail", "inbox message messages account"),
    _name("Discord", "channel server message"),
    _name("Telegram", "message group channel bot chat"),
    _name("WhatsApp", "message group chat"),
    _name("Confluence", "page pages space wiki"),
    _name("GitLab", "issue issues repo repository pipeline"),
    _name("Stripe", "payment payments invoice invoices customer"),
    _name("Shopify", "order orders store shop"),
    _name("Tavily", "search"),
    _name("Postgres", "database table query"),
    _name("Reddit", "post posts thread subreddit"),
    _name("YouTube", "video videos channel"),
    _name("LinkedIn", "post profile"),
)
"""Services of the catalogue, and those the planner leads to the nearest node."""

HOT = (
    "Notion", "GitHub", "Slack", "Jira", "email", "RSS feed", "CSV", "PDF", "Markdown file", "Google Drive", "Trello",
    "pull request", "repository", "workflow", "webhook", "approval", "undo", "redo",
)  # fmt: skip
"""What a general recogniser most often takes for another word."""

_ENTITY = re.compile(
    r"(?<![\w/])[\w-][\w.-]*/[\w.-]*\w(?![\w/])"  # owner/repository
    r"|(?<![\w.])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<!\w)#[\w-]{2,}"
    r"|(?<=[a-z,] )[A-Z][\w-]{2,}(?: [A-Z][\w-]+){0,2}"  # names inside a sentence
)


def entities(texts: Iterable[str]) -> list[str]:
    """Repositories, addresses, channels and names in what was said before, the first met first."""
    return list(dict.fromkeys(found[0] for text in texts for found in _ENTITY.finditer(text)))


def hot_words(own: Sequence[str]) -> list[str]:
    """The list for the recogniser: what everybody says, then as much of the user's `own` as there is room for."""
    chosen: list[str] = []
    room = MOST_CHARACTERS
    for word in dict.fromkeys([*HOT, *(" ".join(word.split())[:60] for word in own)]):
        if word and len(word) <= room:
            chosen.append(word)
            room -= len(word) + 2
    return chosen
