"""The content of the call that started a run, as `{{ trigger }}`: no secret among it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace

from pydantic import JsonValue

from voicegraph.clock import iso
from voicegraph.errors import UserError
from voicegraph.graph.json_decoder import flaws
from voicegraph.graph.model import MAX_DEPTH
from voicegraph.nodes.charsets.charsets import charset_in
from voicegraph.nodes.charsets.decoder import decode
from voicegraph.nodes.data.json_lines import plain_records
from voicegraph.nodes.http.content_encoding import CannotUnpack, UnpackedTooLarge, unpacked
from voicegraph.triggers.form_fields import FORMS, BadForm, single
from voicegraph.triggers.webhook_secrets import PREFIX, IncomingCall

MAX_SHOWN = 50
MAX_LENGTH = 1_000
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


def trigger_of(call: IncomingCall, delivery_id: str, at: float) -> dict[str, JsonValue]:
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


def _unpacked(call: IncomingCall) -> IncomingCall:
    """The call with its body as it was before the sender packed it; what was signed are the bytes as they came."""
    encoding = call.headers.get("content-encoding", "")
    if not encoding or not call.body:
        return call
    try:
        return replace(call, body=unpacked(call.body, encoding, MAX_BODY))
    except CannotUnpack as error:
        message = f"The body is in the encoding “{error}”. Send it as it is, or packed with gzip, deflate or br."
        raise BadType("unsupported_encoding", message) from error
    except UnpackedTooLarge as error:
        message = f"The body is larger than {MAX_BODY:,} bytes when it is unpacked. Send a smaller one."
        raise BodyTooLarge("too_large", message) from error
    except ValueError as error:
        message = f"The body cannot be unpacked: it is {error}. Its Content-Encoding says “{encoding[:80]}”."
        raise BadBody("broken_encoding", message) from error


def body_of(call: IncomingCall) -> JsonValue:
    """JSON as it is, the fields of a form (several of one name as a list), text; None when there is nothing."""
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not call.body:
        return None
    if kind == "application/json" or kind.endswith("+json"):
        return _json(_text(call, "broken_json"))
    if kind in FORMS:
        _refuse_packed(call.body, "broken_form")
        try:
            return FORMS[kind](call.headers["content-type"], call.body)
        except BadForm as error:
            raise BadBody("broken_form", str(error)) from error
    if kind == "" or kind.startswith("text/") or kind.endswith(("/xml", "+xml")):
        return _text_or_data(_text(call))
    raise BadType("unsupported_media_type", f"Send JSON, a form or text; this is {kind[:80]}.")


def _text_or_data(text: str) -> JsonValue:
    """The text, or what it holds where it is a JSON object or list, or several in lines: many send these as text."""
    if text[:1_024].lstrip()[:1] not in ("{", "["):
        return text
    try:
        return _json(text)
    except BadBody:
        found = plain_records(text, json.loads)
        return text if found is None or flaws({"body": found}) else found


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


def _text(call: IncomingCall, code: str = "broken_text") -> str:
    """In the charset of its type, or that of its own XML declaration; a sender can be told to name it, so none is guessed."""
    _refuse_packed(call.body, code)
    markup = call.body[:64].lstrip().startswith(b"<")
    read = decode(call.body, declared=_charset(call), markup=markup)
    if read.guessed and not read.encoding.startswith("utf-"):
        raise BadBody(code, "The body is not UTF-8 text. Send UTF-8, or name its charset in Content-Type.")
    return read.text


def _refuse_packed(body: bytes, code: str) -> None:
    if packed := next((name for sign, name in _PACKED if body.startswith(sign)), None):
        raise BadBody(code, f"The body is compressed ({packed}). Send it as it is, or name it in Content-Encoding.")


def _charset(call: IncomingCall) -> str | None:
    return charset_in(call.headers.get("content-type", ""))


def _shown(values: Mapping[str, str | list[str]]) -> dict[str, JsonValue]:
    """Under whatever name the webhook's secret comes, it is not among it."""
    each = {name: [text] if isinstance(text, str) else text for name, text in values.items()}
    shown = {
        name: [text[:MAX_LENGTH] for text in texts[:MAX_SHOWN]]
        for name, texts in each.items()
        if not any(PREFIX in text for text in texts)
    }
    return single(dict([*shown.items()][:MAX_SHOWN]))


# -- names of headers and parameters that a run may see


_ALWAYS = frozenset({"content-type", "user-agent", "x-event-key"})
"""The last one is Bitbucket's name for the kind of the event."""
_TELLING = frozenset(
    (  # noqa: SIM905 - a list would take a line for each
        "event events topic type kind action resource state status reason source subject channel category object "
        "delivery id uuid guid identifier number num count attempt retry timestamp time date at "
        "version specversion domain instance environment name language locale"
    ).split()
)
_SECRET = re.compile(
    r"auth(?!or(?!i))|token|secret|pass(?:w|c|ph)|pwd|credential|cookie|sess(?:ion|id)|jwt|bearer|signature|hmac|apikey"
    r"|forwarded|realip"
)
_SECRET_WORD = re.compile(r"sig|sign|pw|pin|otp|sid|mac|nonce|keys|\w*(?:key|pass)")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def is_shown_header(name: str) -> bool:
    """Whether a header, in lower case, tells of the event and of nothing secret."""
    words = re.split(r"[^a-z0-9]+", name)
    return name in _ALWAYS or (words[-1] in _TELLING and not is_secret(name))


def is_secret(name: str) -> bool:
    """Whether a name speaks of a secret: `apikey`, `X-Custom-Pwd`, `accessToken`, `sig`; but not `author`, `keyword`."""
    compact = re.sub(r"[^a-z]", "", name.lower())
    words = [word.lower() for word in _WORDS.findall(name)]
    return bool(_SECRET.search(compact)) or any(_SECRET_WORD.fullmatch(word) for word in words)
