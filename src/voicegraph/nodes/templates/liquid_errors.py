"""Errors of Liquid in plain words and at a place: its own speak of tokens, and know no place at the end of a tag."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from voicegraph.errors import NodeError
from voicegraph.lazy_imports import importing
from voicegraph.nodes.data.type_names import without_types
from voicegraph.words.truncation import cut

if TYPE_CHECKING:
    from liquid.exceptions import LiquidError

_FILTERS = (
    'the values of a filter stand behind a colon, with commas between them, as in {{ input | replace: "a", "b" }}'
)
_MISPLACED = "this does not belong there; there are names, filters behind |, and comparisons within {% if %}"
_SAID = (
    ('unexpected "\'"', "the text that begins there is never closed"),
    ("unexpected '\"'", "the text that begins there is never closed"),
    ("expected word", "the name of a filter is missing behind the |, as in {{ input | upcase }}"),
    ("path segment", "the name of a field is missing, as in {{ data.name }} or {{ data[0] }}"),
    ("expected an identifier", "the name of a field is missing, as in {{ data.name }} or {{ data[0] }}"),
    ("expected a dot", "a field is written {{ data.name }} or {{ data[0] }}"),
    ("expected ']'", "a “]” is missing"),
    ("expected '..'", "numbers in a row are written (1..5)"),
    ("primitive expression", 'a value is missing, such as data.name, "text" or 5'),
    ("expected in,", "a loop is written {% for row in data %}"),
    ("'reversed'", "behind its list a loop takes reversed, limit: 5 and offset: 5"),
    ("colon", "behind its list a loop takes reversed, limit: 5 and offset: 5"),
    ("comma separated", _FILTERS),
    ("expected '='", "a name is given by {% assign name = data.name %}"),
    ("invalid identifier", "a name is given by {% assign name = data.name %}"),
    ("missing expression", "something is missing behind the name of the tag"),
    ("missing tag name", "the name of the tag is missing, or the tag is never closed with %}"),
    ("comment tag was never closed", "the tag is never closed with {% endcomment %}"),
    ("inline comment", "every line of a comment in one tag begins with #"),
    ("newline delimited", "the tags within {% liquid %} stand in lines of their own"),
    ("expected content", "the tag cannot be read"),
    ("not operator", "“not” is not known here; {% unless … %} asks whether something is not so"),
    ("disallowed parentheses", "brackets cannot group conditions; put one {% if … %} within another"),
    ("expected end of expression", _MISPLACED),
    ("unexpected token", _MISPLACED),
)
_UNCLOSED = re.compile(r"expected tag end(\w+), found")
_QUOTING: tuple[tuple[re.Pattern[str], str], ...] = (
    (_UNCLOSED, "the tag is never closed with {{% end{0} %}}"),
    (re.compile("unexpected tag 'end of expression'"), "the tag is never closed with {{% endcase %}}"),
    (re.compile(r"unexpected tag '(end\w+)'"), "{{% {0} %}} ends nothing that stands before it"),
    (re.compile("unexpected tag '(else|elsif|when)'"), "{{% {0} %}} stands outside of {{% if … %}} and {{% case … %}}"),
    (re.compile(r"unexpected tag '(\w+)'"), "there is no tag “{0}”"),
    (re.compile("unknown operator '(.+)'"), "“{0}” compares nothing; there are ==, !=, >, <, >=, <= and contains"),
    (re.compile("unknown filter '(.+)'"), "there is no filter “{0}”"),
)
_CHARACTER = re.compile("unexpected '(.+)'$")
_NAMED = re.compile(r"\{%-?\s*(end)?(\w+)")
_LONGEST = 40

Tags = Callable[[], Iterator[tuple[int, Exception | None]]]
"""Where each tag of a template begins, and what is said of it when it stands alone."""


def bad_template(error: Exception, text: str, tags: Tags) -> NodeError:
    """The complaint in words; by `tags` those are found that the library tells no place of."""
    with importing("liquid"):
        from liquid.exceptions import LiquidError, LiquidSyntaxError, UnknownFilterError

        from voicegraph.nodes.templates.value_filters import Unfit

    if isinstance(error, RecursionError):
        return NodeError("bad_template", "The template cannot be filled: it is nested too deeply.")
    if not isinstance(error, LiquidError):
        return NodeError(
            "bad_template", "The template cannot be filled: one of its filters or tags does not fit its values."
        )
    said = str(error.message)
    if isinstance(error, Unfit):
        return NodeError("bad_template", f"The template cannot be filled{_where(error)}: {without_types(said)}.")
    is_syntax = isinstance(error, LiquidSyntaxError | UnknownFilterError)
    words = _words(said) if is_syntax else without_types(said)
    return NodeError("bad_template", f"The template is wrong{_where(error) or _found(said, text, tags)}: {words}.")


def _words(said: str) -> str:
    for pattern, ours in _QUOTING:
        if found := pattern.match(said):
            return ours.format(*(cut(one, _LONGEST) for one in found.groups()))
    known = next((ours for theirs, ours in _SAID if theirs in said), None)
    if known is None and (character := _CHARACTER.match(said)):
        return f"“{cut(character[1], _LONGEST)}” does not belong there"
    return known or "this cannot be read"


def _where(error: LiquidError) -> str:
    try:
        context = error.context()
    except ValueError:  # an error at the very end of the text is outside of every line
        context = None
    if context is None:
        return ""
    line, column, _, current, _ = context
    return f" in line {line} at “{current[max(column - 3, 0) : column + 37]}”"


def _found(said: str, text: str, tags: Tags) -> str:
    """Where the tag stands whose end came too early."""
    if unclosed := _UNCLOSED.match(said):
        start = _open(text, unclosed[1], tags)
    elif "unexpected tag" in said:
        start = _open(text, "case", tags)
    else:
        start = next((at for at, wrong in tags() if wrong is not None and str(wrong) == said), None)
    if start is None:
        return ""
    return f" in line {text.count(chr(10), 0, start) + 1} at “{text[start : start + _LONGEST].partition(chr(10))[0]}”"


def _open(text: str, name: str, tags: Tags) -> int | None:
    """Where the last tag of this name begins that nothing closes."""
    left: list[int] = []
    for start, _ in tags():
        tag = _NAMED.match(text, start)
        if tag and tag[2] == name and not tag[1]:
            left.append(start)
        elif tag and tag[2] == name and left:
            left.pop()
    return left[-1] if left else None
