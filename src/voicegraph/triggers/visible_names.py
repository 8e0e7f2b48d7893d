"""Which headers and parameters of a call a run may see: by their names, since what is shown is kept in the history.

Headers are shown when their last word says that they tell of the event, as those of GitHub, GitLab, Bitbucket, Slack,
Shopify, Stripe, Linear, Sentry, Google, Svix and CloudEvents do, and no word speaks of a secret: services name their
keys as they like (`X-ApiKey`, `X-Custom-Pwd`), so what is not known to be harmless is not shown. Parameters are part of
an address that the owner writes: there only names that speak of a secret are left out.
"""

from __future__ import annotations

import re

_ALWAYS = frozenset({"content-type", "user-agent", "x-event-key"})
"""The last one is Bitbucket's name for the kind of the event."""
_TELLING = frozenset(
    (  # noqa: SIM905 - a list would take a line for each
        "event events topic type kind action resource state status reason source subject channel category object "
        "delivery id uuid guid identifier number num count attempt retry timestamp time date at "
        "version specversion domain instance environment name language locale"
    ).split()
)
_SECRET = re.compile(
    r"auth(?!or(?!i))|token|secret|pass(?:w|c|ph)|pwd|credential|cookie|sess(?:ion|id)|jwt|bearer|signature|hmac|apikey"
    r"|forwarded|realip"
)
_SECRET_WORD = re.compile(r"sig|sign|pw|pin|otp|sid|mac|nonce|keys|\w*(?:key|pass)")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def is_shown_header(name: str) -> bool:
    """Whether a header, in lower case, tells of the event and of nothing secret."""
    words = re.split(r"[^a-z0-9]+", name)
    return name in _ALWAYS or (words[-1] in _TELLING and not is_secret(name))


def is_secret(name: str) -> bool:
    """Whether a name speaks of a secret: `apikey`, `X-Custom-Pwd`, `accessToken`, `sig`; but not `author`, `keyword`."""
    compact = re.sub(r"[^a-z]", "", name.lower())
    words = [word.lower() for word in _WORDS.findall(name)]
    return bool(_SECRET.search(compact)) or any(_SECRET_WORD.fullmatch(word) for word in words)
