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
_ENDS = {name: re.compile(rf"</{name}(?=[\s/>])[^<>]*>", re.IGNORECASE) for name in ("script", "style", "template")} | {
    "!--": re.compile("-->")
}


def words_of(markup: str | None, kind: str | None = "text/html", *, literal: bool = False) -> str:
    """The text, its white space tidied. `kind` is what the feed says it is; `literal` where its word can be trusted.

    RSS cannot say that a title is text, so that one without a single whole element may be either: of those only the tags
    of HTML go.
    """
    text = markup or ""
    if literal and kind == "text/plain":
        return " ".join(text.split())
    text = without_code(text)
    tags = _KNOWN if kind == "text/plain" else _TAG
    return " ".join(html.unescape(tags.sub(" ", text)).split())


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
