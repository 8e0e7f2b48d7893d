"""The pictures of the README, made by the story they show. With VOICEGRAPH_README_IMAGES=1 they are kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect
from support.site import Site
from support.studio import OpenWindow, Studio

IMAGES = Path(__file__).parents[2] / "docs" / "images"
WINDOW = {"width": 1280, "height": 800}
TRIP = "Search the web for flights to Jaipur and hotels in Jaipur simultaneously, summarize an itinerary and email it to me"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_readme_shows_what_the_page_shows(open_window: OpenWindow, site: Site, tmp_path: Path, scheme: str) -> None:
    folder = IMAGES if os.environ.get("VOICEGRAPH_README_IMAGES") else tmp_path
    studio = open_window(viewport=WINDOW, color_scheme=scheme).open()
    studio.say(TRIP)
    expect(studio.proposal).to_be_visible()
    _picture(studio, folder / f"canvas-{scheme}.png")

    studio.accept()
    studio.replan(f"Read {site.url('/article')} and email me the key points")
    studio.run_button.click()
    studio.dialog.get_by_label("To").fill("reader@example.org")
    studio.start_from_dialog()
    studio.expect_run("completed")
    expect(studio.output_of("step-1")).to_contain_text("battery ferries")
    _picture(studio, folder / f"run-{scheme}.png")

    studio.set_background(True)
    studio.run_button.click()
    studio.dialog.get_by_label("To").fill("reader@example.org")
    studio.start_from_dialog()
    studio.expect_run("completed")
    studio.open_history()
    expect(studio.runs).to_have_count(2)
    expect(studio.runs.locator("[data-status='completed']").first).to_be_visible()
    _picture(studio, folder / f"history-{scheme}.png")


def _picture(studio: Studio, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    studio.page.mouse.move(0, 0)
    studio.settle()
    studio.page.screenshot(path=path)
    assert path.stat().st_size < 400_000
