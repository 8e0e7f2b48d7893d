"""Keep secrets out of what is written: exact values, and their base64 and URL forms."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable

from pydantic import JsonValue, SecretStr

from voicegraph.nodes.output import Output
from voicegraph.settings import Settings

MASK = "[redacted]"
MIN_LENGTH = 6  # a shorter "secret" would black out ordinary words


class Redactor:
    """Replaces every form of the given secrets. Without secrets it hands everything back untouched."""

    def __init__(self, secrets: Iterable[str]) -> None:
        longest_first = sorted({secret for secret in secrets if len(secret) >= MIN_LENGTH}, key=len, reverse=True)
        forms = [form for secret in longest_first for form in (_written(secret), *_encoded(secret))]
        self._pattern = re.compile("|".join(forms)) if forms else None

    @classmethod
    def of_settings(cls, settings: Settings) -> Redactor:
        """All secrets of the settings."""
        values = (getattr(settings, name) for name in type(settings).model_fields)
        return cls(value.get_secret_value() for value in values if isinstance(value, SecretStr))

    def text(self, text: str) -> str:
        """`text` with every secret masked."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def value(self, value: JsonValue) -> JsonValue:
        """JSON with every secret masked, in keys too."""
        if self._pattern is None:
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
        if self._pattern is None:
            return output
        meta = {key: self.value(item) for key, item in output.meta.items()}
        return output.model_copy(update={"text": self.text(output.text), "data": self.value(output.data), "meta": meta})


def _written(secret: str) -> str:
    """A pattern of the secret with any of its characters percent-encoded: no two clients agree on which are."""
    return "".join(_character(one) for one in secret)


def _character(one: str) -> str:
    if one.isascii() and one.isalnum():
        return one
    escaped = "".join(f"%{byte:02x}" for byte in one.encode())
    plus = r"|\+" if one == " " else ""
    return f"(?:{re.escape(one)}|(?i:{escaped}){plus})"


def _encoded(secret: str) -> set[str]:
    """Patterns of the secret in base64 at each of the three alignments, in both alphabets."""
    forms: set[str] = set()
    raw = secret.encode()
    for shift in range(3):
        # Bits that neighbours share are cut off: what is left is the same whatever stands around the secret.
        encoded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        inner = encoded[(0, 2, 3)[shift] :]
        inner = inner[:-1] if (shift + len(raw)) % 3 else inner
        forms |= {re.escape(inner), inner.replace("+", "-").replace("/", "_")}
    return forms
