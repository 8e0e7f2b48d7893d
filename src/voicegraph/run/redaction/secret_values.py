"""Secret values in settings, params and addresses."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import SecretStr

from voicegraph.setting_formats import HEARD
from voicegraph.settings import Settings

_TOKEN_LENGTH = 8
_CREDENTIAL = re.compile(
    r"^(?!.*(?:page|next|sync|continuation))"
    r".*(?:authori[sz]ation|cookie|token|secret|passw(?:or)?d|pwd|pass(?:phrase|code)|signature|credentials?|jwt|hmac"
    r"|(?:^|[^a-z])sig"
    r"|(?:access|account|api|app|application|auth|client|function|functions|license|master|private|secret|service|shared"
    r"|signing|subscription)[-_ ]?key)$",
    re.IGNORECASE | re.DOTALL,
)
"""Names of headers, fields and query values that hold a secret; a page's token is none.

Their values are taken out of whatever a node says, so a name must be sure. What is merely not shown of a webhook's call
may be doubtful (`triggers/call_content.py`).
"""
_TOKEN = re.compile(r"(?=.*[0-9]).{20,}")
"""A user name that nobody has: a key, put there beside a password that says nothing (`ghp_…:x-oauth-basic@`)."""
_SERVICE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_DELIMITERS = re.compile(r"[/:@?&=#,;]")


def secrets_of_settings(settings: Settings) -> Iterator[str]:
    """All secrets of the settings, with what is secret in its addresses and in those that libraries hear."""
    values: Iterator[Any] = (getattr(settings, name) for name in type(settings).model_fields)
    for value in values:
        yield from _of_setting(value)
    for name in HEARD:
        yield from _of_setting(os.environ.get(name))


def secrets_of_url(url: str) -> Iterator[str]:
    """What is secret in an address: its password, and the values in its query that are called a token or a key.

    The name of a user is none; what stands alone before the host of a service is no name, but its key.
    """
    try:
        parts = urlsplit(url)
        queries = parse_qsl(parts.query)
        user, password = parts.username or "", parts.password or ""
        _ = parts.port
    except ValueError:
        yield from _of_unreadable(url)
        return
    is_key = not parts.scheme.startswith("postgresql") and (not password or _TOKEN.fullmatch(user))
    for secret in (user if is_key else "", password):
        yield from {secret, unquote(secret)} - {""}
    for name, value in queries:
        if _CREDENTIAL.search(name) or name.lower() == "key":
            yield from {value, value.replace(" ", "+")}  # some mean the sign itself


def _of_unreadable(url: str) -> Iterator[str]:
    """An address whose password holds a sign that ends it: all before the last @, and its parts, wherever it is cut."""
    login, at, _ = re.split(r"://", url, maxsplit=1)[-1].rpartition("@")
    user, colon, password = login.partition(":")
    if at:
        for one in {login, password if colon else user, *re.split(r"[][/:@?&=#,; ]", password if colon else user)}:
            yield from {one, unquote(one)}
    yield from (value for name, value in parse_qsl(url.partition("?")[2]) if _CREDENTIAL.search(name))


def secrets_of_service(url: str) -> Iterator[str]:
    """An Apprise URL as a whole, and each of its parts that looks like a token: they stand in the service's addresses."""
    yield url
    yield from secrets_of_url(url)
    host, _, rest = re.split(r"://", url, maxsplit=1)[-1].partition("/")
    for part in _DELIMITERS.split(rest) + [one for one in _DELIMITERS.split(host) if "." not in one]:
        mixed = any(map(str.isdigit, part)) or not (part.islower() or part.isupper())
        if len(part) >= _TOKEN_LENGTH and mixed and not (part.isdigit() or _is_address(part)):
            yield from {part, unquote(part)}


def _is_address(part: str) -> bool:
    """Whether it is where something is: a host alone is no secret."""
    try:
        ip_address(part)
    except ValueError:
        return False
    return True


def secrets_of_params(value: object, name: str = "") -> Iterator[str]:
    """What is secret in params or a config: what is called so, logins in addresses, and where notifications go."""
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[object, object]", value).items():
            yield from secrets_of_params(item, str(key))
    elif isinstance(value, (list, tuple)):
        for item in cast("Sequence[object]", value):
            yield from secrets_of_params(item, name)
    elif isinstance(value, str) and value:
        if _CREDENTIAL.search(name):
            yield from _credential(value)
        if value.lower().startswith(("http://", "https://")):
            yield from secrets_of_url(value)
        elif _SERVICE.fullmatch(value):
            yield from secrets_of_service(value)


def _credential(value: str) -> Iterator[str]:
    """The value of such a header or field, without the scheme before it (`Bearer …`, `Basic …`)."""
    scheme, _, token = value.strip().partition(" ")
    yield value
    if not token:
        return
    yield token.strip()
    if scheme.lower() == "basic":
        try:
            login = base64.b64decode(token, validate=True).decode()
        except ValueError:
            return
        yield login
        yield login.partition(":")[2]


def _of_setting(value: object) -> Iterator[str]:
    if isinstance(value, SecretStr):
        secret = value.get_secret_value()
        yield from secrets_of_service(secret) if "://" in secret else (secret,)
    elif isinstance(value, str) and "@" in value and ("://" in value or ":" in value):
        yield from secrets_of_url(value)
        if value.count("@") > 1 or "/" in re.split(r"://", value, maxsplit=1)[-1].rpartition("@")[0]:
            yield from _of_unreadable(value)
    elif isinstance(value, str) and "://" in value:
        yield from secrets_of_url(value)
