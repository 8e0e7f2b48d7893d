"""The doctor's check of the language model: one short request is made of it, as a node makes its own."""

from __future__ import annotations

from voicegraph.cli.doctor.check_result import Finding
from voicegraph.errors import NodeError, VoiceGraphError
from voicegraph.nodes.http.urls import shown
from voicegraph.nodes.models.exchange import consult
from voicegraph.nodes.models.models import choose
from voicegraph.settings import Settings

SECONDS = 20.0
"""A model that is loaded from a disk first may need longer, and is only slow then."""
NONE = "none: summaries are extractive, other llm actions fail. Set VOICEGRAPH_MODEL, or a provider's key."


async def examine_model(settings: Settings) -> Finding:
    """Its state in words: address, key and name of the model are tried together."""
    where = ""
    try:
        choice = choose(settings)
        if choice is None:
            return "note", NONE
        where = f"{choice.name} at {shown(choice.base_url)}" if choice.base_url else choice.name
        await consult(choice, "Answer with one word.", "Are you there?", seconds=SECONDS, max_tokens=1)
    except NodeError as error:
        if error.code != "model_answer":
            return "bad", error.message
        # What came of it was no use, but a model that takes the key has answered.
    except VoiceGraphError as error:
        return "bad", error.message
    return "ok", f"{where}, answers"
