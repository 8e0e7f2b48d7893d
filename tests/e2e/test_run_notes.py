"""Notes about runs go with their run and cover no tools; times go by the server's clock, whatever the browser's says."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from support.api import seed, steps, template
from support.looks import flaws
from support.site import Site
from support.studio import OpenWindow

PICTURES = Path(__file__).parents[2] / "test-results" / "screens"
GREET = steps(seed("Ada", id="a"), template("Hi {{ input }}", id="b"), name="Greet")


@pytest.mark.parametrize("off", [timedelta(minutes=-40), timedelta(minutes=25)])
def test_a_run_of_now_is_of_now_whatever_the_clock_of_the_browser_says(open_window: OpenWindow, off: timedelta) -> None:
    studio = open_window()
    studio.page.clock.set_system_time(datetime.now(UTC) + off)
    studio.open()
    studio.page.request.post(f"{studio.url}/api/execute-background", data={"workflow": GREET})
    studio.open_history()
    expect(studio.runs.first.get_by_role("time")).to_have_text("just now")


def test_a_note_about_a_run_goes_when_the_run_is_opened_and_covers_no_tools(
    open_window: OpenWindow, site: Site
) -> None:
    studio = open_window(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True).open()
    page = studio.page
    site.hold("/missing")
    studio.plan(f"Read {site.url('/missing')}")
    studio.set_background(True)
    studio.run_button.click()
    studio.start_if_asked()
    expect(page.get_by_role("alert").filter(has_text="Running in the background")).to_be_visible()
    studio.dock.get_by_role("button", name="Take this run off the canvas").click()
    site.release("/missing")
    note = page.get_by_role("alert").filter(has_text="A background run failed")
    expect(note).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Running in the background")).to_be_hidden()
    studio.settle()
    page.screenshot(path=PICTURES / "note-390.png")
    assert [flaw for flaw in flaws(page) if flaw.startswith("covered")] == []
    studio.open_history()
    studio.runs.first.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/runs/run_"))
    expect(note).to_be_hidden()
