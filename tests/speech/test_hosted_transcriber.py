"""Any OpenAI-compatible endpoint, played by a server on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from support.audio import clip, recording, silence, tone

from voicegraph.app import make_transcriber
from voicegraph.errors import ConfigError, Overloaded
from voicegraph.settings import Settings
from voicegraph.speech.speech_errors import RecogniserFailed, Silent
from voicegraph.speech.transcriber_choice import GROQ_URL, OPENAI_URL, endpoint, transcriber_kind

WHOLE = {"text": " Run it now.", "language": "english", "duration": 2.0, "segments": [{"avg_logprob": -0.2}]}


@dataclass
class Service:
    """Answers in turn, the last one again and again; keeps what it was asked."""

    url: str = ""
    replies: list[tuple[int, Any]] = field(default_factory=lambda: [(200, WHOLE)])
    asked: list[dict[str, bytes]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@pytest.fixture
def service() -> Iterator[Service]:
    double = Service()

    class Handling(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            double.paths.append(self.path)
            double.keys.append(self.headers["authorization"])
            head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
            parts = BytesParser().parsebytes(head + body).get_payload()
            double.asked.append(
                {part.get_param("name", header="content-disposition"): part.get_payload(decode=True) for part in parts}
            )
            status, answer = double.replies.pop(0) if len(double.replies) > 1 else double.replies[0]
            payload = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handling)
    double.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield double
    server.shutdown()
    server.server_close()
    thread.join()


def settings(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)


async def heard(service: Service, audio: bytes, **given: Any) -> Any:
    chosen = settings(**({"transcriber": "hosted", "speech_base_url": service.url} | given))
    transcriber = make_transcriber(chosen)
    try:
        return await transcriber.transcribe(audio, "audio/wav", ["Notion", "octo/demo"])
    finally:
        await transcriber.close()


VOICE = recording("wav", tone(1.0))


async def test_the_recording_goes_out_as_it_came_with_model_key_and_names(service: Service) -> None:
    answer = await heard(service, VOICE, speech_api_key="k-1", speech_model="my-whisper")
    assert (answer.text, answer.language, answer.duration) == ("Run it now.", "en", 1.0)
    assert answer.confidence == pytest.approx(0.819, abs=0.001)
    asked = service.asked[0]
    assert asked["file"] == VOICE
    assert asked["model"] == b"my-whisper"
    assert asked["prompt"] == b"Notion, octo/demo"
    assert asked["language"] == b"en"
    assert asked["response_format"] == b"verbose_json"
    assert service.keys == ["Bearer k-1"]
    assert service.paths == ["/v1/audio/transcriptions"]


async def test_a_service_that_knows_the_short_answer_only(service: Service) -> None:
    service.replies = [(400, {"error": "response_format"}), (200, {"text": "Run it."})]
    answer = await heard(service, VOICE)
    assert (answer.text, answer.language, answer.confidence) == ("Run it.", "en", 0.5)
    assert [asked["response_format"] for asked in service.asked] == [b"verbose_json", b"json"]


@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        ((401, {}), ConfigError, "refused the key"),
        ((429, {}), Overloaded, "takes no more"),
        ((500, {}), RecogniserFailed, "answered 500"),
        ((404, {}), RecogniserFailed, "VOICEGRAPH_SPEECH_MODEL"),
        ((302, {}), RecogniserFailed, "answered 302"),
        ((200, b"<html>"), RecogniserFailed, "something else than JSON"),
        ((200, {"text": " . "}), Silent, "No speech"),
        ((200, {}), Silent, "No speech"),
    ],
)
async def test_what_a_service_may_answer(service: Service, reply: Any, error: type[Exception], message: str) -> None:
    service.replies = [reply]
    with pytest.raises(error, match=message):
        await heard(service, VOICE)


async def test_what_cannot_be_understood_never_leaves_the_machine(service: Service) -> None:
    with pytest.raises(Silent):
        await heard(service, recording("wav", silence(2)))
    assert service.asked == []


async def test_a_service_that_is_away_is_named() -> None:
    with pytest.raises(RecogniserFailed, match=r"127\.0\.0\.1 cannot be reached"):
        await heard(Service(url="http://127.0.0.1:9/v1"), VOICE)


async def test_with_auto_the_embedded_model_stands_in(service: Service) -> None:
    service.replies = [(500, {})]
    answer = await heard(service, clip("kokoro/c14").content, transcriber="auto")
    assert "run the work" in answer.text.lower()
    assert len(service.asked) == 1


def test_who_is_asked() -> None:
    assert transcriber_kind(settings()) == "embedded"
    assert transcriber_kind(settings(groq_api_key="g")) == "hosted"
    assert transcriber_kind(settings(groq_api_key=" ")) == "embedded"
    assert transcriber_kind(settings(groq_api_key="g", transcriber="embedded")) == "embedded"
    groq = endpoint(settings(groq_api_key="g", openai_api_key="o"))
    assert (groq.base_url, groq.model, groq.key and groq.key.get_secret_value()) == (
        GROQ_URL, "whisper-large-v3-turbo", "g",
    )  # fmt: skip
    openai = endpoint(settings(openai_api_key="o", speech_model="gpt-4o-mini-transcribe"))
    assert (openai.base_url, openai.model) == (OPENAI_URL, "gpt-4o-mini-transcribe")
    own = endpoint(settings(speech_base_url="http://127.0.0.1:1/v1/", groq_api_key="g"))
    assert (own.base_url, own.model, own.key) == ("http://127.0.0.1:1/v1", "whisper-1", None)  # Groq's key is Groq's
    with pytest.raises(ConfigError, match="No speech service"):
        endpoint(settings(transcriber="hosted"))


@pytest.mark.parametrize("name", ["groq_api_key", "openai_api_key"])
def test_a_service_knows_whose_key_it_shows(name: str) -> None:
    assert endpoint(Settings(_env_file=None, **{name: "a-key"})).key_setting == name
    own = Settings(_env_file=None, speech_base_url="http://127.0.0.1:9/v1", **{name: "a-key"})
    assert (endpoint(own).key_setting, endpoint(own).headers) == ("speech_api_key", {})
