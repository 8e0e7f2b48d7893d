"""Names of types that people know: libraries speak of NoneType, str and dict."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

_NAMES = {
    "NoneType": "null",
    "bool": "true or false",
    "int": "a number",
    "float": "a number",
    "Decimal": "a number",
    "str": "a text",
    "list": "a list",
    "tuple": "a list",
    "range": "a list",
    "dict": "an object",
    "Undefined": "nothing",
    "datetime": "a date",
    "datetime.datetime": "a date",
}
_NAME = "|".join(map(re.escape, sorted(_NAMES, key=len, reverse=True)))
_TOLD = re.compile(rf"\b(?P<found>found |between |and )(?P<quote>['\"]?)(?P<name>{_NAME})\b(?P=quote)(?=[\s.,]|\Z)")
_WORDS = (
    ("an int, float or string", "a number"),
    ("an int or string", "a whole number"),
    ("an integer", "a whole number"),
    ("an array", "a list"),
)


def type_word(value: Any) -> str:
    """What a value is, in a word."""
    kinds = (
        (type(None), "null"),
        (bool, "true or false"),
        ((int, float), "a number"),
        (str, "a text"),
        ((list, tuple, range), "a list"),
        (datetime, "a time"),
        (timedelta, "a duration"),
    )
    return next((name for kinds_of, name in kinds if isinstance(value, kinds_of)), "an object")


def named(type_name: str) -> str:
    """What a value of a type of Python's is, in a word."""
    return _NAMES.get(type_name, "something else")


def without_types(text: str) -> str:
    """What a library says, with our words in place of Python's for kinds of values."""
    for theirs, ours in _WORDS:
        text = text.replace(theirs, ours)
    return _TOLD.sub(lambda told: told["found"] + _NAMES[told["name"]], text)
