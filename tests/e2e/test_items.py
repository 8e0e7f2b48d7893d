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
