"""Pages and feeds from the web: the smallest are read in a thread, which takes milliseconds, others in a child process.

Neither library is linear in hostile input: a page of two megabytes can take it half a minute.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from voicegraph.nodes.documents.page import read_feed_link, read_page
from voicegraph.nodes.documents.parsed_document import Document
from voicegraph.nodes.documents.parsing_process import parse
from voicegraph.nodes.documents.xml_feed import read_feed
from voicegraph.nodes.threads import in_thread

SMALL = 4_000
"""Bytes; the libraries are written in C, and keep all others waiting while they read."""
_DECLARES = re.compile(rb"<!(?:ENTITY|DOCTYPE[^>]*\[)", re.IGNORECASE)
"""Entities of its own, with which a feed of a few lines grows to megabytes."""

Fetched = Literal["page", "feed", "feed_link"]
_READERS: dict[Fetched, Callable[[str, bytes], Document]] = {
    "page": read_page,
    "feed": read_feed,
    "feed_link": read_feed_link,
}


async def read_fetched(kind: Fetched, address: str, content: bytes) -> Document:
    """The document at `address`; a page's `content` is UTF-8 already. Raises NodeError."""
    if len(content) <= SMALL and not _DECLARES.search(content):
        return await in_thread(_READERS[kind], address, content)
    return await parse(address, content, kind)
