"""What gateways answer with status 200. The server is real, on loopback."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr
from support.words import flaw

from voicegraph.errors import NodeError
from voicegraph.nodes.models.exchange import ModelAnswer, consult
from voicegraph.nodes.models.models import ModelChoice


def completion(content: Any = "Fine.", finish: Any = "stop", **more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, **more.pop("message", {})}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], **more}


async def ask(server: Any, body: Any, output: Any = str, **headers: str) -> ModelAnswer[Any]:
    server.replies = [(200, body, headers)]
    choice = ModelChoice("openai", "tiny", server.url, SecretStr("sk-secret-canary"))
    return await consult(choice, "be good", "hello", output)


async def refused(server: Any, body: Any, output: Any = str) -> NodeError:
    with pytest.raises(NodeError) as caught:
        await ask(server, body, output)
    return caught.value


@pytest.mark.parametrize(
    ("body", "code", "retryable", "words"),
    [
        ({"error": {"message": "Limit: free-models-per-day", "code": 429}}, "model_rate_limit", True, "per-day"),
        ({"error": {"message": "Slow down", "code": "rate_limit_exceeded"}}, "model_rate_limit", True, "Slow down"),
        ({"error": {"message": "Provider died", "code": 502}}, "model_unavailable", True, "Provider died"),
        ({"error": {"message": "Busy", "type": "overloaded_error"}}, "model_unavailable", True, "Busy"),
        ({"error": "the model is overloaded"}, "model_unavailable", True, "the model is overloaded"),
        ({"error": {"message": "No credit", "code": 402}}, "model_quota", False, "No credit"),
        ({"error": {"message": "Bad key", "code": "401"}}, "model_auth", False, ""),
        ({"error": {"message": "Strange wish"}}, "model_rejected", False, "Strange wish"),
        ({"error": {}, "object": "error", "message": "Bad wish", "code": 400}, "model_rejected", False, "Bad wish"),
        ({"id": "x", "choices": [], "error": {"message": "Boo", "code": 503}}, "model_unavailable", True, "Boo"),
        (
            {"id": "x", "choices": [{"error": {"code": 502, "message": "Upstream"}, "finish_reason": "error"}]},
            "model_unavailable",
            True,
            "Upstream",
        ),
        (completion("", "error"), "model_answer", True, "broke off"),
        (completion() | {"choices": []}, "model_foreign", True, "“choices” is empty"),
        (completion() | {"choices": None}, "model_foreign", True, "“choices” is empty"),
        ({"choices": [{"index": 0, "finish_reason": "stop"}]}, "model_foreign", True, "no message"),
        ({"choices": [None]}, "model_foreign", True, "no message"),
        ({"error": True, "message": "Strange wish"}, "model_rejected", False, "request: Strange wish"),
        ({"detail": "not here"}, "model_foreign", True, "it says “not here”. Check VOICEGRAPH_MODEL"),
        ({"detail": [{"loc": ["body"], "msg": "Field required"}]}, "model_foreign", True, "it says “Field required”"),
        ({"message": "Rate limit exceeded"}, "model_rate_limit", True, "Rate limit exceeded"),
        ({}, "model_foreign", True, "it says “{}”"),
        ({"id": "x"}, "model_foreign", True, 'it says “{"id": "x"}”'),
        ([], "model_foreign", True, "it says “[]”"),
        ("Välkommen", "model_foreign", True, "it says “Välkommen”"),
        ([{"error": {"message": "No such key", "code": 401}}], "model_auth", False, "refused the key"),
        ([{"error": {"message": "Strange wish"}}], "model_rejected", False, "Strange wish"),
        (b"[" * 100_000, "model_answer", True, "nested too deep"),
        (b"<html>Welcome</html>", "model_foreign", True, "does not speak as a model does"),
        (b"", "model_foreign", True, "does not speak as a model does"),
    ],
)
async def test_an_error_is_one_whatever_its_status(
    model_server: Any, body: Any, code: str, retryable: bool, words: str
):
    error = await refused(model_server, body)
    assert (error.code, error.retryable) == (code, retryable)
    assert words in error.message
    assert not flaw(error.message, quoted="Field required")  # which that server says


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([{"error": {"message": "Strange wish", "code": 400}}], "refused the request: Strange wish"),
        ({"detail": [{"loc": ["body"], "msg": "Field required"}]}, "refused the request: Field required"),
        ({"errors": ["One", {"message": "Two"}]}, "refused the request: One; Two"),
        ({"reason": None}, 'refused the request: {"reason": null}'),
        ({}, "refused the request: status 400"),
    ],
)
async def test_a_refusal_is_told_in_the_gateways_own_words(model_server: Any, body: Any, words: str):
    model_server.replies = [(400, body)]
    choice = ModelChoice("openai", "tiny", model_server.url, SecretStr("sk-secret-canary"))
    with pytest.raises(NodeError) as caught:
        await consult(choice, "be good", "hello")
    assert words in caught.value.message
    assert "status_code" not in caught.value.message


@pytest.mark.parametrize(
    "body",
    [
        completion(usage=None),
        completion(usage={"prompt_tokens": None, "completion_tokens": 1.5}),
        {"choices": [{"message": {"content": "Fine."}}]},
        completion(finish="eos_token"),
        completion(finish=None),
        completion([{"type": "thinking", "thinking": []}, {"type": "text", "text": "Fine."}]),
        b" \n\n " + json.dumps(completion()).encode(),
        b"\xef\xbb\xbf" + json.dumps(completion()).encode(),
        b": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n" + json.dumps(completion()).encode(),
        b": hello\r\n\r\ndata: " + json.dumps(completion()).encode() + b"\r\n\r\n",
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "text/event-stream", "text/plain"])
async def test_what_is_bent_but_can_be_read_is_read(model_server: Any, body: Any, kind: str):
    answer = await ask(model_server, body, **{"content-type": kind})
    assert (answer.output, answer.finish, answer.metrics.input_tokens) == ("Fine.", None, None)


async def test_counts_that_are_there_are_kept(model_server: Any):
    answer = await ask(model_server, completion(usage={"prompt_tokens": 3, "completion_tokens": 4}))
    assert (answer.metrics.input_tokens, answer.metrics.output_tokens) == (3, 4)


@pytest.mark.parametrize(
    ("finish", "found"),
    [
        ("length", "length"),
        ("MAX_TOKENS", "length"),
        ("content_filter", "content_filter"),
        ("SAFETY", "content_filter"),
    ],
)
async def test_an_answer_that_is_not_whole_says_so(model_server: Any, finish: str, found: str):
    assert (await ask(model_server, completion("The three risks are: first, ", finish))).finish == found


class Answered(BaseModel):
    """What a structured answer holds."""

    words: str


@pytest.mark.parametrize(("finish", "code"), [("length", "model_answer"), ("content_filter", "model_filter")])
@pytest.mark.parametrize("arguments", ['{"words": "whole"}', '{"words": "ha'])
async def test_half_of_what_has_a_form_is_never_taken(model_server: Any, finish: str, code: str, arguments: str):
    call = {"id": "1", "type": "function", "function": {"name": "final_result", "arguments": arguments}}
    error = await refused(model_server, completion(None, finish, message={"tool_calls": [call]}), Answered)
    assert error.code == code
    assert len(model_server.requests) == 1


@pytest.mark.parametrize(
    ("tool", "arguments", "output", "says"),
    [
        ("final_result", "{}", Answered, "has not the form that was asked for (words: this is missing"),
        ("other", "{}", Answered, "it calls a tool that there is not"),
        ("other", "{}", str, "it calls a tool that there is not"),
    ],
)
async def test_an_answer_of_another_form_is_told_in_words(
    model_server: Any, tool: str, arguments: str, output: Any, says: str
):
    call = {"id": "1", "type": "function", "function": {"name": tool, "arguments": arguments}}
    body = completion(None, "tool_calls", message={"tool_calls": [call]})
    model_server.replies = [(200, body)] * 2
    with pytest.raises(NodeError) as caught:
        await consult(ModelChoice("openai", "tiny", model_server.url, SecretStr("sk-secret-canary")), "a", "b", output)
    assert (caught.value.code, says in caught.value.message) == ("model_answer", True), caught.value.message
    assert "http" not in caught.value.message


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (completion(""), "it is empty (it ended with “stop”)"),
        (completion(" \n\t\u200b"), "nothing but white space in it (it ended with “stop”)"),
        (completion("<think>Hm."), "only reasoning"),
        (completion("", message={"reasoning_content": "Hm."}), "only reasoning"),
        (completion("\n\n", "length"), "limit of its length before it said anything"),
        (completion("", "length"), "limit of its length before it said anything"),
        (completion("<think>Hm.", "length"), "limit of its length while it still reasoned"),
        (completion("", "content_filter"), "refused to answer"),
        (completion(None, message={"refusal": "I would rather not."}), "It says: I would rather not."),
    ],
)
async def test_an_empty_answer_says_why(model_server: Any, body: Any, words: str):
    assert words in (await refused(model_server, body)).message


@pytest.mark.parametrize(
    "text", ["Hm, hm.\n</think>\n\nFine.", "<thinking>Hm.</thinking>Fine.", "<think>Hm.</think>Fine."]
)
async def test_reasoning_stays_behind(model_server: Any, text: str):
    assert (await ask(model_server, completion(text))).output == "Fine."


async def test_an_answer_about_such_tags_stays_whole(model_server: Any):
    text = "Models write `<think>` and `</think>` around it."
    assert (await ask(model_server, completion(text))).output == text


FINISHED = {
    "anthropic": lambda why: {
        "id": "m", "type": "message", "role": "assistant", "model": "m", "stop_reason": why, "stop_sequence": None,
        "content": [{"type": "text", "text": "Half"}], "usage": {"input_tokens": 1, "output_tokens": 1},
    },
    "google": lambda why: {
        "candidates": [{"content": {"role": "model", "parts": [{"text": "Half"}]}, "finishReason": why}],
        "usageMetadata": {"promptTokenCount": 1}, "modelVersion": "m", "responseId": "r",
    },
    "groq": lambda why: completion("Half", why),
}  # fmt: skip


@pytest.mark.parametrize(
    ("provider", "why", "found"),
    [
        ("anthropic", "max_tokens", "length"),
        ("anthropic", "end_turn", None),
        ("google", "MAX_TOKENS", "length"),
        ("google", "SAFETY", "content_filter"),
        ("google", "STOP", None),
        ("groq", "length", "length"),
        ("groq", "stop", None),
    ],
)
async def test_every_provider_tells_an_answer_that_is_not_whole(
    model_server: Any, monkeypatch: pytest.MonkeyPatch, provider: str, why: str, found: str | None
):
    for name in ("ANTHROPIC_BASE_URL", "GOOGLE_GEMINI_BASE_URL", "GROQ_BASE_URL"):
        monkeypatch.setenv(name, model_server.url.removesuffix("/v1"))
    model_server.replies = [(200, FINISHED[provider](why))]
    answer = await consult(ModelChoice(provider, "tiny", None, SecretStr("sk-secret-canary")), "be good", "hello")
    assert (answer.output, answer.finish) == ("Half", found)


@pytest.mark.parametrize("created", [10**18, 10**30, -(10**18), 1_780_300_800_000, 253_402_300_800, True])
async def test_a_time_that_no_calendar_has_costs_no_answer(model_server: Any, created: object) -> None:
    assert (await ask(model_server, completion(created=created))).output == "Fine."


async def test_counts_that_cannot_be_are_left_out(model_server: Any) -> None:
    usage = {"prompt_tokens": 10**30, "completion_tokens": -1, "total_tokens": 10**18}
    assert (await ask(model_server, completion(usage=usage))).output == "Fine."
