"""The check of calls of `/api/inngest`: who may call, and what for (SECURITY row 15).

Inngest's library checks a signature but not its age, breaks on a malformed one, and takes the function to run from the
query string, which is not signed. So every call passes here first. A call that is refused is a 401, never an error of
ours.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Any, cast

from inngest._internal import transforms

from voicegraph import clock
from voicegraph.engines.inngest.event_names import CANCELLED, REQUEST_EVENT, event_name, function_id
from voicegraph.engines.inngest.function import CANCELLED_EVENT, FAILED_EVENT
from voicegraph.engines.inngest.requested_runs import INVOKED_EVENT
from voicegraph.run.engine_choice import InngestSetup
from voicegraph.run.ports import Call

SIGNATURE = "x-inngest-signature"
MAX_AGE = 300.0
"""Seconds a signature may be old, or ahead of our clock."""
_SIGNATURE = re.compile(r"t=([0-9]{1,12})&s=([0-9a-f]{64})")
_PREFIX = re.compile(r"^signkey-\w+-")


class RefusedCall(Exception):
    """The call is not taken; the message says why, for our log."""


def check(call: Call, setup: InngestSetup) -> None:
    """Raises Refused."""
    signed = SIGNATURE in call.headers
    if not setup.dev and (signed or call.method != "PUT" or setup.serve_origin is None):
        # An unsigned PUT asks us to register ourselves, with our own key, at the origin that is configured: harmless.
        _check_signature(call, setup)
    if call.method == "POST" and call.query.get("probe") != "trust":
        _check_function(call, setup.app_id)


def _check_signature(call: Call, setup: InngestSetup) -> None:
    found = _SIGNATURE.fullmatch(call.headers.get(SIGNATURE, ""))
    if found is None:
        raise RefusedCall("the signature is missing or malformed")
    if abs(clock.now() - int(found[1])) > MAX_AGE:
        raise RefusedCall("the signature is older than five minutes, or ahead of our clock")
    signed = _canonical(call.body) + found[1].encode()
    keys = [key for key in (setup.signing_key, setup.signing_key_fallback) if key]
    if not any(hmac.compare_digest(_digest(key, signed), found[2]) for key in keys):
        raise RefusedCall("the signature does not fit a key of ours")


def _digest(key: str, signed: bytes) -> str:
    return hmac.new(_PREFIX.sub("", key).encode(), signed, hashlib.sha256).hexdigest()


def _canonical(body: bytes) -> bytes:
    """The body as it is signed: RFC 8785."""
    canonical = transforms.canonicalize(body)
    if isinstance(canonical, Exception):
        raise RefusedCall("the body is not JSON") from canonical
    return canonical


def _check_function(call: Call, app: str) -> None:
    """The function that is named must be one that the event in the signed body starts."""
    event = _object(_json(call.body).get("event"))
    name, failed = event.get("name"), _object(event.get("data")).get("function_id")
    ours = function_id(app)
    allowed = {
        ours: name in (event_name(REQUEST_EVENT, app), INVOKED_EVENT),
        f"{ours}-failure": name == FAILED_EVENT and failed == ours,
        f"{app}-{CANCELLED}": name == CANCELLED_EVENT and failed == ours,
    }
    if not allowed.get(call.query.get("fnId", ""), False):
        raise RefusedCall("the function does not fit the event")


def _json(body: bytes) -> dict[str, Any]:
    try:
        return _object(json.loads(body))
    except (ValueError, RecursionError) as error:
        raise RefusedCall("the body is not JSON") from error


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RefusedCall("the body does not have the form of a call")
    return cast("dict[str, Any]", value)
