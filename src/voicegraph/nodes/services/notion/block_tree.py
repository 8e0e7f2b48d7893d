"""The blocks of a page with everything nested in them."""

from __future__ import annotations

import asyncio

from voicegraph.nodes.services.notion.client import Json, Notion

MAX_BLOCKS = 5_000
MAX_DEPTH = 10
AT_ONCE = 3
"""Notion allows an average of three requests a second."""

# They have children that belong to another page.
_DOORS = {"child_page", "child_database"}


class TreeReader:
    """Reads one page. `truncated` is set when the limits left something out."""

    def __init__(self, notion: Notion) -> None:
        self.truncated = False
        self._notion = notion
        self._left = MAX_BLOCKS
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def read(self, block_id: str, depth: int = 0) -> list[Json]:
        """The children of a page or block, in order, each with its own under `children`."""
        blocks = await self._list(block_id)
        nested = [block for block in blocks if block.get("has_children") and block.get("type") not in _DOORS]
        if nested and depth >= MAX_DEPTH:
            self.truncated = True
            return blocks
        try:
            async with asyncio.TaskGroup() as group:
                for block in nested:
                    group.create_task(self._descend(block, depth + 1))
        except BaseExceptionGroup as failures:
            # One reason is enough, and NodeError is what the engine understands.
            raise failures.exceptions[0] from failures
        return blocks

    async def _descend(self, block: Json, depth: int) -> None:
        block["children"] = await self.read(block["id"], depth)

    async def _list(self, block_id: str) -> list[Json]:
        blocks: list[Json] = []
        async with self._gate:
            async for block in self._notion.children(block_id):
                if self._left <= 0:
                    self.truncated = True
                    break
                self._left -= 1
                blocks.append(block)
        return blocks
