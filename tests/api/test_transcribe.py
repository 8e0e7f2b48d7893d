"""Speech through HTTP: what is understood, what is refused, and what is left behind."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import requests
from support.api import Api, api_with, seed
from support.audio import clip, noise, recording, silence, tone
from support.process import Serve

from voicegraph.settings import Settings

PNG = b"\x89PNG\r\n\x1a\n" + bytes(2000)


async def send(api: Api, content: bytes, kind: str = "audio/wav", status: int = 200, name: str = "speech.wav") -> Any:
    return await api.call("POST", "/api/transcribe", files={"audio": (name, content, kind)}, status=status)


async def test_a_recording_becomes_text(api: Api) -> None:
    assert (await api.call("GET", "/api/info"))["speech"] == {
        "engine": "embedded", "model": "tiny.en", "state": "idle", "message": "",
    }  # fmt: skip
    info = await api.call("POST", "/api/transcribe/prepare")
    assert info["state"] == "loading"
    answer = await send(api, clip("kokoro/c00").content)
    assert answer["success"] is True
    assert answer["text"].lower().strip(".") == "get my notion meeting notes and email me a summary"
    assert answer["language"] == "en"
    assert answer["duration"] == pytest.approx(4.2, abs=0.1)
    assert 0.3 < answer["confidence"] <= 1
    assert (await api.call("GET", "/api/info"))["speech"]["state"] == "ready"
    noisy = await send(api, recording("wav", noise(3)), status=422)
    assert noisy["code"] == "silent"


async def test_what_was_repaired_is_told_beside_what_was_heard(api: Api) -> None:
    """A repository this user ran something with is heard as such."""
    body = {"workflow": {"nodes": [seed()]}, "transcribedText": "Get the issues of pallets/flask"}
    await api.call("POST", "/api/execute-background", body, status=202)
    answer = await send(api, clip("kokoro/c02").content)
    assert "pallets/flask" in answer["text"]
    assert answer["raw"] != answer["text"]


GARBAGE = [
    ("empty file", b"", "audio/wav", 422, "empty", "microphone"),
    ("picture named .wav", PNG, "audio/wav", 415, "unsupported", "Send WebM"),
    ("silence", recording("wav", silence(2)), "audio/wav", 422, "silent", "microphone"),
    ("a click", recording("wav", tone(0.05)), "audio/wav", 422, "too_short", "button"),
    ("truncated WebM", recording("webm", tone(3), 48_000)[:-200], "audio/webm;codecs=opus", 422, "unreadable", "again"),
    ("eleven minutes", recording("mp3", tone(11) * 60), "audio/mpeg", 422, "too_long", "10 minutes"),
    ("text", b"Get my notes" * 50, "text/plain", 415, "unsupported", "Send WebM"),
]


@pytest.mark.parametrize(
    ("what", "content", "kind", "status", "code", "advice"), GARBAGE, ids=[one[0] for one in GARBAGE]
)
async def test_garbage_is_refused_with_what_to_do(
    api: Api, what: str, content: bytes, kind: str, status: int, code: str, advice: str
) -> None:
    problem = await send(api, content, kind, status)
    assert problem["code"] == code, what
    assert advice in problem["error"]


async def test_thirty_megabytes_are_refused_while_they_come(api: Api) -> None:
    problem = await send(api, bytes(30 << 20), status=413)
    assert problem["code"] == "too_large"
    sent = 0

    async def stream() -> Any:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="audio"; filename="a.wav"\r\n\r\n'
        while True:
            sent += 1 << 16
            yield bytes(1 << 16)

    headers = {"content-type": "multipart/form-data; boundary=x"}
    response = await api.client.post("/api/transcribe", content=stream(), headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert sent < 27 << 20


async def test_what_is_no_upload_is_refused(api: Api) -> None:
    await api.call("POST", "/api/transcribe", {"audio": "x"}, status=415)
    missing = await api.call("POST", "/api/transcribe", files={"file": ("a.wav", b"x", "audio/wav")}, status=422)
    assert missing["details"][0]["where"] == "audio"
    await api.call("POST", "/api/transcribe", data={"audio": "text"}, files={"x": b"y"}, status=422)


def test_memory_is_back_where_it_was(tmp_path: Path) -> None:
    """A server process, before and after garbage of every kind, and speech: the model never enters it."""
    server = Serve(tmp_path).start()
    try:
        _post(server, tone_of_a_minute := recording("mp3", tone(60)))
        before = _resident(server)
        for _ in range(3):
            for _, content, *_ in GARBAGE:
                assert _post(server, content).status_code in (415, 422)
            assert _post(server, bytes(24 << 20)).status_code == 415
            assert _post(server, bytes(30 << 20)).status_code == 413
        assert _post(server, clip("kokoro/c14").content).status_code == 200
        assert _post(server, tone_of_a_minute).json()["code"] == "silent"
        after = _resident(server)
        print(f"server: {before >> 20} MB before, {after >> 20} MB after")
        assert after - before < 30 << 20
        assert requests.get(f"{server.url}/api/health", timeout=5).ok
    finally:
        server.stop()
    assert "Traceback" not in server.log


async def test_whoever_cancels_is_not_worked_for(api: Api) -> None:
    task = asyncio.create_task(
        api.client.post("/api/transcribe", files={"audio": ("a", clip("kokoro/c02").content, "audio/wav")})
    )
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await send(api, b"", status=422))["code"] == "empty"


@pytest.mark.parametrize(
    ("text", "intent"),
    [("Undo that.", "undo"), ("run it in the background", "run_background"), ("history", "show_history")],
)
async def test_commands_are_answered_with_their_intent_when_asked_for(api: Api, text: str, intent: str) -> None:
    workflow = {"nodes": [seed()]}
    for path, more in (("/api/parse", {}), ("/api/edit-workflow", {"currentWorkflow": workflow})):
        answer = await api.call("POST", path, {"text": text, "commands": True, **more})
        assert answer["intent"] == intent
        assert answer["message"]
        refused = await api.call("POST", path, {"text": text, **more}, status=422)
        assert refused["code"] in ("unclear", "off_topic")


async def test_the_microphone_is_for_this_page_only(api: Api) -> None:
    for path in ("/", "/api/health"):
        policy = (await api.client.get(path)).headers["permissions-policy"]
        assert "microphone=(self)" in policy
        assert "camera=()" in policy


async def test_a_hosted_service_is_named(settings: Settings) -> None:
    chosen = settings.model_copy(update={"transcriber": "hosted", "speech_base_url": "http://127.0.0.1:9/v1"})
    async with api_with(chosen) as api:
        info = (await api.call("GET", "/api/info"))["speech"]
        assert info == {"engine": "hosted", "model": "whisper-1 at 127.0.0.1", "state": "ready", "message": ""}
        problem = await send(api, recording("wav", tone(1)), status=503)
        assert problem["code"] == "speech_failed"


def _post(server: Serve, content: bytes) -> requests.Response:
    return requests.post(f"{server.url}/api/transcribe", files={"audio": ("a", content, "audio/wav")}, timeout=120)


def _resident(server: Serve) -> int:
    assert server._process
    return int(Path(f"/proc/{server._process.pid}/statm").read_text().split()[1]) * 4096
