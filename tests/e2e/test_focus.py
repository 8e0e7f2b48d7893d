"""Where the focus goes when what had it is gone, and what Esc and Enter do."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import Page, expect
from support.studio import Studio

CHAIN = {
    "name": "Chain",
    "nodes": [
        {"id": "a", "type": "prompt", "action": "seed", "label": "A", "params": {"text": "The ferry is late."}},
        {"id": "b", "type": "transform", "action": "template", "label": "B", "params": {"template": "{{ input }}"}},
        {"id": "c", "type": "transform", "action": "template", "label": "C", "params": {"template": "{{ input }}"}},
    ],
    "edges": [{"id": "ab", "source": "a", "target": "b"}, {"id": "bc", "source": "b", "target": "c"}],
}
WHERE = """() => {
  const it = document.activeElement;
  return it === document.body ? 'body' : it.getAttribute('aria-label') || it.dataset.id || it.textContent || it.tagName;
}"""
HELD = "() => document.activeElement !== document.body"
SENTENCE = "Write the text of the day and mail it to me@example.org"


def chain(studio: Studio) -> None:
    studio.import_workflow("w.json", json.dumps(CHAIN))
    expect(studio.nodes).to_have_count(3)
    studio.settle()


def held(page: Page, what: str) -> str:
    """Once the page is at rest something other than the body has the focus. Says what."""
    page.evaluate("() => new Promise((done) => setTimeout(done, 350))")  # as long as a dialog takes to go, and more
    assert page.evaluate(HELD), f"the focus is lost: {what}"
    return str(page.evaluate(WHERE))


def test_the_focus_stays_on_the_page_whatever_goes(studio: Studio, page: Page) -> None:
    chain(studio)
    menu = page.get_by_role("button", name="Workflow menu")
    for item in ("Saved workflows", "Schedules", "Workflow settings", "Keyboard shortcuts"):
        studio.choose(item)
        dialog = page.locator("[aria-modal='true']")
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        assert held(page, f"{item}, closed with Esc") == "Workflow menu"
    menu.press("Enter")
    page.keyboard.press("Escape")
    assert held(page, "the menu") == "Workflow menu"

    studio.open_history()
    studio.close_history()
    assert held(page, "the history").startswith("Workflow History")

    studio.open_node("b").get_by_role("button", name="Close the panel").click()
    assert held(page, "the panel, closed") == "B"
    studio.open_node("b").get_by_label("Label", exact=True).focus()
    page.keyboard.press("Escape")
    assert held(page, "the panel, with Esc in a field") == "B"
    page.keyboard.press("Escape")
    held(page, "Esc on a node")

    studio.node("b").click()
    page.keyboard.press("Delete")
    expect(studio.nodes).to_have_count(2)
    held(page, "a deleted node")
    page.keyboard.press("Control+z")
    studio.open_node("b").get_by_role("button", name="Delete this node").click()
    expect(studio.nodes).to_have_count(2)
    held(page, "a node deleted in its panel")
    studio.tool("Undo").click()
    expect(studio.nodes).to_have_count(3)
    studio.tool("Undo").press("Enter")
    held(page, "a button that has nothing left to do")

    studio.open_library().get_by_role("button", name="Close the node library").click()
    held(page, "the node library")
    name = page.get_by_role("textbox", name="Name of the workflow")
    name.fill("Another name")
    name.press("Enter")
    held(page, "the name, typed")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("alert").filter(has_text="Saved")).to_be_visible()
    held(page, "saved")


def test_the_focus_stays_with_a_list_that_loses_an_entry(studio: Studio, page: Page) -> None:
    for name in ("One", "Two"):
        studio.import_workflow("w.json", json.dumps(CHAIN | {"name": name}))
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("button", name="Save", exact=True)).to_be_hidden()
    held(page, "the button Save, which goes")
    studio.choose("Saved workflows")
    saved = page.get_by_role("dialog", name="Saved workflows")
    saved.get_by_role("button", name="Rename “Two”").click()
    saved.get_by_role("textbox", name="New name").fill("Three")
    page.keyboard.press("Enter")
    expect(saved).to_contain_text("Three")
    held(page, "renamed")
    saved.get_by_role("button", name="Delete “Three”").press("Enter")
    expect(page.get_by_role("button", name="Delete workflow")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Delete workflow")).to_have_count(0)
    expect(saved).to_be_visible()
    assert held(page, "not deleted") == "Delete “Three”"
    saved.get_by_role("button", name="Delete “Three”").click()
    page.get_by_role("button", name="Delete workflow").click()
    expect(saved).not_to_contain_text("Three")
    assert held(page, "deleted").startswith("One")


def decided(studio: Studio, decide: Callable[[], None]) -> None:
    studio.say(SENTENCE)
    expect(studio.proposal).to_be_visible()
    decide()
    expect(studio.proposal).to_have_count(0)
    held(studio.page, "a proposal that was answered")


def test_enter_accepts_a_proposal_and_esc_takes_it_back(studio: Studio, page: Page) -> None:
    decided(studio, lambda: studio.proposal.get_by_role("button", name="Undo").click())
    expect(studio.nodes).to_have_count(0)
    decided(studio, lambda: page.keyboard.press("Escape"))
    expect(studio.nodes).to_have_count(0)
    expect(studio.command).to_have_value(SENTENCE)  # to be said in another way
    decided(studio, lambda: studio.command.press("Enter"))
    expect(studio.nodes.first).to_be_visible()
    before = studio.nodes.count()

    studio.say("add a step that waits 5 minutes")
    expect(studio.proposal).to_be_visible()
    studio.command.fill("rename it to Tides")
    studio.command.press("Enter")  # what is typed goes first, and builds on what was proposed
    expect(studio.proposal.get_by_test_id("proposal-summary")).not_to_contain_text("node")
    expect(studio.nodes).to_have_count(before + 1)
    studio.canvas.focus()
    page.keyboard.press("Enter")
    expect(studio.proposal).to_have_count(0)
    expect(page.get_by_role("textbox", name="Name of the workflow")).to_have_value("Tides")


def test_a_sentence_for_a_new_workflow_comes_back_as_one(studio: Studio, page: Page) -> None:
    chain(studio)
    page.get_by_role("radiogroup").get_by_text("New", exact=True).click()
    studio.say(SENTENCE)
    expect(studio.proposal).to_be_visible()
    page.keyboard.press("Escape")
    expect(studio.command).to_have_value(SENTENCE)
    expect(page.get_by_role("radio", name="New", exact=True)).to_be_checked()
    expect(studio.nodes).to_have_count(3)


def test_esc_closes_one_thing_at_a_time(studio: Studio, page: Page) -> None:
    chain(studio)
    studio.say("add a step that waits 5 minutes")
    expect(studio.proposal).to_be_visible()
    studio.open_library()
    panel = studio.open_node("b")
    library = page.get_by_role("complementary", name="Node library")
    page.keyboard.press("Control+k")
    palette = page.get_by_role("textbox", name="Search commands")
    expect(palette).to_be_visible()
    steps = [palette, panel, library, studio.proposal]
    for number, gone in enumerate(steps):
        page.keyboard.press("Escape")
        expect(gone).to_have_count(0)
        for left in steps[number + 1 :]:
            expect(left).to_be_visible()
        held(page, f"Esc, {number + 1} times")
    expect(studio.nodes).to_have_count(3)


def test_esc_closes_a_dialog_over_the_history_and_not_both(studio: Studio, page: Page) -> None:
    chain(studio)
    studio.run_button.click()
    studio.expect_run("completed")
    studio.open_history()
    filters = studio.history.get_by_role("button", name="Filter")
    filters.click()
    choice = page.get_by_role("dialog").get_by_role("combobox").first
    expect(choice).to_be_visible()
    choice.click()
    expect(page.get_by_role("listbox").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(choice).to_be_visible()
    page.keyboard.press("Escape")
    expect(choice).to_have_count(0)
    expect(studio.history).to_be_visible()
    held(page, "the filters")
    page.keyboard.press("Escape")
    expect(studio.history).to_have_count(0)
