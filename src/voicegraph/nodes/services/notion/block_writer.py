"""Blocks of any number and depth, sent in requests that Notion takes.

A request may hold 100 blocks in a list, two levels of nesting, 1,000 blocks in all and 500 KB.
https://developers.notion.com/reference/request-limits
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from voicegraph.errors import NodeError
from voicegraph.nodes.services.notion.client import Notion

Json = dict[str, Any]

MAX_CHILDREN = 100
MAX_LEVELS = 2
MAX_BLOCKS = 1_000
MAX_BYTES = 400_000


@dataclass(slots=True)
class Batch:
    """One request's blocks. `later` maps the place of a block to children that go to it once it has an id."""

    blocks: list[Json] = field(default_factory=list[Json])
    later: dict[int, list[Json]] = field(default_factory=dict[int, list[Json]])
    count: int = 0
    size: int = 0

    def takes(self, count: int, size: int) -> bool:
        """Whether there is room for a block with `count` blocks in it, of `size` bytes."""
        full = len(self.blocks) == MAX_CHILDREN or self.count + count > MAX_BLOCKS or self.size + size > MAX_BYTES
        return not (self.blocks and full)


def batches(blocks: Sequence[Json]) -> Iterator[Batch]:
    """The blocks in order. One that is too deep, wide or large to go whole goes without its children, which follow."""
    batch = Batch()
    for block in blocks:
        sent, later = (block, []) if _goes_whole(block) else _bare(block)
        count, size = _count(sent), _size(sent)
        if not batch.takes(count, size):
            yield batch
            batch = Batch()
        if later:
            batch.later[len(batch.blocks)] = later
        batch.blocks.append(sent)
        batch.count, batch.size = batch.count + count, batch.size + size
    if batch.blocks:
        yield batch


async def append_blocks(notion: Notion, parent_id: str, blocks: Sequence[Json], done: int = 0) -> int:
    """Append the blocks in order; the number written. `done` counts what was written before.

    Once something is written a failure is final and says how far it got: a second try would write it twice.
    """
    for batch in batches(blocks):
        try:
            ids = await notion.append(parent_id, batch.blocks)
        except NodeError as error:
            if not done:
                raise
            raise NodeError(
                "partly_written",
                f"Only the first {done} blocks were written to Notion; remove them before running this again. "
                f"Then: {error.message}",
            ) from error
        done += batch.count
        for place, children in batch.later.items():
            done = await append_blocks(notion, ids[place], children, done)
    return done


def children_of(block: Json) -> list[Json]:
    """The blocks nested directly in a block."""
    return block[block["type"]].get("children") or []


def _goes_whole(block: Json) -> bool:
    return _fits(block, MAX_LEVELS) and _count(block) <= MAX_BLOCKS and _size(block) <= MAX_BYTES


def _fits(block: Json, levels: int) -> bool:
    children = children_of(block)
    if not children:
        return True
    return levels > 0 and len(children) <= MAX_CHILDREN and all(_fits(child, levels - 1) for child in children)


def _bare(block: Json) -> tuple[Json, list[Json]]:
    """The block without its children, and those. A table cannot be without rows: it keeps as many as a request takes."""
    kind, children = block["type"], children_of(block)
    content = {name: value for name, value in block[kind].items() if name != "children"}
    if kind == "table":
        kept = next(batches(children)).blocks
        return {**block, kind: {**content, "children": kept}}, children[len(kept) :]
    return {**block, kind: content}, children


def _count(block: Json) -> int:
    return 1 + sum(map(_count, children_of(block)))


def _size(block: Json) -> int:
    return len(json.dumps(block, ensure_ascii=False).encode())
