"""PDF files: the text of their pages, and what a form in them is filled with."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING, cast

from voicegraph.errors import NodeError
from voicegraph.lazy_imports import importing
from voicegraph.nodes.documents.parsed_document import MAX_PAGES, MAX_TEXT, Document
from voicegraph.nodes.documents.pdf_form import PdfForm, read_form
from voicegraph.nodes.documents.xfa import has_xfa, read_xfa
from voicegraph.words.truncation import cut

if TYPE_CHECKING:
    from pydantic import JsonValue
    from pypdf import PdfReader

SOFT_SECONDS = 20.0
"""After this long no further page is begun; what was read so far is the result."""
HEADER = b"%PDF-"
HEADER_WITHIN = 1_024
"""Bytes of whatever else before it, which other readers pass over, too."""
_WAITING = "please wait"


def parse_pdf(name: str, content: bytes, soft_seconds: float = SOFT_SECONDS) -> Document:
    """The pages' text, a blank line between them, and a line for each field of a form that is filled in.

    Pages that cannot be read are counted in `meta["unreadable"]`. `data` holds the fields, the empty ones as None.
    """
    reader = _open(name, content)
    try:
        total = len(reader.pages)
    except Exception as error:  # pypdf lets errors of every kind through on broken files
        raise _broken(name) from error
    pages, seen, unreadable = _read_pages(reader, min(total, MAX_PAGES), time.monotonic() + soft_seconds)
    form = read_form(reader, seen)
    if not form.text and has_xfa(reader):
        pages, form = _adobes(name, pages, form, read_xfa(reader))
    if total and unreadable == seen and not form.text:
        if total == 1:
            raise NodeError("bad_pdf", f"The page of {name} cannot be read: the file is damaged.")
        raise NodeError("bad_pdf", f"None of the {total} pages of {name} can be read: the file is damaged.")
    printed = "\n\n".join(page for page in pages if page)
    if not printed and not form.text:
        raise NodeError("no_text", _without_text(name, total, form))
    meta: dict[str, JsonValue] = {"format": "pdf", "pages": total}
    if unreadable:
        meta["unreadable"] = unreadable
    if form.values:
        meta |= {"fields": len(form.values), "filled": sum(bool(value) for value in form.values.values())}
    if form.unreadable:
        meta["unreadableFields"] = form.unreadable
    if seen < total or len(printed) + len(form.text) > MAX_TEXT or form.truncated:
        meta |= {"truncated": True, "pagesRead": seen}
    filled = form.text
    text = cut(printed, MAX_TEXT - len(filled) - 2 * bool(filled))
    return Document("\n\n".join(part for part in (text, filled) if part), _data(form), meta)


def _data(form: PdfForm) -> JsonValue:
    return {"fields": cast("dict[str, JsonValue]", form.values)} if form.values else None


def _adobes(name: str, pages: list[str], form: PdfForm, adobes: PdfForm) -> tuple[list[str], PdfForm]:
    """The pages and the form of a file whose form only Adobe's programs draw: they leave a page that asks to wait."""
    if not any(page.lower().startswith(_WAITING) for page in pages[:1]):
        return pages, adobes if adobes.text else form
    if not adobes.text:
        raise NodeError(
            "no_text",
            f"{name} is a form that only Adobe's programs can show (dynamic XFA), and no value is found in it. "
            "Open it in Adobe Reader, print it to a PDF file and take that.",
        )
    return [], adobes


def _without_text(name: str, total: int, form: PdfForm) -> str:
    if form.values:
        return f"{name} is a form without printed text, and none of its {len(form.values)} fields is filled in."
    if not total:
        return f"{name} is a PDF without a single page. Save it anew in the program it is from."
    pages = "1 page and no text on it" if total == 1 else f"{total} pages and no text in them"
    return f"{name} has {pages}: it is probably a scan. Run text recognition (OCR) on it and take the result."


def _open(name: str, content: bytes) -> PdfReader:
    with importing("pypdf"):
        from pypdf import PdfReader
        from pypdf.errors import DependencyError

    start = max(content[: HEADER_WITHIN + len(HEADER)].find(HEADER), 0)  # places in the file are counted from there
    try:
        reader = PdfReader(io.BytesIO(content[start:]))
        locked = reader.is_encrypted and not reader.decrypt("")
    except DependencyError:
        locked, reader = True, None
    except Exception as error:
        raise _broken(name) from error
    if locked or reader is None:
        raise NodeError("encrypted_pdf", f"{name} is locked with a password. Save it without one and take that.")
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


def _broken(name: str) -> NodeError:
    return NodeError("bad_pdf", f"{name} cannot be read as a PDF. The file may be damaged or cut off.")
