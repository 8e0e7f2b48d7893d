"""The API's page: Swagger UI in a real browser, under the same policy as everything else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from support.browser import Watch
from support.process import Serve


@pytest.fixture
def docs(browser: Browser, server: Serve) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    watch = Watch(context, server.url)
    page = context.new_page()
    page.goto(f"{server.url}/api/docs")
    yield page
    context.close()
    assert watch.unexpected == []


def test_it_shows_every_route_without_a_foreign_request_or_a_breach_of_policy(docs: Page) -> None:
    expect(docs.locator(".info .title")).to_contain_text("VoiceGraph")
    described = docs.evaluate("fetch('/api/openapi.json').then(answer => answer.json())")
    routes = sum(len(methods) for methods in described["paths"].values())
    expect(docs.locator(".opblock")).to_have_count(routes)
    expect(docs.get_by_text("No API definition provided.")).to_have_count(0)


def test_a_route_can_be_tried_out(docs: Page) -> None:
    route = docs.locator("#operations-plan-parse")
    route.get_by_role("button").first.click()
    route.locator("textarea").fill('{"text": "Read https://example.com and summarize it"}')
    route.get_by_role("button", name="Execute").click()
    answer = route.locator(".live-responses-table")
    expect(answer).to_contain_text("200")
    expect(answer).to_contain_text("web_page")
