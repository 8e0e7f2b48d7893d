"""What a provider answers, as an error an engine can act on. The server is real, on loopback."""

from __future__ import annotations

import asyncio
import socket
import zlib
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from pydantic import SecretStr
from support.words import flaw

from voicegraph.errors import NodeError
from voicegraph.nodes.models.exchange import UNKNOWN_WINDOW, consult, context_window
from voicegraph.nodes.models.models import ModelChoice


def choice_at(url: str) -> ModelChoice:
    return ModelChoice("openai", "tiny", url, SecretStr("sk-secret-canary"))


def refusal(code: str | None, message: str = "no") -> dict[str, Any]:
    return {"error": {"message": message, "code": code, "type": "some_error"}}


async def fails(server: Any, *reply: Any) -> NodeError:
    server.replies = [reply if isinstance(reply[0], int) else reply[0]]
    with pytest.raises(NodeError) as caught:
        await consult(choice_at(server.url), "be good", "hello")
    assert "sk-secret-canary" not in caught.value.message
    assert not flaw(caught.value.message)
    return caught.value


@pytest.mark.parametrize(
    ("status", "body", "code", "retryable"),
    [
        (401, refusal("invalid_api_key", "Incorrect API key"), "model_auth", False),
        (403, refusal(None), "model_auth", False),
        (402, refusal("insufficient_quota"), "model_quota", False),
        (429, refusal("insufficient_quota"), "model_quota", False),
        (404, refusal("model_not_found"), "model_not_found", False),
        (400, refusal("context_length_exceeded"), "model_too_long", False),
        (400, refusal("bad_request"), "model_rejected", False),
        (408, refusal(None), "model_rejected", True),
        (500, refusal(None), "model_unavailable", True),
        (502, refusal(None), "model_unavailable", True),
        (503, refusal(None), "model_unavailable", True),
    ],
)
async def test_statuses(model_server: Any, status: int, body: Any, code: str, retryable: bool) -> None:
    error = await fails(model_server, status, body)
    assert (error.code, error.retryable) == (code, retryable)
    assert len(model_server.requests) == 1


async def test_a_rate_limit_says_when_to_come_back(model_server: Any) -> None:
    error = await fails(model_server, 429, refusal("rate_limit_exceeded"), {"retry-after": "7"})
    assert (error.code, error.retryable, error.retry_after) == ("model_rate_limit", True, 7.0)


async def test_a_refused_key_names_the_setting(model_server: Any) -> None:
    error = await fails(model_server, 401, refusal("invalid_api_key"))
    assert "OPENAI_API_KEY" in error.message


async def test_an_answer_that_is_none_may_be_tried_again(model_server: Any) -> None:
    error = await fails(model_server, 200, {"surprise": True})
    assert (error.code, error.retryable) == ("model_foreign", True)
    assert "does not speak as a model does" in error.message


async def test_an_answer_that_the_check_refuses_is_a_models_all_the_same(model_server: Any) -> None:
    model_server.replies = [lambda _: "Hello"]
    with pytest.raises(NodeError) as caught:
        await consult(choice_at(model_server.url), "be good", "hello", check=lambda _: "It is too short.")
    assert (caught.value.code, caught.value.retryable) == ("model_answer", True)
    assert "It is too short." in caught.value.message
    assert "VOICEGRAPH_MODEL" not in caught.value.message


async def test_an_empty_answer_may_be_tried_again(model_server: Any) -> None:
    error = await fails(model_server, "")
    assert (error.code, error.retryable) == ("model_answer", True)


async def test_a_server_that_is_not_there_may_come_back() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(NodeError) as caught:
            await consult(choice_at(url), "be good", "hello")
    assert (caught.value.code, caught.value.retryable) == ("model_unavailable", True)
    assert url in caught.value.message


async def test_a_server_that_never_answers_runs_out_of_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        with pytest.raises(NodeError) as caught:
            await consult(choice_at(url), "be good", "hello", seconds=0.3)
    assert (caught.value.code, caught.value.retryable) == ("model_unavailable", True)


async def test_the_answer_and_its_usage(model_server: Any) -> None:
    answer = await consult(choice_at(model_server.url), "be good", "hello")
    assert (answer.output, answer.metrics.input_tokens, answer.metrics.output_tokens) == ("A fine answer.", 100, 20)


async def test_context_windows() -> None:
    assert await context_window(ModelChoice("groq", "openai/gpt-oss-120b", key=SecretStr("k"))) == 131_072
    assert await context_window(choice_at("http://127.0.0.1:1/v1")) == UNKNOWN_WINDOW


class Endless:
    """A model server that begins an answer and never ends it. `gone` says that whoever asked hung up."""

    def __init__(self) -> None:
        self.chunk, self.pause, self.head, self.sent = b"1\r\n \r\n", 0.005, "", 0
        self.asked = asyncio.Event()
        self.gone = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked.set()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{self.head}transfer-encoding: chunked\r\n\r\n"
        writer.write(head.encode())
        with suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(self.chunk)
                self.sent += len(self.chunk)
                await writer.drain()
                await asyncio.sleep(self.pause)
        self.gone.set()


@pytest.fixture
async def endless() -> AsyncIterator[tuple[Endless, ModelChoice]]:
    model = Endless()
    async with await asyncio.start_server(model.serve, "127.0.0.1", 0) as server:
        yield model, choice_at(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")


async def test_a_model_that_never_ends_its_answer_is_stopped(endless: tuple[Endless, ModelChoice]) -> None:
    model, choice = endless
    with pytest.raises(NodeError, match=r"longer than 0\.5 seconds") as caught:
        await consult(choice, "be good", "hello", seconds=0.5)
    assert (caught.value.code, caught.value.retryable) == ("model_unavailable", True)
    await model.gone.wait()


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


@pytest.mark.parametrize("provider", ["openai", "ollama", "anthropic", "google", "groq", "cerebras"])
async def test_an_answer_without_an_end_is_read_up_to_the_limit_for_answers(
    endless: tuple[Endless, ModelChoice], provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, choice = endless
    model.chunk, model.pause = chunked(b" " * (64 << 10)), 0
    for name in ("ANTHROPIC_BASE_URL", "GOOGLE_GEMINI_BASE_URL", "GROQ_BASE_URL"):
        monkeypatch.setenv(name, str(choice.base_url).removesuffix("/v1"))
    monkeypatch.setattr("pydantic_ai.providers.cerebras.CerebrasProvider.base_url", choice.base_url)
    at = choice.base_url if provider in ("openai", "ollama") else None
    with pytest.raises(NodeError, match=r"more than 2,097,152 bytes, the limit for an answer of a model") as caught:
        await consult(ModelChoice(provider, "tiny", at, choice.key), "be good", "hello", seconds=20)
    assert (caught.value.code, caught.value.retryable) == ("too_large", False)
    await model.gone.wait()
    assert model.sent < 16 << 20  # what waits in the sockets is beyond it


async def test_a_packed_answer_is_as_large_as_what_it_unpacks_to(endless: tuple[Endless, ModelChoice]) -> None:
    model, choice = endless
    packer = zlib.compressobj(wbits=31)
    first = packer.compress(b" " * (8 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    model.chunk, model.head = chunked(first), "content-encoding: gzip\r\n"
    with pytest.raises(NodeError, match="the limit for an answer of a model"):
        await consult(choice, "be good", "hello", seconds=20)
    await model.gone.wait()
    assert model.sent < 2 << 20


async def test_cancelling_ends_the_connection(endless: tuple[Endless, ModelChoice]) -> None:
    model, choice = endless
    asking = asyncio.create_task(consult(choice, "be good", "hello"))
    await model.asked.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await model.gone.wait()
