"""Speaking to the page: a recording plays into the microphone of a real browser."""

from __future__ import annotations

import re
import wave
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect
from support.audio import RATE, clip, samples_of, silence
from support.browser import Watch, launched
from support.process import Serve
from support.studio import OpenWindow, Studio

LOAD = 60_000
"""The first recording waits for the model."""
FAKE = "--use-fake-device-for-media-stream"
GRANT = "--use-fake-ui-for-media-stream"


def _write(path: Path, *parts: array[int]) -> Path:
    """As Chromium plays it: a WAV file of 48 kHz."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        for part in parts:
            sound.writeframes(part.tobytes())
    return path


@contextmanager
def _speaking(
    playwright: Playwright, server: Serve, sound: Path | None, *more: str, **options: object
) -> Iterator[Studio]:
    """The page, with a microphone that plays the file once."""
    arguments = [FAKE, GRANT, *more]
    if sound:
        arguments.append(f"--use-file-for-fake-audio-capture={sound}%noloop")
    with launched(playwright, *arguments) as browser:
        context = browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **options}
        )
        context.set_default_timeout(10_000)
        watch = Watch(context, server.url)
        yield Studio(context.new_page(), server.url, watch).open()
        assert watch.unexpected == []


def _speak(page: Page) -> Locator:
    return page.get_by_role("button", name="Speak")


def test_a_spoken_command_becomes_a_graph_and_a_second_one_changes_it(
    playwright: Playwright, server: Serve, tmp_path: Path
) -> None:
    """The clips of the story play into the microphone: first the workflow, then the change."""
    first = _write(tmp_path / "first.wav", silence(0.5), samples_of(clip("kokoro/c00").content), silence(6))
    with _speaking(playwright, server, first) as studio:
        page = studio.page
        _speak(page).click()
        expect(page.get_by_role("region", name="Voice")).to_be_visible()
        expect(page.get_by_role("meter")).to_be_visible()
        page.screenshot(path=str(tmp_path / "listening.png"))
        expect(studio.command).to_have_value(re.compile("notion meeting notes", re.IGNORECASE), timeout=LOAD)
        expect(studio.nodes).to_have_count(0)  # nothing happens before the text was checked
        studio.command.press("Enter")
        expect(studio.proposal).to_be_visible()
        expect(studio.nodes).to_have_count(3)
        expect(studio.node_named("notes")).not_to_have_count(0)
        studio.proposal.get_by_role("button", name="Accept").click()
        kept = page.evaluate("localStorage.getItem('voicegraph-draft')")
        assert kept is None or "notion" in kept
        edited = clip("kokoro/c24")
        page.get_by_label("Audio file").set_input_files(str(edited.path))
        expect(studio.command).to_have_value(re.compile("markdown file", re.IGNORECASE), timeout=LOAD)
        studio.command.press("Enter")
        expect(studio.proposal).to_be_visible()
        expect(studio.nodes).to_have_count(5)
        page.screenshot(path=str(tmp_path / "edited.png"))
        studio.proposal.get_by_role("button", name="Accept").click()
        for words in ("Undo that.", "redo", "undo"):
            studio.command.fill(words)
            studio.command.press("Enter")
            expect(studio.nodes).to_have_count(5 if words == "redo" else 3)


def test_an_edit_is_spoken_into_the_microphone_and_planned_at_once(
    playwright: Playwright, server: Serve, tmp_path: Path
) -> None:
    sound = _write(tmp_path / "edit.wav", silence(0.5), samples_of(clip("kokoro/c24").content), silence(6))
    with _speaking(playwright, server, sound) as studio:
        page = studio.page
        studio.plan("Get my Notion meeting notes and email me a summary")
        page.get_by_role("button", name="Voice options").click()
        page.get_by_role("menuitemradio", name="Plan at once").click()
        page.keyboard.press("Escape")
        _speak(page).click()
        expect(studio.proposal).to_be_visible(timeout=LOAD)
        expect(studio.nodes).to_have_count(5)


def test_the_space_bar_talks_and_escape_throws_away(playwright: Playwright, server: Serve, tmp_path: Path) -> None:
    with _speaking(playwright, server, None) as studio:
        page = studio.page
        studio.command.blur()
        page.keyboard.down("Space")
        voice = page.get_by_role("region", name="Voice")
        expect(voice).to_contain_text("let go of the space bar")
        page.keyboard.press("Escape")
        expect(voice).to_be_hidden()
        page.keyboard.up("Space")
        expect(studio.command).to_have_value("")


@pytest.mark.parametrize(
    ("trouble", "problem"),
    [
        ("Object.defineProperty(window, 'isSecureContext', {value: false})", "insecure"),
        ("delete window.MediaRecorder", "unsupported"),
        ("NotAllowedError", "denied"),
        ("NotFoundError", "missing"),
        ("NotReadableError", "busy"),
    ],
)
def test_what_stands_in_the_way_is_said(open_window: OpenWindow, trouble: str, problem: str) -> None:
    if trouble.endswith("Error"):
        trouble = f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('x', '{trouble}') }}"
    studio = open_window()
    studio.page.add_init_script(trouble)
    studio.open()
    _speak(studio.page).click()
    told = studio.page.locator(f"[data-problem={problem}]")
    expect(told).to_be_visible()
    told.get_by_role("button", name="Close this message").click()
    expect(told).to_be_hidden()


def test_a_file_without_speech_is_refused_with_advice(studio: Studio, page: Page, tmp_path: Path) -> None:
    studio.watch.allow("status of 4")
    page.get_by_label("Audio file").set_input_files(str(_write(tmp_path / "quiet.wav", silence(2))))
    expect(page.locator("[data-problem=nothing]")).to_contain_text("microphone", timeout=LOAD)
    (tmp_path / "note.wav").write_text("no audio")
    page.get_by_label("Audio file").set_input_files(str(tmp_path / "note.wav"))
    expect(page.locator("[data-problem=failed]")).to_contain_text("Send WebM")
