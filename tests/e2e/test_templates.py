"""The templates of the empty canvas, and how any graph is drawn: nothing overlaps, nothing is cut off."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any, cast

from playwright.sync_api import APIResponse, FloatRect, Page, expect
from support.looks import flaws
from support.studio import Studio


def test_every_template_opens_as_a_tidy_graph(studio: Studio, page: Page) -> None:
    answer: APIResponse = page.request.get(f"{studio.url}/api/templates")
    templates = cast("list[dict[str, Any]]", answer.json()["templates"])
    assert len(templates) == 8
    for template in templates:
        nodes, edges = template["workflow"]["nodes"], template["workflow"]["edges"]
        studio.use_template(template["name"])
        expect(studio.nodes).to_have_count(len(nodes))
        expect(studio.edges).to_have_count(len(edges))
        boxes = studio.boxes()
        assert_apart(boxes)
        for edge in edges:
            source, target = boxes[edge["source"]], boxes[edge["target"]]
            assert source["x"] + source["width"] < target["x"], f"{template['name']}: {edge}"
        assert flaws(page) == [], template["name"]
        studio.new_workflow()


def test_parallel_branches_stand_side_by_side(studio: Studio) -> None:
    studio.use_template("Trip Planner")
    boxes = studio.boxes()
    flights, hotels = boxes["step-0"], boxes["step-1"]
    assert abs(flights["x"] - hotels["x"]) < 1
    assert flights["y"] + flights["height"] < hotels["y"]
    middle = (flights["y"] + hotels["y"]) / 2
    assert abs(boxes["step-2"]["y"] - middle) < flights["height"]


def test_a_graph_is_first_seen_where_it_stays(studio: Studio) -> None:
    with studio.watched_places("step-0") as places:
        studio.use_template("Trip Planner")
    assert len(places) == 1, "the graph jumped"
    studio.new_workflow()
    with studio.watched_places("step-0") as places:
        studio.use_template("Meeting Digest")
    assert len(places) == 1, "the next one jumped"
    studio.tool("Undo").click()
    expect(studio.nodes).to_have_count(0)
    with studio.watched_places("step-0") as places:
        studio.tool("Redo").click()
    assert len(places) == 1, "what came back jumped"


def test_long_labels_are_shown_whole_and_push_nothing_over(studio: Studio, page: Page) -> None:
    label = "Compare the timetable of the coming winter with that of the past summer, line by line and stop by stop"
    step = {"type": "transform", "action": "template", "params": {"template": "{{ input }} " * 20}}
    nodes = [{"id": f"step-{number}", "label": f"{label} ({number})", **step} for number in range(5)]
    edges = [{"source": "step-0", "target": f"step-{number}"} for number in (1, 2, 3)]
    edges += [{"source": f"step-{number}", "target": "step-4"} for number in (1, 2, 3)]
    studio.import_workflow("long.json", json.dumps({"name": "Long", "nodes": nodes, "edges": edges}))
    studio.tool("Arrange nodes").click()
    expect(studio.node("step-3")).to_contain_text(f"{label} (3)")
    studio.settle()
    assert_apart(studio.boxes())
    assert flaws(page) == []


def assert_apart(boxes: dict[str, FloatRect]) -> None:
    for (one, a), (other, b) in combinations(boxes.items(), 2):
        beside = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
        above = a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
        assert beside or above, f"{one} and {other} overlap"
