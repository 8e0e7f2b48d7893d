"""What tests of documents share: PDF files made by hand."""

from __future__ import annotations

from support.pdfs import make_pdf

__all__ = ["make_pdf"]
