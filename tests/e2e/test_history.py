"""The history in a real browser: filter, compare, figures, delete; who hears of a workflow; a link to a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from support.api import seed, steps, template
from support.looks import barriers, flaws
from support.studio import OpenWindow, Studio

PICTURES = Path(__file__).parents[2] / "test-results" / "screens"
GOOD = steps(seed("Ada", id="a"), template("Hi {{ input }}", id="b", label="Greet"), workflowId="wf_good", name="Greet")
BROKEN = steps(template("{{ 1 | divided_by: 0 }}", id="b"), workflowId="wf_broken", name="Broken")


def ran(studio: Studio, said: str, workflow: dict[str, Any]) -> str:
    body = {"workflow": workflow, "transcribedText": said}
    accepted = studio.page.request.post(f"{studio.url}/api/execute-background", data=body)
    run_id = accepted.json()["runId"]
    studio.page.request.get(f"{studio.url}/api/runs/{run_id}/events")
    return run_id


@pytest.mark.parametrize(("size", "scheme"), [((1440, 900), "light"), ((390, 844), "dark")])
def test_the_history_is_filtered_compared_counted_and_cleared(
    size: tuple[int, int], scheme: Any, open_window: OpenWindow
) -> None:
    phone = {"is_mobile": True, "has_touch": True} if size[0] < 500 else {}
    studio = open_window(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, **phone).open()
    page = studio.page
    first = ran(studio, "Greet Ada", GOOD)
    bea = {**GOOD, "nodes": [{**GOOD["nodes"][0], "params": {"text": "Bea"}}, GOOD["nodes"][1]]}
    second = ran(studio, "Greet Bea", bea)
    ran(studio, "Divide by nothing", BROKEN)
    found: dict[str, str] = {}

    def look(name: str) -> None:
        studio.settle()
        page.screenshot(path=PICTURES / f"history-{scheme}" / f"{name}.png")
        for problem in [*flaws(page), *barriers(page)]:
            found.setdefault(problem, name)

    page.get_by_role("button", name="Workflow History").click()
    expect(page.get_by_text("3 runs", exact=True)).to_be_visible()
    look("1-list")
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("combobox", name="Status").click()
    page.get_by_role("option", name="Failed").click()
    expect(page.get_by_text("1 run", exact=True)).to_be_visible()
    page.keyboard.press("Escape")  # one thing each time: the list, then what it stands in
    expect(page.get_by_role("option", name="Failed")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox", name="Status")).to_be_hidden()
    look("2-filtered")
    page.get_by_role("button", name="Clear all").click()
    page.get_by_role("textbox", name="Search the history").fill("hi bea")
    expect(page.get_by_text("1 run", exact=True)).to_be_visible()
    expect(page.get_by_test_id(f"run-{second}")).to_be_visible()
    page.get_by_role("button", name="Clear the search").click()
    expect(page.get_by_text("3 runs", exact=True)).to_be_visible()
    page.get_by_role("checkbox", name="Select “Greet Ada”").check()
    page.get_by_role("checkbox", name="Select “Greet Bea”").check()
    look("3-selected")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("region", name="Greet", exact=True).get_by_text("+ Hi Bea")).to_be_visible()
    look("4-compare")
    page.get_by_role("button", name="Close the comparison").click()
    page.get_by_role("button", name="Statistics").click()
    expect(page.get_by_role("row", name="Greet").get_by_text("100 %")).to_be_visible()
    look("5-statistics")
    page.get_by_role("button", name="Close the statistics").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export", exact=True).click()
        page.get_by_role("menuitem", name="CSV").click()
    assert "Divide by nothing" in Path(download.value.path()).read_text("utf-8")
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("1 run", exact=True)).to_be_visible()
    expect(page.get_by_test_id(f"run-{first}")).to_have_count(0)
    assert not found, "\n".join(f"{name}: {problem}" for problem, name in found.items())


def test_a_link_of_an_old_notification_opens_the_run(open_window: OpenWindow) -> None:
    studio = open_window().open()
    run_id = ran(studio, "Greet Ada", GOOD)
    studio.page.goto(f"{studio.url}/?run={run_id}")
    expect(studio.page.get_by_role("button", name="Edit this")).to_be_visible()
    expect(studio.page).to_have_url(f"{studio.url}/runs/{run_id}")
