"""The catalogue, one line a service, in the order the node library shows."""

from __future__ import annotations

from voicegraph.nodes.catalogue import (
    condition,
    email,
    llm,
    notify,
    notion,
    notion_create,
    prompt,
    slack,
    transform,
    uploads,
    wait,
)
from voicegraph.nodes.registry import Registry


def builtin_registry() -> Registry:
    """Every action VoiceGraph ships with."""
    return Registry.from_modules(
        [
            prompt,
            uploads,
            notion,
            notion_create,
            llm,
            email,
            slack,
            notify,
            transform,
            condition,
            wait,
        ]
    )
