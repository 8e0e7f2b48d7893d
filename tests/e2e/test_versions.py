"""Saves of two tabs, and older versions: neither is lost, and neither takes the place of the other unasked."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect
from support.drafts import (
    looked_at,
    named,
    names,
    older,
    only_id,
    open_saved,
    question,
    rename,
    save,
    saved,
    twice_saved,
    unsaved,
    versions_of,
)
from support.process import Serve
from support.studio import OpenWindow, Studio


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


@pytest.mark.parametrize("paused", [True, False])
def test_a_copy_of_what_is_paused_is_paused(studio: Studio, other: Studio, paused: bool) -> None:
    request, url = studio.page.request, studio.url
    triggers = [{"kind": "schedule", "cron": "0 9 * * *", "timezone": "UTC"}, {"kind": "webhook"}]
    workflow = request.get(f"{url}/api/workflows/{only_id(studio)}").json()["workflow"] | {"triggers": triggers}
    request.post(f"{url}/api/workflows", data={"workflow": workflow})
    for window in (studio, other):
        window.page.reload()
        expect(window.page.get_by_text("09:00")).to_be_visible()
    if paused:
        (schedule,) = request.get(f"{url}/api/schedules").json()["schedules"]
        (hook,) = request.get(f"{url}/api/hooks").json()["hooks"]
        request.post(f"{url}/api/schedules/{schedule['id']}/pause", data={})
        request.post(f"{url}/api/hooks/{hook['id']}/pause", data={})
    conflict(studio, other).get_by_role("button", name="Keep both").click()
    expect(named(studio)).to_have_value("Mine (copy)")

    def states() -> list[bool]:
        return [
            one["paused"] for kind in ("schedules", "hooks") for one in request.get(f"{url}/api/{kind}").json()[kind]
        ]

    studio.wait_until(lambda: states() == [paused] * 4)


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
    other.page.request.delete(f"{other.url}/api/workflows/{only_id(other)}")
    rename(studio, "Mine")
    save(studio)
    dialog = studio.page.get_by_role("dialog", name="Deleted elsewhere")
    looked_at(studio.page, "deleted")
    dialog.get_by_role("button", name="Save as new").click()
    expect(dialog).to_be_hidden()
    assert names(studio) == ["Mine"]


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
    look = older(studio)
    expect(look).to_contain_text("+1 node")
    expect(look).to_contain_text("Version 1, saved")
    expect(studio.node("step-1")).to_be_visible()
    studio.settle()
    looked_at(page, "compared")
    look.get_by_role("button", name="Close").click()
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


def test_the_question_before_a_restore_lies_over_the_versions_and_saves_first(studio: Studio, page: Page) -> None:
    twice_saved(studio)
    rename(studio, "Mine")
    studio.choose("Versions")
    versions = page.get_by_role("dialog", name="Versions")
    versions.get_by_role("button", name="Restore version 1").click()
    expect(question(studio)).to_be_visible()
    looked_at(page, "restore-asks")
    page.keyboard.press("Escape")
    expect(question(studio)).to_be_hidden()
    expect(versions).to_be_visible()
    versions.get_by_role("button", name="Restore version 1").click()
    question(studio).get_by_role("button", name="Save first").click()
    expect(versions).to_be_hidden()
    expect(named(studio)).to_have_value("One")
    expect(unsaved(studio)).to_be_hidden()
    assert versions_of(studio) == ["One", "Mine", "Two", "One"]


def test_a_restore_over_what_somebody_saved_meanwhile_is_a_question(studio: Studio, other: Studio) -> None:
    rename(studio, "Second")
    saved(studio)
    studio.choose("Versions")
    versions = studio.page.get_by_role("dialog", name="Versions")
    expect(versions.get_by_role("listitem")).to_have_count(2)
    studio.page.route("**/versions", lambda route: route.abort())  # the list is old when it is pressed
    studio.watch.allow_outage()
    others = other.page.request
    path = f"{other.url}/api/workflows/{only_id(other)}"
    theirs = others.get(path).json()["workflow"] | {"name": "Theirs"}
    others.put(path, data={"workflow": theirs})
    versions.get_by_role("button", name="Restore version 1").click()
    again = studio.page.get_by_role("dialog", name="Saved elsewhere meanwhile")
    expect(again).to_contain_text("“Theirs” was saved in another tab or by someone else meanwhile, as version 3.")
    looked_at(studio.page, "restore-meanwhile")
    studio.page.unroute("**/versions")
    expect(versions.get_by_role("listitem")).to_have_count(3)  # and it is fetched anew
    again.get_by_role("button", name="Restore anyway").click()
    expect(versions).to_be_hidden()
    assert versions_of(studio) == ["Digest", "Theirs", "Second", "Digest"]


@pytest.mark.parametrize("answer", ["Keep both", "Overwrite"])
def test_who_wanted_to_leave_goes_on_once_a_conflict_is_answered(studio: Studio, other: Studio, answer: str) -> None:
    rename(other, "Theirs")
    saved(other)
    rename(studio, "Mine")
    studio.choose("New workflow")
    question(studio).get_by_role("button", name="Save first").click()
    dialog = studio.page.get_by_role("dialog", name="Saved elsewhere meanwhile")
    dialog.get_by_role("button", name=answer).click()
    expect(dialog).to_be_hidden()
    expect(studio.nodes).to_have_count(0)
    assert names(studio) == (["Mine"] if answer == "Overwrite" else ["Mine (copy)", "Theirs"])


def test_an_open_list_shows_what_another_tab_saves(studio: Studio, other: Studio) -> None:
    studio.choose("Versions")
    versions = studio.page.get_by_role("dialog", name="Versions").get_by_role("listitem")
    expect(versions).to_have_count(1)
    rename(other, "Theirs")
    saved(other)
    expect(versions).to_have_count(2)
