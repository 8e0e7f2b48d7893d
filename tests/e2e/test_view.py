"""The graph is in view: whichever run is opened, however the window is turned, after a panel was open."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect
from support.api import seed, steps
from support.studio import OpenWindow, Studio


def chain(nodes: int, at: float, **more: Any) -> dict[str, Any]:
    """Nodes in a row that begins there."""
    row = [seed(id=f"n{n}", position={"x": at + 340 * n, "y": at}, **more) for n in range(nodes)]
    edges = [{"source": f"n{n}", "target": f"n{n + 1}"} for n in range(nodes - 1)]
    return steps(*row, edges=edges, workflowId="wf_view", name="View")


def ran(studio: Studio, workflow: dict[str, Any]) -> str:
    accepted = studio.page.request.post(f"{studio.url}/api/execute-background", data={"workflow": workflow})
    return accepted.json()["runId"]


def expect_in_view(studio: Studio) -> None:
    """Every node, whole."""
    studio.wait_until(lambda: not out_of_view(studio))


def out_of_view(studio: Studio) -> list[str]:
    canvas = studio.canvas.bounding_box()
    assert canvas
    right, bottom = canvas["x"] + canvas["width"], canvas["y"] + canvas["height"]
    return [
        name
        for name, box in studio.boxes().items()
        if box["x"] < canvas["x"] or box["y"] < canvas["y"] or box["x"] + box["width"] > right or box["y"] > bottom
    ]


def pan(page: Page, by: tuple[int, int]) -> None:
    page.mouse.move(300, 160)
    page.mouse.down()
    page.mouse.move(300 + by[0], 160 + by[1], steps=4)
    page.mouse.up()


def test_the_runs_of_one_workflow_are_each_brought_into_view(studio: Studio, page: Page) -> None:
    near, far = ran(studio, chain(3, 0)), ran(studio, chain(7, 9_000))
    for run_id, nodes in ((near, 3), (far, 7), (near, 3)):
        studio.open_history()
        studio.open_run(run_id)
        expect(studio.nodes).to_have_count(nodes)
        expect_in_view(studio)
        pan(page, (-2_000, 0))
        assert out_of_view(studio)


def test_a_phone_that_is_turned_shows_the_graph(open_window: OpenWindow) -> None:
    studio = open_window(viewport={"width": 390, "height": 844}).open()
    run_id = ran(studio, chain(4, 0))
    studio.page.goto(f"{studio.url}/runs/{run_id}")
    expect(studio.nodes).to_have_count(4)
    studio.page.get_by_role("button", name="Hide").click()  # the result, which stands over the graph
    studio.settle()
    pan(studio.page, (0, -500))
    studio.page.set_viewport_size({"width": 844, "height": 390})
    studio.wait_until(lambda: len(out_of_view(studio)) < 4)
    studio.page.set_viewport_size({"width": 1440, "height": 900})
    expect_in_view(studio)


def test_after_a_panel_the_whole_graph_is_in_view_again(studio: Studio) -> None:
    run_id = ran(studio, chain(6, 0))
    studio.page.goto(f"{studio.url}/runs/{run_id}")
    expect(studio.nodes).to_have_count(6)
    expect_in_view(studio)
    panel = studio.open_node("n5")
    studio.wait_until(lambda: {"n0"} <= set(out_of_view(studio)) <= {"n0", "n1", "n2"})
    panel.get_by_role("button", name="Close the panel").click()
    expect(studio.panel).to_be_hidden()
    expect_in_view(studio)


def zoom_of(page: Page) -> float:
    transform = page.locator(".react-flow__viewport").evaluate("one => one.style.transform")
    return float(transform.rpartition("scale(")[2].rstrip(")"))


def test_a_long_chain_opens_at_its_start_and_not_as_dots(studio: Studio, page: Page) -> None:
    run_id = ran(studio, chain(500, 0))
    page.goto(f"{studio.url}/runs/{run_id}")
    studio.wait_until(lambda: "n0" in studio.boxes() and "n0" not in out_of_view(studio))
    assert zoom_of(page) >= 0.5
    studio.tool("Fit to view").click()
    studio.wait_until(lambda: zoom_of(page) < 0.05)


def test_nodes_far_apart_are_all_brought_into_view_when_that_is_asked_for(studio: Studio, page: Page) -> None:
    near, away = seed(id="near", position={"x": 0, "y": 0}), seed(id="away", position={"x": 100_000, "y": 0})
    edge = {"source": "near", "target": "away"}
    run_id = ran(studio, steps(near, away, edges=[edge], workflowId="wf_far", name="Far"))
    page.goto(f"{studio.url}/runs/{run_id}")
    studio.wait_until(lambda: out_of_view(studio) == ["away"])
    studio.tool("Fit to view").click()
    expect_in_view(studio)
