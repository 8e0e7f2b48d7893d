"""A node that runs once per item: set in its form, counted on the canvas, listed in its panel."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect
from support.studio import Studio

GRAPH = {
    "name": "Greet each",
    "nodes": [
        {"id": "names", "type": "prompt", "action": "seed", "label": "Names", "params": {"text": "Ada\nBob\nCleo"}},
        {"id": "greet", "type": "transform", "action": "template", "label": "Greet", "onError": "continue",
         "params": {"template": "Hello {{ item }}{% if item == 'Bob' %}{{ 1 | divided_by: 0 }}{% endif %}"}},
    ],
    "edges": [{"id": "e", "source": "names", "target": "greet"}],
}  # fmt: skip


PHONE = {"width": 390, "height": 844}
CONDITION = {
    "name": "Fails and goes on",
    "nodes": [
        {"id": "words", "type": "prompt", "action": "seed", "params": {"text": "no rows"}},
        {"id": "many", "type": "condition", "action": "if", "onError": "continue", "params": {"expression": "size(data.rows) > 3"}},
        {"id": "yes", "type": "transform", "action": "template", "params": {"template": "yes"}},
        {"id": "no", "type": "transform", "action": "template", "params": {"template": "no"}},
    ],
    "edges": [
        {"id": "a", "source": "words", "target": "many"},
        {"id": "b", "source": "many", "target": "yes", "when": True},
        {"id": "c", "source": "many", "target": "no", "when": False},
    ],
}  # fmt: skip
TO_THE_END = "box => box.scrollHeight - box.clientHeight - box.scrollTop"
FROM_THE_HANDLE = """() => {
  const start = document.querySelector('.react-flow__edge path').getPointAtLength(0);
  const matrix = document.querySelector('.react-flow__edge path').getScreenCTM();
  const at = new DOMPoint(start.x, start.y).matrixTransform(matrix);
  const box = document.querySelector("[data-testid='node-names'] .source").getBoundingClientRect();
  return Math.hypot(at.x - box.x - box.width / 2, at.y - box.y - box.height / 2);
}"""


def test_a_node_runs_once_per_item_and_shows_what_became_of_each(studio: Studio, page: Page) -> None:
    studio.import_workflow("greet.json", json.dumps(GRAPH))
    panel = studio.open_node("greet")
    panel.get_by_label("Once for each item of its input").check(force=True)
    panel.get_by_label("Items at a time").fill("2")
    studio.run()
    studio.expect_run("completed")
    expect(studio.node("greet")).to_contain_text("3 items, 1 failed")
    expect(studio.log).to_contain_text("Item 1 of 3 finished")
    panel = studio.open_node("greet")
    panel.get_by_text("Input & output").click()
    rows = panel.get_by_role("region", name="Results by item").get_by_role("row")
    expect(rows).to_have_count(4)
    expect(rows.nth(1)).to_contain_text("Hello Ada")
    expect(rows.nth(2)).to_contain_text("Failed")
    expect(rows.nth(3)).to_contain_text("Hello Cleo")
    expect(rows.nth(2)).to_have_attribute("data-failed", "true")

    page.set_viewport_size(PHONE)
    words = rows.nth(1).get_by_text("Completed")
    studio.wait_until(lambda: (words.bounding_box() or {"height": 99})["height"] < 30)  # on one line
    studio.panel.get_by_role("button", name="Close the panel").click()
    studio.settle()
    studio.wait_until(lambda: page.evaluate(FROM_THE_HANDLE) < 12)  # edges follow the handles to the new sides


def test_a_condition_that_failed_says_which_way_the_run_went(studio: Studio, page: Page) -> None:
    studio.import_workflow("condition.json", json.dumps(CONDITION))
    expect(studio.nodes).to_have_count(4)
    studio.run()
    studio.expect_run("completed")
    expect(studio.dock).to_contain_text("2 of 4 nodes, 1 failed, 1 skipped")
    expect(studio.log).to_contain_text("Run completed")
    studio.wait_until(lambda: studio.log.evaluate(TO_THE_END) < 1)
    expect(studio.output_of("many")).to_contain_text("The run takes the branch “false”.")
