"""What Inngest's answers look like, so that no other server's are taken for them."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, cast

import httpx


def said(answer: httpx.Response) -> dict[str, Any]:
    """What Inngest's words are: one object of JSON. Empty for anything else."""
    try:
        body: Any = answer.json()
    except ValueError:
        return {}
    return cast("dict[str, Any]", body) if isinstance(body, dict) else {}


def listed(answer: httpx.Response, name: str) -> list[Any] | None:
    """What it lists, alone or under this name; None for an answer that is not Inngest's."""
    if answer.status_code != HTTPStatus.OK:
        return None
    try:
        body: Any = answer.json()
    except ValueError:
        return None
    if isinstance(body, dict):
        body = cast("dict[str, Any]", body).get(name, False)
    elif name != "data":
        return None
    # Where it knows of none, it says null.
    return cast("list[Any]", body or []) if isinstance(body, list) or body is None else None


def names(functions: list[Any], pattern: str) -> bool:
    """Whether one of them has this name, whole: functions of other apps may end alike."""
    whole = re.compile(rf"(?<![\w-]){pattern}(?![\w-])")
    return any(whole.search(str(function)) for function in functions)
