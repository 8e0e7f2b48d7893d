"""Keep secrets out of what is written: exact values, and the forms they take on their way.

A secret travels percent-encoded in addresses, escaped in JSON and HTML, in base64 in logins, in hex in dumps. Every form
is looked for as it stands, one after the other: a search for a plain text is much faster than one pattern of them all.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import JsonValue, SecretStr

from voicegraph.nodes.output import Output
from voicegraph.settings import Settings

MASK = "[redacted]"
MIN_LENGTH = 6  # a shorter "secret" would black out ordinary words
AT_ONCE = 64 << 10
"""Characters that one pattern is looked for in, in one go."""
_TOKEN_LENGTH = 8
_CREDENTIAL = re.compile(
    r"^(?!.*(?:page|next|sync|continuation))"
    r".*(?:authori[sz]ation|cookie|token|secret|passw(?:or)?d|api[-_ ]?key|access[-_ ]?key|signature|credential)$",
    re.IGNORECASE | re.DOTALL,
)
"""Names of headers, fields and query values that hold a secret; a page's token is none."""
_TOKEN = re.compile(r"(?=.*[0-9]).{20,}")
"""A user name that nobody has: a key, put there beside a password that says nothing (`ghp_…:x-oauth-basic@`)."""
_SERVICE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_DELIMITERS = re.compile(r"[/:@?&=#,;]")


class Redactor:
    """Replaces every form of the given secrets. Without secrets it hands everything back untouched."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = frozenset(secret for secret in secrets if len(secret) >= MIN_LENGTH)
        forms = {form for secret in self._secrets for form in _forms(secret)}
        self._forms = sorted(forms, key=lambda form: (-len(form), form))
        self._shortest = len(self._forms[-1]) if self._forms else 0
        special = sorted(
            (one for one in self._secrets if not one.isalnum() or not one.isascii()), key=len, reverse=True
        )
        patterns = [_percent_encoded(one) for one in special]
        self._escaped = re.compile("|".join(patterns)) if patterns else None
        self._longest = max(map(len, patterns), default=0)  # what is found is no longer than its pattern

    @classmethod
    def of_settings(cls, settings: Settings) -> Redactor:
        """All secrets of the settings, with what is secret in its addresses."""
        values: Iterator[Any] = (getattr(settings, name) for name in type(settings).model_fields)
        return cls(secret for value in values for secret in _of_setting(value))

    def __bool__(self) -> bool:
        """Whether there is anything to hide."""
        return bool(self._forms)

    def and_of(self, secrets: Iterable[str]) -> Redactor:
        """One that knows these too."""
        more = frozenset(secrets) - self._secrets
        return _redactor(self._secrets | more) if more else self

    def text(self, text: str) -> str:
        """`text` with every secret masked."""
        if not self._forms or len(text) < self._shortest:
            return text
        for form in self._forms:
            if form in text:
                text = text.replace(form, MASK)
        if self._escaped and ("%" in text or "+" in text):
            text = self._in_pieces(self._escaped, text)
        return text

    def _in_pieces(self, pattern: re.Pattern[str], text: str) -> str:
        """All that fits the pattern masked. In one go a long text would keep everybody waiting until it is done."""
        if len(text) <= AT_ONCE:
            return pattern.sub(MASK, text)
        kept: list[str] = []
        place = 0
        while place < len(text):
            end = place + AT_ONCE
            found = pattern.search(text, place, end + self._longest)
            if found is None or found.start() >= end:
                kept.append(text[place:end])
                place = end
            else:
                kept += [text[place : found.start()], MASK]
                place = found.end()
        return "".join(kept)

    def value(self, value: JsonValue) -> JsonValue:
        """JSON with every secret masked, in keys too."""
        if not self._forms:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {self.text(key): self.value(item) for key, item in value.items()}
        return value

    def output(self, output: Output) -> Output:
        """A node's result with every secret masked."""
        if not self._forms:
            return output
        meta = {key: self.value(item) for key, item in output.meta.items()}
        return output.model_copy(update={"text": self.text(output.text), "data": self.value(output.data), "meta": meta})


@lru_cache(64)
def _redactor(secrets: frozenset[str]) -> Redactor:
    """Made once for all items and attempts of a node."""
    return Redactor(secrets)


def secrets_of_url(url: str) -> Iterator[str]:
    """What is secret in an address: its password, and the values in its query that are called a token or a key.

    The name of a user is none; what stands alone before the host of a service is no name, but its key.
    """
    try:
        parts = urlsplit(url)
        queries = parse_qsl(parts.query)
        user, password = parts.username or "", parts.password or ""
    except ValueError:
        return
    is_key = not parts.scheme.startswith("postgresql") and (not password or _TOKEN.fullmatch(user))
    for secret in (user if is_key else "", password):
        yield from {secret, unquote(secret)} - {""}
    yield from (value for name, value in queries if _CREDENTIAL.search(name) or name.lower() == "key")


def secrets_of_service(url: str) -> Iterator[str]:
    """An Apprise URL as a whole, and each of its parts that looks like a token: they stand in the service's addresses."""
    yield url
    yield from secrets_of_url(url)
    host, _, rest = re.split(r"://", url, maxsplit=1)[-1].partition("/")
    for part in _DELIMITERS.split(rest) + [one for one in _DELIMITERS.split(host) if "." not in one]:
        mixed = any(map(str.isdigit, part)) or not (part.islower() or part.isupper())
        if len(part) >= _TOKEN_LENGTH and mixed and not part.isdigit():
            yield from {part, unquote(part)}


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
    elif isinstance(value, str) and "://" in value:
        yield from secrets_of_url(value)


def _forms(secret: str) -> Iterator[str]:
    """The secret as it may stand in a text, but for percent-encodings, of which there are too many to list."""
    yield secret
    escaped = {
        *(json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)),
        html.escape(secret),
        html.escape(secret, quote=False),
        html.escape(secret).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"),
        secret.replace('"', '""'),  # CSV
        repr(secret)[1:-1],
    }
    yield from escaped
    for form in escaped:  # JSON in JSON, an HTML page in HTML, JSON with its slashes escaped
        yield json.dumps(form)[1:-1]
        yield html.escape(form)
        yield form.replace("/", r"\/")
    raw = secret.encode(errors="surrogatepass")
    yield raw.hex()
    yield raw.hex().upper()
    yield from _base64(raw)


def _percent_encoded(secret: str) -> str:
    """A pattern of the secret with any of its characters percent-encoded: no two clients agree on which are."""
    return "".join(_character(one) for one in secret)


def _character(one: str) -> str:
    if one.isascii() and one.isalnum():
        return one
    # Up to three times over: an address in an address in an address.
    escaped = "".join(f"%(?:25){{0,2}}{byte:02x}" for byte in one.encode(errors="surrogatepass"))
    plus = r"|\+|%(?:25){0,2}2b" if one == " " else ""
    return f"(?:{re.escape(one)}|(?i:{escaped}{plus}))"


def _base64(raw: bytes) -> set[str]:
    """The secret in base64 at each of the three alignments, in both alphabets."""
    forms: set[str] = set()
    for shift in range(3):
        # Bits that neighbours share are cut off: what is left is the same whatever stands around the secret.
        encoded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        inner = encoded[(0, 2, 3)[shift] :]
        inner = inner[:-1] if (shift + len(raw)) % 3 else inner
        forms |= {inner, inner.replace("+", "-").replace("/", "_")}
    return forms
