"""The OpenAPI description, with one correction: refusals are JSON, on routes that stream events too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

STREAM = "text/event-stream"


def correct_description(app: FastAPI) -> None:
    """FastAPI describes every answer of a route in the media type of its good ones."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        known = app.openapi_schema is not None
        description = made()
        if not known:
            for content in _refusals(description):
                if STREAM in content:
                    content["application/json"] = content.pop(STREAM)
        return description

    app.openapi = openapi


def _refusals(description: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What each kind of refusal of each operation holds, by media type."""
    for operations in description["paths"].values():
        for operation in operations.values():
            yield from (answer["content"] for status, answer in operation["responses"].items() if status[0] in "45")
