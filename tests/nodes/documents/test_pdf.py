from __future__ import annotations

from collections.abc import Callable

import pytest

from voicegraph.errors import NodeError
from voicegraph.nodes.documents import pdf
from voicegraph.nodes.documents.file_kind import detect, require
from voicegraph.nodes.documents.pdf import parse_pdf

MakePdf = Callable[..., bytes]


def failure(content: bytes) -> NodeError:
    with pytest.raises(NodeError) as caught:
        parse_pdf("report.pdf", content)
    assert caught.value.message.startswith(("report.pdf", "None of"))
    assert not caught.value.retryable
    return caught.value


def test_the_text_of_every_page_is_read(make_pdf: MakePdf):
    document = parse_pdf("report.pdf", make_pdf("Page one", "", "Page three"))
    assert document.text == "Page one\n\nPage three"
    assert document.meta == {"format": "pdf", "pages": 3}


def test_an_empty_password_opens_a_protected_file(make_pdf: MakePdf):
    assert parse_pdf("report.pdf", make_pdf("Readable", password="")).text == "Readable"


def test_a_password_is_asked_to_be_removed(make_pdf: MakePdf):
    assert failure(make_pdf("Secret", password="pw")).code == "encrypted_pdf"


def test_a_scan_is_told_apart_from_a_broken_file(make_pdf: MakePdf):
    error = failure(make_pdf("", ""))
    assert error.code == "no_text"
    assert "OCR" in error.message


def test_a_file_without_pages_is_no_scan(make_pdf: MakePdf):
    error = failure(make_pdf())
    assert error.code == "no_text"
    assert error.message.startswith("report.pdf is a PDF without a single page.")
    assert failure(make_pdf("")).message.startswith("report.pdf has 1 page and no text on it")


@pytest.mark.parametrize(
    "before", [b"\xef\xbb\xbf", b"\r\n", b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n", b"\x00\x01" * 500, b"x" * 1_024]
)
def test_what_stands_before_the_header_is_passed_over(make_pdf: MakePdf, before: bytes):
    content = before + make_pdf("Page one", "Page two")
    for name in ("report.pdf", "download"):
        assert detect(name, content) == "pdf"
    require("report", content, "pdf")
    assert parse_pdf("report.pdf", content).text == "Page one\n\nPage two"


@pytest.mark.parametrize(
    ("name", "before"), [("a.md", b"A PDF is written so:\n"), ("a", b'{"a": "'), ("a", b"x" * 1_030)]
)
def test_a_text_that_quotes_one_is_none(make_pdf: MakePdf, name: str, before: bytes):
    assert detect(name, before + make_pdf("Page one").replace(b"\x00", b"").decode("latin-1").encode()) != "pdf"


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.4\n" + b"\x00garbage" * 50])
def test_a_cut_off_file_is_reported(content: bytes):
    assert failure(content).code == "bad_pdf"


def test_a_damaged_page_does_not_cost_the_others(make_pdf: MakePdf):
    document = parse_pdf("report.pdf", make_pdf("First", "Second", damaged={1}))
    assert document.text == "First"
    assert document.meta == {"format": "pdf", "pages": 2, "unreadable": 1}


def test_a_file_without_one_readable_page_is_broken(make_pdf: MakePdf):
    assert failure(make_pdf("First", "Second", damaged={0, 1})).code == "bad_pdf"


def test_a_page_tree_that_lists_itself_ends(make_pdf: MakePdf):
    assert failure(make_pdf("x").replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")).code == "bad_pdf"


def test_reading_ends_at_the_deadline_with_what_there_is(make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch):
    clock = iter([0.0, 0.0, 99.0])
    monkeypatch.setattr(pdf.time, "monotonic", lambda: next(clock))
    document = parse_pdf("report.pdf", make_pdf("First", "Second"), soft_seconds=1)
    assert document.text == "First"
    assert document.meta == {"format": "pdf", "pages": 2, "truncated": True, "pagesRead": 1}
