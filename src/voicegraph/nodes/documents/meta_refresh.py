"""Pages that lead on to another at once: followed like a redirect, by the same rules."""

from __future__ import annotations

import httpx

from voicegraph.errors import NodeError
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.documents.parsed_document import Document
from voicegraph.nodes.http.urls import shown

PAGES = frozenset({"text/html", "application/xhtml+xml"})


def led_on(response: httpx.Response, page: Document, node: NodeContext) -> str:
    """Where the page leads, which is not fetched yet; empty where it does not. NodeError `insecure_redirect`."""
    target = page.meta.get("refresh")
    if not isinstance(target, str):
        return ""
    if response.url.scheme == "https" and target.startswith("http:"):
        raise NodeError("insecure_redirect", f"{response.url.host} leads on from https to http ({shown(target)}).")
    node.log(f"The page leads on to {shown(target)}")
    return target
