"""csv_upload, pdf_upload, txt_upload, file_upload: the text and the data of an uploaded file."""

from __future__ import annotations

from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.documents.stored_document import read_file
from voicegraph.nodes.output import Output
from voicegraph.nodes.params.encoding_param import Encoding, encoding_param

_WHY = "it is what the workflow reads"


class UploadCsv(Params):
    """Params of csv_upload.upload_csv."""

    file_id: str = param(
        title="CSV file",
        description="Separated by commas, semicolons, tabs or bars, in any usual encoding.",
        widget="file",
        accept=".csv,.tsv,.txt,text/csv",
        why=_WHY,
    )
    encoding: Encoding = encoding_param()


class UploadPdf(Params):
    """Params of pdf_upload.upload_pdf."""

    file_id: str = param(
        title="PDF file",
        description="With text in it: a scan needs text recognition first.",
        widget="file",
        accept=".pdf,application/pdf",
        why=_WHY,
    )


class UploadText(Params):
    """Params of txt_upload.upload_txt."""

    file_id: str = param(
        title="Text file",
        description="Plain text or Markdown, in any usual encoding.",
        widget="file",
        accept=".txt,.md,.log,text/*",
        why=_WHY,
    )
    encoding: Encoding = encoding_param()


class UploadAny(Params):
    """Params of file_upload.upload_any."""

    file_id: str = param(
        title="File",
        description="CSV, TSV, JSON, PDF, text, Markdown or HTML.",
        widget="file",
        accept=".csv,.tsv,.json,.jsonl,.ndjson,.pdf,.txt,.md,.html,text/*",
        why=_WHY,
    )
    encoding: Encoding = encoding_param()


@action("csv_upload", "upload_csv", group="source", title="Upload a CSV", content="own")
async def upload_csv(params: UploadCsv, node: NodeContext) -> Output:
    """Reads an uploaded CSV: a table as text, the rows as data."""
    return await read_file(params.file_id, node, "csv", params.encoding)


@action("pdf_upload", "upload_pdf", group="source", title="Upload a PDF", content="own")
async def upload_pdf(params: UploadPdf, node: NodeContext) -> Output:
    """Reads the text of an uploaded PDF, and the values of a filled form as text and as data."""
    return await read_file(params.file_id, node, "pdf")


@action("txt_upload", "upload_txt", group="source", title="Upload a text file", content="own")
async def upload_txt(params: UploadText, node: NodeContext) -> Output:
    """Reads an uploaded text file, whatever its encoding."""
    return await read_file(params.file_id, node, "text", params.encoding)


@action("file_upload", "upload_any", group="source", title="Upload a file", content="own")
async def upload_any(params: UploadAny, node: NodeContext) -> Output:
    """Reads an uploaded file: CSV, JSON, PDF, text, Markdown or HTML."""
    return await read_file(params.file_id, node, None, params.encoding)
