"""Secrets of webhooks, and who may call one (SECURITY row 16).

A secret is computed from the server's key, the webhook's id and a random salt. The database keeps the salt and a hash: it
can judge a token by itself, and a signature together with the key, but whoever steals it can do neither.

Signatures are those of Standard Webhooks (standardwebhooks.com): `webhook-id`, `webhook-timestamp`, and in
`webhook-signature` one or more `v1,` + Base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`. The id of a signed call has no
dot, as the standard wants it: with one, the start of a body could pass for the timestamp, and a call for another one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from voicegraph.errors import UserError
from voicegraph.store.triggers.webhook_rows import LiveWebhook

PREFIX = "whsec_"
TOLERANCE_SECONDS = 300
DELIVERY_HEADERS = ("webhook-id", "idempotency-key", "x-github-delivery")
_DELIVERY = re.compile(r"[\x21-\x7e]{1,128}")
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


class Unauthorized(UserError):
    """Whoever called did not show that they may."""

    status = 401

    def __init__(self, message: str) -> None:
        super().__init__("unauthorized", message)


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A call as HTTP brought it; names of headers are in lower case. A parameter that comes twice is a list."""

    body: bytes
    headers: Mapping[str, str]
    query: Mapping[str, str | list[str]]

    @property
    def delivery_id(self) -> str | None:
        """What the sender calls this delivery; the same again when it is sent again. None: it has no name, or a bad one."""
        given = next((self.headers[name] for name in DELIVERY_HEADERS if self.headers.get(name)), "")
        return given if _DELIVERY.fullmatch(given) else None

    @property
    def body_digest(self) -> str | None:
        """SHA-256 of the body where the sender calls it by an Idempotency-Key, which is for one and the same request.

        None for what a service numbers by itself: what it sends again may differ in when it was sent.
        """
        named = next((name for name in DELIVERY_HEADERS if self.headers.get(name)), "")
        return hashlib.sha256(self.body).hexdigest() if named == "idempotency-key" and self.delivery_id else None


def new_salt() -> str:
    """Makes the next secret another one."""
    return secrets.token_hex(32)


def secret_of(key: bytes, hook_id: str, salt: str) -> str:
    """`whsec_` and 256 bits in Base64."""
    made_of = f"webhook\0{hook_id}\0{salt}".encode()
    return PREFIX + base64.b64encode(hmac.digest(key, made_of, "sha256")).decode()


def hash_of(secret: str) -> str:
    """What the database keeps. A secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def authenticate(hook: LiveWebhook, key: bytes, call: IncomingCall, now: float) -> None:
    """Nothing when the call is signed, or carries the secret; Unauthorized says what is wrong with it."""
    if hook.salt is None or hook.secret_hash is None:
        raise Unauthorized("This webhook has no secret yet. Make one in its panel, and send it with each call.")
    if "webhook-signature" in call.headers:
        secret = secret_of(key, hook.id, hook.salt)
        if not hmac.compare_digest(hash_of(secret), hook.secret_hash):
            raise Unauthorized("The server's key has changed since the secret was made. Make a new one in its panel.")
        _require_signature(secret, call, now)
        return
    token = _token(call)
    if token is None:
        raise Unauthorized("Sign the call, or send the secret: “Authorization: Bearer …”, or ?token=… in the address.")
    if not hmac.compare_digest(hash_of(token), hook.secret_hash):
        raise Unauthorized("The secret is not the one of this webhook. It may have been rotated.")


def sign(secret: str, delivery_id: str, timestamp: str, body: bytes) -> str:
    """The signature of a call."""
    signed = f"{delivery_id}.{timestamp}.".encode() + body
    mac = hmac.digest(base64.b64decode(secret.removeprefix(PREFIX)), signed, "sha256")
    return f"v1,{base64.b64encode(mac).decode()}"


def _require_signature(secret: str, call: IncomingCall, now: float) -> None:
    delivery_id, timestamp = call.headers.get("webhook-id", ""), call.headers.get("webhook-timestamp", "")
    if not _DELIVERY.fullmatch(delivery_id) or "." in delivery_id:
        message = "A signed call has a webhook-id: 1 to 128 visible characters but a dot, another for each delivery."
        raise Unauthorized(message)
    if not _SECONDS.fullmatch(timestamp):
        raise Unauthorized("A signed call has a webhook-timestamp: the seconds since 1970 when it was sent.")
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise Unauthorized(f"The webhook-timestamp is more than {TOLERANCE_SECONDS} seconds off. Check the clocks.")
    expected = sign(secret, delivery_id, timestamp, call.body).encode()
    given = call.headers["webhook-signature"].encode("utf-8", "replace").split()
    if not any(hmac.compare_digest(one, expected) for one in given):
        raise Unauthorized("The signature does not fit the body, the id and the timestamp of this call.")


def _token(call: IncomingCall) -> str | None:
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    # A `+` of Base64 that stands in an address as it was copied is read as a space, which no secret has.
    given = call.query.get("token", "")
    return given.replace(" ", "+") or None if isinstance(given, str) else None
