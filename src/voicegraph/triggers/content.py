"""What a run sees of the call that started it, as `{{ trigger }}`: no secret among it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qs

from pydantic import JsonValue

from voicegraph.clock import iso
from voicegraph.errors import UserError
from voicegraph.graph.decode import flaws
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
        return _json(call.body)
    if kind == "application/x-www-form-urlencoded":
        return _form(call.body)
    if kind == "" or kind.startswith("text/") or kind.endswith(("/xml", "+xml")):
        return _text(call.body)
    raise BadType("unsupported_media_type", f"Send JSON, a form or text; this is {kind[:80]}.")


def _json(body: bytes) -> JsonValue:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadBody("broken_json", "The body is not JSON, though its type says so.") from error
    if problems := flaws({"body": value}):
        raise BadBody("broken_json", f"{problems[0].where}: {problems[0].message}")
    return value


def _form(body: bytes) -> JsonValue:
    try:
        fields = parse_qs(_text(body), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise BadBody("broken_form", f"The form has more than {MAX_FIELDS:,} fields, or is none.") from error
    return {name: values[0] if len(values) == 1 else [*values] for name, values in fields.items()}


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except ValueError as error:
        raise BadBody("broken_text", "The body is not UTF-8 text.") from error


def _shown(values: Mapping[str, str]) -> dict[str, JsonValue]:
    """Under whatever name the webhook's secret comes, it is not among it."""
    shown = {name: text[:MAX_LENGTH] for name, text in values.items() if PREFIX not in text}
    return dict([*shown.items()][:MAX_SHOWN])
