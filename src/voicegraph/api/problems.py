"""Errors to HTTP: always `{"error": what happened and what to do, "code": stable_code, "details": …}`."""

from __future__ import annotations

import json
import logging
from functools import partial
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_jsonable_python
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from voicegraph.errors import OF_ITS_OWN, ConfigError, NodeError, Overloaded, StorageError, UserError, VoiceGraphError
from voicegraph.graph.model import MAX_DEPTH
from voicegraph.graph.schema_errors import in_words
from voicegraph.nodes.data.json_errors import of_parser
from voicegraph.run.redaction.redact import Redactor
from voicegraph.words.truncation import one_line

log = logging.getLogger(__name__)

HTTP_PROBLEMS = {
    HTTPStatus.BAD_REQUEST: (
        "bad_request",
        "The body could not be read. Send a JSON object; for an upload, multipart/form-data with a part named file.",
    ),
    HTTPStatus.NOT_FOUND: ("not_found", "There is nothing at this address. The API is described at /api/docs."),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "method_not_allowed",
        "This address does not take this method. The API is described at /api/docs.",
    ),
}
"""Refusals of the web framework in our words."""
UNREAD: dict[type[Exception], str] = {
    UnicodeDecodeError: "The body is not UTF-8 text. Send a JSON object in UTF-8.",
    RecursionError: f"The body's lists and objects are nested too deep; {MAX_DEPTH} levels are the most.",
    ValueError: "The body holds a whole number with thousands of digits; send it in quotation marks.",
}
"""Why a body of JSON could not be read, where it is not its grammar; the first kind that fits is told."""


class _Problem(JSONResponse):
    """A refusal may quote what was sent, even half of a surrogate pair, which is not UTF-8."""

    def render(self, content: Any) -> bytes:
        """JSON, with a question mark for what cannot be written."""
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def problem(status: int, code: str, message: str, details: Any = None) -> JSONResponse:
    """The one form every refusal takes."""
    body = {"error": message, "code": code, "details": to_jsonable_python(details, fallback=str)}
    return _Problem(body, status)


class TooLarge(HTTPException):
    """The web framework's kind of exception: no other passes unchanged through the reading of a body."""

    def __init__(self, limit: int, what: str = "body") -> None:
        super().__init__(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The {what} is larger than {limit:,} bytes. Send a smaller one."
        )


class TooMany(TooLarge):
    """A body holds more values than are read."""

    def __init__(self, message: str) -> None:
        HTTPException.__init__(self, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)


def install_problem_handlers(app: FastAPI, redactor: Redactor) -> None:
    """Translate every exception a route can raise. What services said in it may quote the settings' secrets."""
    app.add_exception_handler(VoiceGraphError, partial(_ours, redactor))
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def _ours(redactor: Redactor, request: Request, error: Exception) -> JSONResponse:
    if redactor and isinstance(error, VoiceGraphError):
        error.message = redactor.text(error.message)
    match error:
        case Overloaded():
            response = problem(error.status, error.code, error.message)
            response.headers["Retry-After"] = str(int(error.retry_after))
            return response
        case UserError():
            details = to_jsonable_python(error.details, fallback=str)
            return problem(error.status, error.code, error.message, redactor.value(details))
        case StorageError():
            return problem(error.status, error.code, error.message)
        case ConfigError():
            return problem(HTTPStatus.CONFLICT, error.code, error.message, {"setting": error.setting})
        case NodeError():
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.code, error.message)
        case _:
            return _unexpected(request, error)


def _bad_request(_request: Request, error: Exception) -> JSONResponse:
    found = cast("RequestValidationError", error).errors()
    details = [{"where": _where(e["loc"]), "message": in_words(e)[0], "code": e["type"]} for e in found]
    first = details[0]
    if first["code"] == "json_invalid":
        reason = one_line(of_parser(str(found[0].get("ctx", {}).get("error", "it is broken"))), 200).rstrip(".")
        told = f"The body is not JSON: {reason}. Send a JSON object."
        return problem(HTTPStatus.BAD_REQUEST, "broken_json", told, details)
    if first["code"] == "missing" and not first["where"]:
        first["message"] = "The body is missing. Send a JSON object."
    place = f"{first['where']}: " if first["where"] else ""
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", f"{place}{first['message']}", details)


def _where(path: tuple[str | int, ...]) -> str:
    """`("body", "nodes", 3, "id")` -> `nodes[3].id`."""
    text = ""
    for part in path[1:] if path and path[0] in ("body", "query", "path", "header") else path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _http(_request: Request, error: Exception) -> JSONResponse:
    failure = cast("HTTPException", error)
    if isinstance(failure, TooLarge):
        return problem(failure.status_code, "too_large", failure.detail)
    status = HTTPStatus(failure.status_code)
    code, message = HTTP_PROBLEMS.get(status, ("http_error", str(failure.detail)))
    if status == HTTPStatus.BAD_REQUEST:
        message = next((words for kind, words in UNREAD.items() if isinstance(error.__cause__, kind)), message)
    response = problem(status, code, message)
    response.headers.update(failure.headers or {})
    return response


def _unexpected(_request: Request, error: Exception) -> JSONResponse:
    log.error("Unexpected error", exc_info=error)
    message = f"VoiceGraph could not answer {OF_ITS_OWN}"
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", message)
