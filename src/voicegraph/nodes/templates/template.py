"""Params are Liquid templates over plain data. Nothing else of a user's text is ever interpreted.

`{{ input }}`, `{{ data }}`, `{{ item }}`, `{{ nodes["step-0"].text }}`, `{{ config.recipientEmail }}`,
`{{ trigger.body.id }}`, `{{ run.id }}`; an undefined name is empty. `{input}` is the older placeholder for the input.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from voicegraph.errors import NodeError
from voicegraph.lazy_imports import importing
from voicegraph.nodes.templates.liquid_errors import bad_template

if TYPE_CHECKING:
    from liquid import BoundTemplate, Environment

    from voicegraph.nodes.templates.environment import Budget

PLACEHOLDER = "{input}"
MAX_TAGS = 2_000
MAX_TAG_LENGTH = 4_000
CACHED_LENGTH = 4_000

_OPEN = re.compile(r"\{\{|\{%")
_VERBATIM = re.compile(r"\{%-?\s{0,99}(raw|doc|comment)\b")
_ELSIF = re.compile(r"(?<=\{%)-?\s{0,99}elsif\b")
_LONG_SPACE = re.compile(r"\s{100}")


def is_template(text: str) -> bool:
    """Whether rendering would change the text."""
    return "{" in text and ("{{" in text or "{%" in text or PLACEHOLDER in text)


def new_budget(seconds: float | None = None) -> Budget:
    """What the templates of one try of a node may take together. It is of the thread that makes it."""
    with importing("liquid"):
        from voicegraph.nodes.templates.environment import Budget

    return Budget(seconds)


def render(text: str, scope: Mapping[str, Any], budget: Budget | None = None) -> str:
    """`text` with its placeholders filled from `scope` (dicts, lists, texts, numbers). NodeError("bad_template").

    Without a budget the text has one of its own.
    """
    if not is_template(text):
        return text
    if "{{" not in text and "{%" not in text:
        return text.replace(PLACEHOLDER, str(scope.get("input", "")))
    template = _parse_cached(text) if len(text) <= CACHED_LENGTH else _parse(text)
    try:
        with importing("liquid"):
            from voicegraph.nodes.templates.environment import fill

        return fill(template, scope, budget or new_budget())
    except Exception as error:  # whatever a filter trips over is the template's fault
        raise bad_template(error, text, lambda: _each_tag(text)) from error


def check(text: str) -> str | None:
    """What is wrong with the template's syntax, or None."""
    if "{{" not in text and "{%" not in text:
        return None
    try:
        _parse(text)
    except NodeError as error:
        return error.message
    return None


@lru_cache(maxsize=1024)
def names_in(text: str) -> frozenset[tuple[str, ...]]:
    """What the template may read, as paths: ("input",), ("nodes", "step-0", "text"); () may be any name at all.

    A path ends where a part of it is computed. Names that the template binds itself are told like all others: whether
    it has bound them by the time it reads them is known only when it is filled, and until then they are read from what
    it is given. A template that cannot be parsed reads nothing: it cannot be filled.
    """
    if not is_template(text):
        return frozenset()
    with importing("liquid"):
        from voicegraph.nodes.templates.environment import paths_in

    try:
        found = paths_in(_parse(text))
    except NodeError:
        return frozenset()
    return frozenset(tuple(map(str, takewhile(_is_literal, segments))) for segments in found)


def mentions_nodes(text: str) -> bool:
    """Whether a text says `nodes` anywhere, in letters that Python takes for these. What does not is given no node."""
    return "nodes" in unicodedata.normalize("NFKC", text)


def _is_literal(segment: object) -> bool:
    return isinstance(segment, str | int)


def _parse(text: str) -> BoundTemplate:
    with importing("liquid"):
        from voicegraph.nodes.templates.environment import prepare

    source = _scan(text)
    try:
        template = _environment().from_string(source)
        prepare(template)
    except Exception as error:  # RecursionError among others
        raise bad_template(error, text, lambda: _each_tag(text)) from error
    return template


_parse_cached = lru_cache(maxsize=1024)(_parse)


@cache
def _environment() -> Environment:
    with importing("liquid"):
        from voicegraph.nodes.templates.environment import LimitedEnvironment

    return LimitedEnvironment()


def _scan(text: str) -> str:
    """The text with `{input}` made Liquid, after a look that keeps Liquid's lexer linear.

    That lexer searches to the end of the text for each tag that is never closed, and is quadratic in white space.
    """
    pieces: list[str] = []
    position = 0
    for _ in range(MAX_TAGS):
        opening = _OPEN.search(text, position)
        if opening is None:
            pieces.append(_outside(text[position:]))
            return "".join(pieces)
        pieces.append(_outside(text[position : opening.start()]))
        position = _end_of_tag(text, opening.start())
        pieces.append(text[opening.start() : position])
    raise NodeError("bad_template", f"The template has more than {MAX_TAGS:,} tags; split it over several nodes.")


def _each_tag(text: str) -> Iterator[tuple[int, Exception | None]]:
    """Where each tag begins, and what is said of it when it stands alone."""
    position = 0
    while opening := _OPEN.search(text, position):
        position = _end_of_tag(text, opening.start())
        try:
            _environment().from_string(_ELSIF.sub(" if", text[opening.start() : position]))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is compared with what was said
            yield opening.start(), error
        else:
            yield opening.start(), None


def _outside(text: str) -> str:
    return text.replace(PLACEHOLDER, "{{ input }}")


def _end_of_tag(text: str, start: int) -> int:
    """Where the tag that begins at `start` ends; for raw, doc and comment, where the whole block does."""
    close = "}}" if text.startswith("{{", start) else "%}"
    end = text.find(close, start + 2) + 2
    tag = text[start:end]
    if end < 2:
        raise _bad_tag(text, start, f"the tag is never closed with {close}")
    if len(tag) > MAX_TAG_LENGTH or _LONG_SPACE.search(tag):
        raise _bad_tag(text, start, "the tag is too long")
    if not tag[2:-2].strip("- \t\r\n"):
        raise _bad_tag(text, start, "the tag is empty")
    verbatim = _VERBATIM.match(tag)
    if verbatim is None:
        return end
    finish = re.compile(rf"\{{%-?\s{{0,99}}end{verbatim[1]}\s{{0,99}}-?%\}}").search(text, end)
    if finish is None:
        raise _bad_tag(text, start, f"the tag has no end{verbatim[1]}")
    return finish.end()


def _bad_tag(text: str, start: int, problem: str) -> NodeError:
    line = text.count("\n", 0, start) + 1
    excerpt = text[start : start + 40]
    return NodeError(
        "bad_template",
        f"The template is wrong in line {line} at “{excerpt}”: {problem}. "
        "Text that is meant literally goes between {% raw %} and {% endraw %}.",
    )
