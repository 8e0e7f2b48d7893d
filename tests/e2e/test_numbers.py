"""Numbers that JavaScript cannot hold pass through the page unchanged: pinned, edited, exported, imported, reloaded."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page, expect
from support.site import Site
from support.studio import Studio

ID = 1234567890123456789
DECIMAL = "0.12345678901234566"
"""As Python writes it; JavaScript needs no more digits either."""


def workflow(site: Site) -> str:
    ids = site.put("/ids", f'{{"id": {ID}, "rows": [{{"id": {ID + 1}, "part": {DECIMAL}}}]}}', "application/json")
    site.put("/taken", "{}", "application/json")
    nodes = [
        {"id": "a", "type": "http", "action": "request", "params": {"url": ids}},
        {
            "id": "b",
            "type": "http",
            "action": "request",
            "params": {"url": site.url("/taken"), "method": "POST", "json": '{"id": {{ data.id }}}'},
        },
    ]
    return json.dumps({"name": "Ids", "nodes": nodes, "edges": [{"source": "a", "target": "b"}]})


def run(studio: Studio, site: Site, times: int) -> None:
    """It is posted as often then."""
    studio.run_button.click()
    studio.start_if_asked()
    studio.wait_until(lambda: len(site.bodies) == times)
    studio.expect_run("completed")


def test_an_id_of_64_bits_is_pinned_edited_kept_and_sent(
    studio: Studio, page: Page, site: Site, tmp_path: Path
) -> None:
    studio.import_workflow("ids.json", workflow(site))
    run(studio, site, 1)
    output = studio.output_of("a")
    output.get_by_role("tab", name="JSON").click()
    expect(output).to_contain_text(f"id: {ID}")
    output.get_by_role("button", name="0: {2}").click()
    expect(output).to_contain_text(f"part: {DECIMAL}")
    studio.open_node("a").get_by_role("button", name="Pin this output").click()
    run(studio, site, 2)

    studio.open_node("a").get_by_text("Settings", exact=True).click()
    data = studio.panel.get_by_role("region", name="Pinned output").get_by_label("Data")
    assert f'"id": {ID},' in data.input_value()
    data.fill(f'{{"id": {ID + 2}}}')
    page.keyboard.press("Control+s")
    expect(page.get_by_role("img", name="Unsaved changes")).to_be_hidden()
    page.reload()
    run(studio, site, 3)

    with page.expect_download() as download:
        studio.choose("Export to file")
    exported = tmp_path / "exported.json"
    download.value.save_as(exported)
    assert json.loads(exported.read_text())["nodes"][0]["pin"]["data"] == {"id": ID + 2}
    studio.import_workflow("again.json", exported.read_text())
    expect(page.get_by_role("img", name="Unsaved changes")).to_be_visible()
    run(studio, site, 4)
    assert [json.loads(body)["id"] for body in site.bodies] == [ID, ID, ID + 2, ID + 2]
