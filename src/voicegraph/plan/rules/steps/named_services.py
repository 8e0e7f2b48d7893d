"""The services people name. What has no node of its own becomes the nearest there is, and says what to configure."""

from __future__ import annotations

from dataclasses import dataclass
from re import Match

from voicegraph.words.patterns import either, maybe, named, rx, words

CHAT_SERVICES: dict[str, tuple[str, str]] = {
    "telegram": ("Telegram", "telegram"),
    "discord": ("Discord", "discord"),
    "teams": ("Teams", "(?:microsoft |ms )?teams"),
    "whatsapp": ("WhatsApp", "whats ?app"),
    "signal": ("Signal", "signal"),
    "sms": ("SMS", "(?:sms|text messages?)"),
    "matrix": ("Matrix", "matrix(?= (?:room|chat|channel)|$)"),
    "mattermost": ("Mattermost", "mattermost"),
    "rocketchat": ("Rocket.Chat", r"rocket\.? ?chat"),
    "pushover": ("Pushover", "pushover"),
    "pushbullet": ("Pushbullet", "pushbullet"),
    "ntfy": ("ntfy", "ntfy"),
    "gotify": ("Gotify", "gotify"),
    "googlechat": ("Google Chat", "google chat"),
    "messenger": ("Messenger", "(?:facebook )?messenger"),
    "push": ("my phone", "(?:push notifications?|my phone)"),
    "pagerduty": ("PagerDuty", "pager ?duty"),
    "opsgenie": ("Opsgenie", "opsgenie"),
    "webex": ("Webex", "webex"),
    "zulip": ("Zulip", "zulip"),
}
"""Channel -> (title, pattern of its name); `notify.send` reaches all of them through an Apprise URL."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service without a node, and what it keeps."""

    name: str
    pattern: str
    thing: str


SERVICES: tuple[Service, ...] = (
    Service("Jira", "jira", "ticket"),
    Service("Trello", "trello", "card"),
    Service("Asana", "asana", "task"),
    Service("Linear", "linear(?= (?:issue|ticket|task|board|project)|$)", "issue"),
    Service("ClickUp", "click ?up", "task"),
    Service("monday.com", r"monday\.com", "item"),
    Service("Todoist", "todoist", "task"),
    Service("Airtable", "air ?table", "record"),
    Service("HubSpot", "hub ?spot", "record"),
    Service("Salesforce", "sales ?force", "record"),
    Service("Zendesk", "zendesk", "ticket"),
    Service("Intercom", "intercom", "conversation"),
    Service("Stripe", "stripe", "record"),
    Service("Shopify", "shopify", "order"),
    Service("PayPal", "paypal", "payment"),
    Service("QuickBooks", "quick ?books", "record"),
    Service("Google Sheets", "google (?:spread)?sheets?|g ?sheets?", "row"),
    Service("Google Docs", "google docs?(?:uments?)?", "document"),
    Service("Google Drive", "google drive|g ?drive", "file"),
    Service("Google Calendar", "(?:google |outlook )?calendar", "event"),
    Service("Google Forms", "google forms?", "response"),
    Service("Gmail", "gmail(?: inbox)?|(?<=my )(?:e-?mail )?inbox|outlook", "message"),
    Service("Dropbox", "drop ?box", "file"),
    Service("OneDrive", "one ?drive|share ?point", "file"),
    Service("S3", "(?:amazon |aws )?s3(?: bucket)?", "file"),
    Service("Confluence", "confluence", "page"),
    Service("Evernote", "evernote|one ?note|obsidian", "note"),
    Service("GitLab", "git ?lab", "issue"),
    Service("Bitbucket", "bit ?bucket", "pull request"),
    Service("Twitter", "twitter|tweets? (?:from|of|by)", "post"),
    Service("LinkedIn", "linked ?in", "post"),
    Service("Facebook", "facebook", "post"),
    Service("Instagram", "instagram", "post"),
    Service("Reddit", "reddit", "post"),
    Service("YouTube", "you ?tube", "video"),
    Service("Mastodon", "mastodon|bluesky", "post"),
    Service("WordPress", "word ?press", "post"),
    Service("Mailchimp", "mail ?chimp", "campaign"),
    Service("Zoom", "zoom(?= (?:meeting|call|link)|$)", "meeting"),
    Service("Typeform", "type ?form|survey ?monkey", "response"),
    Service(
        "the database",
        "(?:postgres(?:ql)?|mysql|maria ?db|mongo ?db|sql(?:ite)?|snowflake|big ?query|oracle|"
        "redis)(?: (?:database|db|server))?",
        "row",
    ),
    Service("the CRM", "crm(?: system)?", "record"),
)
_TICKETS = Service("the ticket system", "(?:support |help ?desk )?ticket", "ticket")

_BY_GROUP = {f"s{index}": service for index, service in enumerate(SERVICES)}
_THINGS = words(
    "tickets ticket issues issue cards card tasks task boards board events event entries entry pages "
    "page documents document "
    "docs doc sheets sheet spreadsheets spreadsheet rows row folders folder files file calendar "
    "posts post messages message "
    "tweets tweet records record tables table contacts contact deals deal orders order videos video "
    "account inbox projects "
    "project responses response items item meetings meeting feed workspace campaigns campaign notes note database"
)
MENTION = rx(
    maybe(r"\b", named("prep", words("out_of to into in on onto from of via with using at as")), " "),
    r"(?:\b(?:the|my|our|a|an|another|new|shared|team|company) ){0,4}",
    r"\b",
    either(
        either(*(named(group, service.pattern) for group, service in _BY_GROUP.items()))
        + rf"(?:'s)?(?![\w-])(?: {named('thing', _THINGS)}\b)?",
        named("ticket", _TICKETS.pattern) + r"\b(?= (?:in|with|for|from|to|about|titled|called|saying)\b| ?$)",
    ),
    maybe(" (?:for|on) (?:tomorrow|today|this week|next week|the (?:day|week))"),
)
"""A service that is named, with the preposition before it and the thing after it."""


def service_of(found: Match[str]) -> Service:
    """The service a `MENTION` names."""
    return next((service for group, service in _BY_GROUP.items() if found[group]), _TICKETS)


def service_called(name: str) -> Service:
    """The service of this name."""
    return next(service for service in SERVICES if service.name == name)


def preposition(found: Match[str]) -> str:
    """The preposition before the service, "" without one."""
    return (found["prep"] or "").lower()
