"""http: call any web service."""

from __future__ import annotations

from typing import Any, Literal

import httpx
from pydantic import JsonValue, field_validator, model_validator

from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.charsets.decoder import Labels, told
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.data.json_errors import wrong_json
from voicegraph.nodes.data.jsonable import unsendable
from voicegraph.nodes.data.large_json import SMALL_CHARACTERS, beside, compact, decode, is_small
from voicegraph.nodes.documents.web_content import PDF, no_text, without_packing
from voicegraph.nodes.http.guarded_client import send, translated
from voicegraph.nodes.http.response_body import file_name, is_for_files, is_text, may_be_json, media_type, read_body
from voicegraph.nodes.http.urls import Url, shown, with_query
from voicegraph.nodes.output import FileRef, Output
from voicegraph.nodes.params.encoding_param import Encoding, encoding_param
from voicegraph.nodes.services.http.request_headers import header_problem, headers_of

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({"connection", "content-length", "host", "transfer-encoding"})

Scalar = str | int | float | bool


class HttpRequest(Params):
    """Params of http.request. At most one of `json`, `form` and `text` is the body."""

    url: Url = param(title="URL", widget="url", why="it is what the node calls", target="url")
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] = param("GET", title="Method")
    query: dict[str, Scalar] = param({}, title="Query", description="Added behind the URL's own, which stays as it is.")
    headers: dict[str, Scalar] = param({}, title="Headers")
    json_body: JsonValue = param(
        None,
        alias="json",
        title="JSON body",
        description="Sent as application/json; {{ input | json }} puts the input in as a JSON string.",
        widget="code",
    )
    form: dict[str, Scalar] = param({}, title="Form body", description="Sent as a web form.")
    text: str = param("", title="Text body", description="Sent as it is, as text/plain.", widget="textarea")
    encoding: Encoding = encoding_param()
    fail_on_error: bool = param(
        True, title="Fail on an error status", description="Off: an answer of 4xx or 5xx is output like any other."
    )

    @field_validator("method", mode="before")
    @classmethod
    def _in_capitals(cls, method: object) -> object:
        return method.strip().upper() if isinstance(method, str) else method

    @field_validator("headers")
    @classmethod
    def _are_allowed(cls, headers: dict[str, Scalar]) -> dict[str, Scalar]:
        for name, value in headers.items():
            if name.strip().lower() in _OURS:
                raise ValueError(f"{name} is set by the connection itself")
            if problem := header_problem(name.strip(), str(value).strip()):
                raise ValueError(problem)
        return headers

    @field_validator("json_body")
    @classmethod
    def _is_json(cls, body: JsonValue) -> JsonValue:
        try:
            value = (decode(body) if body.strip() else None) if isinstance(body, str) else body
        except ValueError as error:
            raise ValueError(f"this is not valid JSON: {wrong_json(error)}") from error
        if problem := unsendable(value):
            raise ValueError(f"this cannot be sent as JSON: {problem}")
        return value

    @model_validator(mode="after")
    def _has_one_body(self) -> HttpRequest:
        if sum((self.json_body is not None, bool(self.form), bool(self.text))) > 1:
            raise ValueError("a request has one body: JSON, form or text")
        return self


@action("http", "request", group="tool", title="HTTP request", effect=True)
async def request(params: HttpRequest, node: NodeContext) -> Output:
    """Calls a web service and gives its answer: text, and data when it is JSON; other content becomes a file."""
    url = with_query(params.url, params.query)
    options = _options(params, node)
    if not is_small(params.json_body):
        options["headers"].setdefault("Content-Type", "application/json")
        options["content"] = await beside(False, compact, options.pop("json"))
    node.progress(f"{params.method} {shown(url)}")
    if params.fail_on_error:
        response = await send(node.http, params.method, url, **options)
    else:
        with translated(url):
            response = await node.http.request(params.method, url, **options)
    return await _output(response, node, params.encoding)


def _options(params: HttpRequest, node: NodeContext) -> dict[str, Any]:
    headers = headers_of({name: str(value) for name, value in params.headers.items()})
    if params.method not in SAFE:
        headers.setdefault("Idempotency-Key", node.idempotency_key)
    options: dict[str, Any] = {"headers": headers}
    if params.json_body is not None:
        options["json"] = params.json_body
    elif params.form:
        options["data"] = params.form
    elif params.text:
        headers.setdefault("Content-Type", "text/plain; charset=utf-8")
        options["content"] = params.text
    return options


async def _output(response: httpx.Response, node: NodeContext, encoding: str | None) -> Output:
    kind = media_type(response)
    meta: dict[str, JsonValue] = {
        "status": response.status_code,
        "url": shown(response.url),
        "headers": {name: value for name, value in response.headers.items() if name != "set-cookie"},
    }
    is_text_by_name = is_text(kind) or not kind
    if is_text_by_name and not file_name(response).lower().endswith((".gz", ".tgz")):
        response = await without_packing(response, node)
    small = len(response.content) <= SMALL_CHARACTERS
    if is_text_by_name and (found := no_text(response.content, Labels(encoding, response.charset_encoding))):
        announced = f"is announced as {kind}, but " if kind else ""
        node.log(f"{shown(response.url)} {announced}is {found}: it is kept as a file.")
        kind, is_text_by_name = "application/pdf" if found == PDF else "application/octet-stream", False
    if response.content and not is_text_by_name:
        ref = await node.files.save(file_name(response), kind, response.content)
        body = await beside(small, read_body, response, encoding) if may_be_json(response) else None
        if body is None or body.data is None:
            return Output(text=f"{ref.name} ({kind}, {ref.size:,} bytes)", files=[ref], meta=meta)
        return Output(text=body.read.text, data=body.data, files=[ref], meta={**meta, **body.read.meta})
    body = await beside(small, read_body, response, encoding)
    for line in told(body.read.meta, shown(response.url)):
        node.log(line)
    if body.note:
        node.log(body.note)
        meta["note"] = body.note
    files: list[FileRef] = []
    if response.content and is_for_files(response):
        files.append(await node.files.save(file_name(response), response.headers["content-type"], response.content))
    return Output(text=body.read.text, data=body.data, files=files, meta={**meta, **body.read.meta})
