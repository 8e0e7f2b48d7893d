"""What starts by itself: a schedule that is said, and a webhook that another program calls."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import expect
from support.site import Site
from support.studio import Studio


def test_a_schedule_is_said_saved_and_run(studio: Studio, site: Site) -> None:
    studio.plan(f"Every Monday at 9am in Berlin, read {site.url('/article')} and summarize it")
    pill = studio.page.get_by_test_id("trigger-trigger-0")
    expect(pill).to_contain_text("At 09:00, only on Monday")
    expect(pill).to_contain_text("Not active")
    pill.click()
    times = studio.panel.get_by_role("region", name="Next times")
    expect(times).to_contain_text("Europe/Berlin")
    expect(times.get_by_role("listitem")).to_have_count(5)
    expect(times.get_by_role("listitem").first).to_have_text(re.compile(r"^Mon.*09:00$"))
    studio.panel.get_by_role("button", name="Save and activate").click()
    state = studio.panel.get_by_role("region", name="State of the schedule")
    expect(state.get_by_role("heading", name="Active")).to_be_visible()
    expect(pill).to_contain_text("Next")
    state.get_by_role("button", name="Pause").click()
    expect(state.get_by_role("heading", name="Paused")).to_be_visible()
    expect(pill).to_contain_text("Paused")
    state.get_by_role("button", name="Resume").click()
    expect(state.get_by_role("heading", name="Active")).to_be_visible()
    state.get_by_role("button", name="Run now").click()
    expect(studio.page.get_by_text("Running in the background")).to_be_visible()
    studio.page.get_by_role("button", name="Close this message").first.click()
    studio.page.get_by_role("button", name="Workflow menu").click()
    studio.page.get_by_role("menuitem", name="Schedules…").press("Enter")
    overview = studio.page.get_by_role("dialog", name="Schedules")
    expect(overview.get_by_role("listitem")).to_have_count(1)
    expect(overview).to_contain_text("next Mon")
    overview.get_by_role("button", name="Close", exact=True).click()
    studio.open_history()
    expect(studio.runs).to_have_count(1)
    expect(studio.runs.first).to_contain_text("by schedule")


def test_a_webhook_gets_its_secret_and_its_run_shows_up(studio: Studio) -> None:
    studio.plan("When a webhook arrives, save it to a file")
    studio.page.get_by_test_id("trigger-trigger-0").click()
    studio.panel.get_by_role("button", name="Save and activate").click()
    address = studio.panel.get_by_label("Address", exact=True)
    expect(address).to_have_value(re.compile(r"/api/hooks/hook_"))
    studio.panel.get_by_role("button", name="Make a secret").click()
    secret = studio.panel.get_by_label("Secret", exact=True).input_value()
    url = address.input_value()
    assert httpx.post(url, json={}, headers={"authorization": "Bearer wrong"}, trust_env=False).status_code == 401
    calls = studio.panel.get_by_role("region", name="Last calls")
    expect(calls.get_by_role("listitem")).to_have_count(1)
    expect(calls).to_contain_text("not the one of this webhook")
    studio.open_history()
    accepted = httpx.post(url, json={"id": 7}, headers={"authorization": f"Bearer {secret}"}, trust_env=False)
    assert accepted.status_code == 202
    expect(studio.runs).to_have_count(1)
    expect(studio.runs.first).to_contain_text("Completed")
    expect(studio.runs.first).to_contain_text("by webhook")
    studio.page.keyboard.press("Escape")
    expect(calls.get_by_role("listitem")).to_have_count(2)
    studio.panel.get_by_role("button", name="Rotate the secret").click()
    expect(studio.panel.get_by_label("Secret", exact=True)).not_to_have_value(secret)
