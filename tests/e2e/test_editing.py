"""Editing on the canvas: with the pointer, with the keyboard, with a sentence."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from support.site import Site
from support.studio import Studio


def test_a_graph_is_built_by_hand(studio: Studio, page: Page) -> None:
    library = studio.open_library()
    library.get_by_role("button", name=re.compile("^Start text")).drag_to(studio.canvas)
    expect(studio.nodes).to_have_count(1)
    studio.settle()
    box = studio.nodes.bounding_box()
    canvas = studio.canvas.bounding_box()
    assert box
    assert canvas
    below = {"x": box["x"] - canvas["x"] + 200, "y": box["y"] - canvas["y"] + 220}
    library.get_by_role("button", name=re.compile("^Summarize")).drag_to(studio.canvas, target_position=below)
    expect(studio.nodes).to_have_count(2)
    library.get_by_role("button", name="Close the node library").click()
    studio.panel.get_by_role("button", name="Close the panel").click()

    start, summary = studio.node_named("Start text"), studio.node_named("Summarize")
    studio.connect(start, summary)
    expect(studio.edges).to_have_count(1)
    studio.connect(summary, start)
    refusal = page.get_by_role("alert").filter(has_text="These two cannot be connected")
    expect(refusal).to_contain_text(re.compile("loop|cycle|circle", re.IGNORECASE))
    expect(studio.edges).to_have_count(1)
    refusal.get_by_role("button", name="Close this message").click()

    start.click()
    studio.panel.get_by_label("Text").fill("The ferry is late today. It will sail at noon.")
    studio.run_button.click()
    studio.start_if_asked()
    studio.expect_run("completed")


def test_everything_can_be_undone(studio: Studio, page: Page) -> None:
    studio.use_template("Trip Planner")
    studio.node("step-1").click()
    page.keyboard.press("Delete")
    expect(studio.panel).to_be_hidden()
    expect(studio.nodes).to_have_count(3)
    expect(studio.edges).to_have_count(2)
    expect(page.get_by_role("group", name="Search flights leads to Summarize an itinerary")).to_be_attached()
    page.keyboard.press("Control+z")
    expect(studio.nodes).to_have_count(4)
    expect(studio.edges).to_have_count(3)
    page.keyboard.press("Control+y")
    expect(studio.nodes).to_have_count(3)
    studio.tool("Undo").click()
    expect(studio.nodes).to_have_count(4)

    studio.node("step-0").click()
    page.keyboard.press("Control+c")
    page.keyboard.press("Control+v")
    expect(studio.nodes).to_have_count(5)
    expect(studio.node_named("Search flights")).to_have_count(2)
    studio.tool("Undo").click()
    expect(studio.nodes).to_have_count(4)

    edge = page.get_by_role("group", name="Summarize an itinerary leads to Email the itinerary")
    edge.press("Enter")
    page.get_by_role("button", name="Delete this edge").click()
    expect(studio.edges).to_have_count(2)
    studio.tool("Undo").click()
    expect(studio.edges).to_have_count(3)


def test_nodes_are_moved_arranged_and_brought_into_view(studio: Studio, page: Page) -> None:
    studio.use_template("Trip Planner")
    tidy = studio.boxes()
    studio.drag_node("step-1", by=(90, 160))
    moved = studio.boxes()
    assert moved["step-1"]["y"] > tidy["step-1"]["y"] + 100
    assert moved["step-0"] == tidy["step-0"]
    studio.tool("Arrange nodes").click()
    expect(page.get_by_role("toolbar", name="Canvas tools")).to_be_visible()
    studio.wait_until(lambda: abs(studio.boxes()["step-1"]["x"] - studio.boxes()["step-0"]["x"]) < 1)

    for _ in range(4):
        studio.tool("Zoom in").click()
    studio.tool("Fit to view").click()
    studio.settle()
    canvas = studio.canvas.bounding_box()
    assert canvas
    for box in studio.boxes().values():
        assert box["x"] >= canvas["x"]
        assert box["x"] + box["width"] <= canvas["x"] + canvas["width"]

    studio.node("step-0").click()
    before = studio.boxes()["step-0"]
    page.keyboard.press("ArrowDown")
    studio.wait_until(lambda: studio.boxes()["step-0"]["y"] > before["y"])


def test_nodes_are_connected_without_a_pointer(studio: Studio, page: Page) -> None:
    studio.use_template("Trip Planner")
    panel = studio.open_node("step-1")
    panel.get_by_role("combobox", name="Runs after").click()
    page.get_by_role("option", name="Search flights").click()
    expect(studio.edges).to_have_count(4)
    expect(page.get_by_role("option", name="Email the itinerary")).to_have_count(0)  # that would be a circle


def test_a_sentence_changes_the_graph_and_undo_takes_it_back(studio: Studio, page: Page, site: Site) -> None:
    studio.plan(f"Read {site.url('/article')} and summarize it")
    expect(studio.nodes).to_have_count(2)
    studio.say("also post it to Slack")
    expect(studio.proposal.get_by_test_id("proposal-summary")).to_have_text("+1 node, +1 edge")
    expect(studio.nodes).to_have_count(3)
    expect(page.get_by_text("New", exact=True).and_(studio.canvas.locator("span"))).to_have_count(1)
    studio.proposal.get_by_role("button", name="Undo").click()
    expect(studio.proposal).to_be_hidden()
    expect(studio.nodes).to_have_count(2)
    studio.plan("also post it to Slack")
    expect(studio.nodes).to_have_count(3)
    page.keyboard.press("Escape")
    studio.tool("Undo").click()
    expect(studio.nodes).to_have_count(2)


def test_a_sentence_that_is_no_task_is_answered_with_one_that_is(studio: Studio, page: Page) -> None:
    studio.watch.allow("status of 422")
    studio.say("What is the capital of France?")
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("Try:")
    example = refusal.get_by_role("button").first
    words = example.inner_text()
    example.click()
    expect(studio.command).to_have_value(words)
    expect(refusal).to_be_hidden()
    studio.command.press("Enter")
    expect(studio.proposal).to_be_visible()
    expect(studio.nodes).not_to_have_count(0)


def test_each_drag_is_a_step_of_its_own(studio: Studio) -> None:
    studio.use_template("Trip Planner")
    studio.settle()
    places = [studio.boxes()]
    for node_id in ("step-0", "step-1", "step-1"):
        studio.drag_node(node_id, (40, 60))
        places.append(studio.boxes())
    assert len({str(place) for place in places}) == 4
    for before in places[-2::-1]:
        studio.tool("Undo").click()
        studio.wait_until(lambda before=before: studio.boxes() == before)
