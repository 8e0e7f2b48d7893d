"""What a run sees of the call that started it, as `{{ trigger }}`: no secret among it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qs

from pydantic import JsonValue

from voicegraph.clock import iso
from voicegraph.errors import UserError
from voicegraph.graph.decode import flaws
from voicegraph.nodes.charsets import charset_in, codec_of
from voicegraph.nodes.decoding import decode
from voicegraph.triggers.names import is_secret, is_shown_header
from voicegraph.triggers.secrets import PREFIX, Call

MAX_FIELDS = 1_000
MAX_SHOWN = 50
MAX_LENGTH = 1_000
_STEERING = frozenset({"token", "wait"})


class BadBody(UserError):
    """The body cannot be read."""


class BadType(UserError):
    """The body is of a kind that no node could use."""

    status = 415


def trigger_of(call: Call, delivery_id: str, at: float) -> dict[str, JsonValue]:
    """`body`, `headers`, `query`, `deliveryId`, `receivedAt`. BadBody, BadType."""
    return {
        "body": body_of(call),
        "headers": _shown({name: text for name, text in call.headers.items() if is_shown_header(name)}),
        "query": _shown(
            {name: text for name, text in call.query.items() if name not in _STEERING and not is_secret(name)}
        ),
        "deliveryId": delivery_id,
        "receivedAt": iso(at),
    }


def body_of(call: Call) -> JsonValue:
    """JSON as it is, the fields of a form (several of one name as a list), text; None when there is nothing."""
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not call.body:
        return None
    if kind == "application/json" or kind.endswith("+json"):
        return _json(_text(call, "broken_json"))
    if kind == "application/x-www-form-urlencoded":
        return _form(call)
    if kind == "" or kind.startswith("text/") or kind.endswith(("/xml", "+xml")):
        return _text(call)
    raise BadType("unsupported_media_type", f"Send JSON, a form or text; this is {kind[:80]}.")


def _json(body: str) -> JsonValue:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadBody("broken_json", "The body is not JSON, though its type says so.") from error
    if problems := flaws({"body": value}):
        raise BadBody("broken_json", f"{problems[0].where}: {problems[0].message}")
    return value


def _form(call: Call) -> JsonValue:
    codec = codec_of(_charset(call)) or "utf-8"
    try:
        fields = parse_qs(_text(call), keep_blank_values=True, max_num_fields=MAX_FIELDS, encoding=codec)
    except ValueError as error:
        raise BadBody("broken_form", f"The form has more than {MAX_FIELDS:,} fields, or is none.") from error
    return {name: values[0] if len(values) == 1 else [*values] for name, values in fields.items()}


def _text(call: Call, code: str = "broken_text") -> str:
    """In the charset of its type, or that of its own XML declaration; a sender can be told to name it, so none is guessed."""
    markup = call.body[:64].lstrip().startswith(b"<")
    read = decode(call.body, declared=_charset(call), markup=markup)
    if read.guessed and not read.encoding.startswith("utf-"):
        raise BadBody(code, "The body is not UTF-8 text. Send UTF-8, or name its charset in Content-Type.")
    return read.text


def _charset(call: Call) -> str | None:
    return charset_in(call.headers.get("content-type", ""))


def _shown(values: Mapping[str, str]) -> dict[str, JsonValue]:
    """Under whatever name the webhook's secret comes, it is not among it."""
    shown = {name: text[:MAX_LENGTH] for name, text in values.items() if PREFIX not in text}
    return dict([*shown.items()][:MAX_SHOWN])
