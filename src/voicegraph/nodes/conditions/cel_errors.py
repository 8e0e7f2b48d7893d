"""Errors of the library of conditions in plain words: its own speak of its grammar and of Rust."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OURS = {
    "and": "&&",
    "or": "||",
    "not": "!, as in !data.done",
    "is": "==",
    "=": "==",
    "<>": "!=",
    "≠": "!=",
    "≤": "<=",
    "≥": ">=",
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("‘’", "'"),
}
"""What people write who know another language, and what it is here."""
_TAKES = {
    "int": "a whole number",
    "uint": "a whole number from 0",
    "double": "a number",
    "bool": "true or false",
    "timestamp": "a time like 2026-05-01T12:00:00Z",
    "duration": "a duration like 90s",
}
KNOWN = frozenset(
    [
        "size",
        "contains",
        "startsWith",
        "endsWith",
        "matches",
        "double",
        "int",
        "uint",
        "string",
        "bool",
        "bytes",
        "duration",
        "timestamp",
        "type",
        "dyn",
        "min",
        "max",
        "all",
        "exists",
        "exists_one",
        "map",
        "filter",
        "lowerAscii",
        "upperAscii",
        "trim",
        "getFullYear",
        "getMonth",
        "getDate",
        "getDayOfWeek",
        "getHours",
        "getMinutes",
        "getSeconds",
    ]
)
"""Functions there are: of a value that they do not take, the library says that it knows no such function."""
UNDEFINED = re.compile(r"Undefined variable or function: '([^']*)'")
TEXT_SEARCHES = frozenset({"contains", "startsWith", "endsWith", "matches"})
_SYNTAX = re.compile(r"ERROR: <input>:(\d+):(\d+): (?:Syntax error: )?([^\n]+)")
_MISSING = re.compile(r"missing '(.+?)' at '(.+)'")
_BACKSLASH = "this text cannot be read; a backslash in it is written as two"
_SAID = (
    ("has() macro", "has(…) asks for a field, as in has(data.name)"),
    ("simple name", "the name of an item is missing, as the x in data.all(x, x > 1)"),
    ("invalid string literal", _BACKSLASH),
    ("invalid bytes literal", _BACKSLASH),
    (" literal", "this number cannot be read; it is too large, or not written as one"),
)
_UNEXPECTED = re.compile(
    r"(?:mismatched input|extraneous input|no viable alternative at input|token recognition error at:) "
    r"'(.*?)'?(?: expecting.*)?$",
    re.DOTALL,
)
_NO_ESCAPE = re.compile(r"\\[^abfnrtvxXuU0-3\"'`?\\]$")
_NOT = re.compile(r"\b(?:not|NOT)\s*$")
_QUESTIONS = {
    "?.": "has(data.name) asks whether there is a field",
    ".?": "has(data.name) asks whether there is a field",
    "[?": "has(data.name) asks whether there is a field",
    "??": 'has(data.name) ? data.name : "x" takes another value where there is none',
}
"""Marks of other languages for what may not be there."""
_LONGEST = 40
_STRINGS = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'")
_FUNCTION = re.compile(r"Function '(\w+)' error: (.*)", re.DOTALL)


def of_syntax(said: str, source: str) -> str | None:
    """What is wrong with the text of a condition, and where; None where the library speaks of something else."""
    found = [(int(line), int(column), words) for line, column, words in _SYNTAX.findall(said)]
    if not found:
        return None
    # What it calls incomplete begins somewhere before the place that is wrong.
    line, column, words = next((one for one in found if not one[2].startswith("Incomplete")), found[0])
    before = "".join(source.split("\n")[line - 1 : line])[: column - 1]
    if " `_?_:_` " in said or words.startswith("unsupported syntax"):
        return _question(source) or f"{_place(line, column)}: {_at(words)}"
    if negated := _NOT.search(before):
        return f"{_place(line, column - len(negated[0]))}: {_unexpected(negated[0].strip())}"
    return f"{_place(line, column)}: {_at(words)}"


def instead_of(word: str) -> str | None:
    """What another language's word is here."""
    return _OURS.get(word) or _OURS.get(word.lower())


def _place(line: int, column: int) -> str:
    return f"at character {column}" + f" of line {line}" * (line > 1)


def _question(source: str) -> str | None:
    """A choice without its second half, or a mark that other languages have with a question mark in it."""
    bare = _STRINGS.sub(lambda text: " " * len(text[0]), source)
    for mark, instead in _QUESTIONS.items():
        if (at := bare.find(mark)) >= 0:
            return f"at character {at + 1}: “{mark}” is not known here; {instead}"
    at = bare.rfind("?")
    return (
        f"at character {at + 1}: a “:” is missing behind the “?”, as in data.a > 1 ? true : false" if at >= 0 else None
    )


def _at(said: str) -> str:
    """What is wrong at a place; what the library says in words that are not known here is not passed on."""
    if found := _MISSING.match(said):
        return f"a “{found[1]}” is missing " + ("at the end" if found[2] == "<EOF>" else f"before “{found[2]}”")
    if found := _UNEXPECTED.match(said):
        return _unexpected(found[1].removesuffix("<EOF>").strip())
    if reserved := re.match(r"reserved identifier: (\w+)", said):
        return f"“{reserved[1]}” is no name that can stand there"
    return next((ours for theirs, ours in _SAID if theirs in said), "this cannot be read")


def _unexpected(word: str) -> str:
    if not word:
        return "something is missing at the end"
    if _NO_ESCAPE.search(word):
        return _BACKSLASH
    if word[0] in "\"'" and word.count(word[0]) % 2:
        return f"the text that begins with {word[:20]} is never closed"
    ours = instead_of(word)
    hint = f"; write {ours}" if ours else ""
    if not ours and word[0].isalpha() and not word.isascii():
        hint = '; a name with such letters stands in brackets, as in data["größe"]'
    if ours in ('"', "'"):
        return f"the quotation mark {word} does not belong there; write {ours}"
    return f"“{word[:_LONGEST]}” does not belong there{hint}"


def of_function(said: str) -> str | None:
    """Why a function takes no such value."""
    found = _FUNCTION.search(said)
    if found is None:
        return None
    takes = _TAKES.get(found[1])
    return f"“{found[1]}” makes {takes} of a text that is one" if takes else f"“{found[1]}” cannot use its value"


def of_name(said: str, names: Iterable[str]) -> str | None:
    """What is wrong with a name that is not known; `names` are those there are."""
    undefined = UNDEFINED.search(said)
    if undefined is None or undefined[1] in KNOWN:
        return None
    ours = instead_of(undefined[1])
    return f"“{undefined[1]}” is not known here; " + (f"write {ours}" if ours else f"there are {', '.join(names)}")
