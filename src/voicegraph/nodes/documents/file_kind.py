"""The kind of a file, by its first bytes and only then by its name."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from pathlib import PurePath

from voicegraph.errors import NodeError
from voicegraph.nodes.charsets.decoder import UNTOLD, Labels
from voicegraph.nodes.data.json_lines import SUFFIXES, plain_records
from voicegraph.nodes.documents.parsed_document import Kind
from voicegraph.nodes.documents.pdf import HEADER, HEADER_WITHIN
from voicegraph.nodes.documents.text_file import json_value, looks_binary, read_text

_PDF_HEADER = re.compile(rb"%PDF-\d\.\d")
_PDF_PART = re.compile(rb"^\d+ \d+ obj\b|^startxref\b|^xref\b|^trailer\b|^%%EOF", re.MULTILINE)
_TAG = re.compile(r"<[A-Za-z][\w:.-]*(?=[\s/>])")
_TEXT_ABOUT = 4_096
_PDF_END = 2_048
_SIGNATURES = (
    (b"PK\x03\x04", "an Office document or a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"\x1f\x8b\x08", "a compressed archive"),
    (b"7z\xbc\xaf", "a compressed archive"),
    (b"Rar!", "a compressed archive"),
    (b"\xfd7zXZ\x00", "a compressed archive"),
    (b"BZh91AY&SY", "a compressed archive"),
    (b"\x28\xb5\x2f\xfd", "a compressed archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a database"),
)
_LETTERED = (
    (b"GIF8", "an image"),
    (b"BM", "an image"),
    (b"RIFF", "an audio or video file"),
    (b"ID3", "an audio file"),
    (b"OggS", "an audio file"),
    (b"MZ", "a program"),
)
"""What a text may begin with as well: none holds NUL so soon."""
_SOON = 64
_MP4 = re.compile(rb"\x00\x00..ftyp", re.DOTALL)
_KINDS: dict[str, Kind] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    **dict.fromkeys(SUFFIXES, "json"),
    ".htm": "html",
    ".html": "html",
    ".txt": "text",
    ".md": "text",
    ".markdown": "text",
    ".log": "text",
}
_MENDS = {
    ".doc": "Save it as PDF or plain text",
    ".docx": "Save it as PDF or plain text",
    ".odt": "Save it as PDF or plain text",
    ".rtf": "Save it as PDF or plain text",
    ".ppt": "Save it as PDF",
    ".pptx": "Save it as PDF",
    ".xls": "Save the sheet as CSV",
    ".xlsx": "Save the sheet as CSV",
    ".ods": "Save the sheet as CSV",
}
_NO_TEXT = frozenset({
    *_MENDS, ".pdf", ".zip", ".gz", ".tgz", ".7z", ".rar", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic",
    ".mp3", ".wav", ".ogg", ".m4a", ".mp4", ".mov", ".avi", ".webm",
})  # fmt: skip
_NAMES: dict[Kind | None, str] = {"json": "JSON", "pdf": "a PDF", "html": "a web page", "csv": "a CSV", None: "text"}
# What the content may turn out to be where a kind is asked for; None is text that does not give itself away.
_ACCEPTED: dict[Kind, tuple[Kind | None, ...]] = {"pdf": ("pdf",), "csv": (None,), "text": (None, "json", "html")}
READABLE = "CSV, TSV, JSON, PDF, text, Markdown and HTML"


def detect(name: str, content: bytes, labels: Labels = UNTOLD) -> Kind:
    """How to read a file of any kind; NodeError when nothing here can."""
    suffix = PurePath(name).suffix.lower()
    found = _by_content(name, content, labels, is_text=suffix in _KINDS)
    if suffix == ".pdf":
        require(name, content, "pdf")
    if _KINDS.get(suffix) == "csv" and (found == "html" or _is_markup(read_text(content, labels).text)):
        raise _no_table(name)
    return "pdf" if found == "pdf" else _KINDS.get(suffix) or found or "text"


def require(name: str, content: bytes, wanted: Kind, labels: Labels = UNTOLD) -> None:
    """NodeError when the content is plainly not of the wanted kind, whatever the name says."""
    if wanted not in _ACCEPTED:
        return
    found = _by_content(name, content, labels, is_text=wanted != "pdf")
    if wanted == "csv" and found is None and _is_markup(read_text(content, labels).text):
        raise _no_table(name)
    if found in _ACCEPTED[wanted]:
        return
    is_not = "plain text" if wanted == "text" else _NAMES[wanted]
    advice = "Use a node for PDFs" if found == "pdf" else "Use a node that reads files of any kind"
    raise NodeError("wrong_file", f"{name} is not {is_not}: its content is {_NAMES[found]}. {advice}, or another file.")


def _by_content(name: str, content: bytes, labels: Labels, *, is_text: bool) -> Kind | None:
    """PDFs, JSON and web pages give themselves away; binary files are refused; None is any other text.

    `is_text` where it is one by its name or by what it is read as: then a PDF is what has more of one than the first line.
    """
    if not content.strip():
        raise NodeError("empty_file", f"{name} is empty. Choose a file with content.")
    if is_whole_pdf(content) if is_text else is_pdf(content) or is_pdf_behind(content):
        return "pdf"
    _refuse_binary(name, content, labels)
    text = read_text(content, labels).text.strip()
    if text[:100].lower().startswith(("<!doctype html", "<html")):
        return "html"
    return "json" if text.startswith(("{", "[")) and _is_json(text) else None


def _is_markup(text: str) -> bool:
    """Whether it is XML or a piece of a web page, which no table is that has a sign in its first cell."""
    text = text.strip()
    tags = _TAG.match(text) and ("</" in text or "/>" in text) and text.endswith(">")
    return bool(tags) or text.startswith(("<?xml", "<!--", "<!DOCTYPE", "<!doctype"))


def _no_table(name: str) -> NodeError:
    return NodeError(
        "wrong_file",
        f"{name} is not a CSV: its content is XML or a web page, such as a server sends where a sign-in is missing. "
        "Get the table itself, or give the file the name of what it is.",
    )


def is_no_text(name: str) -> bool:
    """Whether a file of that name holds something else than text."""
    return PurePath(name).suffix.lower() in _NO_TEXT


def signature(content: bytes) -> str | None:
    """What a file is that begins like that, in words; None where it may be text."""
    return "a PDF" if is_pdf(content) else _binary(content)


def is_pdf(content: bytes) -> bool:
    """Whether it begins as a PDF does."""
    return content[:HEADER_WITHIN].lstrip(BOM_UTF8 + b" \t\r\n\f\x00").startswith(HEADER)


def is_whole_pdf(content: bytes) -> bool:
    """Whether it begins as a PDF does, and no text follows that only speaks of one."""
    if not is_pdf(content):
        return False
    rest = content[content.find(HEADER) :][len("%PDF-1.4") : _TEXT_ABOUT]
    return not rest.strip() or _PDF_PART.search(content) is not None or looks_binary(content)


def is_pdf_behind(content: bytes) -> bool:
    """Whether a PDF stands behind something else, such as the head of an answer; not where JSON or text quotes one."""
    found = _PDF_HEADER.search(content, 0, HEADER_WITHIN + 8)
    return found is not None and not content.lstrip().startswith((b"{", b"[")) and b"startxref" in content[-_PDF_END:]


def _binary(content: bytes) -> str | None:
    if _MP4.match(content):
        return "an audio or video file"
    known = _SIGNATURES + _LETTERED if b"\x00" in content[:_SOON] else _SIGNATURES
    return next((what for start, what in known if content.startswith(start)), None)


def _refuse_binary(name: str, content: bytes, labels: Labels) -> None:
    found = _binary(content)
    if found or looks_binary(content, labels):
        mend = _MENDS.get(PurePath(name).suffix.lower(), f"Take one of {READABLE}")
        what = found or "a binary file"
        raise NodeError("unsupported_file", f"{name} is {what}, which cannot be read. {mend} instead.")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return plain_records(text, json_value) is not None
    return True
