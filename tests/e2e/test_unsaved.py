"""Unsaved work is not lost: not to what is only looked at, not by leaving, not by a reload."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect
from support.drafts import (
    compare,
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
from support.studio import Studio

FIRST = '{"name": "First", "nodes": [{"id": "a", "type": "prompt", "action": "seed", "params": {"text": "Ada"}}]}'


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


def test_an_older_version_that_is_looked_at_is_not_the_draft(studio: Studio, page: Page) -> None:
    twice_saved(studio)
    compare(studio, 1)
    expect(unsaved(studio)).to_be_hidden()
    expect(named(studio)).to_have_value("Two")
    expect(page).to_have_title("Two – VoiceGraph")
    studio.choose("New workflow")
    expect(studio.nodes).to_have_count(0)  # nothing is unsaved, so nothing is asked

    open_saved(studio, "Two")
    rename(studio, "Mine")
    compare(studio, 1)
    expect(unsaved(studio)).to_be_visible()
    save(studio)
    expect(unsaved(studio)).to_be_hidden()
    assert versions_of(studio) == ["Mine", "Two", "One"]
    expect(older(studio)).to_be_visible()
    page.reload()
    expect(named(studio)).to_have_value("Mine")
    expect(older(studio)).to_be_hidden()
    expect(studio.nodes).to_have_count(3)
    expect(unsaved(studio)).to_be_hidden()


@pytest.mark.parametrize("way", ["leave", "run", "restore"])
def test_what_is_done_while_an_older_version_is_looked_at(studio: Studio, page: Page, way: str) -> None:
    twice_saved(studio)
    rename(studio, "Mine")
    compare(studio, 1)
    if way == "leave":
        studio.choose("New workflow")
        question(studio).get_by_role("button", name="Save first").click()
        expect(studio.nodes).to_have_count(0)
        assert versions_of(studio) == ["Mine", "Two", "One"]
    elif way == "run":
        studio.run_button.click()
        expect(older(studio)).to_be_hidden()
        expect(studio.nodes).to_have_count(3)
    else:
        older(studio).get_by_role("button", name="Restore").click()
        question(studio).get_by_role("button", name="Replace it").click()
        expect(named(studio)).to_have_value("One")
        expect(unsaved(studio)).to_be_hidden()
        assert versions_of(studio) == ["One", "Two", "One"]


def test_what_the_page_knows_to_be_deleted_is_unsaved_work(studio: Studio, page: Page) -> None:
    studio.watch.allow(r"status of 404")
    studio.use_template("Trip Planner")
    saved(studio)
    page.request.delete(f"{studio.url}/api/workflows/{only_id(studio)}")
    page.reload()
    page.get_by_role("button", name="Go to the canvas").click()
    expect(unsaved(studio)).to_be_visible()
    studio.choose("New workflow")
    question(studio).get_by_role("button", name="Save first").click()
    expect(studio.nodes).to_have_count(0)
    assert names(studio) == ["Trip Planner"]


@pytest.mark.parametrize("opened", ["the same", "another first"])
def test_the_next_tab_has_the_unsaved_work_of_a_closed_one(studio: Studio, page: Page, opened: str) -> None:
    studio.use_template("Trip Planner")
    saved(studio)
    mine = page.url
    rename(studio, "Mine")
    expect(unsaved(studio)).to_be_visible()
    context = page.context
    page.close()
    if opened == "another first":
        other = seeded(context.new_page(), studio)
        expect(named(other)).to_have_value("First")
        other.page.close()
    again = Studio(context.new_page(), studio.url, studio.watch)
    again.page.goto(mine)
    expect(named(again)).to_have_value("Mine")
    expect(unsaved(again)).to_be_visible()
    expect(again.page).to_have_url(mine)


def seeded(page: Page, studio: Studio) -> Studio:
    """At the address of another saved workflow."""
    graph = {**json.loads(FIRST), "workflowId": "wf_first"}
    assert page.request.post(f"{studio.url}/api/workflows", data={"workflow": graph}).ok
    page.goto(f"{studio.url}/w/wf_first")
    return Studio(page, studio.url, studio.watch)


@pytest.mark.parametrize("learned", ["workflows", "list", "compare", "restore"])
def test_what_its_versions_say_is_deleted_is_unsaved_work_too(studio: Studio, page: Page, learned: str) -> None:
    studio.watch.allow(r"status of 404")
    twice_saved(studio)
    deleted = f"{studio.url}/api/workflows/{only_id(studio)}"
    if learned == "workflows":
        page.request.delete(deleted)
        studio.choose("Saved workflows")
        expect(unsaved(studio)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    elif learned == "list":
        page.request.delete(deleted)
        studio.choose("Versions")
    else:
        studio.choose("Versions")
        name = "Compare version 1" if learned == "compare" else "Restore version 1"
        button = page.get_by_role("button", name=re.compile(name))
        expect(button).to_be_visible()
        page.request.delete(deleted)
        button.click()
    if learned != "workflows":
        page.get_by_role("dialog", name="Deleted elsewhere").get_by_role("button", name="Not now").click()
    expect(unsaved(studio)).to_be_visible()
    studio.choose("New workflow")
    question(studio).get_by_role("button", name="Save first").click()
    expect(studio.nodes).to_have_count(0)
    assert names(studio) == ["Two"]


def test_a_saved_workflow_without_nodes_is_still_unsaved_work_on_it(studio: Studio, page: Page) -> None:
    studio.use_template("Trip Planner")
    saved(studio)
    studio.canvas.focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(studio.nodes).to_have_count(0)
    expect(unsaved(studio)).to_be_visible()
    expect(named(studio)).to_have_value("Trip Planner")
    expect(page).to_have_title("Trip Planner – VoiceGraph")
    studio.choose("New workflow")
    expect(question(studio)).to_be_visible()


@pytest.mark.parametrize("ever", ["saved", "unsaved"])
def test_what_is_proposed_is_neither_saved_nor_kept_as_the_draft(studio: Studio, page: Page, ever: str) -> None:
    studio.use_template("Trip Planner")
    if ever == "saved":
        saved(studio)
    studio.say("also post it to Slack")
    expect(studio.proposal).to_be_visible()
    expect(studio.nodes).to_have_count(5)
    expect(unsaved(studio)).to_be_visible(visible=ever == "unsaved")
    save(studio)
    expect(unsaved(studio)).to_be_hidden()
    expect(studio.proposal).to_be_visible()
    page.reload()
    expect(named(studio)).to_have_value("Trip Planner")
    studio.proposal.get_by_role("button", name="Undo").click()
    expect(studio.nodes).to_have_count(4)
    expect(unsaved(studio)).to_be_hidden()


def test_a_proposal_over_unsaved_work_is_still_one_after_a_reload(studio: Studio, page: Page) -> None:
    studio.use_template("Trip Planner")
    studio.say("also post it to Slack")
    expect(studio.nodes).to_have_count(5)
    page.reload()
    expect(studio.proposal).to_be_visible()
    expect(studio.nodes).to_have_count(5)
    studio.proposal.get_by_role("button", name="Undo").click()
    expect(studio.nodes).to_have_count(4)


def test_a_new_workflow_from_a_sentence_asks_before_it_replaces_unsaved_work(studio: Studio, page: Page) -> None:
    studio.use_template("Trip Planner")
    page.get_by_role("radiogroup").get_by_text("New", exact=True).click()
    studio.say("Write a greeting to Ada and save it to a file")
    expect(studio.proposal).to_be_visible()
    page.keyboard.press("Enter")
    expect(question(studio)).to_be_visible()
    page.keyboard.press("Escape")
    expect(question(studio)).to_be_hidden()
    studio.proposal.get_by_role("button", name="Accept").click()
    question(studio).get_by_role("button", name="Save first").click()
    expect(studio.proposal).to_be_hidden()
    expect(named(studio)).not_to_have_value("Trip Planner")
    assert names(studio) == ["Trip Planner"]
