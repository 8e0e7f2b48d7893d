"""Errors that gateways of models answer with status 200, as the clients of models understand them.

An error is one, whatever its status says; comments before the JSON and figures that are null are no reason to read
nothing. The shapes are those of OpenRouter, LiteLLM, vLLM, llama.cpp and of their bug reports.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple, cast

from voicegraph.errors import NodeError
from voicegraph.words.truncation import one_line

_COMMENTS = re.compile(rb"(?:\s*:[^\n]*\n)+|\s+")
_BOM = b"\xef\xbb\xbf"
_EVENT = b"data:"
_RETRYABLE = {
    503: ("overload", "unavailable", "server_error", "internal", "timeout", "timed out", "capacity", "loading"),
    429: ("rate_limit", "rate limit", "too many requests", "resource_exhausted"),
}
_REFUSED = 400
FINISH = {
    **dict.fromkeys(("stop", "eos", "eos_token", "end_turn", "stop_sequence", "complete", "end"), "stop"),
    **dict.fromkeys(("length", "max_tokens", "max_length", "model_length", "limit", "max_output_tokens"), "length"),
    **dict.fromkeys(
        ("content_filter", "safety", "recitation", "prohibited_content", "blocklist", "refusal", "content-filter"),
        "content_filter",
    ),
    **dict.fromkeys(("tool_calls", "tool_use", "tool_call"), "tool_calls"),
    "function_call": "function_call",
}
"""Why an answer ended, by the words of servers that speak OpenAI's chat completions, in OpenAI's own."""
_ANSWERED = frozenset({"choices", "candidates", "content", "output", "promptFeedback", "prompt_feedback"})
"""Where the answer stands, in the bodies of the providers that are offered."""
_LONGEST = 300
_DEEPEST = 5
_YEAR_10000 = 253_402_300_800
_MOST = 1 << 53
"""Tokens: what JSON can hold of whole numbers in every program."""
_COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")


class Mended(NamedTuple):
    """A body that can be read, and the status it should have come with; None leaves it as it was."""

    body: bytes
    status: int | None = None


def mend(body: bytes, host: str) -> Mended:
    """The answer of a model's server. NodeError, retryable, where it says that there is an answer and holds none."""
    bare = _bare(body)
    try:
        found: object = json.loads(bare)
    except ValueError:
        return Mended(body)
    except RecursionError as error:
        raise NodeError(
            "model_answer", f"{host} answered with JSON that is nested too deep.", retryable=True
        ) from error
    if isinstance(found, list):  # Google's errors
        several = cast("list[object]", found)
        found = several[0] if len(several) == 1 else several
    if not isinstance(found, dict):
        raise _foreign(host, found)
    answer = cast("dict[str, Any]", found)
    if error := _error(answer):
        return Mended(json.dumps({"error": error}).encode(), error["status"])
    if not answer.keys() & _ANSWERED:
        return _without_answer(answer, host)
    if "choices" in answer:
        _mend_choices(answer, host)
        return Mended(json.dumps(answer).encode())
    return Mended(bare)


def _without_answer(answer: dict[str, Any], host: str) -> Mended:
    """What a body says that holds neither an answer nor what is called an error."""
    said = words_of(answer)
    status = _status(answer, said) if said else _REFUSED
    if status != _REFUSED:
        error = {"message": said, "code": answer.get("code"), "type": answer.get("type"), "status": status}
        return Mended(json.dumps({"error": error}).encode(), status)
    raise _foreign(host, said or answer)


def words_of(body: object, depth: int = _DEEPEST) -> str:
    """What the body of an error says to people, however it is wrapped; empty where it says nothing."""
    if isinstance(body, str):
        return body.strip()
    if not depth:
        return ""
    if isinstance(body, list):
        found = (words_of(one, depth - 1) for one in cast("list[object]", body))
        return "; ".join(words for words in found if words)
    if not isinstance(body, dict):
        return ""
    fields = cast("dict[str, object]", body)
    found = (words_of(fields.get(name), depth - 1) for name in ("message", "msg", "error", "detail", "errors"))
    return next((words for words in found if words), "")


def _foreign(host: str, said: object) -> NodeError:
    words = one_line(said if isinstance(said, str) else json.dumps(said, ensure_ascii=False), _LONGEST)
    message = f"What answers at {host} does not speak as a model does: it says “{words}”."
    return NodeError("model_foreign", message, retryable=True)


def _bare(body: bytes) -> bytes:
    """Without what a gateway sends to keep the connection open: white space, and comments of event streams."""
    bare = body.removeprefix(_BOM)
    while comment := _COMMENTS.match(bare):
        bare = bare[comment.end() :]
    return bare.removeprefix(_EVENT).strip() if bare.startswith(_EVENT) and bare.count(_EVENT) == 1 else bare


def _error(answer: dict[str, Any]) -> dict[str, Any] | None:
    """The error in an answer, as OpenAI writes errors, and the HTTP status it stands for."""
    given = answer.get("error") or (answer if answer.get("object") == "error" else None)
    if not given:
        choices = answer.get("choices")
        first = cast("list[Any]", choices)[0] if isinstance(choices, list) and choices else None
        given = cast("dict[str, Any]", first).get("error") if isinstance(first, dict) else None
    if not given:
        return None
    if given is True:
        given = answer
    error = cast("dict[str, Any]", given) if isinstance(given, dict) else {"message": given}
    code, kind = error.get("code"), error.get("type")
    said = str(words_of(error) or code or kind or json.dumps(given, ensure_ascii=False))
    return {"message": said, "code": code, "type": kind, "status": _status(error, said)}


def _status(error: dict[str, Any], said: str) -> int:
    for given in (error.get("code"), error.get("status"), error.get("status_code")):
        number = int(given) if isinstance(given, (int, str)) and str(given).isdecimal() and len(str(given)) == 3 else 0
        if 400 <= number <= 599:
            return number
    words = f"{error.get('code')} {error.get('type')} {error.get('status')} {said}".lower()
    return next((status for status, marks in _RETRYABLE.items() if any(mark in words for mark in marks)), _REFUSED)


def _mend_choices(answer: dict[str, Any], host: str) -> None:
    """Fill in what clients insist on, and nobody needs."""
    choices = answer["choices"]
    if not isinstance(choices, list) or not choices:
        raise _no_answer(host, "“choices” is empty")
    for choice in cast("list[Any]", choices):
        if not isinstance(choice, dict) or not isinstance(cast("dict[str, Any]", choice).get("message"), dict):
            raise _no_answer(host, "there is no message in it")
        _mend_choice(cast("dict[str, Any]", choice))
    first = cast("dict[str, Any]", choices[0])
    if first.get("finish_reason") == "error" and not first["message"].get("content"):
        raise _no_answer(host, "the server broke off with an error of which it says nothing", "model_answer")
    for name, value in {"id": "", "created": 0, "model": "", "object": "chat.completion"}.items():
        if not isinstance(answer.get(name), type(value)):
            answer[name] = value
    if not 0 <= answer["created"] < _YEAR_10000:  # in milliseconds, or no time at all: clients make a date of it
        answer["created"] = 0
    usage = answer.get("usage")
    counts = cast("dict[str, Any]", usage) if isinstance(usage, dict) else {}
    if not all(_is_count(counts.get(name)) for name in _COUNTS):
        answer["usage"] = _counted(counts)


def _mend_choice(choice: dict[str, Any]) -> None:
    message = cast("dict[str, Any]", choice["message"])
    message["role"] = "assistant"
    if isinstance(content := message.get("content"), list):  # Mistral's, and of those who take after it
        parts = [cast("dict[str, Any]", part) for part in cast("list[Any]", content) if isinstance(part, dict)]
        message["content"] = "".join(str(part.get("text") or "") for part in parts if part.get("type") == "text")
    if not isinstance(choice.get("index"), int):
        choice["index"] = 0
    reason = choice.get("finish_reason")
    choice["finish_reason"] = FINISH.get(str(reason).lower(), reason) if reason else "stop"


def _counted(counts: dict[str, Any]) -> dict[str, int] | None:
    """The counts when two of them are known."""
    known = {name: counts[name] for name in _COUNTS if _is_count(counts.get(name))}
    if not {"prompt_tokens", "completion_tokens"} <= known.keys():
        return None
    return {**known, "total_tokens": known["prompt_tokens"] + known["completion_tokens"]}


def _is_count(value: object) -> bool:
    return isinstance(value, int) and 0 <= value < _MOST


def _no_answer(host: str, why: str, code: str = "model_foreign") -> NodeError:
    return NodeError(code, f"The model at {host} gave no answer: {why}.", retryable=True)
