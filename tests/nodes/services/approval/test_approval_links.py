"""What people are asked, in words."""

from __future__ import annotations

import pytest

from voicegraph.nodes.output import FileRef, Output
from voicegraph.nodes.services.approval.approval_links import MAX_DATA, ApprovalQuestion, _body  # pyright: ignore[reportPrivateUsage]
from voicegraph.nodes.text.markdown_html import as_html


def body(**content: object) -> str:
    return _body(ApprovalQuestion("Fine?", Output(**content), "tomorrow"), "http://127.0.0.1/approve/x")  # type: ignore[arg-type]


def test_text_alone_has_nothing_below_it() -> None:
    assert body(text="Words").endswith("What is to be approved.\n\nWords\n")


def test_data_and_files_stand_below_and_mean_nothing_as_markdown() -> None:
    ref = FileRef(id="file_1", name="*a*\u2028b.pdf", media_type="application/pdf", size=1234)
    said = body(text="- Words", data={"to": "[x](http://e.vil)"}, files=[ref])
    assert "Data that goes on with it:" in said
    assert "    *a* b.pdf (1,234 bytes)" in said
    assert 'href="http://e.vil"' not in as_html(said)
    assert "<em>" not in as_html(said)


@pytest.mark.parametrize("data", ["x" * 100_000, [1] * 100_000, [{"a": "x" * 1000}] * 50])
def test_of_much_data_the_beginning_is_told(data: object) -> None:
    said = body(text="Words", data=data)
    assert "Data that goes on with it, its beginning (the page shows more):" in said
    assert len(said) < 3 * MAX_DATA
