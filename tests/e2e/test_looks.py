"""Every main screen, dark and light, on a desk and on a phone: measured, and photographed for whoever looks at it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import expect
from support.api import steps
from support.looks import barriers, flaws
from support.mailbox import Mailbox
from support.site import Site
from support.studio import OpenWindow, Studio

PICTURES = Path(__file__).parents[2] / "test-results" / "screens"
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
Scheme = Literal["dark", "light"]


@pytest.mark.parametrize("walk", ["story", "control", "approval"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_nothing_is_cut_off_covered_or_hard_to_read(
    scheme: Scheme, size: str, walk: str, open_window: OpenWindow, site: Site, mailbox: Mailbox
) -> None:
    width, height = SIZES[size]
    phone = {"is_mobile": True, "has_touch": True} if size == "phone" else {}
    studio = open_window(viewport={"width": width, "height": height}, color_scheme=scheme, **phone)
    studio.watch.allow("status of 422")  # a sentence is refused on the way
    found: dict[str, str] = {}
    for name in WALKS[walk](studio, site, mailbox):
        studio.settle()
        studio.page.screenshot(path=PICTURES / f"{size}-{scheme}" / f"{name}.png")
        for problem in [*flaws(studio.page), *barriers(studio.page)]:
            found.setdefault(problem, name)
    assert not found, "\n".join(f"{name}: {problem}" for problem, name in found.items())


def story(studio: Studio, site: Site, _mailbox: Mailbox) -> Iterator[str]:
    """One user's way past every main screen; stops at each to be looked at."""
    page = studio.open().page
    expect(page.get_by_role("button", name="Trip Planner")).to_be_visible()
    yield "01-home"
    studio.say("What do you think of the weather?")
    expect(page.get_by_role("alert")).to_be_visible()
    yield "02-refusal"
    studio.say(f"Read {site.url('/article')} and {site.url('/missing')} at the same time, summarize both and email me")
    expect(studio.proposal).to_be_visible()
    yield "03-proposal"
    studio.accept()
    yield "04-canvas"
    form = studio.open_node("step-2")
    yield "05-node-form"
    form.get_by_role("button", name="Close the panel").click()
    studio.tool("Add a node").click()
    expect(page.get_by_role("complementary", name="Node library")).to_be_visible()
    yield "06-node-library"
    page.get_by_role("button", name="Close the node library").click()
    page.get_by_role("button", name="All commands").click()
    expect(page.get_by_role("textbox", name="Search commands")).to_be_visible()
    yield "07-palette"
    page.keyboard.press("Escape")
    site.hold("/article")
    site.put("/missing", "<h1>Ferry timetable</h1>" + "<p>The ferry leaves every twenty minutes.</p>" * 3)
    studio.run_button.click()
    expect(studio.dialog).to_be_visible()
    yield "08-run-dialog"
    studio.dialog.get_by_label("To").fill("reader@example.org")
    studio.start_from_dialog()
    studio.expect_nodes("completed", ["step-1"])
    yield "09-run-in-progress"
    site.release("/article")
    studio.expect_run("completed")
    yield "10-run-finished"
    studio.output_of("step-2")
    yield "11-output"
    studio.panel.get_by_role("button", name="Close the panel").click()
    studio.open_history()
    yield "12-history"
    studio.runs.first.get_by_role("link").first.click()
    expect(page.get_by_role("button", name="Edit this")).to_be_visible()
    yield "13-run-view"
    page.get_by_role("button", name="Edit this").click()
    site.put("/article", "Gone.", status=500)
    studio.run_button.click()
    studio.start_from_dialog()
    studio.expect_run("failed")
    yield "14-error"
    studio.open_node("step-0")
    yield "15-error-panel"
    page.get_by_role("button", name="Close the panel").click()
    page.get_by_role("button", name="Workflow menu").click()
    expect(page.get_by_role("menuitem", name="New workflow")).to_be_visible()
    yield "16-menu"
    page.get_by_role("menuitem", name="Keyboard shortcuts").click()
    yield "17-shortcuts"


def control(studio: Studio, site: Site, _mailbox: Mailbox) -> Iterator[str]:
    """What makes runs start by themselves, ask, and be found again."""
    page = studio.open().page
    studio.plan(f"Every Monday at 9am in Berlin, read {site.url('/article')}, let me approve it and save it to a file")
    page.get_by_test_id("trigger-trigger-0").click()
    expect(studio.panel.get_by_role("region", name="Next times")).to_be_visible()
    yield "21-schedule"
    studio.panel.get_by_role("button", name="Save and activate").click()
    state = studio.panel.get_by_role("region", name="State of the schedule")
    expect(state.get_by_role("heading", name="Active")).to_be_visible()
    studio.close_messages()
    yield "22-schedule-active"
    state.get_by_role("button", name="Run now").click()
    page.get_by_role("button", name="Close this message").first.click()
    page.get_by_role("button", name="Close the panel").click()
    page.get_by_role("button", name="1 waiting for approval").click()
    inbox = page.get_by_role("dialog", name="Waiting for approval")
    expect(inbox.get_by_role("button", name="Approve")).to_be_visible()
    yield "23-inbox"
    inbox.get_by_role("button", name="Approve").click()
    expect(inbox).to_contain_text("Nothing waits for you.")
    page.keyboard.press("Escape")
    expect(inbox).to_be_hidden()
    expect(page.get_by_text("A background run is complete")).to_be_visible()
    studio.close_messages()
    studio.choose("Schedules…")
    expect(page.get_by_role("dialog", name="Schedules").get_by_role("listitem")).to_have_count(1)
    yield "24-schedules"
    page.keyboard.press("Escape")
    studio.choose("Workflow settings…")
    expect(page.get_by_role("dialog", name="Workflow settings")).to_be_visible()
    yield "25-workflow-settings"
    page.keyboard.press("Escape")
    form = studio.open_node("step-0")
    form.get_by_label("Attempts").scroll_into_view_if_needed()
    yield "26-policies"
    form.get_by_role("button", name="Close the panel").click()
    studio.open_history()
    page.get_by_role("button", name="Statistics").click()
    yield "27-statistics"
    page.keyboard.press("Escape")


def approval(studio: Studio, _site: Site, mailbox: Mailbox) -> Iterator[str]:
    """A text and data to be approved: in the inbox, and behind the link in the mail."""
    code = "[{'name': f'Person {n}', 'email': f'person-{n}@example.net', 'balance': n * 12.5} for n in range(40)]"
    rows = {"id": "rows", "type": "code", "action": "run", "params": {"code": code}}
    params = {"content": "Dear customer,\n\nyour **invoice** is attached.", "approvers": "boss@example.org"}
    ask = {"id": "ask", "type": "approval", "action": "request", "label": "Ask the boss", "params": params}
    page = studio.open().page
    page.request.post(f"{studio.url}/api/execute-background", data={"workflow": steps(rows, ask)})
    page.get_by_role("button", name="1 waiting for approval").click()
    inbox = page.get_by_role("dialog", name="Waiting for approval")
    expect(inbox).to_contain_text("person-0@example.net")
    yield "31-inbox-with-data"
    (mail,) = mailbox.mails
    page.goto(studio.url + re.findall(r"http://[^/]+(/approve/[^>\s]+)", mail.text())[0])
    expect(page.get_by_label("What is to be approved")).to_contain_text("person-39@example.net")
    yield "32-approval-page"
    page.get_by_role("button", name="Approve").scroll_into_view_if_needed()
    yield "33-approval-page-end"


WALKS: dict[str, Callable[[Studio, Site, Mailbox], Iterator[str]]] = {
    "story": story,
    "control": control,
    "approval": approval,
}
