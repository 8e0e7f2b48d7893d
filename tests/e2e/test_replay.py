"""Taken up where it broke: what was done before is not done again, in the browser and at the server that was asked."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect
from support.api import steps, template
from support.site import Site
from support.studio import OpenWindow, Studio

PHONE = {"viewport": {"width": 390, "height": 844}}


def request(site: Site, path: str, node_id: str) -> dict[str, object]:
    params = {"url": site.url(path)}
    return {"id": node_id, "type": "http", "action": "request", "label": f"Ask {path}", "params": params}


def broken(studio: Studio, site: Site) -> None:
    """Two pages are asked for; the second is out of order."""
    site.put("/first", "one", "text/plain")
    site.put("/second", "out of order", "text/plain", status=500)
    graph = steps(
        request(site, "/first", "a"),
        request(site, "/second", "b"),
        template("Got {{ input }}", id="c", label="Say it"),
        edges=[{"id": "e1", "source": "a", "target": "b"}, {"id": "e2", "source": "b", "target": "c"}],
    )
    studio.import_workflow("graph.json", json.dumps(graph))
    studio.run_button.click()
    studio.start_if_asked()
    studio.expect_run("failed")


def test_a_failed_run_is_taken_up_at_the_failed_node_once_the_cause_is_mended(
    studio: Studio, page: Page, site: Site
) -> None:
    broken(studio, site)
    assert site.hits == ["/first", "/second"]
    site.put("/second", "two", "text/plain")
    studio.dock.get_by_role("button", name="Replay from the failed node").click()
    studio.expect_run("completed")
    studio.expect_nodes("completed", ["a", "b", "c"])
    assert site.hits == ["/first", "/second", "/second"], "what was done is not asked for again"
    expect(studio.node("a")).to_contain_text("reused")
    expect(studio.node("a")).to_have_attribute("data-reused", "true")
    expect(studio.node("b")).not_to_contain_text("reused")
    expect(studio.dock).to_contain_text("3 of 3 nodes, 1 reused")
    expect(studio.log).to_contain_text("Reused from run_")
    expect(studio.output_of("c")).to_contain_text("Got two")

    studio.open_history()
    expect(studio.runs).to_have_count(2)
    studio.runs.nth(1).get_by_role("link").first.click()
    bar = page.get_by_role("region", name="Run on the canvas")
    bar.get_by_role("link", name="Its replay").click()
    studio.expect_run("completed")
    bar.get_by_role("link", name="Replay of an earlier run").click()
    studio.expect_run("failed")
    bar.get_by_role("button", name="Replay from the failed node").focus()
    page.keyboard.press("Enter")
    studio.expect_run("completed")
    assert site.hits == ["/first", "/second", "/second", "/second"]


def test_a_past_run_is_mended_on_the_canvas_and_taken_up(studio: Studio, page: Page, site: Site) -> None:
    broken(studio, site)
    site.put("/other", "another", "text/plain")
    studio.open_history()
    studio.runs.first.get_by_role("link").first.click()
    page.get_by_role("button", name="Edit this").click()
    studio.open_node("b").get_by_text("Settings", exact=True).click()
    studio.panel.get_by_label("URL").fill(site.url("/other"))
    studio.dock.get_by_role("button", name="Replay from the failed node").click()
    studio.expect_run("completed")
    assert site.hits == ["/first", "/second", "/other"]


def test_a_node_is_run_alone_replayed_from_and_pinned(studio: Studio, page: Page, site: Site) -> None:
    broken(studio, site)
    site.put("/second", "two", "text/plain")
    studio.open_node("b").get_by_role("button", name="Run this node").click()
    studio.expect_run("completed")
    assert site.hits == ["/first", "/second", "/second"]
    expect(studio.node("a")).to_have_attribute("data-reused", "true")

    panel = studio.open_node("b")
    panel.get_by_role("button", name="Pin this output").click()
    expect(studio.node("b")).to_contain_text("Pinned output")
    studio.run_button.click()
    studio.start_if_asked()
    studio.expect_nodes("completed", ["a", "b", "c"])
    studio.expect_run("completed")
    assert site.hits == ["/first", "/second", "/second", "/first"], "a pinned node is not run"
    expect(studio.log).to_contain_text("The output is pinned: the node was not run.")
    expect(studio.output_of("b")).to_contain_text("two")
    expect(studio.panel).to_contain_text("This output was pinned: the node was not run.")

    studio.panel.get_by_text("Settings", exact=True).click()
    pinned = studio.panel.get_by_role("region", name="Pinned output")
    pinned.get_by_label("Text").fill("by hand")
    studio.open_node("c").get_by_role("button", name="Replay from here").click()
    studio.expect_run("completed")
    expect(studio.output_of("c")).to_contain_text("Got by hand")
    studio.open_node("b").get_by_text("Settings", exact=True).click()
    pinned.get_by_role("button", name="Unpin").click()
    expect(studio.node("b")).not_to_contain_text("Pinned output")


def test_the_whole_run_again_with_other_values_on_a_phone(open_window: OpenWindow, site: Site) -> None:
    window = open_window(**PHONE).open()
    window.import_workflow("g.json", json.dumps(steps(template("Hello {{ config.who }}", id="a", label="Greet"))))
    window.run_button.click()
    window.start_if_asked()
    window.expect_run("completed")
    window.open_history()
    window.runs.first.get_by_role("button", name=re.compile("^Replay ")).click()
    window.page.get_by_role("menuitem", name="Change its values first").click()
    dialog = window.page.get_by_role("dialog", name="Replay with other values")
    dialog.get_by_label("Values of the run").fill('{"who": ')
    expect(dialog.get_by_role("button", name="Replay", exact=True)).to_be_disabled()
    dialog.get_by_label("Values of the run").fill('{"who": "Ada"}')
    dialog.get_by_role("button", name="Replay", exact=True).click()
    expect(dialog).to_be_hidden()
    window.expect_run("completed")
    expect(window.output_of("a")).to_contain_text("Hello Ada")
    width = window.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
