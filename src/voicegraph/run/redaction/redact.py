"""Keep secrets out of what is written: exact values, the forms they take on their way, and what a cut leaves of them.

A secret travels in base64 in logins, in hex in dumps, doubled quotes in CSV: such forms are looked for as they stand, one
after the other, for a search for a plain text is much faster than one pattern of them all. What is escaped, in addresses,
in JSON, in HTML, in any way and several times over, is read first, see `escapes`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from pydantic import JsonValue

from voicegraph.nodes.output import Output
from voicegraph.run.redaction.escapes import is_escaped, layers, originals
from voicegraph.run.redaction.secret_values import secrets_of_settings
from voicegraph.settings import Settings
from voicegraph.words.truncation import MARK

MASK = "[redacted]"
MIN_LENGTH = 6  # a shorter "secret" would black out ordinary words
_MIN_BEGUN = 6  # characters before the mark of a cut
_MIN_READ = 4  # a secret that looks escaped is shorter when it is read along with a text
_TOKEN_LENGTH = 12  # from here on, with a digit in it, it is looked for in capitals too
_LONGEST_ESCAPE = 33
_CUT_ESCAPE = re.compile(r"(?:\\?[uUx]\{?[0-9a-fA-F]{0,8}|\\[0-3]?[0-7]?|%[0-9a-fA-F]?|&#?[0-9A-Za-z]{0,31})$")
"""What is left of an escape that was cut; its backslash may have been read along with the next letter."""


class Redactor:
    """Replaces every form of the given secrets. Without secrets it hands everything back untouched."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = frozenset(secret for secret in secrets if len(secret) >= MIN_LENGTH)
        forms = {form for secret in self._secrets for form in _forms(secret)}
        self._forms = sorted(forms, key=lambda form: (-len(form), form))
        self._shortest = len(self._forms[-1]) if self._forms else 0
        self._pieces = {form[at : at + _MIN_BEGUN] for form in forms for at in range(len(form) - _MIN_BEGUN + 1)}

    @classmethod
    def of_settings(cls, settings: Settings) -> Redactor:
        """All secrets of the settings, with what is secret in its addresses."""
        return cls(secrets_of_settings(settings))

    def __bool__(self) -> bool:
        """Whether there is anything to hide."""
        return bool(self._forms)

    def and_of(self, secrets: Iterable[str]) -> Redactor:
        """One that knows these too."""
        more = frozenset(secrets) - self._secrets
        return _redactor(self._secrets | more) if more else self

    def text(self, text: str) -> str:
        """`text` with every secret masked."""
        if not self._forms or (len(text) < self._shortest and MARK not in text):
            return text
        for form in self._forms:
            if form in text:
                text = text.replace(form, MASK)
        return self._without_escaped(text) if is_escaped(text) or MARK in text else text

    def _without_escaped(self, text: str) -> str:
        """The text with all masked that is a secret when it is unescaped, or was cut; the rest stays as it is written."""
        ranges: list[tuple[int, int]] = []
        read = layers(text)
        for above, layer in zip(read[-2::-1], read[:0:-1], strict=True):
            if found := _joined([*ranges, *self._found(layer), *self._begun(layer)]):
                ranges = originals(above, found)
        ranges += self._begun(text)
        place = 0
        kept: list[str] = []
        for start, end in _joined(ranges):
            kept += (text[place:start], MASK)
            place = end
        return "".join([*kept, text[place:]])

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        for form in self._forms:
            at = text.find(form)
            while at >= 0:
                yield at, at + len(form)
                at = text.find(form, at + len(form))

    def _begun(self, text: str) -> Iterator[tuple[int, int]]:
        """Where a cut has left the beginning of a secret: before its mark, or before an escape that was cut as well."""
        for end in _cuts(text):
            left = _CUT_ESCAPE.search(text, max(0, end - _LONGEST_ESCAPE), end)
            # Of a character in several bytes of an address, up to three may be left.
            for last in {*range(end, end - 4, -1), left.start() if left else end}:
                if length := self._beginning(text, last):
                    yield last - length, last

    def _beginning(self, text: str, end: int) -> int:
        """How many characters before `end` are the beginning of a form; 0 for too few of them."""
        piece = text[max(0, end - _MIN_BEGUN) : end]
        longest = 0
        for form in self._forms if piece in self._pieces else ():
            at = form.find(piece)
            while at >= 0:
                length = at + _MIN_BEGUN
                if longest < length <= end and text.startswith(form[:length], end - length):
                    longest = length
                at = form.find(piece, at + 1)
        return longest

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


def _cuts(text: str) -> Iterator[int]:
    """Where the text before each mark ends."""
    at = text.find(MARK)
    while at >= 0:
        before = text[max(0, at - 4) : at].rstrip()
        if before and before[-1] != MARK:
            yield at - min(at, 4) + len(before)
        at = text.find(MARK, at + 1)


def _joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """In their order, those that touch made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _forms(secret: str) -> Iterator[str]:
    """The secret as it may stand in a text that nothing is escaped in."""
    # One that looks escaped itself is read when a text is, along with it. Who reads a text often tidies its white space.
    tidied = {one for one in (secret, secret.strip(), " ".join(secret.split())) if len(one) >= MIN_LENGTH}
    read = tidied | {layer for one in tidied for layer in layers(one) if len(layer) >= _MIN_READ}
    # A backslash at its end may be read as the escape of whatever stands behind it.
    for one in read | {one.removesuffix("\\") for one in read}:
        yield one
        yield one.replace(" ", "+")  # a form
        yield one.replace('"', '""')  # CSV
        yield one.replace("'", "''")  # YAML, SQL
    if len(secret) >= _TOKEN_LENGTH and any(map(str.isdigit, secret)):
        yield secret.upper()
        yield secret.lower()
    raw = secret.encode(errors="surrogatepass")
    for dump in (raw.hex(), *(raw.hex(separator) for separator in ":- ")):
        yield dump
        yield dump.upper()
    encoded = _base64(raw)
    yield from encoded
    for form in encoded:
        yield from _base64(form.encode())


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
