"""web_page: read a page of the web."""

from __future__ import annotations

import httpx
from pydantic import JsonValue

from voicegraph.errors import NodeError
from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.charsets.charsets import encoded
from voicegraph.nodes.charsets.decoder import Labels, told
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.data.large_json import SMALL_CHARACTERS, beside
from voicegraph.nodes.documents.fetched import read_fetched
from voicegraph.nodes.documents.file_kind import is_pdf, is_pdf_behind
from voicegraph.nodes.documents.meta_refresh import PAGES, led_on
from voicegraph.nodes.documents.page import decode_page, plain_text
from voicegraph.nodes.documents.parsed_document import Document
from voicegraph.nodes.documents.parsing_process import parse
from voicegraph.nodes.documents.web_content import PDF, no_text, without_packing
from voicegraph.nodes.http.guarded_client import MAX_REDIRECTS, send
from voicegraph.nodes.http.response_body import file_name, is_text, media_type
from voicegraph.nodes.http.service_errors import too_many_redirects
from voicegraph.nodes.http.urls import Url, shown
from voicegraph.nodes.output import FileRef, Output
from voicegraph.nodes.params.encoding_param import Encoding, encoding_param

_ACCEPT = "text/html,application/xhtml+xml,application/pdf;q=0.8,text/*;q=0.7,*/*;q=0.1"


class FetchWebPage(Params):
    """Params of web_page.fetch."""

    url: Url = param(title="URL", widget="url", why="it is the page to read", target="link")
    encoding: Encoding = encoding_param()


@action("web_page", "fetch", group="source", title="Read a web page")
async def fetch(params: FetchWebPage, node: NodeContext) -> Output:
    """Reads a web page: its main text as Markdown, and title, author, date and links as data. Reads PDFs as well."""
    node.progress(f"Reading {shown(params.url)}")
    response, document = await _page(params.url, node, params.encoding)
    address = str(response.url)
    for line in told(document.meta, shown(address)):
        node.log(line)
    if document.meta.get("all_text"):
        node.log("The page is very large: this is all of its text, and not its main part only.")
    facts = document.data if isinstance(document.data, dict) else {}
    title = facts.get("title")
    headed = not isinstance(title, str) or document.text.lstrip("# ").startswith(title)
    text = document.text if headed else f"# {title}\n\n{document.text}"
    data: JsonValue = {"url": address, "title": None, "links": [], **facts}
    files: list[FileRef] = []
    if document.meta.get("format") != "page":  # a document, which another node may read as what it is
        is_pdf_file = document.meta.get("format") == "pdf"
        media = "application/pdf" if is_pdf_file else response.headers.get("content-type", "application/octet-stream")
        files.append(await node.files.save(file_name(response), media, response.content))
    return Output(text=text, data=data, files=files, meta={"status": response.status_code, **document.meta})


async def _page(url: str, node: NodeContext, encoding: str | None) -> tuple[httpx.Response, Document]:
    """The page, and what it says: the one it leads on to, where it does (`<meta http-equiv="refresh">`)."""
    for _ in range(MAX_REDIRECTS):
        response = await without_packing(await send(node.http, "GET", url, headers={"Accept": _ACCEPT}), node)
        document = await _read(response, str(response.url), encoding)
        url = led_on(response, document, node)
        if not url:
            return response, document
    raise too_many_redirects(url)


async def _read(response: httpx.Response, address: str, encoding: str | None) -> Document:
    kind, content, charset = media_type(response), response.content, response.charset_encoding
    small = len(content) <= SMALL_CHARACTERS
    is_text_by_name = is_text(kind) or not kind
    found = no_text(content, Labels(encoding, charset)) if is_text_by_name else None
    if found and found != PDF:
        raise _no_page(address, kind, found)
    if found != PDF and (kind in PAGES or (not kind and content.lstrip().startswith(b"<"))):
        read = await beside(small, decode_page, content, charset, None, encoding)
        document = await read_fetched("page", address, await beside(small, encoded, read.text))
        return Document(document.text, document.data, {**document.meta, **read.meta})
    pdf = found == PDF or (not is_text(kind) and (is_pdf(content) or is_pdf_behind(content)))
    if kind == "application/pdf" and not pdf:
        raise NodeError(
            "wrong_file", f"{shown(address)} is announced as a PDF, but its content is none. Look at it in a browser."
        )
    if pdf:
        return await parse(file_name(response), content, "pdf")
    if is_text_by_name:
        return await beside(small, plain_text, content, charset, kind or "text", encoding)
    raise _no_page(address, "", kind)


def _no_page(address: str, announced: str, what: str) -> NodeError:
    why = (
        f"is announced as {announced}, but its content is {what}"
        if announced
        else f"is not a page: its content is {what}"
    )
    return NodeError(
        "not_a_page",
        f"{shown(address)} {why}, which has no text to read. An HTTP request node can download it as a file.",
    )
