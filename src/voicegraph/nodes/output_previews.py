"""The beginning of a result, where all of it would be too much: for pages, streams and lists."""

from __future__ import annotations

from typing import cast

from pydantic import JsonValue

from voicegraph.nodes.data.large_json import is_small, weigh
from voicegraph.nodes.output import Output

SHOWN_VALUES = 20_000
SHOWN_CHARACTERS = 256 << 10
"""What is larger is shown in part."""
FIRST_VALUES = 1_000
FIRST_CHARACTERS = 32 << 10
"""What is shown of it."""


def shortened(output: Output) -> Output:
    """The output itself, or its beginning, marked as truncated."""
    if output.truncated or is_small(output.text, output.data, values=SHOWN_VALUES, characters=SHOWN_CHARACTERS):
        return output
    size = len(output.text) + weigh(output.data, SHOWN_VALUES, SHOWN_CHARACTERS).bytes
    return beginning(output, size, FIRST_CHARACTERS)


def beginning(output: Output, size: int, characters: int) -> Output:
    """Its first characters, and as many of its data."""
    room = PreviewBudget(FIRST_VALUES, characters)
    changes = {"text": output.text[:characters], "data": room.fill(output.data), "truncated": True, "size": size}
    return output.model_copy(update=changes)


class PreviewBudget:
    """Takes the beginning of plain data, until it is full."""

    def __init__(self, values: int, characters: int) -> None:
        self._values = values
        self._characters = characters

    def fill(self, value: JsonValue) -> JsonValue:
        """The value, as far as there is room for it."""
        self._values -= 1
        if isinstance(value, str):
            kept = value[: max(0, self._characters)]
            self._characters -= len(kept)
            return kept
        if isinstance(value, list):
            items: list[JsonValue] = []
            for item in value:
                if self._full:
                    break
                items.append(self.fill(item))
            return cast("JsonValue", items)
        if isinstance(value, dict):
            fields: dict[str, JsonValue] = {}
            for key, item in value.items():
                if self._full:
                    break
                self._characters -= len(key)
                fields[key] = self.fill(item)
            return cast("JsonValue", fields)
        return value

    @property
    def _full(self) -> bool:
        return self._values <= 0 or self._characters <= 0
