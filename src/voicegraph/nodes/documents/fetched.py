"""Pages and feeds from the web: small ones are read in a thread, which takes milliseconds, others in a child process.

Neither library is linear in hostile input: a page of two megabytes can take it half a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from voicegraph.nodes.documents.feed import read_feed
from voicegraph.nodes.documents.isolated import parse
from voicegraph.nodes.documents.model import Document
from voicegraph.nodes.documents.page import read_page
from voicegraph.nodes.threads import in_thread

SMALL = 150_000
"""Bytes; the worst content of this size takes about a second."""

_READERS: dict[Literal["page", "feed"], Callable[[str, bytes], Document]] = {"page": read_page, "feed": read_feed}


async def read_fetched(kind: Literal["page", "feed"], address: str, content: bytes) -> Document:
    """The document at `address`; a page's `content` is UTF-8 already. Raises NodeError."""
    if len(content) <= SMALL:
        return await in_thread(_READERS[kind], address, content)
    return await parse(address, content, kind)
