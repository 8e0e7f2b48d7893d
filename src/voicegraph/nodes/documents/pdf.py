"""PDF files: the text of their pages."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

from voicegraph.errors import NodeError
from voicegraph.imports import importing
from voicegraph.nodes.cutting import cut
from voicegraph.nodes.documents.model import MAX_PAGES, MAX_TEXT, Document

if TYPE_CHECKING:
    from pydantic import JsonValue
    from pypdf import PdfReader

SOFT_SECONDS = 20.0
"""After this long no further page is begun; what was read so far is the result."""


def parse_pdf(name: str, content: bytes, soft_seconds: float = SOFT_SECONDS) -> Document:
    """The pages' text, a blank line between them. Pages that cannot be read are counted in `meta["unreadable"]`."""
    reader = _open(name, content)
    try:
        total = len(reader.pages)
    except Exception as error:  # pypdf lets errors of every kind through on broken files
        raise _broken(name, error) from error
    pages, seen, unreadable = _read_pages(reader, min(total, MAX_PAGES), time.monotonic() + soft_seconds)
    if total and unreadable == seen:
        raise NodeError("bad_pdf", f"None of the {total} pages of {name} can be read: the file is damaged.")
    text = "\n\n".join(page for page in pages if page)
    if not text:
        raise NodeError(
            "no_text",
            f"{name} has {total} pages and no text in them: it is probably a scan. "
            "Run text recognition (OCR) on it and upload the result.",
        )
    meta: dict[str, JsonValue] = {"format": "pdf", "pages": total}
    if unreadable:
        meta["unreadable"] = unreadable
    if seen < total or len(text) > MAX_TEXT:
        meta |= {"truncated": True, "pagesRead": seen}
    return Document(cut(text, MAX_TEXT), None, meta)


def _open(name: str, content: bytes) -> PdfReader:
    with importing("pypdf"):
        from pypdf import PdfReader
        from pypdf.errors import DependencyError

    try:
        reader = PdfReader(io.BytesIO(content))
        locked = reader.is_encrypted and not reader.decrypt("")
    except DependencyError:
        locked, reader = True, None
    except Exception as error:
        raise _broken(name, error) from error
    if locked or reader is None:
        raise NodeError("encrypted_pdf", f"{name} is locked with a password. Save it without one and upload it again.")
    return reader


def _read_pages(reader: PdfReader, count: int, deadline: float) -> tuple[list[str], int, int]:
    """(texts, pages looked at, pages that failed); ends early at the deadline or when there is text enough."""
    pages: list[str] = []
    seen = unreadable = length = 0
    while seen < count and length <= MAX_TEXT and time.monotonic() < deadline:
        try:
            pages.append(_clean(reader.pages[seen].extract_text()))
            length += len(pages[-1])
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - one broken page must not cost the others
            unreadable += 1
        seen += 1
    return pages, seen, unreadable


def _clean(text: str) -> str:
    """Without NUL and with surrogate pairs joined, so that every database and encoder takes it."""
    return text.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()


def _broken(name: str, error: Exception) -> NodeError:
    return NodeError("bad_pdf", f"{name} cannot be read as a PDF: {error}. The file may be damaged or cut off.")
