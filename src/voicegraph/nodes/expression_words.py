"""What the library of conditions says of their syntax and of its functions, in words: it speaks of its grammar and of Rust."""

from __future__ import annotations

import re

_OURS = {"and": "&&", "or": "||", "not": "!", "AND": "&&", "OR": "||", "NOT": "!", "=": "==", "<>": "!="}
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
_MISSING = re.compile(r"missing '(.+?)' at '(.+)'")
_LITERAL = re.compile(r"invalid \w+ literal")
_UNEXPECTED = re.compile(
    r"(?:mismatched input|extraneous input|no viable alternative at input|token recognition error at:) "
    r"'(.*?)'(?: expecting.*)?$",
    re.DOTALL,
)
_FUNCTION = re.compile(r"Function '(\w+)' error: (.*)", re.DOTALL)


def of_syntax(said: str) -> str:
    """What is wrong with the text of a condition at a place."""
    if found := _MISSING.match(said):
        return f"a “{found[1]}” is missing " + ("at the end" if found[2] == "<EOF>" else f"before “{found[2]}”")
    if "has() macro" in said:
        return "has(…) asks for a field, as in has(data.name)"
    if reserved := re.match(r"reserved identifier: (\w+)", said):
        return f"“{reserved[1]}” is no name that can stand there"
    if _LITERAL.match(said):
        return "this number cannot be read; it is too large, or not written as one"
    found = _UNEXPECTED.match(said)
    return _unexpected(found[1].removesuffix("<EOF>").strip()) if found else said


def _unexpected(word: str) -> str:
    if not word:
        return "something is missing at the end"
    if word[0] in "\"'" and word.count(word[0]) % 2:
        return f"the text that begins with {word[:20]} is never closed"
    hint = f"; write {_OURS[word]}" if word in _OURS else ""
    return f"“{word[:40]}” does not belong there{hint}"


def of_function(said: str) -> str | None:
    """Why a function takes no such value."""
    found = _FUNCTION.search(said)
    if found is None:
        return None
    if found[1] == "matches":
        return "“matches” is given what is no regular expression"
    takes = _TAKES.get(found[1])
    return f"“{found[1]}” makes {takes} of a text that is one" if takes else f"“{found[1]}” cannot use its value"
