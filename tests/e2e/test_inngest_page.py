"""Which engine runs a background run, where to look at it, and what the page says while Inngest is away."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from support.inngest_process import inngest_on
from support.process import Serve
from support.serving import free_socket
from support.site import Site
from support.studio import Studio

STORED = "Inngest cannot be reached at {}. The run is stored, and is sent as soon as it can be."


@pytest.fixture
def port() -> int:
    """Where Inngest will be, and is not yet."""
    with free_socket() as listening:
        return listening.getsockname()[1]


@pytest.fixture
def settings(port: int) -> dict[str, str]:
    return {"INNGEST_DEV": f"http://127.0.0.1:{port}", "VOICEGRAPH_RETRY_BASE_SECONDS": "0.2"}


def test_a_run_waits_for_inngest_and_says_so(studio: Studio, page: Page, site: Site, server: Serve, port: int) -> None:
    toggle = page.get_by_label("Background Execution")
    studio.plan(f"Read {site.url('/article')} and summarize it")
    toggle.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("Engine: Inngest.")
    studio.set_background(True)
    studio.run_button.click()
    studio.start_if_asked()
    stored = STORED.format(f"http://127.0.0.1:{port}")
    expect(studio.dock).to_contain_text(stored)
    studio.expect_run("pending")
    expect(studio.dock).to_contain_text("In the background, by Inngest")
    expect(studio.log).to_contain_text("Inngest cannot be reached")
    studio.open_history()
    expect(studio.runs.first).to_contain_text(stored)
    expect(studio.runs.first).to_contain_text("background, Inngest")

    with inngest_on(port, server.url) as inngest:
        expect(studio.runs.first).to_contain_text("Completed", timeout=30_000)
        expect(studio.runs.first).not_to_contain_text("cannot be reached")
        studio.close_history()
        studio.expect_run("completed")
        expect(studio.dock).not_to_contain_text(stored)
        at_inngest = re.compile(re.escape(f"{inngest}/run?runID=") + r"\w+")
        expect(studio.dock.get_by_role("link", name="See it in Inngest")).to_have_attribute("href", at_inngest)
        assert site.hits == ["/article"]
        studio.open_history()
        studio.runs.first.get_by_role("link").first.click()
        past = page.get_by_role("region", name="Run on the canvas")
        expect(past).to_contain_text("In the background, by Inngest")
        expect(past.get_by_role("link", name="See it in Inngest")).to_have_attribute("href", at_inngest)
