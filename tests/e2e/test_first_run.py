"""What a new user does on a fresh machine: say it, see it, run it."""

from __future__ import annotations

from itertools import pairwise

from playwright.sync_api import Page, expect
from support.mailbox import Mailbox
from support.site import Site
from support.studio import Studio

STEPS = ["step-0", "step-1", "step-2"]


def test_a_sentence_becomes_a_mail(studio: Studio, page: Page, site: Site, mailbox: Mailbox) -> None:
    studio.say(f"Read {site.url('/article')} and email me the key points")
    expect(studio.proposal.get_by_test_id("proposal-summary")).to_have_text("+3 nodes, +2 edges")
    expect(studio.nodes).to_have_count(3)
    studio.accept()
    boxes = [studio.node(step).bounding_box() for step in STEPS]
    for left, right in pairwise(boxes):
        assert left
        assert right
        assert left["x"] + left["width"] < right["x"], "each node stands right of the one it waits for"

    form = studio.open_node("step-2")
    form.get_by_label("Subject").fill("Ferry news")
    expect(studio.node("step-2")).to_contain_text("Ferry news")

    site.hold("/article")
    studio.run_button.click()
    questions = studio.dialog.get_by_role("textbox")
    expect(questions).to_have_count(1)
    expect(studio.dialog).to_contain_text("it is where the mail is sent")
    studio.dialog.get_by_label("To").fill("reader@example.org")
    studio.start_from_dialog()
    studio.expect_nodes("running", ["step-0"])
    expect(studio.log).to_contain_text("Started")
    studio.expect_run("running")
    site.release("/article")
    studio.expect_nodes("completed", STEPS)
    studio.expect_run("completed")
    expect(studio.log).to_contain_text("Sent to reader@example.org")

    [mail] = mailbox.mails
    assert mail.recipients == ["reader@example.org"]
    assert mail.sender == "voicegraph@example.org"
    assert mail.message["To"] == "reader@example.org"
    assert mail.message["From"] == "voicegraph@example.org"
    assert mail.message["Subject"] == "Ferry news"
    assert mail.message["Message-ID"].endswith("@example.org>")
    assert mail.message["Date"]
    assert mail.message.get_content_type() == "multipart/alternative"
    assert "battery ferries" in mail.text()
    assert "newsletter" not in mail.text()
    assert "battery ferries" in mail.text("html")
    assert site.hits == ["/article"]


def test_a_table_is_summarized(studio: Studio, page: Page) -> None:
    studio.plan("Upload a CSV and summarize it")
    studio.run_button.click()
    expect(studio.dialog.get_by_role("textbox")).to_have_count(0)
    rows = "\n".join(f"Town {number},{number * 10}" for number in range(1, 41))
    content = f"town,ferries\n{rows}\n".encode()
    with page.expect_file_chooser() as chooser:
        studio.dialog.get_by_role("button", name="Choose file").click()
    chooser.value.set_files([{"name": "ferries.csv", "mimeType": "text/csv", "buffer": content}])
    expect(studio.dialog).to_contain_text("ferries.csv")
    studio.start_from_dialog()
    studio.expect_run("completed")

    upload = studio.output_of("step-0")
    expect(upload.get_by_role("tab", name="Table")).to_have_attribute("aria-selected", "true")
    expect(upload.get_by_role("columnheader")).to_have_text(["town", "ferries"])
    expect(upload.get_by_role("row").nth(40)).to_contain_text("Town 40")
    expect(upload).to_contain_text("40 rows")
    summary = studio.output_of("step-1")
    expect(summary).to_contain_text("ferries")
    expect(summary).to_contain_text("40")
