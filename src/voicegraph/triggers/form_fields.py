"""The fields of a form as a call sent it: percent-encoded, or in parts as a browser sends one with files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email import errors, policy
from email.message import Message
from email.parser import BytesParser
from email.utils import collapse_rfc2231_value
from typing import cast
from urllib.parse import parse_qsl

from pydantic import JsonValue

from voicegraph.nodes.charsets.charsets import charset_in, codec_of, name_of
from voicegraph.nodes.charsets.decoder import decode

MAX_FIELDS = 1_000
MAX_FILE_TEXT = 64 << 10
"""Bytes of a file in a form whose text a run sees; of a larger one it sees name, type and size."""
_TOO_MANY = f"The form has more than {MAX_FIELDS:,} fields."
_FORM_FLAWS: dict[type[Exception], str] = {
    errors.NoBoundaryInMultipartDefect: "The form's type names no boundary between its fields.",
    errors.StartBoundaryNotFoundDefect: "The boundary that the form's type names is not in the body.",
    errors.CloseBoundaryNotFoundDefect: "The form is cut off: the boundary at its end is missing.",
}
_CHARSET_FIELD = "_charset_"
"""A hidden field in which browsers say how they encoded the others (HTML, 4.10.22)."""


class BadForm(ValueError):
    """A form that is wrong, and why, in words."""


def single(fields: Mapping[str, Sequence[JsonValue]]) -> dict[str, JsonValue]:
    """Several of one name as a list."""
    return {name: values[0] if len(values) == 1 else [*values] for name, values in fields.items()}


def _encoded_fields(content_type: str, body: bytes) -> JsonValue:
    try:
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=MAX_FIELDS, encoding="latin-1")
    except ValueError as error:
        raise BadForm(_TOO_MANY) from error
    written = [(name.encode("latin-1"), text.encode("latin-1")) for name, text in pairs]
    said = next((text.decode("latin-1") for name, text in written if name == _CHARSET_FIELD.encode()), None)
    encoding = _encoding([part for pair in written for part in pair], charset_in(content_type), said)
    fields: dict[str, list[JsonValue]] = {}
    for name, text in written:
        fields.setdefault(_read(name, encoding), []).append(_read(text, encoding))
    return single(fields)


def _parted_fields(content_type: str, body: bytes) -> JsonValue:
    """A file as its name, type, size and text."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    form = BytesParser(policy=policy.compat32).parsebytes(head + body)
    parts = cast("list[Message]", form.get_payload()) if form.is_multipart() else []
    if wrong := _form_flaw(form, len(parts)):
        raise BadForm(wrong)
    named: list[tuple[str, Message]] = []
    for part in parts:
        name = _param(part, "name")
        if name is None or part.is_multipart():
            raise BadForm("A part of the form has no name.")
        named.append((name, part))
    texts = {name: _bytes_of(part) for name, part in named if _param(part, "filename") is None}
    encoding = _encoding([*texts.values()], None, texts.get(_CHARSET_FIELD, b"").decode("latin-1"))
    fields: dict[str, list[JsonValue]] = {}
    for name, part in named:
        fields.setdefault(name, []).append(_part(part, encoding))
    return single(fields)


FORMS = {"application/x-www-form-urlencoded": _encoded_fields, "multipart/form-data": _parted_fields}


def _encoding(texts: Sequence[bytes], declared: str | None, said: str | None) -> str:
    """Of all fields: what the type or the form itself says, else UTF-8, else a guess, as nobody can tell a browser what to send."""
    return decode(b"\n".join(texts), named=declared if name_of(declared) else said).encoding


def _read(text: bytes, encoding: str) -> str:
    return decode(text, named=encoding).text


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


def _part(part: Message, encoding: str) -> JsonValue:
    content = _bytes_of(part)
    charset = name_of(part.get_content_charset())
    filename = _param(part, "filename")
    if filename is None:
        return _read(content, charset or encoding)
    text = None
    if len(content) <= MAX_FILE_TEXT:
        try:
            text = content.decode(codec_of(charset) or "utf-8") if charset or b"\0" not in content else None
        except ValueError:
            text = None
    return {"filename": filename, "contentType": part.get_content_type(), "size": len(content), "text": text}


def _bytes_of(part: Message) -> bytes:
    return cast("bytes", part.get_payload(decode=True) or b"")


def _param(part: Message, name: str) -> str | None:
    """A parameter of the Content-Disposition; browsers write UTF-8 there as it is."""
    raw = next((str(text) for key, text in part.raw_items() if key.lower() == "content-disposition"), "")
    read = Message()
    read["Content-Disposition"] = raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    found = read.get_param(name, header="content-disposition")
    return collapse_rfc2231_value(found) if found is not None else None
