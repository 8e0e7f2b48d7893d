"""A run of 7,000 log lines is there as soon as any other; its log is read from its end."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from support.api import seed, steps, template
from support.long_log import lengthen
from support.process import Serve
from support.studio import Studio

LINES = 7_000
GREET = steps(seed("Ada", id="a"), template("Hi {{ input }}", id="b", label="Greet"), name="Greet")


def test_a_run_with_a_long_log_is_there_at_once(studio: Studio, server: Serve) -> None:
    page = studio.page
    accepted = page.request.post(f"{studio.url}/api/execute-background", data={"workflow": GREET})
    run_id = accepted.json()["runId"]
    page.request.get(f"{studio.url}/api/runs/{run_id}/events")
    lengthen(server.home / "data" / "voicegraph.db", run_id, LINES, "a")

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition("/api/runs/")[2]))
    page.goto(f"{studio.url}/runs/{run_id}")
    studio.expect_nodes("completed", ["a", "b"])
    expect(studio.log).to_contain_text(f"Line {LINES - 1:05} of a long log")
    page.get_by_role("textbox", name="Filter the log").fill("00017")  # what came later is there, too
    expect(studio.log).to_contain_text("Line 00017 of a long log")
    of_run = [path.removeprefix(run_id) for path in asked if path]
    assert of_run[0] == "?tail=200"
    assert all(re.fullmatch(r"/logs\?before=\d+&limit=2000", path) for path in of_run[1:]), "in pages, not one by one"
    assert len(of_run) <= 6
