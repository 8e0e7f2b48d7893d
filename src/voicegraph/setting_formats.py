"""Formats of settings. A breach is told in words that quote nothing of it: it may hold a password."""

from __future__ import annotations

import re
from collections.abc import Mapping

ESCAPE = "In a user name or password write / as %2F, ? as %3F, # as %23, @ as %40 and : as %3A."
PROXIES = tuple(cased for name in ("http_proxy", "https_proxy", "all_proxy") for cased in (name, name.upper()))
HEARD = (
    *PROXIES, "OPENAI_BASE_URL", "OLLAMA_BASE_URL", "ANTHROPIC_BASE_URL", "GROQ_BASE_URL", "CEREBRAS_BASE_URL",
    "GOOGLE_GEMINI_BASE_URL",
)  # fmt: skip
"""Addresses of the environment that are no settings of ours, and that libraries of models and of Inngest hear."""

WEB = ("http", "https")
SOCKS = (*WEB, "socks4", "socks4a", "socks5", "socks5h")

_WEB = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_AUTHORITY = re.compile(
    r"(?:[^@\[\]]*@)?(?P<host>\[[0-9A-Fa-f:.]+(?:%[\w.-]+)?\]|[^\s@:\[\]\\%\"<>^`{|}]+)(?::(?P<port>[0-9]{1,5}))?"
)
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
_KEY = re.compile(r"[\x20-\x7e]*")


def web_address(text: str, schemes: tuple[str, ...] = WEB) -> str:
    """The address, read the same way by whoever reads it; ValueError where it might be read in two ways."""
    text = text.strip()
    found = _WEB.fullmatch(text)
    if not text:
        return text
    if found is None or found["scheme"].lower() not in schemes or _UNSEEN.search(text):
        raise ValueError(f"it is no address that begins with {schemes[0]}://")
    place = _AUTHORITY.fullmatch(found["authority"])
    if "@" in found["rest"] or place is None or not _is_host(place["host"]):
        raise ValueError(f"its host or port cannot be read. {ESCAPE}")
    if place["port"] and not 0 < int(place["port"]) < 65_536:
        raise ValueError("its port is not between 1 and 65535")
    return text


def key(text: str) -> str:
    """A key, which is sent in a header. ValueError for letters that cannot be."""
    if not _KEY.fullmatch(text.strip()):
        raise ValueError("a key has no letters with accents, no signs beyond ASCII and no line breaks; copy it again")
    return text


def wrong_address(environment: Mapping[str, str]) -> tuple[str, str] | None:
    """The first address in the environment that no library can read: its name, and what is wrong."""
    for name in HEARD:
        value = environment.get(name, "").strip()
        proxy = name in PROXIES
        try:
            web_address(f"http://{value}" if proxy and value and "://" not in value else value, SOCKS if proxy else WEB)
        except ValueError as error:
            return name, str(error)
    return None


def _is_host(host: str) -> bool:
    try:
        return host.startswith("[") or bool(host.encode("idna"))
    except UnicodeError:
        return False


def limits(text: str) -> dict[str, int]:
    """`notion=3,llm=8` as numbers by name; ValueError where it is written otherwise."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if any(not name.strip() or not limit.strip().isdigit() or int(limit) < 1 for name, _, limit in pairs):
        raise ValueError("write limits like notion=3,llm=8")
    return {name.strip(): int(limit) for name, _, limit in pairs}
