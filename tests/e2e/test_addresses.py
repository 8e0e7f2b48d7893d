"""Everything has an address: reload, Back, Forward and a link to it show the same; the tab's title says what it is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.api import seed, steps, template
from support.site import Site
from support.studio import OpenWindow, Studio

GREET = steps(
    seed("Ada", id="a"), template("Hi {{ input }}", id="b", label="Greet"), workflowId="wf_greet", name="Greet"
)
OTHER = steps(seed("Bea", id="only"), workflowId="wf_other", name="Other")


def saved(studio: Studio, workflow: dict[str, Any]) -> str:
    assert studio.page.request.post(f"{studio.url}/api/workflows", data={"workflow": workflow}).status == 201
    return f"{studio.url}/w/{workflow['workflowId']}"


def ran(studio: Studio, workflow: dict[str, Any]) -> str:
    accepted = studio.page.request.post(f"{studio.url}/api/execute-background", data={"workflow": workflow})
    run_id = accepted.json()["runId"]
    studio.page.request.get(f"{studio.url}/api/runs/{run_id}/events")
    return run_id


def name_of(page: Page) -> Any:
    return page.get_by_label("Name of the workflow")


@pytest.mark.parametrize("place", ["/", "/w/", "/runs/"])
def test_a_page_that_was_opened_by_its_address_has_the_focus(studio: Studio, page: Page, place: str) -> None:
    saved(studio, GREET)
    run = ran(studio, GREET)
    page.goto(studio.url + {"/": place, "/w/": "/w/wf_greet", "/runs/": f"/runs/{run}"}[place])
    expect(page).to_have_title(re.compile("VoiceGraph$"))
    studio.wait_until(lambda: page.evaluate("document.activeElement !== document.body"))


def test_a_saved_workflow_and_its_run_are_found_at_their_addresses(studio: Studio, page: Page, site: Site) -> None:
    expect(page).to_have_title("VoiceGraph")
    studio.plan(f"Read {site.url('/article')}")
    name_of(page).fill("Ferries")
    expect(page).to_have_title("Ferries – VoiceGraph")
    expect(page).to_have_url(f"{studio.url}/")
    page.keyboard.press("Control+s")
    expect(page).to_have_url(re.compile(r"/w/wf_\w+$"))
    workflow = page.url
    studio.run_button.click()
    studio.start_if_asked()
    studio.expect_run("completed")
    expect(page).to_have_url(re.compile(r"/runs/run_\w+$"))
    expect(page).to_have_title("✓ Done · Ferries – VoiceGraph")
    run = page.url

    page.reload()
    studio.expect_run("completed")
    expect(page).to_have_url(run)
    expect(studio.command).to_be_visible()  # it lies over the draft, as before
    page.go_back()
    expect(page).to_have_url(workflow)
    expect(studio.dock).to_be_hidden()
    expect(name_of(page)).to_have_value("Ferries")
    page.go_forward()
    studio.expect_run("completed")
    expect(page).to_have_url(run)
    page.go_back()
    page.reload()
    expect(name_of(page)).to_have_value("Ferries")
    expect(page).to_have_url(workflow)


def test_a_link_opens_in_another_browser(studio: Studio, open_window: OpenWindow) -> None:
    address, run_id = saved(studio, GREET), ran(studio, GREET)
    other = open_window().page
    other.goto(address)
    expect(name_of(other)).to_have_value("Greet")
    expect(other).to_have_url(address)
    other.goto(f"{studio.url}/runs/{run_id}")
    expect(other.get_by_role("button", name="Edit this")).to_be_visible()
    expect(other).to_have_title("✓ Done · Greet – VoiceGraph")
    other.get_by_role("button", name="Close", exact=True).click()
    expect(other).to_have_url(address)
    expect(name_of(other)).to_have_value("Greet")


def test_back_and_forward_go_through_what_was_looked_at(studio: Studio, page: Page) -> None:
    first, second, run_id = saved(studio, GREET), saved(studio, OTHER), ran(studio, GREET)
    page.goto(first)
    expect(studio.nodes).to_have_count(2)
    studio.choose("Saved workflows")
    page.get_by_role("link", name=re.compile("^Other")).click()
    expect(studio.nodes).to_have_count(1)
    expect(page).to_have_url(second)
    studio.open_history()
    studio.open_run(run_id)
    expect(page).to_have_url(f"{studio.url}/runs/{run_id}")
    for address, nodes in ((second, 1), (first, 2)):
        page.go_back()
        expect(page).to_have_url(address)
        expect(studio.nodes).to_have_count(nodes)
    page.go_forward()
    expect(studio.nodes).to_have_count(1)
    page.go_forward()
    expect(studio.nodes).to_have_count(2)
    expect(page.get_by_role("button", name="Edit this")).to_be_visible()


def test_a_row_of_the_history_opens_in_another_tab(studio: Studio, page: Page) -> None:
    run_id = ran(studio, GREET)
    studio.open_history()
    with page.context.expect_page() as opened:
        studio.runs.first.get_by_role("link").first.click(modifiers=["ControlOrMeta"])
    expect(opened.value).to_have_url(f"{studio.url}/runs/{run_id}")
    expect(opened.value.get_by_role("button", name="Edit this")).to_be_visible()
    expect(studio.history).to_be_visible()


def test_going_back_asks_before_it_replaces_unsaved_work(studio: Studio, page: Page) -> None:
    first, second = saved(studio, GREET), saved(studio, OTHER)
    page.goto(first)
    expect(studio.nodes).to_have_count(2)
    studio.choose("Saved workflows")
    page.get_by_role("link", name=re.compile("^Other")).click()
    expect(page).to_have_url(second)
    name_of(page).fill("Changed")
    question = page.get_by_role("dialog", name="Replace unsaved work?")
    page.go_back()
    expect(question).to_be_visible()
    expect(page).to_have_url(second)
    question.get_by_role("button", name="Keep editing").click()
    expect(name_of(page)).to_have_value("Changed")
    expect(page).to_have_url(second)
    page.go_back()
    question.get_by_role("button", name="Replace it").click()
    expect(name_of(page)).to_have_value("Greet")
    expect(page).to_have_url(first)

    name_of(page).fill("Changed again")
    page.goto(second)
    question.get_by_role("button", name="Keep editing").click()
    expect(name_of(page)).to_have_value("Changed again")
    expect(page).to_have_url(first)


def test_a_link_to_what_is_gone_says_so_and_leads_on(studio: Studio, page: Page) -> None:
    studio.watch.allow("404")
    studio.watch.allow("422")
    for path, title, way in (
        ("/runs/run_gone", "There is no such run here", "Open Workflow History"),
        ("/w/wf_gone", "There is no such saved workflow here", "Open saved workflows"),
        ("/runs/run%20gone", "There is no such run here", "Open Workflow History"),
        ("/w/wf_gone.", "There is no such saved workflow here", "Open saved workflows"),
    ):
        page.goto(studio.url + path)
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        expect(page).to_have_title("Not found – VoiceGraph")
        expect(page).to_have_url(studio.url + path)
        expect(page.get_by_role("button", name=way)).to_be_focused()
        page.keyboard.press("/")
        page.keyboard.type("nobody")
        expect(page.get_by_role("button", name=way)).to_be_focused()
        page.get_by_role("button", name=way).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        for _ in range(12):  # round the page, without what is covered
            page.keyboard.press("Tab")
            expect(
                page.locator("main :focus").and_(page.locator(":not([aria-label='Nothing to show'] *)"))
            ).to_have_count(0)
        page.get_by_role("button", name="Go to the canvas").click()
        expect(studio.command).to_be_visible()
        expect(studio.command).to_be_empty()
        expect(page).to_have_url(f"{studio.url}/")
