"""Write down what was spelled out: "pallets slash flask", "dana at example dot com", "hashtag news"."""

from __future__ import annotations

import re
from re import Match

_TOP = (
    "com|org|net|edu|gov|io|dev|ai|app|co|uk|de|fr|es|it|nl|eu|ch|at|be|se|no|dk|fi|pl|pt|ie|us|ca|au|nz|jp|cn|in|br|"
    "info|biz|me|tv|xyz|tech|cloud|test|example|local"
)
_HOST = rf"(?:[\w-]+\.)+(?:{_TOP})"

_SCHEME = re.compile(r"\b(https?)\s+colon\s+slash\s+slash\s+", re.I)
_WWW = re.compile(r"\b(?:w\s+w\s+w|double\s*u\s+double\s*u\s+double\s*u)\s+dot\s+", re.I)
_DOT = re.compile(r"(?<=\w)(?<!\bpolka)(?<!\bthe)(?<!\ba)\s+dot\s+(?!product\b|plot\b|matrix\b)(?=\w)", re.I)
_SLASH = re.compile(r"(?<=[\w.-])\s+(?:forward\s+)?slash\s+(?=\w)", re.I)
_UNDERSCORE = re.compile(r"(?<=\w)\s+underscore\s+(?=\w)", re.I)
_DASH_AFTER = re.compile(r"(\S*[/.@]\S*\w)\s+(?:dash|hyphen|minus)\s+(?=\w)", re.I)
_DASH_BEFORE = re.compile(r"(?<=\w)\s+(?:dash|hyphen|minus)\s+(?=\w+[./@]\w)", re.I)
_HASH = re.compile(r"(?:\bhash\s*tag|\bhash)\s+(?=\w)", re.I)

_AT = re.compile(
    rf"(?P<before>^|[,;:]\s*|\b(?:to|at|e-?mail|mail|and|or|cc|for|from|by|with|is|boss|manager|team|address|recipient|e-?mailing|mailing)\s+)"
    rf"(?P<user>[\w+-]+(?:\.[\w+-]+)*)\s+at\s+(?P<host>{_HOST})\b(?!/)",
    re.I,
)
_NO_USER = re.compile(
    r"(?:look|page|article|feed|rss|site|website|blog|api|endpoint|post|hosted|available|found|located|one|it|them|is|"
    r"link|url|news|server|document|file|data|what|me)",
    re.I,
)
_BARE_URL = re.compile(rf"(?<![\w@/.:⟪-])(?:www\.[\w.-]+\w|{_HOST})(?![\w@-]|\.\w)(?:/[^\s,;⟪⟫]*[\w/=&#-])?", re.I)


def spell_out(text: str) -> str:
    """The text with spoken addresses, paths and channels in writing; a bare host gets `https://`."""
    text = _WWW.sub("www.", _SCHEME.sub(r"\1://", text))
    text = _SLASH.sub("/", _UNDERSCORE.sub("_", _DOT.sub(".", text)))
    text = _DASH_AFTER.sub(r"\1-", _DASH_BEFORE.sub("-", text))
    return _HASH.sub("#", _AT.sub(_mail, text))


def add_scheme(text: str) -> str:
    """`example.com/news` -> `https://example.com/news`; addresses that are hidden already are not touched."""
    return _BARE_URL.sub(lambda found: f"https://{found[0]}", text)


def _mail(found: Match[str]) -> str:
    if _NO_USER.fullmatch(found["user"]):
        return found[0]
    return f"{found['before']}{found['user']}@{found['host']}"
