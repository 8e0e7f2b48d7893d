from __future__ import annotations

import pytest

from voicegraph.errors import NodeError
from voicegraph.nodes.documents.file_kind import detect, require, signature
from voicegraph.nodes.documents.pdf import parse_pdf


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.csv", b"a,b\n1,2", "csv"),
        ("a.TSV", b"a\tb", "csv"),
        ("a.json", b'{"a": 1}', "json"),
        ("a.json", b'{"a": ', "json"),
        ("data", b'[{"a": 1}]', "json"),
        ("page.html", b"<p>x</p>", "html"),
        ("page", b"\n<!DOCTYPE html><title>x</title>", "html"),
        ("note.md", b"# Hi", "text"),
        ("note", b"{not json", "text"),
        ("note.txt", "ünïcode".encode("utf-16"), "text"),
        ("note.txt", "wide".encode("utf-16-be"), "text"),
        ("scan.bin", b"\n%PDF-1.7 ...", "pdf"),
    ],
)
def test_content_decides_and_then_the_name(name: str, content: bytes, kind: str):
    assert detect(name, content) == kind


@pytest.mark.parametrize(
    ("name", "content", "code", "hint"),
    [
        ("a.pdf", b'{"type": "%PDF-"}', "wrong_file", "is not a PDF: its content is JSON"),
        ("a.pdf", b"just words", "wrong_file", "its content is text"),
        ("a.docx", b"PK\x03\x04...", "unsupported_file", "Save it as PDF or plain text"),
        ("a.xlsx", b"PK\x03\x04...", "unsupported_file", "Save the sheet as CSV"),
        ("a.png", b"\x89PNG\r\n", "unsupported_file", "an image"),
        ("a.txt", b"\x00\x01\x02\x03" * 9, "unsupported_file", "a binary file"),
        ("a.txt", b"  \n", "empty_file", "is empty"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(name: str, content: bytes, code: str, hint: str):
    with pytest.raises(NodeError) as caught:
        detect(name, content)
    assert caught.value.code == code
    assert hint in caught.value.message


ABOUT = b"%PDF-1.4 is how a PDF begins.\nThis text is none.\n"
WHOLE = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\nstartxref\n9\n%%EOF\n"


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.csv", "a.log"])
def test_a_text_that_begins_as_a_pdf_does_is_one_where_its_name_says_so(name: str) -> None:
    assert detect(name, ABOUT) != "pdf"
    assert detect(name, WHOLE) == "pdf"
    assert detect(name, b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + bytes(range(99))) == "pdf"
    assert detect("scan", ABOUT) == "pdf"
    require("notes", ABOUT, "text")


@pytest.mark.parametrize(
    ("wanted", "content", "hint"),
    [
        ("csv", b"%PDF-1.7", "is not a CSV: its content is a PDF. Use a node for PDFs"),
        ("csv", b"<html><body>Please log in</body></html>", "its content is a web page"),
        ("text", b"%PDF-1.7", "is not plain text"),
        ("pdf", b"[1]", "its content is JSON"),
    ],
)
def test_a_file_posing_as_another_kind_is_refused(wanted: str, content: bytes, hint: str):
    with pytest.raises(NodeError) as caught:
        require("x", content, wanted)  # pyright: ignore[reportArgumentType]
    assert hint in caught.value.message


@pytest.mark.parametrize(("wanted", "content"), [("csv", b"a,b"), ("text", b'{"a":1}'), ("pdf", b"%PDF-1.4")])
def test_a_file_of_the_wanted_kind_passes(wanted: str, content: bytes):
    require("x", content, wanted)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("content", [b"PK\x03\x04 and more", b"%PDF-1.7 cut", b"", b"\xd0\xcf\x11\xe0"])
def test_what_cannot_be_read_asks_for_no_upload(content: bytes) -> None:
    """The file may have been downloaded by another node."""
    with pytest.raises(NodeError) as caught:
        parse_pdf("report.pdf", content) if content.startswith(b"%PDF") else detect("report.docx", content)
    assert "pload" not in caught.value.message


@pytest.mark.parametrize(
    "content",
    ["<div>Access denied</div>", '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', "<html>x</html>",
     "<!-- moved -->\n<a href='/'>x</a>", "<Error><Code>1</Code></Error>"],
)  # fmt: skip
def test_xml_and_pieces_of_pages_are_no_table(content: str):
    with pytest.raises(NodeError, match="is not a CSV: its content is") as caught:
        detect("a.csv", content.encode())
    assert caught.value.code == "wrong_file"
    with pytest.raises(NodeError, match="is not a CSV: its content is"):
        require("a.csv", content.encode(), "csv")


@pytest.mark.parametrize(
    "content", ["<b>x</b>,1\n<i>y</i>,2", "<a@b.de>,x\n<c@d.de>,<y>", "text\n<p>a</p>", "<5,<6\n1,2"]
)
def test_a_table_may_hold_tags(content: str):
    assert detect("a.csv", content.encode()) == "csv"
    require("a.csv", content.encode(), "csv")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00", "an audio or video file"),
        (b"\xfd7zXZ\x00\x00\x04", "a compressed archive"),
        (b"BZh91AY&SY\x12\x34", "a compressed archive"),
        (b"\x28\xb5\x2f\xfd\x04\x00", "a compressed archive"),
        (b"\x7fELF\x02\x01\x01\x00", "a program"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "a program"),
        (b"BM\x36\x00\x03\x00\x00\x00\x00\x00\x36\x00", "an image"),
        (b"GIF89a\x01\x00\x01\x00", "an image"),
        (b"RIFF\x24\x00\x00\x00WAVE", "an audio or video file"),
        (b"ID3\x03\x00\x00\x00", "an audio file"),
        (b"SQLite format 3\x00", "a database"),
        (b"MZ is how a program begins.", None),
        (b"BM, BMP and BMW", None),
        (b"BZh is the sign of bzip2", None),
        (b"ID3 tags explained", None),
        (b"RIFF raff", None),
        (b"ftyp", None),
    ],
)
def test_the_signs_of_files_that_are_no_text(content: bytes, what: str | None) -> None:
    assert signature(content) == what
    if what:
        with pytest.raises(NodeError, match=f"is {what}"):
            detect("a.txt", content + b"\x00" * 9)
    else:
        assert detect("a.txt", content) == "text"
