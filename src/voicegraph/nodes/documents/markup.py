"""Text of a little markup, as titles and summaries of feeds have it: tags, scripts and styles go, words stay."""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"</?[A-Za-z!?][^<>]*>")
"""What HTML takes for a tag: “a < b and c > d” holds none."""
_KNOWN = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|cite|code|del|div|em|font|h[1-6]|hr|i|img|ins|li|mark|ol|p|pre|q|s|small|span|strike"
    r"|strong|sub|sup|table|tbody|td|th|tr|tt|u|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_UNREAD = re.compile(r"<(script|style|template)(?=[\s/>])|<(!--)", re.IGNORECASE)
_SPOKEN_OF = re.compile(r"(?<![^\s(\[{'\"`“„‘«/])<(/?)([a-z][a-z0-9]*)>(?![^\s.,:;!?)\]}'\"`”“’»/])", re.IGNORECASE)
"""A tag without attributes that stands like a word; it is one where it has no counterpart."""
_REFERENCE = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);")
_ENDS = {name: re.compile(rf"</{name}(?=[\s/>])[^<>]*>", re.IGNORECASE) for name in ("script", "style", "template")} | {
    "!--": re.compile("-->")
}


def words_of(markup: str | None, kind: str | None = "text/html", *, literal: bool = False) -> str:
    """The text, its white space tidied. `kind` is what the feed says it is; `literal` where its word can be trusted.

    RSS cannot say that a text is one, so that what has no whole element may be either: of that only the tags of HTML go,
    and only whole references are read (“BTC&ETH” holds none).
    """
    text = markup or ""
    if literal and kind == "text/plain":
        return " ".join(text.split())
    text = without_code(text)
    if kind == "text/plain":
        text = _REFERENCE.sub(lambda reference: html.unescape(reference[0]), _KNOWN.sub(" ", text))
    else:
        text = html.unescape(_TAG.sub(" ", text))
    return " ".join(text.split())


def line_of(text: str, kind: str | None) -> str:
    """The same of a title or a tag of RSS: a tag that stands like a word is one (“Use <div> in HTML”)."""
    low = text.lower()

    def kept(tag: re.Match[str]) -> str:
        counterpart = f"<{'' if tag[1] else '/'}{tag[2].lower()}"
        return tag[0] if counterpart in low else f"&lt;{tag[1]}{tag[2]}&gt;"

    return words_of(_SPOKEN_OF.sub(kept, text), kind)


def without_code(markup: str) -> str:
    """The markup without scripts, styles and comments; one that does not end takes all that follows, as in browsers."""
    kept: list[str] = []
    at = 0
    while found := _UNREAD.search(markup, at):
        kept += (markup[at : found.start()], " ")
        end = _ENDS[(found[1] or found[2]).lower()].search(markup, found.end())
        if end is None:
            return "".join(kept)
        at = end.end()
    return "".join([*kept, markup[at:]])
