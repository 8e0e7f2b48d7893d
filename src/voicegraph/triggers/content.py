"""What a run sees of the call that started it, as `{{ trigger }}`: no secret among it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from email import errors, policy
from email.message import Message
from email.parser import BytesParser
from email.utils import collapse_rfc2231_value
from typing import cast
from urllib.parse import parse_qs

from pydantic import JsonValue

from voicegraph.clock import iso
from voicegraph.errors import UserError
from voicegraph.graph.decode import flaws
from voicegraph.graph.model import MAX_DEPTH
from voicegraph.nodes.charsets import charset_in, codec_of
from voicegraph.nodes.decoding import decode
from voicegraph.nodes.unpacking import CannotUnpack, TooMuch, unpacked
from voicegraph.triggers.names import is_secret, is_shown_header
from voicegraph.triggers.secrets import PREFIX, Call

MAX_FIELDS = 1_000
MAX_SHOWN = 50
MAX_LENGTH = 1_000
MAX_FILE_TEXT = 64 << 10
"""Bytes of a file in a form whose text a run sees; of a larger one it sees name, type and size."""
_TOO_MANY = f"The form has more than {MAX_FIELDS:,} fields."
_FORM_FLAWS: dict[type[Exception], str] = {
    errors.NoBoundaryInMultipartDefect: "The form's type names no boundary between its fields.",
    errors.StartBoundaryNotFoundDefect: "The boundary that the form's type names is not in the body.",
    errors.CloseBoundaryNotFoundDefect: "The form is cut off: the boundary at its end is missing.",
}
_PACKED = ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"PK\x03\x04", "zip"))
MAX_BODY = 256 << 10
"""Bytes of a body, as it comes and unpacked."""
_STEERING = frozenset({"token", "wait"})


class BadBody(UserError):
    """The body cannot be read."""


class BadType(UserError):
    """The body is of a kind that no node could use."""

    status = 415


class BodyTooLarge(UserError):
    """The body unfolds to more than is read."""

    status = 413


def trigger_of(call: Call, delivery_id: str, at: float) -> dict[str, JsonValue]:
    """`body`, `headers`, `query`, `deliveryId`, `receivedAt`. BadBody, BadType, BodyTooLarge."""
    return {
        "body": body_of(_unpacked(call)),
        "headers": _shown({name: text for name, text in call.headers.items() if is_shown_header(name)}),
        "query": _shown(
            {name: text for name, text in call.query.items() if name not in _STEERING and not is_secret(name)}
        ),
        "deliveryId": delivery_id,
        "receivedAt": iso(at),
    }


def _unpacked(call: Call) -> Call:
    """The call with its body as it was before the sender packed it; what was signed are the bytes as they came."""
    encoding = call.headers.get("content-encoding", "")
    if not encoding or not call.body:
        return call
    try:
        return replace(call, body=unpacked(call.body, encoding, MAX_BODY))
    except CannotUnpack as error:
        message = f"The body is in the encoding “{error}”. Send it as it is, or packed with gzip, deflate or br."
        raise BadType("unsupported_encoding", message) from error
    except TooMuch as error:
        message = f"The body is larger than {MAX_BODY:,} bytes when it is unpacked. Send a smaller one."
        raise BodyTooLarge("too_large", message) from error
    except ValueError as error:
        message = f"The body cannot be unpacked: it is {error}. Its Content-Encoding says “{encoding[:80]}”."
        raise BadBody("broken_encoding", message) from error


def body_of(call: Call) -> JsonValue:
    """JSON as it is, the fields of a form (several of one name as a list), text; None when there is nothing."""
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not call.body:
        return None
    if kind == "application/json" or kind.endswith("+json"):
        return _json(_text(call, "broken_json"))
    if kind == "application/x-www-form-urlencoded":
        return _form(call)
    if kind == "multipart/form-data":
        return _multipart(call.headers["content-type"], call.body)
    if kind == "" or kind.startswith("text/") or kind.endswith(("/xml", "+xml")):
        return _text(call)
    raise BadType("unsupported_media_type", f"Send JSON, a form or text; this is {kind[:80]}.")


def _json(body: str) -> JsonValue:
    try:
        value = json.loads(body)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadBody(
            "broken_json", f"The body is not JSON, though its type says so: it is broken at {where}."
        ) from error
    except RecursionError as error:
        message = f"The body's lists and objects are nested too deep; {MAX_DEPTH} levels are the most."
        raise BadBody("broken_json", message) from error
    except ValueError as error:
        message = "The body holds a whole number with thousands of digits; send it in quotation marks."
        raise BadBody("broken_json", message) from error
    if problems := flaws({"body": value}):
        raise BadBody("broken_json", f"{problems[0].where}: {problems[0].message}")
    return value


def _form(call: Call) -> JsonValue:
    codec = codec_of(_charset(call)) or "utf-8"
    try:
        fields = parse_qs(_text(call), keep_blank_values=True, max_num_fields=MAX_FIELDS, encoding=codec)
    except ValueError as error:
        raise BadBody("broken_form", _TOO_MANY) from error
    return _single(fields)


def _multipart(content_type: str, body: bytes) -> JsonValue:
    """The fields of a form as a browser sends one with files; a file as its name, type, size and text."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    form = BytesParser(policy=policy.compat32).parsebytes(head + body)
    parts = cast("list[Message]", form.get_payload()) if form.is_multipart() else []
    if wrong := _form_flaw(form, len(parts)):
        raise BadBody("broken_form", wrong)
    fields: dict[str, list[JsonValue]] = {}
    for part in parts:
        name = _param(part, "name")
        if name is None or part.is_multipart():
            raise BadBody("broken_form", "A part of the form has no name.")
        fields.setdefault(name, []).append(_part(part))
    return _single(fields)


def _form_flaw(form: Message, parts: int) -> str | None:
    """What is wrong with a form in parts."""
    for kind, message in _FORM_FLAWS.items():
        if any(isinstance(defect, kind) for defect in form.defects):
            return message
    if form.defects:
        return "The form is broken: its parts cannot be told apart."
    if parts > MAX_FIELDS:
        return _TOO_MANY
    return None if parts else "The form holds no field."


def _part(part: Message) -> JsonValue:
    content = cast("bytes", part.get_payload(decode=True) or b"")
    filename = _param(part, "filename")
    if filename is None:
        return _decoded(content, part.get_content_charset())
    text = None
    if len(content) <= MAX_FILE_TEXT:
        try:
            text = content.decode() if b"\0" not in content else None
        except ValueError:
            text = None
    return {"filename": filename, "contentType": part.get_content_type(), "size": len(content), "text": text}


def _decoded(content: bytes, charset: str | None) -> str:
    try:
        return content.decode(charset or "utf-8", "replace")
    except LookupError:
        return content.decode(errors="replace")


def _param(part: Message, name: str) -> str | None:
    """A parameter of the Content-Disposition; browsers write UTF-8 there as it is."""
    raw = next((str(text) for key, text in part.raw_items() if key.lower() == "content-disposition"), "")
    read = Message()
    read["Content-Disposition"] = raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    found = read.get_param(name, header="content-disposition")
    return collapse_rfc2231_value(found) if found is not None else None


def _single(fields: Mapping[str, Sequence[JsonValue]]) -> dict[str, JsonValue]:
    """Several of one name as a list."""
    return {name: values[0] if len(values) == 1 else [*values] for name, values in fields.items()}


def _text(call: Call, code: str = "broken_text") -> str:
    """In the charset of its type, or that of its own XML declaration; a sender can be told to name it, so none is guessed."""
    if packed := next((name for sign, name in _PACKED if call.body.startswith(sign)), None):
        raise BadBody(code, f"The body is compressed ({packed}). Send it as it is, or name it in Content-Encoding.")
    markup = call.body[:64].lstrip().startswith(b"<")
    read = decode(call.body, declared=_charset(call), markup=markup)
    if read.guessed and not read.encoding.startswith("utf-"):
        raise BadBody(code, "The body is not UTF-8 text. Send UTF-8, or name its charset in Content-Type.")
    return read.text


def _charset(call: Call) -> str | None:
    return charset_in(call.headers.get("content-type", ""))


def _shown(values: Mapping[str, str | list[str]]) -> dict[str, JsonValue]:
    """Under whatever name the webhook's secret comes, it is not among it."""
    each = {name: [text] if isinstance(text, str) else text for name, text in values.items()}
    shown = {
        name: [text[:MAX_LENGTH] for text in texts[:MAX_SHOWN]]
        for name, texts in each.items()
        if not any(PREFIX in text for text in texts)
    }
    return _single(dict([*shown.items()][:MAX_SHOWN]))
