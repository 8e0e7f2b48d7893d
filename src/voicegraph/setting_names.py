"""Names of settings: the one by which a setting was given, and those that look like one and are none."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from dotenv import dotenv_values
from pydantic import AliasChoices

from voicegraph.settings import Settings

PREFIX = "VOICEGRAPH_"
OTHERS = frozenset({"VOICEGRAPH_SKIP_UI"})
"""Read when VoiceGraph is built, and not a setting."""


def name_in_use(field: str) -> str:
    """The name by which a setting was given, for messages; where it was not, the one that users know."""
    alias = Settings.model_fields[field].validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else []
    names = [str(one) for one in choices] or [f"VOICEGRAPH_{field.upper()}"]
    for source in (os.environ, _env_file()):
        given = {name.upper() for name, value in source.items() if (value or "").strip()}
        if found := next((name for name in names if name in given), None):
            return found
    return names[-1]


def _env_file() -> Mapping[str, str | None]:
    """What `.env` holds; nothing where it cannot be read, which the start says."""
    try:
        return dotenv_values(".env")
    except (OSError, ValueError):
        return {}


def unknown_settings() -> list[str]:
    """A sentence for each such name in the environment, in `.env` and in `voicegraph.toml`, with the nearest one."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    fields = set(Settings.model_fields)
    found = [(name, "the environment", known | OTHERS) for name in sorted(os.environ)]
    found += [(name, ".env", known | OTHERS) for name in _in_env_file(Path(".env"))]
    wrong = [_sentence(name, where, ok) for name, where, ok in found if _misspelt(name, ok)]
    return wrong + [
        _sentence(name, "voicegraph.toml", fields)
        for name in _in_toml(Path("voicegraph.toml"))
        if name not in fields | _aliases()
    ]


def _misspelt(name: str, known: Iterable[str]) -> bool:
    return name.upper().startswith(PREFIX) and name.upper() not in known


def _sentence(name: str, where: str, known: Iterable[str]) -> str:
    upper = PREFIX + "PORT" in known
    name_there = name if upper else name.upper().removeprefix(PREFIX)
    near = difflib.get_close_matches(name_there.upper() if upper else name_there.lower(), known, n=1)
    hint = f"; did you mean {near[0]}?" if near else "."
    return f"{name} in {where} is no setting and does nothing{hint}"


def _in_env_file(path: Path) -> Iterator[str]:
    yield from sorted(dotenv_values(path)) if path.is_file() else ()


def _in_toml(path: Path) -> Iterator[str]:
    if path.is_file():
        yield from tomllib.loads(path.read_text("utf-8"))


def _aliases() -> set[str]:
    """Names that `voicegraph.toml` takes beside those of the fields: exactly as they are written."""
    aliases = [field.validation_alias for field in Settings.model_fields.values()]
    return {str(name) for alias in aliases if isinstance(alias, AliasChoices) for name in alias.choices}
