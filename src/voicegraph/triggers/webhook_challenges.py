"""Challenges of services to an address before they send anything to it: that it says back what they sent.

Slack (`url_verification`), Microsoft Graph (`validationToken`), WebSub and Meta (`hub.challenge`), Dropbox (`challenge`). Who
asks has shown the secret, as for every call; what is said back is plain, short ASCII, so that it can be nothing else.
"""

from __future__ import annotations

import json
import re
from typing import Any, cast

from voicegraph.triggers.webhook_secrets import IncomingCall

_ECHO = re.compile(r"[A-Za-z0-9 ._~+/=:,|-]{1,1000}", re.ASCII)
_MAX_BODY = 10_000


def verified(call: IncomingCall) -> IncomingCall:
    """The call of a GET, whose secret may stand where WebSub has it."""
    token = call.query.get("hub.verify_token")
    return (
        call
        if token is None or "token" in call.query
        else IncomingCall(call.body, call.headers, {**call.query, "token": token})
    )


def challenge_of(call: IncomingCall, *, is_get: bool) -> str | None:
    """What to say back; None when the call is no such question, or asks for what is not to be said back."""
    if is_get:
        subscribes = call.query.get("hub.mode", "subscribe") == "subscribe"
        asked = call.query.get("hub.challenge") if subscribes else None
        asked = asked or call.query.get("challenge") or call.query.get("validationToken")
    else:
        asked = call.query.get("validationToken") or _slacks(call)
    return asked if isinstance(asked, str) and _ECHO.fullmatch(asked) else None


def _slacks(call: IncomingCall) -> object:
    if len(call.body) > _MAX_BODY or b"url_verification" not in call.body:
        return None
    try:
        body: object = json.loads(call.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict) or cast("dict[str, Any]", body).get("type") != "url_verification":
        return None
    return cast("dict[str, Any]", body).get("challenge")
