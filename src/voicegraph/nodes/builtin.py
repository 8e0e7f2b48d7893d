"""The catalogue, one line a service, in the order the node library shows."""

from __future__ import annotations

from voicegraph.nodes.catalogue import prompt, transform, uploads
from voicegraph.nodes.registry import Registry


def builtin_registry() -> Registry:
    """Every action VoiceGraph ships with."""
    return Registry.from_modules([prompt, uploads, transform])
