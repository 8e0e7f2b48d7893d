"""Speaking to the page: a recording plays into the microphone of a real browser."""

from __future__ import annotations

import json
import re
import wave
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect
from support.audio import RATE, clip, samples_of, silence
from support.browser import Watch, launched
from support.mailbox import Mailbox
from support.process import Serve
from support.studio import OpenWindow, Studio

LOAD = 60_000
"""The first recording waits for the model."""
FAKE = "--use-fake-device-for-media-stream"
GRANT = "--use-fake-ui-for-media-stream"
HEAR = """
  window.said = [];
  window.hushed = 0;
  window.speechSynthesis.speak = ({ text }) => window.said.push(text);
  window.speechSynthesis.cancel = () => { window.hushed += 1; };
"""
"""What the page would say, noted instead."""
BRANCHES = {
    "name": "Two branches",
    "nodes": [
        {"id": name, "type": "prompt", "action": "seed", "label": name, "params": {"text": f"The {name} text."}}
        for name in ("first", "second")
    ],
    "edges": [],
}


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


def _choose(page: Page, role: Literal["menuitemradio", "menuitemcheckbox"], name: str) -> None:
    """An option of the voice."""
    page.get_by_role("button", name="Voice options").click()
    page.get_by_role(role, name=name).click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_be_hidden()


def _listen(page: Page) -> None:
    """From here on, also after a reload, `_said` tells what the page says."""
    page.add_init_script(HEAR)
    page.reload()


def _said(page: Page) -> list[str]:
    return page.evaluate("window.said")


@pytest.fixture
def clever(mailbox: Mailbox, model_server: Any, tmp_path: Path) -> Iterator[Serve]:
    """A server with a model, so that a workflow that asks one has nothing open."""
    model_server.replies = ["Both branches in one."]
    settings = {
        **mailbox.settings,
        "VOICEGRAPH_PLANNER": "rules",
        "VOICEGRAPH_MODEL": "openai:test",
        "VOICEGRAPH_MODEL_BASE_URL": model_server.url,
        "OPENAI_API_KEY": "key",
    }
    (tmp_path / "clever").mkdir()
    server = Serve(tmp_path / "clever", **settings).start()
    yield server
    server.stop()
    assert "Traceback" not in server.log, "the server met an error that it does not explain"


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
        _choose(page, "menuitemradio", "Plan at once")
        _speak(page).click()
        expect(studio.proposal).to_be_visible(timeout=LOAD)
        expect(studio.nodes).to_have_count(5)


def test_what_is_spoken_runs_by_itself_when_nothing_is_open(
    playwright: Playwright, clever: Serve, tmp_path: Path
) -> None:
    """ "Merge the two branches and save the result as a markdown file", said to a workflow that has them."""
    sound = _write(tmp_path / "merge.wav", silence(0.5), samples_of(clip("kokoro/c24").content), silence(6))
    with _speaking(playwright, clever, sound) as studio:
        page = studio.page
        studio.import_workflow("branches.json", json.dumps(BRANCHES))
        expect(studio.nodes).to_have_count(2)
        _choose(page, "menuitemradio", "Plan, and run when nothing is open")
        _speak(page).click()
        expect(studio.dock).to_be_visible(timeout=LOAD)
        studio.expect_run("completed")
        expect(studio.nodes).to_have_count(4)
        expect(studio.proposal).to_be_hidden()  # it was taken with the run
        expect(studio.command).to_have_value("")


def test_what_is_spoken_waits_for_a_yes_while_something_is_open(
    playwright: Playwright, server: Serve, tmp_path: Path
) -> None:
    """Without a model the merged text cannot be written: that is said, and nothing runs."""
    sound = _write(tmp_path / "merge.wav", silence(0.5), samples_of(clip("kokoro/c24").content), silence(6))
    with _speaking(playwright, server, sound) as studio:
        page = studio.page
        _listen(page)
        studio.import_workflow("branches.json", json.dumps(BRANCHES))
        expect(studio.nodes).to_have_count(2)
        _choose(page, "menuitemcheckbox", "Speak answers")
        _choose(page, "menuitemradio", "Plan, and run when nothing is open")
        _speak(page).click()
        expect(studio.proposal).to_be_visible(timeout=LOAD)
        reason = studio.proposal.get_by_role("status")
        expect(reason).to_contain_text("It was not run by itself. This step needs a language model.")
        said = _said(page)
        assert said[-1].startswith("This step needs a language model.")
        assert said[-2].startswith("Added ")
        expect(studio.dock).to_be_hidden()
        studio.proposal.get_by_role("button", name="Undo").click()
        expect(reason).to_be_hidden()


def test_answers_are_spoken_once_that_is_wanted(studio: Studio, page: Page) -> None:
    _listen(page)
    studio.say("What do you think of the weather?")
    studio.watch.allow("status of 422")
    expect(page.get_by_role("alert")).to_be_visible()
    assert _said(page) == []  # off, as delivered

    _choose(page, "menuitemcheckbox", "Speak answers")
    studio.say("What do you think of the weather?")
    studio.wait_until(lambda: len(_said(page)) == 1)
    studio.say("Write a greeting to Ada and save it to a file")
    expect(studio.proposal).to_be_visible()
    studio.wait_until(lambda: _said(page)[-1].startswith("Planned: "))
    assert ", then " in _said(page)[-1]
    studio.accept()
    studio.say("undo")
    expect(studio.nodes).to_have_count(0)
    assert _said(page)[-1] == "Undone."

    page.reload()  # the wish is kept
    studio.import_workflow("branches.json", json.dumps(BRANCHES))
    expect(studio.nodes).to_have_count(2)
    studio.run_button.click()
    studio.expect_run("completed")
    studio.wait_until(lambda: _said(page) == ["The run is complete."])
    _choose(page, "menuitemcheckbox", "Speak answers")
    assert page.evaluate("window.hushed") > 0, "what was being said ends with the wish"
    studio.run_button.click()
    studio.expect_run("completed")
    assert _said(page) == ["The run is complete."]


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
