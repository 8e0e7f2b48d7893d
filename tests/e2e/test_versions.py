"""Nothing that a person made is lost: saves of two tabs, older versions, unsaved work, undo after a reload."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from support.process import Serve
from support.studio import OpenWindow, Studio

FIRST = '{"name": "First", "nodes": [{"id": "a", "type": "prompt", "action": "seed", "params": {"text": "Ada"}}]}'
SCREENS = Path("test-results/screens/versions")


def named(studio: Studio) -> Locator:
    return studio.page.get_by_role("textbox", name="Name of the workflow")


def rename(studio: Studio, name: str) -> None:
    named(studio).fill(name)
    named(studio).press("Enter")


def save(studio: Studio) -> None:
    studio.page.keyboard.press("Control+s")


def saved(studio: Studio) -> None:
    save(studio)
    expect(studio.page.get_by_role("img", name="Unsaved changes")).to_be_hidden()


def open_saved(studio: Studio, name: str) -> None:
    studio.choose("Saved workflows")
    studio.page.get_by_role("dialog", name="Saved workflows").get_by_text(name).click()
    expect(named(studio)).to_have_value(name)


def names(studio: Studio) -> list[str]:
    """What is saved, the last changed first."""
    return [one["name"] for one in studio.page.request.get(f"{studio.url}/api/workflows").json()["workflows"]]


def looked_at(page: Page, name: str) -> None:
    """For a person's eye, in both schemes and on a phone."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    window = page.viewport_size
    assert window
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (window["width"], 390):
            page.set_viewport_size({"width": width, "height": window["height"]})
            page.wait_for_timeout(150)
            page.screenshot(path=SCREENS / f"{name}-{scheme}-{width}.png")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(window)


@pytest.fixture
def other(studio: Studio, open_window: OpenWindow, request: pytest.FixtureRequest) -> Studio:
    """A second tab of the same browser, or another person's; both have the workflow “Digest” open, as it is saved."""
    studio.watch.allow(r"status of 409")
    studio.use_template("Trip Planner")
    rename(studio, "Digest")
    saved(studio)
    if getattr(request, "param", "tab") == "tab":
        second = Studio(studio.page.context.new_page(), studio.url, studio.watch).open()
    else:
        second = open_window().open()
    open_saved(second, "Digest")
    return second


def conflict(studio: Studio, other: Studio) -> Locator:
    """The other one saves first."""
    rename(other, "Theirs")
    saved(other)
    rename(studio, "Mine")
    save(studio)
    dialog = studio.page.get_by_role("dialog", name="Saved elsewhere meanwhile")
    expect(dialog).to_contain_text("“Theirs” was saved in another tab or by someone else")
    expect(dialog).to_contain_text("Renamed from “Theirs” to “Mine”")
    assert names(studio) == ["Theirs"], "nothing is overwritten before it is answered"
    return dialog


@pytest.mark.parametrize("other", ["tab", "person"], indirect=True)
def test_theirs_is_reloaded_and_mine_is_one_undo_away(studio: Studio, other: Studio) -> None:
    dialog = conflict(studio, other)
    looked_at(studio.page, "conflict")
    dialog.get_by_role("button", name="Reload theirs").click()
    expect(dialog).to_be_hidden()
    expect(named(studio)).to_have_value("Theirs")
    expect(studio.page.get_by_role("img", name="Unsaved changes")).to_be_hidden()
    studio.tool("Undo").click()
    expect(named(studio)).to_have_value("Mine")
    saved(studio)
    assert names(studio) == ["Mine"]


def test_both_are_kept(studio: Studio, other: Studio) -> None:
    conflict(studio, other).get_by_role("button", name="Keep both").click()
    expect(named(studio)).to_have_value("Mine (copy)")
    expect(studio.page.get_by_role("dialog")).to_be_hidden()
    assert names(studio) == ["Mine (copy)", "Theirs"]


def test_theirs_is_overwritten_and_stays_among_the_versions(studio: Studio, other: Studio) -> None:
    dialog = conflict(studio, other)
    dialog.get_by_role("button", name="Overwrite").click()
    expect(dialog).to_be_hidden()
    expect(studio.page.get_by_role("img", name="Unsaved changes")).to_be_hidden()
    assert names(studio) == ["Mine"]
    studio.choose("Versions")
    versions = studio.page.get_by_role("dialog", name="Versions").get_by_role("listitem")
    expect(versions).to_contain_text(["Mine", "Theirs", "Digest"])


def test_what_was_deleted_elsewhere_is_saved_as_new(studio: Studio, other: Studio) -> None:
    studio.watch.allow(r"status of 404")
    other.page.request.delete(f"{other.url}/api/workflows/{_only_id(other)}")
    rename(studio, "Mine")
    save(studio)
    dialog = studio.page.get_by_role("dialog", name="Deleted elsewhere")
    looked_at(studio.page, "deleted")
    dialog.get_by_role("button", name="Save as new").click()
    expect(dialog).to_be_hidden()
    assert names(studio) == ["Mine"]


def _only_id(studio: Studio) -> str:
    (only,) = studio.page.request.get(f"{studio.url}/api/workflows").json()["workflows"]
    return only["id"]


def test_an_older_version_is_compared_and_restored(studio: Studio, page: Page) -> None:
    studio.use_template("Trip Planner")
    studio.choose("Versions")
    expect(page.get_by_role("dialog", name="Versions")).to_contain_text("not saved yet")
    page.keyboard.press("Escape")
    saved(studio)
    studio.node("step-1").click()
    page.keyboard.press("Delete")
    expect(studio.nodes).to_have_count(3)
    saved(studio)

    studio.choose("Versions")
    versions = page.get_by_role("dialog", name="Versions")
    expect(versions.get_by_role("listitem")).to_have_count(2)
    looked_at(page, "versions")
    versions.get_by_role("button", name="Compare version 1 with the canvas").click()
    expect(versions).to_be_hidden()
    expect(studio.proposal).to_contain_text("+1 node")
    expect(studio.proposal).to_contain_text("Version 1, saved")
    expect(studio.node("step-1")).to_be_visible()
    studio.settle()
    looked_at(page, "compared")
    studio.proposal.get_by_role("button", name="Close").click()
    expect(studio.nodes).to_have_count(3)

    studio.choose("Versions")
    versions.get_by_role("button", name="Restore version 1").click()
    expect(versions).to_be_hidden()
    expect(studio.nodes).to_have_count(4)
    expect(page.get_by_role("img", name="Unsaved changes")).to_be_hidden()
    studio.choose("Versions")
    expect(versions.get_by_role("listitem").first).to_contain_text("Version 3")
    expect(versions.get_by_role("listitem").first).to_contain_text("brought back version 1")
    page.keyboard.press("Escape")
    studio.tool("Undo").click()
    expect(studio.nodes).to_have_count(3)


@pytest.mark.parametrize("answer", ["Keep editing", "Save first", "Replace it"])
def test_a_past_run_asks_before_it_replaces_unsaved_work(studio: Studio, page: Page, answer: str) -> None:
    studio.import_workflow("first.json", FIRST)
    studio.run_button.click()
    studio.start_if_asked()
    studio.expect_run("completed")
    rename(studio, "Unsaved")
    studio.open_history()
    studio.runs.first.get_by_role("link").first.click()
    page.get_by_role("button", name="Edit this").click()
    question = page.get_by_role("dialog", name="Replace unsaved work?")
    looked_at(page, "replace")
    question.get_by_role("button", name=answer).click()
    expect(question).to_be_hidden()
    if answer == "Keep editing":
        page.get_by_role("button", name="Close", exact=True).click()
        expect(named(studio)).to_have_value("Unsaved")
        return
    expect(page.get_by_role("button", name="Edit this")).to_be_hidden()
    expect(named(studio)).to_have_value("First")
    assert names(studio) == (["Unsaved"] if answer == "Save first" else [])


def test_what_a_run_says_already_is_edited_without_a_question(studio: Studio, page: Page) -> None:
    studio.import_workflow("first.json", FIRST)
    studio.run_button.click()
    studio.start_if_asked()
    studio.expect_run("completed")
    studio.open_history()
    studio.runs.first.get_by_role("link").first.click()
    page.get_by_role("button", name="Edit this").click()
    expect(page.get_by_role("button", name="Edit this")).to_be_hidden()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_undo_goes_on_after_a_reload_also_from_the_empty_command_bar(studio: Studio, page: Page) -> None:
    studio.use_template("Trip Planner")
    for node_id in ("step-1", "step-2"):
        studio.node(node_id).click()
        page.keyboard.press("Delete")
        expect(studio.node(node_id)).to_be_hidden()
    page.reload()
    expect(studio.nodes).to_have_count(2)
    studio.command.click()
    page.keyboard.press("Control+z")
    expect(studio.nodes).to_have_count(3)
    page.keyboard.press("Control+z")
    expect(studio.nodes).to_have_count(4)
    page.keyboard.press("Control+Shift+z")
    expect(studio.nodes).to_have_count(3)
    studio.command.press_sequentially("mail")
    page.keyboard.press("Control+z")
    expect(studio.command).not_to_have_value("mail")
    expect(studio.nodes).to_have_count(3)
    page.reload()
    expect(studio.tool("Redo")).to_be_enabled()
    studio.tool("Redo").click()
    expect(studio.nodes).to_have_count(2)


def test_undo_goes_on_after_a_save_and_a_reload(studio: Studio, page: Page) -> None:
    studio.use_template("Trip Planner")
    studio.node("step-1").click()
    page.keyboard.press("Delete")
    expect(studio.nodes).to_have_count(3)
    saved(studio)
    page.reload()
    expect(studio.nodes).to_have_count(3)
    studio.tool("Undo").click()
    expect(studio.nodes).to_have_count(4)
    expect(page.get_by_role("img", name="Unsaved changes")).to_be_visible()


def test_a_copy_that_could_not_be_saved_leaves_the_question(studio: Studio, other: Studio, server: Serve) -> None:
    dialog = conflict(studio, other)
    studio.watch.allow_outage()
    server.stop()
    keep = dialog.get_by_role("button", name="Keep both")
    keep.click()
    expect(studio.page.get_by_role("alert").filter(has_text="was not saved")).to_be_visible()
    expect(keep).to_be_enabled()
    expect(named(studio)).to_have_value("Mine")
    server.start()
    keep.click()
    expect(dialog).to_be_hidden()
    assert names(studio) == ["Mine (copy)", "Theirs"]
