"""The catalogue, one line a service, in the order the node library shows."""

from __future__ import annotations

from voicegraph.nodes.catalogue import condition, email, llm, notify, prompt, slack, transform, uploads, wait
from voicegraph.nodes.registry import Registry


def builtin_registry() -> Registry:
    """Every action VoiceGraph ships with."""
    return Registry.from_modules([prompt, uploads, llm, email, slack, notify, transform, condition, wait])
