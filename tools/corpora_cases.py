"""The files of the corpora, each with what is right to make of it."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import feedparser
from lxml import html
from pypdf import PdfReader, PdfWriter

Verdict = Callable[[dict[str, Any]], str]

FOLDERS = {
    "Big5": "big5hkscs",
    "GB2312": "gb18030",
    "SHIFT_JIS": "cp932",
    "EUC-TW": "",
    "TIS-620": "cp874",
    "MacRoman": "mac_roman",
}
"""Python's names of the encodings where a folder's own is not one; none for EUC-TW."""
MOJIBAKE = re.compile(r"Ã[\x80-\xbf¤¶¼Ÿ©¨]|â€|Â[\xa0-\xbf]|\ufffd|Ð[\x80-\xbf]")
NOTHING = frozenset({"no_text", "not_a_feed", "encrypted_pdf", "bad_pdf", "unknown_encoding"})
"""Errors that say that there is nothing to be read."""


@dataclass(frozen=True, slots=True)
class Case:
    """A file, how it comes in, and who judges what came of it. `verdict` takes the node's record in the history."""

    path: Path
    content: bytes
    action: str
    verdict: Verdict
    address: str = ""
    media_type: str = ""

    @property
    def uploaded(self) -> bool:
        """Otherwise it is served."""
        return not self.address

    @property
    def name(self) -> str:
        """As its file is called."""
        return self.path.name


def texts(folder: Path) -> Iterator[Case]:
    """The texts of chardet in the encoding of their folder; those that are not in it after all are left out."""
    for path in _files(folder, "chardet-*/tests/*/*"):
        encoding = FOLDERS.get(path.parent.name) or re.sub(r"(windows-\d+|iso-\d+-\d+)-.*", r"\1", path.parent.name)
        if path.suffix == ".py" or not encoding or path.parent.name == "EUC-TW":
            continue
        content = path.read_bytes()
        wanted = content.decode(encoding, "replace")
        if wanted.count("\ufffd") <= len(wanted) // 100:
            yield Case(path, content, "txt_upload.upload_txt", _same(wanted))


def forms(folder: Path) -> Iterator[Case]:
    """The forms of pypdf with the values they hold, and copies of those with text fields, filled in."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    for path in _files(folder, "pypdf-*/resources/**/*.pdf"):
        content = path.read_bytes()
        for name, form in (("", content), ("filled ", _filled(content))):
            if form and (values := _values(form)):
                yield Case(path.with_name(f"{name}{path.name}"), form, "pdf_upload.upload_pdf", _has(values))


def pages(folder: Path) -> Iterator[Case]:
    """Saved pages, served as `text/html` without a charset."""
    for number, path in enumerate(_files(folder, "*/tests/cache/*.html")):
        content = path.read_bytes()
        yield Case(path, content, "web_page.fetch", _reads_well(content), f"page-{number}", "text/html")


def feeds(folder: Path) -> Iterator[Case]:
    """The feeds of feedparser, served as `application/xml`."""
    for number, path in enumerate(_files(folder, "feedparser-*/tests/*/**/*.xml")):
        content = path.read_bytes()
        found = cast("Any", feedparser).parse(io.BytesIO(content), response_headers={"content-type": "application/xml"})
        verdict = _entries(len(found.entries), is_feed=bool(found.get("version") or found.entries))
        yield Case(path, content, "rss.fetch", verdict, f"feed-{number}", "application/xml")


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if path.is_file())


def _judged(record: dict[str, Any], is_there: bool, is_right: Callable[[dict[str, Any]], bool]) -> str:
    if record["status"] != "completed":
        said = record["error"] and record["error"]["code"] in NOTHING
        return "right error" if said and not is_there else "wrong error"
    output = record["output"]
    if is_right(output):
        return "fine"
    return "told" if output.get("meta", {}).get("encodingGuessed") else "wrong"


def _same(wanted: str) -> Verdict:
    return lambda record: _judged(record, True, lambda output: _words(output["text"]) == _words(wanted))


def _words(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\ufeff", "").replace("\x00", "").strip()


def _has(values: list[str]) -> Verdict:
    def is_right(output: dict[str, Any]) -> bool:
        text = " ".join(output["text"].split())
        return all(" ".join(value.split()) in text for value in values)

    return lambda record: _judged(record, True, is_right)


def _values(content: bytes) -> list[str]:
    try:
        fields = PdfReader(io.BytesIO(content)).get_fields() or {}
        found = [field.get("/V") for field in fields.values() if field.get("/FT") in ("/Tx", "/Ch")]
    except Exception:  # noqa: BLE001 - pypdf lets errors of every kind through on broken files
        return []
    return [value for value in found if isinstance(value, str) and value.strip()]


def _filled(content: bytes) -> bytes:
    try:
        reader = PdfReader(io.BytesIO(content))
        names = [name for name, field in (reader.get_fields() or {}).items() if field.get("/FT") == "/Tx"]
        if not names:
            return b""
        writer = PdfWriter(clone_from=reader)
        for page in writer.pages:
            writer.update_page_form_field_values(
                page, {name: f"Wert {name[:20]}" for name in names}, auto_regenerate=False
            )
        written = io.BytesIO()
        writer.write(written)
        return written.getvalue()
    except Exception:  # noqa: BLE001 - as above
        return b""


def _reads_well(content: bytes) -> Verdict:
    try:
        tree = cast("Any", html).fromstring(content)
        is_there = bool(" ".join(tree.xpath("//body//text()[not(parent::script or parent::style)]")).strip())
    except Exception:  # noqa: BLE001 - lxml refuses what holds nothing
        is_there = False
    broken = len(MOJIBAKE.findall(content.decode("utf-8", "ignore")))
    return lambda record: _judged(record, is_there, lambda output: len(MOJIBAKE.findall(output["text"])) <= broken)


def _entries(count: int, *, is_feed: bool) -> Verdict:
    return lambda record: _judged(record, is_feed, lambda output: len(output["data"] or []) == min(count, 500))
