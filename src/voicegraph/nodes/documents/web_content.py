"""Content from the web, whatever it is announced as: a text that is packed unasked, and a file that is no text."""

from __future__ import annotations

import httpx

from voicegraph.errors import NodeError
from voicegraph.nodes.charsets.decoder import UNTOLD, Labels
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.data.large_json import beside
from voicegraph.nodes.documents.file_kind import is_whole_pdf, signature
from voicegraph.nodes.documents.text_file import looks_binary
from voicegraph.nodes.http.content_encoding import UnpackedTooLarge, unpacked
from voicegraph.nodes.http.urls import shown

PDF = "a PDF"
_GZIP = b"\x1f\x8b\x08"
_SAMPLE = 4_096


async def without_packing(response: httpx.Response, node: NodeContext) -> httpx.Response:
    """The answer with its text unpacked where that came as gzip and did not say so; any other as it came.

    NodeError `too_large`.
    """
    if not response.content.startswith(_GZIP):
        return response
    most = node.settings.max_response_bytes
    try:
        content = await beside(False, unpacked, response.content, "gzip", most)
    except UnpackedTooLarge as error:
        raise NodeError(
            "too_large",
            f"{shown(response.url)} is packed and unfolds to more than {most:,} bytes, "
            "the limit set by VOICEGRAPH_MAX_RESPONSE_BYTES.",
        ) from error
    except ValueError:
        return response
    if no_text(content) not in (None, PDF):
        return response
    node.log(f"{shown(response.url)} came packed with gzip and did not say so: it was unpacked.")
    return httpx.Response(response.status_code, headers=response.headers, content=content, request=response.request)


def no_text(content: bytes, labels: Labels = UNTOLD) -> str | None:
    """What the content of an answer that is announced as text is, in words; None where it is a text."""
    if is_whole_pdf(content):
        return PDF
    found = signature(content)
    if found and found != PDF:
        return found
    return "a binary file" if b"\x00" in content[:_SAMPLE] and looks_binary(content, labels) else None
