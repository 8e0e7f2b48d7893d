"""After a run one sees what it was for: the text, the table, the file, what was sent; of a failed one, where and why."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from support.api import seed, steps, template
from support.looks import barriers, flaws
from support.mailbox import Mailbox
from support.site import Site
from support.studio import OpenWindow, Studio

PICTURES = Path(__file__).parents[2] / "test-results" / "screens"
ROWS = '[{"name": "Ada", "age": 36}, {"name": "Bea", "age": 41}]'


def node(node_id: str, kind: str, action: str, **more: Any) -> dict[str, Any]:
    return {"id": node_id, "type": kind, "action": action, "label": node_id.title(), "params": more}


GRAPH = steps(
    seed("# Ferries\n\nThe **first** sails at nine.", id="news"),
    node("table", "code", "run", code=f"{ROWS}"),
    node("file", "file", "save", name="ferries.md"),
    node("mail", "email", "send", to="anna@example.org", subject="Ferries"),
    template("{{ nodes.news.text }}", id="text", label="Text"),
    edges=[{"source": "news", "target": target} for target in ("table", "file", "mail", "text")],
    workflowId="wf_result",
    name="Ferries",
)
BROKEN = steps(seed("x", id="a"), template("{{ 1 | divided_by: 0 }}", id="b", label="Divide"), name="Broken")


def result_of(studio: Studio) -> Locator:
    return studio.dock.get_by_role("region", name="Result")


def opened(studio: Studio, workflow: dict[str, Any]) -> Studio:
    saved = studio.page.request.post(f"{studio.url}/api/workflows", data={"workflow": workflow})
    studio.page.goto(f"{studio.url}/w/{saved.json()['workflow']['workflowId']}")
    expect(studio.nodes).to_have_count(len(workflow["nodes"]))
    return studio


@pytest.mark.parametrize(("size", "scheme"), [((1440, 900), "light"), ((1440, 900), "dark"), ((390, 844), "dark")])
def test_the_result_is_what_one_sees_after_a_run(
    size: tuple[int, int], scheme: Any, open_window: OpenWindow, mailbox: Mailbox
) -> None:
    phone = {"is_mobile": True, "has_touch": True} if size[0] < 500 else {}
    studio = open_window(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, **phone).open()
    page = opened(studio, GRAPH).page
    studio.run_button.click()
    studio.start_if_asked()
    studio.expect_run("completed")
    result = result_of(studio)
    expect(result).to_be_visible()
    text = result.get_by_role("article", name="Result of Text")
    expect(text.get_by_role("heading", name="Ferries")).to_be_visible()
    expect(text.get_by_text("first", exact=True)).to_have_js_property("tagName", "STRONG")
    expect(result.get_by_role("article", name="Result of Table").get_by_role("cell", name="Bea")).to_be_visible()
    mail = result.get_by_role("article", name="Result of Mail")
    expect(mail.get_by_text("Sent to anna@example.org, subject “Ferries”")).to_be_visible()
    assert len(mailbox.mails) == 1
    studio.settle()
    page.screenshot(path=PICTURES / f"result-{size[0]}-{scheme}.png")
    assert [*flaws(page), *barriers(page)] == []
    with page.expect_download() as download:
        result.get_by_role("article", name="Result of File").get_by_role("link", name=re.compile("^ferries.md")).click()
    assert "sails at nine" in Path(download.value.path()).read_text("utf-8")

    # Nothing of the result's takes the way on from the reader, however small the screen.
    studio.command.click()
    studio.history_button.click()
    expect(page.get_by_role("dialog", name="Workflow History")).to_be_visible()
    page.keyboard.press("Escape")
    studio.dock.get_by_role("button", name="Hide result, log and timeline").click()
    expect(result).to_be_hidden()
    studio.dock.get_by_role("button", name="Show result, log and timeline").click()
    text.get_by_role("button", name="Show the node").click()
    expect(studio.panel.get_by_role("region", name="Output")).to_be_visible()  # and not its settings


def test_a_failed_run_says_where_and_leads_there(studio: Studio) -> None:
    page = opened(studio, BROKEN).page
    studio.run_button.click()
    studio.start_if_asked()
    studio.expect_run("failed")
    note = result_of(studio).get_by_role("alert")
    expect(note).to_contain_text("“Divide” failed")
    expect(note.get_by_role("button", name="Replay from the failed node")).to_be_visible()
    studio.dock.get_by_text("Timeline", exact=True).click()
    expect(studio.dock.get_by_role("button", name="Replay from the failed node")).to_be_visible()
    studio.dock.get_by_text("Result", exact=True).click()
    studio.settle()
    page.screenshot(path=PICTURES / "result-failed.png")
    note.get_by_role("button", name="Show the node").click()
    expect(studio.panel.get_by_text("This node failed")).to_be_visible()


def test_the_result_of_a_run_takes_no_focus_from_who_types(studio: Studio, page: Any, site: Site) -> None:
    site.hold("/article")
    studio.plan(f"Read {site.url('/article')}")
    studio.run_button.click()
    studio.start_if_asked()
    studio.expect_run("running")
    studio.command.fill("and then")
    site.release("/article")
    studio.expect_run("completed")
    expect(result_of(studio)).to_be_visible()
    expect(studio.command).to_be_focused()
    expect(studio.command).to_have_value("and then")


def test_the_run_button_stops_the_run_it_started(studio: Studio, page: Any, site: Site) -> None:
    site.hold("/article")
    studio.plan(f"Read {site.url('/article')}")
    stop = page.get_by_role("form", name="Command bar").get_by_role("button", name="Stop", exact=True)
    studio.run_button.click()
    studio.start_if_asked()
    studio.expect_run("running")
    expect(page).to_have_title(re.compile("^▶ Running"))
    stop.click()
    studio.expect_run("cancelled")
    expect(page).to_have_title(re.compile("^■ Cancelled"))
    expect(result_of(studio)).to_contain_text("The run was cancelled.")
    expect(studio.run_button).to_be_visible()
    site.release("/article")


def test_the_key_for_run_asks_beside_a_run_and_stops_none(studio: Studio, page: Any, site: Site) -> None:
    site.hold("/article")
    studio.plan(f"Read {site.url('/article')}")
    studio.run_button.click()
    studio.start_if_asked()
    studio.expect_run("running")
    page.keyboard.press("Control+Enter")
    question = page.get_by_role("dialog", name="A run is still going")
    question.get_by_role("button", name="Watch it").click()
    expect(question).to_be_hidden()
    studio.expect_run("running")
    site.release("/article")
    studio.expect_run("completed")


@pytest.mark.parametrize("press", ["click", "key"])
def test_a_press_that_was_doubled_starts_a_run_and_does_not_stop_it(
    studio: Studio, page: Any, site: Site, press: str
) -> None:
    site.hold("/article")
    studio.plan(f"Read {site.url('/article')}")
    box = studio.run_button.bounding_box()
    assert box
    stop = page.get_by_role("form", name="Command bar").get_by_role("button", name="Stop", exact=True)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for count in (1, 2):
        if press == "key":
            page.keyboard.press("Control+Enter")
        else:
            page.mouse.down(click_count=count)
            page.mouse.up(click_count=count)
        expect(stop).to_be_visible()
    site.release("/article")
    studio.expect_run("completed")


def test_a_second_run_beside_one_that_goes_on_is_asked_for(studio: Studio, page: Any, site: Site) -> None:
    site.hold("/article")
    studio.plan(f"Read {site.url('/article')}")
    studio.set_background(True)
    studio.run_button.click()
    studio.start_if_asked()
    studio.expect_run("running")
    first = page.url
    studio.dock.get_by_role("button", name="Take this run off the canvas").click()
    question = page.get_by_role("dialog", name="A run is still going")
    studio.run_button.click()
    expect(question).to_be_visible()
    studio.settle()
    page.screenshot(path=PICTURES / "result-second-run.png")
    question.get_by_role("button", name="Watch it").click()
    expect(page).to_have_url(first)
    page.get_by_role("button", name="Close", exact=True).click()
    studio.run_button.click()
    question.get_by_role("button", name="Run another").click()
    expect(page).to_have_url(re.compile(r"/runs/(?!" + first.rpartition("/")[2] + ")"))
    expect(studio.history_button).to_have_text(re.compile("2 running"))
    site.release("/article")
    studio.expect_run("completed")


@pytest.mark.parametrize("background", [False, True])
def test_a_run_that_waits_says_so_until_it_goes_on(
    studio: Studio, page: Any, site: Site, open_window: OpenWindow, background: bool
) -> None:
    site.hold("/article")
    ask, read = node("ask", "approval", "request"), node("read", "web_page", "fetch", url=site.url("/article"))
    opened(studio, steps(seed("x", id="a"), ask, read, name="Asks"))
    studio.set_background(background)
    workflow = page.url
    studio.run_button.click()
    studio.start_if_asked()
    studio.expect_run("waiting")
    expect(page).to_have_title(re.compile("^⏸ Waiting"))

    other = open_window()
    other.page.goto(workflow)
    other.run_button.click()
    question = other.page.get_by_role("dialog", name="A run is still going")
    question.get_by_role("button", name="Watch it").click()
    expect(other.page).to_have_url(page.url)

    studio.node("ask").click()
    studio.panel.get_by_role("button", name="Approve").click()
    studio.expect_run("running")
    expect(page).to_have_title(re.compile("^▶ Running"))
    site.release("/article")
    studio.expect_run("completed")


@pytest.mark.parametrize("each", [False, True])
def test_the_result_is_what_the_last_node_made_and_not_what_came_in(studio: Studio, page: Any, each: bool) -> None:
    text = "# {{ input }}" if each else "# People\n{% for one in data %}\n- {{ one.name }}{% endfor %}"
    report = template(text, id="report", label="Report", **({"each": True} if each else {}))
    opened(studio, steps(node("people", "code", "run", code=ROWS), report, name="Report"))
    studio.run_button.click()
    studio.start_if_asked()
    studio.expect_run("completed")
    made = result_of(studio).get_by_role("article", name="Result of Report")
    expect(made.get_by_role("heading", level=1).first).to_be_visible()
    expect(made.get_by_role("table")).to_be_hidden()
    made.get_by_role("button", name="Show the node").click()
    expect(studio.panel.get_by_role("region", name="Output").get_by_role("heading", level=1).first).to_be_visible()
    expect(studio.panel.get_by_role("region", name="Input").get_by_role("table")).to_be_visible()


def test_a_result_that_is_shown_in_part_is_copied_whole(open_window: OpenWindow) -> None:
    studio = open_window(permissions=["clipboard-read", "clipboard-write"]).open()
    opened(studio, steps(node("long", "code", "run", code="'word ' * 1_000_000"), name="Long"))
    studio.run_button.click()
    studio.start_if_asked()
    studio.expect_run("completed")
    expect(result_of(studio)).to_contain_text("this is its beginning")
    result_of(studio).get_by_role("button", name="Copy this").click()
    expect(studio.page.get_by_text("Copied")).to_be_visible()
    assert studio.page.evaluate("navigator.clipboard.readText().then((text) => text.length)") == 5_000_000


def test_that_a_run_goes_on_is_not_said_of_one_that_is_over(studio: Studio, page: Any) -> None:
    opened(studio, steps(seed("x"), name="Quick"))
    studio.set_background(True)
    with page.expect_response("**/api/execute-background") as answer:  # its answer comes after the word of its end
        page.route("**/api/execute-background", lambda route: _late(route, page))
        studio.run_button.click()
        studio.start_if_asked()
    assert answer.value.ok
    studio.expect_run("completed")
    expect(page.get_by_text("Running in the background")).to_be_hidden()


def _late(route: Any, page: Any) -> None:
    answer = route.fetch()
    run = f"/api/runs/{answer.json()['runId']}"
    while page.request.get(route.request.url.replace("/api/execute-background", run)).json()["status"] != "completed":
        pass
    route.fulfill(response=answer)


@pytest.mark.parametrize("by", ["address", "history"])
def test_on_a_phone_too_a_run_that_is_over_shows_its_result(open_window: OpenWindow, by: str) -> None:
    studio = open_window(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True).open()
    page = studio.page
    graph = steps(seed("# Tides", id="a"), name="Tides")
    run = page.request.post(f"{studio.url}/api/execute-background", data={"workflow": graph}).json()["runId"]
    if by == "address":
        studio.wait_until(lambda: page.request.get(f"{studio.url}/api/runs/{run}").json()["status"] == "completed")
        page.goto(f"{studio.url}/runs/{run}")
    else:
        studio.open_history()
        expect(studio.runs.first).to_contain_text("Completed")
        page.get_by_test_id(f"run-{run}").get_by_role("link").first.click()
    expect(result_of(studio).get_by_role("heading", name="Tides")).to_be_visible()


def test_on_a_phone_a_proposal_is_seen_after_a_run(open_window: OpenWindow) -> None:
    studio = open_window(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True).open()
    opened(studio, steps(seed("# Tides", id="a"), name="Tides"))
    studio.run_button.click()
    expect(result_of(studio).get_by_role("heading", name="Tides")).to_be_visible()
    studio.say("also email it to me@example.org")
    expect(studio.proposal).to_be_visible()
    expect(studio.nodes).to_have_count(2)
    expect(result_of(studio)).to_be_hidden()
    studio.settle()
    studio.page.screenshot(path=PICTURES / "result-then-proposal.png")


def test_esc_clears_the_filter_of_the_log_before_it_leaves(studio: Studio, page: Any) -> None:
    opened(studio, steps(seed("x", id="a"), name="Logs"))
    studio.run_button.click()
    studio.start_if_asked()
    studio.expect_run("completed")
    log = studio.dock.get_by_role("region", name="Log", exact=True)
    field = log.get_by_role("textbox", name="Filter the log")
    field.fill("nowhere")
    expect(log).to_contain_text("The filter hides all 4 lines.")
    page.keyboard.press("Escape")
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    expect(studio.log).to_contain_text("Run completed")
    page.keyboard.press("Escape")
    expect(field).not_to_be_focused()


def test_the_enter_that_ends_a_word_of_an_input_method_submits_nothing(studio: Studio, page: Any, site: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    studio.command.fill(f"Read {site.url('/article')}")
    safari = "new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true })"
    studio.command.evaluate(f"(field) => field.dispatchEvent({safari})")
    studio.settle()
    assert asked == []
    studio.command.press("Enter")
    expect(studio.proposal).to_be_visible()
    assert len(asked) == 1
