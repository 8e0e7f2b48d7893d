"""PDF files made by hand, so that each test says what is in its file."""

from __future__ import annotations

import io
from collections.abc import Callable
from collections.abc import Set as AbstractSet

import pytest


def _page_objects(texts: list[str], damaged: AbstractSet[int]) -> list[bytes]:
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(texts)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(texts)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for i, text in enumerate(texts):
        stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode() if text else b""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * i} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        unknown = "/Filter /Unknown " if i in damaged else ""
        objects.append(f"<< {unknown}/Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream")
    return objects


def _assemble(objects: list[bytes]) -> bytes:
    content, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(content))
        content += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    count = len(objects) + 1
    return (
        content
        + (
            f"xref\n0 {count}\n0000000000 65535 f \n{table}"
            f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{len(content)}\n%%EOF\n"
        ).encode()
    )


@pytest.fixture
def make_pdf() -> Callable[..., bytes]:
    """`make_pdf("page one", "page two", password="…", damaged={0})`: damaged pages have a filter nobody knows."""

    def make(*texts: str, password: str | None = None, damaged: AbstractSet[int] = frozenset()) -> bytes:
        content = _assemble(_page_objects(list(texts), damaged))
        if password is None:
            return content
        from pypdf import PdfReader, PdfWriter

        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
        writer.encrypt(password, algorithm="AES-256")
        sink = io.BytesIO()
        writer.write(sink)
        return sink.getvalue()

    return make
