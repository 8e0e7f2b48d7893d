"""Params that are one line: a title, a name. Line ends of a file or of a model's answer become spaces, and nothing is refused."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator


def folded(value: object) -> object:
    """A text on one line, its white space single; anything else as it is."""
    return " ".join(value.split()) if isinstance(value, str) else value


OneLine = Annotated[str, BeforeValidator(folded)]
"""A param of one line; lengths are those of the line."""
