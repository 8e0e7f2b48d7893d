"""Background Execution and Workflow History: start it, leave it, find it again, even after a restart."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from support.mailbox import Mailbox
from support.process import Serve
from support.site import Site
from support.studio import OpenWindow, Studio

STEPS = ["step-0", "step-1", "step-2"]


def test_a_run_in_the_background_is_found_again_with_all_it_made(
    studio: Studio, page: Page, site: Site, mailbox: Mailbox, server: Serve
) -> None:
    said = f"Read {site.url('/article')} and email me the key points"
    site.hold("/article")
    studio.plan(said)
    studio.set_background(True)
    studio.run_button.click()
    studio.dialog.get_by_label("To").fill("reader@example.org")
    studio.start_from_dialog()

    toast = page.get_by_role("alert").filter(has_text="Running in the background")
    expect(toast).to_contain_text(f"“{said}” is saved")
    expect(page).to_have_url(re.compile("/runs/run_"))
    run_id = page.url.rpartition("/")[2]
    expect(studio.history_button).to_have_text(re.compile("1 running"))
    toast.get_by_role("button", name="Open Workflow History").click()
    row = studio.history.get_by_test_id(f"run-{run_id}")
    expect(row).to_contain_text(said)
    expect(row).to_contain_text("Running")
    expect(row).to_contain_text("0 of 3 nodes")
    expect(row.get_by_role("time")).to_have_text("just now")

    site.release("/article")
    expect(row).to_contain_text("Completed", timeout=20_000)
    expect(row).to_contain_text(re.compile(r"\d+(\.\d+)? m?s · background"))
    studio.close_history()
    expect(studio.history_button).to_have_text("Workflow History")
    studio.expect_nodes("completed", STEPS)
    assert len(mailbox.mails) == 1

    server.restart()
    studio.watch.allow_outage()
    page.reload()
    studio.open_history()
    expect(studio.runs).to_have_count(1)
    studio.open_run(run_id)
    studio.expect_run("completed")
    studio.expect_nodes("completed", STEPS)
    expect(page.get_by_role("region", name="Run on the canvas")).to_contain_text(said)
    expect(studio.log).to_contain_text("Sent to reader@example.org")
    mail = studio.open_node("step-2")
    expect(mail.get_by_role("region", name="Output")).to_contain_text("battery ferries")
    mail.get_by_text("Settings", exact=True).click()
    expect(mail.get_by_label("To")).to_have_value("reader@example.org")
    expect(mail.get_by_label("To")).to_be_disabled()
    assert site.hits == ["/article"], "looking at a run runs nothing"


def test_a_past_run_is_edited_and_run_again_with_what_was_answered(
    studio: Studio, open_window: OpenWindow, site: Site, mailbox: Mailbox
) -> None:
    studio.plan(f"Read {site.url('/article')} and email me the key points")
    studio.run_button.click()
    studio.dialog.get_by_label("To").fill("reader@example.org")
    studio.start_from_dialog()
    studio.expect_run("completed")
    other = open_window().open()  # another browser, that remembers nothing
    other.open_history()
    other.runs.first.get_by_role("link").first.click()
    other.page.get_by_role("button", name="Edit this").click()
    other.open_node("step-2").get_by_label("Subject").fill("Second edition")
    other.run_button.click()
    expect(other.dialog.get_by_label("To")).to_have_value("reader@example.org")
    other.start_from_dialog()
    other.expect_run("completed")
    assert [mail.message["Subject"] for mail in mailbox.mails][1] == "Second edition"
    other.open_history()
    expect(other.runs).to_have_count(2)


def test_the_history_is_searched_filtered_exported_and_emptied(studio: Studio, page: Page, site: Site) -> None:
    for command in (f"Read {site.url('/article')}", f"Read {site.url('/nowhere')}"):
        studio.plan(command) if not studio.nodes.count() else studio.replan(command)
        studio.run_button.click()
        studio.expect_run("completed" if "article" in command else "failed")
    history = studio.open_history()
    expect(studio.runs).to_have_count(2)
    expect(history).to_contain_text("2 runs")
    expect(history.get_by_role("heading", name="Today")).to_be_visible()
    history.get_by_role("textbox", name="Search the history").fill("article")
    expect(studio.runs).to_have_count(1)
    expect(history).to_contain_text("1 run")
    history.get_by_role("button", name="Clear the search").click()
    history.get_by_role("button", name="Filter").click()
    page.get_by_role("combobox", name="Status").click()
    page.get_by_role("option", name="Failed").click()
    page.keyboard.press("Escape")  # one thing each time: the list, then what it stands in
    expect(page.get_by_role("option", name="Failed")).to_be_hidden()
    expect(page.get_by_role("combobox", name="Status")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox", name="Status")).to_be_hidden()
    expect(studio.runs).to_have_count(1)
    expect(studio.runs.first).to_contain_text("404")
    with page.expect_download() as download:
        studio.runs.first.get_by_role("link", name=re.compile("^Export")).click()
    assert download.value.suggested_filename.endswith(".json")
    studio.runs.first.get_by_role("button", name=re.compile("^Delete")).click()
    page.get_by_role("button", name="Delete run").click()
    expect(history).to_contain_text("No run fits this filter.")


def test_progress_reaches_every_window(studio: Studio, open_window: OpenWindow, site: Site) -> None:
    other = open_window().open()
    site.hold("/article")
    studio.plan(f"Read {site.url('/article')} and summarize it")
    studio.set_background(True)
    studio.run_button.click()
    studio.start_if_asked()
    expect(other.history_button).to_have_text(re.compile("1 running"))
    other.open_history()
    other.runs.first.get_by_role("link").first.click()
    other.expect_nodes("running", ["step-0"])
    site.release("/article")
    for window in (studio, other):
        window.expect_run("completed")
        window.expect_nodes("completed", ["step-0", "step-1"])
        expect(window.history_button).to_have_text("Workflow History")
