"""The form of every action in the catalogue, the keyboard, and saving."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, cast

from playwright.sync_api import Page, expect
from support.looks import flaws
from support.site import Site
from support.studio import Studio


def test_every_action_has_a_form_that_opens(studio: Studio, page: Page) -> None:
    catalogue = cast("list[dict[str, Any]]", page.request.get(f"{studio.url}/api/nodes").json()["nodes"])
    library = studio.open_library()
    triggers = re.compile("On a schedule|When its webhook is called")
    cards = library.get_by_role("listitem").get_by_role("button").filter(has_not_text=triggers)
    assert cards.count() == len(catalogue) > 25
    for number in range(cards.count()):
        card = cards.nth(number)
        title, kind = card.inner_text().splitlines()[:2]
        action = next(entry for entry in catalogue if (entry["title"], entry["type"]) == (title, kind))
        card.click()
        expect(studio.panel).to_have_accessible_name(f"Node: {title}")
        expect(studio.panel.get_by_label("Label", exact=True).first).to_have_value(title)
        for name, schema in action["params"]["properties"].items():
            label = schema.get("title") or name
            expect(studio.panel.get_by_label(label).first, f"{kind}: {label}").to_be_attached()
        assert flaws(page) == [], title
    expect(studio.nodes).to_have_count(len(catalogue))


def test_the_keyboard_does_what_the_list_of_keys_says(studio: Studio, page: Page, site: Site) -> None:
    studio.command.blur()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
    page.keyboard.press("/")
    expect(studio.command).to_be_focused()
    expect(studio.command).to_have_value("")
    studio.plan(f"Read {site.url('/article')}")
    page.keyboard.press("Control+k")
    search = page.get_by_role("textbox", name="Search commands")
    search.fill("node lib")
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="Node library")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary", name="Node library")).to_be_hidden()

    node = page.locator(".react-flow__node[data-id='step-0']")
    node.focus()
    page.keyboard.press("Enter")
    expect(studio.panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(studio.panel).to_be_hidden()
    page.keyboard.press("Control+s")
    expect(page.get_by_role("alert").filter(has_text="Saved")).to_be_visible()
    page.keyboard.press("Control+Enter")
    studio.expect_run("completed")
    studio.node("step-0").click()
    page.keyboard.press("Delete")
    expect(studio.nodes).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(studio.nodes).to_have_count(1)


def test_a_workflow_is_saved_found_renamed_and_deleted(studio: Studio, page: Page) -> None:
    studio.use_template("CSV Insights")
    page.get_by_role("textbox", name="Name of the workflow").fill("Monday figures")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Save")).to_be_hidden()
    studio.new_workflow()
    expect(studio.nodes).to_have_count(0)
    page.get_by_role("button", name="Workflow menu").click()
    page.get_by_role("menuitem", name="Saved workflows").click()
    saved = page.get_by_role("dialog", name="Saved workflows")
    saved.get_by_role("button", name="Rename “Monday figures”").click()
    saved.get_by_role("textbox", name="New name").fill("Tuesday figures")
    saved.get_by_role("textbox", name="New name").press("Enter")
    saved.get_by_role("link", name=re.compile("^Tuesday figures")).click()
    expect(studio.nodes).to_have_count(3)
    expect(page.get_by_role("textbox", name="Name of the workflow")).to_have_value("Tuesday figures")
    page.get_by_role("button", name="Workflow menu").click()
    page.get_by_role("menuitem", name="Saved workflows").click()
    saved.get_by_role("button", name="Delete “Tuesday figures”").click()
    page.get_by_role("button", name="Delete workflow").click()
    expect(saved).to_contain_text("Nothing is saved yet")


def test_a_workflow_travels_as_a_file(studio: Studio, page: Page, tmp_path: Path) -> None:
    studio.use_template("Issue Watch")
    page.get_by_role("button", name="Workflow menu").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Export to file").click()
    file = tmp_path / "workflow.json"
    download.value.save_as(file)
    exported = json.loads(file.read_text("utf-8"))
    assert len(exported["nodes"]) == 4
    studio.new_workflow()
    studio.import_workflow("workflow.json", file.read_text("utf-8"))
    expect(studio.nodes).to_have_count(4)
    expect(studio.edges).to_have_count(3)


def test_a_broken_file_is_refused_with_the_reason(studio: Studio, page: Page) -> None:
    studio.watch.allow("status of 422")
    for content, reason in (
        ("{not json", "JSON"),
        ('{"nodes": [{"id": "a", "type": "spaceship", "action": "launch"}]}', "spaceship"),
    ):
        studio.import_workflow("broken.json", content)
        refusal = page.get_by_role("alert").filter(has_text="could not be imported")
        expect(refusal).to_contain_text(reason)
        refusal.get_by_role("button", name="Close this message").click()
    expect(studio.nodes).to_have_count(0)
