"""The words of notifications. Names, commands and errors are somebody else's text: one clean line, or a quoted block."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from voicegraph.nodes.mail.message import MAX_SUBJECT
from voicegraph.run.redaction.redact import Redactor
from voicegraph.settings import Settings
from voicegraph.store.notices.notices import Fact

MAX_ERROR = 2_000
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_MARKS = r"[\\`*_{}\[\]<>()#+!|~-]"
_ONE = {"failed": "failed", "completed": "completed", "waiting": "waits for approval"}
_MANY = {"failed": "failed {} more times", "completed": "completed {} more times", "waiting": "waits {} more times"}


def line(text: str) -> str:
    """The text in one line that can stand in a header."""
    return " ".join(_UNSAFE.sub(" ", text).split())


def quoted(text: str) -> str:
    """The text as a block in which Markdown means nothing."""
    return "\n".join("    " + _UNSAFE.sub(" ", one) for one in text[:MAX_ERROR].splitlines())


class Writer:
    """Writes subjects and bodies. Secrets of the settings are masked wherever they turn up."""

    def __init__(self, settings: Settings) -> None:
        self._base = settings.base_url
        self._redact = Redactor.of_settings(settings)

    def one(self, fact: Fact) -> tuple[str, str]:
        """The first of its kind."""
        return self._message(fact, f"{self._name(fact)} {_ONE[fact.kind]}")

    def digest(self, fact: Fact, count: int, since: float) -> tuple[str, str]:
        """What was held back. `fact` is the last of it."""
        if count == 1:
            return self.one(fact)
        said = f"{self._name(fact)} {_MANY[fact.kind].format(count)}"
        return self._message(fact, said, f"Since {_clock(since)}. The last one:")

    def recovered(self, fact: Fact, held: int) -> tuple[str, str]:
        """It works again."""
        more = f"It had failed {held} more {'time' if held == 1 else 'times'} since the last message." if held else ""
        return self._message(fact, f"{self._name(fact)} works again", more)

    def _name(self, fact: Fact) -> str:
        return line(self._redact.text(fact.name))[:120] or "A workflow"

    def _message(self, fact: Fact, said: str, more: str = "") -> tuple[str, str]:
        command, error = (self._redact.text(text) for text in (fact.command, fact.error))
        parts = [f"{_escaped(said)}."]
        if more:
            parts.append(more)
        if command.strip():
            parts += ["What was said:", quoted(command)]
        if error.strip():
            parts += ["What went wrong:", quoted(error)]
        parts += [f"The run, {_clock(fact.at)}: <{self._base}/runs/{fact.run_id}>"]
        return f"[VoiceGraph] {said}"[:MAX_SUBJECT], "\n\n".join(parts) + "\n"


def readable(body: str) -> str:
    """A body without the marks that keep Markdown from meaning something: for a mail's plain part, which people read."""
    lines = body.split("\n")
    return "\n".join(one if one.startswith("    ") else re.sub(rf"\\({_MARKS})", r"\1", one) for one in lines)


def _escaped(text: str) -> str:
    return re.sub(f"({_MARKS})", r"\\\1", text)


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
