"""The services people name. What has no node of its own becomes the nearest there is, and says what to configure."""

from __future__ import annotations

import re
from dataclasses import dataclass

NOTIFY_CHANNELS: dict[str, str] = {
    "telegram": r"telegram", "discord": r"discord", "teams": r"(?:microsoft\s+|ms\s+)?teams", "whatsapp": r"whats\s?app", "signal": r"signal",
    "sms": r"(?:sms|text\s+messages?|texts?(?=\s*$))", "matrix": r"matrix(?=\s+(?:room|chat|channel)|\s*$)", "mattermost": r"mattermost",
    "rocketchat": r"rocket\.?\s?chat", "pushover": r"pushover", "pushbullet": r"pushbullet", "ntfy": r"ntfy", "gotify": r"gotify",
    "googlechat": r"google\s+chat", "messenger": r"(?:facebook\s+)?messenger", "push": r"(?:push\s+notifications?|my\s+phone)",
    "pagerduty": r"pager\s?duty", "opsgenie": r"opsgenie", "line": r"line\s+app", "webex": r"webex", "zulip": r"zulip",
}  # fmt: skip
"""Channel -> pattern of its name; `notify.send` reaches all of them through an Apprise URL."""

CHANNEL_TITLES = {
    "sms": "SMS", "whatsapp": "WhatsApp", "ntfy": "ntfy", "googlechat": "Google Chat", "pagerduty": "PagerDuty", "push": "push",
    "rocketchat": "Rocket.Chat",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Service:
    """A service without a node. `read` and `write` are what its API is called for, "{}" the thing that was named."""

    name: str
    pattern: str
    thing: str = "entry"


SERVICES: tuple[Service, ...] = (
    Service("Jira", r"jira", "ticket"),
    Service("Trello", r"trello", "card"),
    Service("Asana", r"asana", "task"),
    Service("Linear", r"linear(?=\s+(?:issue|ticket|task|board|project)|\s*$)", "issue"),
    Service("ClickUp", r"click\s?up", "task"),
    Service("monday.com", r"monday\.com", "item"),
    Service("Todoist", r"todoist", "task"),
    Service("Airtable", r"air\s?table", "record"),
    Service("HubSpot", r"hub\s?spot", "record"),
    Service("Salesforce", r"sales\s?force", "record"),
    Service("Zendesk", r"zendesk", "ticket"),
    Service("Intercom", r"intercom", "conversation"),
    Service("Stripe", r"stripe", "record"),
    Service("Shopify", r"shopify", "order"),
    Service("PayPal", r"paypal", "payment"),
    Service("QuickBooks", r"quick\s?books", "record"),
    Service("Google Sheets", r"google\s+(?:spread)?sheets?|g\s?sheets?", "row"),
    Service("Google Docs", r"google\s+docs?(?:uments?)?", "document"),
    Service("Google Drive", r"google\s+drive|g\s?drive", "file"),
    Service("Google Calendar", r"google\s+calendar|outlook\s+calendar|calendar", "event"),
    Service("Google Forms", r"google\s+forms?", "response"),
    Service("Gmail", r"gmail(?:\s+inbox)?|(?<=my )(?:e-?mail\s+)?inbox|outlook", "message"),
    Service("Dropbox", r"drop\s?box", "file"),
    Service("OneDrive", r"one\s?drive|share\s?point", "file"),
    Service("S3", r"(?:amazon\s+|aws\s+)?s3(?:\s+bucket)?", "file"),
    Service("Confluence", r"confluence", "page"),
    Service("Evernote", r"evernote|one\s?note|obsidian", "note"),
    Service("GitLab", r"git\s?lab", "issue"),
    Service("Bitbucket", r"bit\s?bucket", "pull request"),
    Service("Twitter", r"twitter|tweets?\s+(?:from|of|by)", "post"),
    Service("LinkedIn", r"linked\s?in", "post"),
    Service("Facebook", r"facebook", "post"),
    Service("Instagram", r"instagram", "post"),
    Service("Reddit", r"reddit", "post"),
    Service("YouTube", r"you\s?tube", "video"),
    Service("Mastodon", r"mastodon|bluesky", "post"),
    Service("WordPress", r"word\s?press", "post"),
    Service("Mailchimp", r"mail\s?chimp", "campaign"),
    Service("Zoom", r"zoom(?=\s+(?:meeting|call|link)|\s*$)", "meeting"),
    Service("Typeform", r"type\s?form|survey\s?monkey", "response"),
    Service("the database", r"(?:postgres(?:ql)?|mysql|maria\s?db|mongo\s?db|sql(?:ite)?|snowflake|big\s?query|oracle|redis)(?:\s+(?:database|db|server))?", "row"),
    Service("the CRM", r"crm(?:\s+system)?", "record"),
)  # fmt: skip

_BY_GROUP = {f"s{index}": service for index, service in enumerate(SERVICES)}
_NAMES = "|".join(f"(?P<s{index}>{service.pattern})" for index, service in enumerate(SERVICES))
_THINGS = (
    r"tickets?|issues?|cards?|tasks?|boards?|events?|entry|entries|pages?|docs?|documents?|sheets?|spreadsheets?|rows?|folders?|files?|"
    r"calendar|posts?|messages?|tweets?|records?|tables?|contacts?|deals?|orders?|videos?|account|inbox|projects?|responses?|items?|"
    r"meetings?|feed|workspace|campaigns?|notes?|database"
)
MENTION = re.compile(
    rf"(?:\b(?P<prep>out\s+of|to|into|in|on|onto|from|of|via|with|using|at|as)\s+)?(?:\b(?:the|my|our|a|an|another|new|shared|team|company)\s+)*"
    rf"\b(?:(?:{_NAMES})(?:'s)?(?![\w-])(?:\s+(?P<thing>{_THINGS})\b)?|(?P<ticket>(?:support\s+|help\s?desk\s+)?ticket)\b(?=\s+(?:in|with|for|from|to|about|titled|called|saying|$)|\s*$))"
    rf"(?:\s+(?:for|on)\s+(?:tomorrow|today|this\s+week|next\s+week|the\s+(?:day|week)))?",
    re.I,
)
"""A service that is named, with the preposition before it and the thing after it."""


def service_of(found: re.Match[str]) -> Service:
    """The service a `MENTION` names."""
    if found["ticket"]:
        return Service("the ticket system", "", "ticket")
    return next(service for group, service in _BY_GROUP.items() if found[group])
