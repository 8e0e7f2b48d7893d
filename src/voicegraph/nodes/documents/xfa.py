"""The values of an XFA form, Adobe's other kind of PDF form: XML beside the pages, which only Adobe's programs draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from xml.etree import ElementTree as ET

from voicegraph.nodes.documents.pdf_form import MAX_DEPTH, MAX_FIELDS, MAX_FORM, MAX_VALUE, PdfForm

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_XML = 10 << 20
"""Bytes of XML looked at."""
_DATA = "{http://www.xfa.org/schema/xfa-data/1.0/}data"


def has_xfa(reader: PdfReader) -> bool:
    """Whether the file holds such a form."""
    try:
        return bool(_packets(reader))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a broken form is none
        return False


def read_xfa(reader: PdfReader) -> PdfForm:
    """What is filled in, by the names of the elements; nothing where the XML cannot be read."""
    form = PdfForm()
    try:
        for packet in _packets(reader):
            content: bytes = packet.get_data()
            if b"xfa-data" not in content or len(content) > MAX_XML:
                continue
            root = ET.fromstring(content)  # noqa: S314 - it loads nothing, and this is a confined process
            for data in root.iter(_DATA):
                left = MAX_FORM
                for child in data:
                    left = _add(child, (), form, left)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - neither pypdf's errors nor the parser's may cost the pages' text
        form.unreadable += 1
    return form


def _packets(reader: PdfReader) -> list[Any]:
    """The streams of the form: one of everything, or a list of names and streams in turn."""
    form = reader.root_object.get("/AcroForm")
    found = form.get_object().get("/XFA") if form is not None else None
    found = found.get_object() if found is not None else None
    each = cast("list[Any]", found) if isinstance(found, list) else [found]
    return [stream for item in each if hasattr(stream := _resolved(item), "get_data")]


def _resolved(item: Any) -> Any:
    return item.get_object() if hasattr(item, "get_object") else item


def _add(element: Any, above: tuple[str, ...], form: PdfForm, left: int) -> int:
    """Note the element's leaves as fields; the top element is the form itself and names nothing. Returns what room is left."""
    if not isinstance(element.tag, str) or len(above) > MAX_DEPTH:
        return left
    path = (*above, element.tag.rpartition("}")[2])
    for child in element:
        left = _add(child, path, form, left)
    if len(element):
        return left
    if left <= 0 or len(form.values) >= MAX_FIELDS:
        form.truncated = True
        return left
    text = (element.text or "").strip()[:MAX_VALUE]
    name, number = ".".join(path[1:] or path), 2
    key = name
    while key in form.values:  # rows of a table have the same names
        key, number = f"{name} {number}", number + 1
    form.values[key] = text or None
    return left - len(text) - len(key)
