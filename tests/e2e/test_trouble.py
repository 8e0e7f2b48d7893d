"""What goes wrong, as its user meets it: said where they look, with what to do next, and nothing lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from support.mailbox import Mailbox
from support.process import Serve
from support.serving import free_socket
from support.site import Site
from support.studio import Studio


@pytest.fixture
def settings(mailbox: Mailbox) -> dict[str, str]:
    """A login that the mail server refuses."""
    return {**mailbox.settings, "SMTP_USER": "voicegraph", "SMTP_PASSWORD": "an old password"}


@pytest.mark.parametrize("background", [False, True], ids=["live", "background"])
def test_a_login_that_the_mail_server_refuses(
    studio: Studio, page: Page, site: Site, mailbox: Mailbox, background: bool
) -> None:
    studio.plan(f"Read {site.url('/article')} and email me the key points")
    studio.set_background(background)
    studio.run_button.click()
    studio.dialog.get_by_label("To").fill("reader@example.org")
    studio.start_from_dialog()
    studio.expect_run("failed")
    studio.expect_nodes("completed", ["step-0", "step-1"])
    studio.expect_nodes("failed", ["step-2"])
    said = re.compile("refused the login.*SMTP_USER and SMTP_PASSWORD", re.DOTALL)
    expect(studio.dock).to_contain_text(said)
    expect(studio.log).to_contain_text(said)
    mail = studio.output_of("step-2")
    expect(mail).to_contain_text("None: it failed.")
    expect(studio.panel.get_by_text(said)).to_be_visible()
    expect(studio.output_of("step-1")).to_contain_text("battery ferries")  # what was done is kept
    studio.open_history()
    expect(studio.runs).to_have_count(1)
    expect(studio.runs.first).to_contain_text(re.compile("refused the login"))
    assert mailbox.logins == 1, "a wrong password is not tried again: that would lock the account"
    assert not mailbox.mails


def test_a_host_that_cannot_be_reached(studio: Studio, page: Page) -> None:
    with free_socket() as listening:
        nowhere = f"http://127.0.0.1:{listening.getsockname()[1]}/news"
    studio.plan(f"Read {nowhere} and summarize it")
    studio.run_button.click()
    studio.start_if_asked()
    studio.expect_run("failed")
    studio.expect_nodes("failed", ["step-0"])
    studio.expect_nodes("skipped", ["step-1"])
    said = re.compile(re.escape(nowhere) + " cannot be reached: .*Check the address")
    expect(studio.dock).to_contain_text(said)
    studio.open_node("step-0")
    studio.panel.get_by_text("Input & output").click()
    expect(studio.panel.get_by_text(said)).to_be_visible()
    studio.panel.get_by_text("Settings", exact=True).click()
    expect(studio.panel.get_by_label("URL")).to_have_value(nowhere)  # and can be mended in the same place


def test_the_page_finds_a_killed_server_again_and_the_run_goes_on(
    studio: Studio, page: Page, site: Site, server: Serve
) -> None:
    studio.watch.allow_outage()
    site.put("/quick", "<h1>Tides</h1>" + "<p>High water is at noon, and the harbour wall keeps dry.</p>" * 3)
    site.hold("/article")
    studio.plan(f"Read {site.url('/quick')} and {site.url('/article')} at the same time, and summarize both")
    studio.set_background(True)
    studio.run_button.click()
    studio.start_if_asked()
    studio.expect_nodes("completed", ["step-0"])
    studio.expect_nodes("running", ["step-1"])

    server.kill()
    expect(studio.dock).to_contain_text("Connection lost, following again…")
    banner = page.get_by_role("status").get_by_text("The connection to the server is lost")
    expect(banner).to_be_visible()
    banner.click(trial=True)  # the note about the run does not lie over it
    site.release("/article")
    server.start()

    studio.expect_run("completed")
    studio.expect_nodes("completed", ["step-0", "step-1", "step-2"])
    expect(studio.dock).not_to_contain_text("Connection lost")
    expect(banner).to_be_hidden()
    expect(studio.log).to_contain_text("The server stopped while this node ran")
    expect(studio.output_of("step-2")).to_contain_text("harbour wall")
    assert site.hits.count("/quick") == 1, "a node that was finished ran again"
    assert site.hits.count("/article") == 2
    studio.open_history()
    expect(studio.runs).to_have_count(1)


def test_what_was_not_opened_yet_opens_while_the_server_is_away(studio: Studio, page: Page, server: Serve) -> None:
    studio.watch.allow_outage()
    fetched = "performance.getEntriesByType('resource').some(({ name }) => name.includes('/Palette-'))"
    studio.wait_until(lambda: page.evaluate(fetched))  # the last of the parts
    server.kill()
    studio.open_history()
    expect(studio.history.get_by_role("alert")).to_contain_text("The history could not be loaded.")
    server.start()
    expect(studio.history).to_contain_text("No runs yet.")
    expect(studio.history.get_by_role("alert")).to_be_hidden()
    studio.close_history()


def test_keys_under_a_dialog_are_not_for_the_canvas(studio: Studio, page: Page, site: Site) -> None:
    studio.plan(f"Read {site.url('/article')} and summarize it")
    studio.node("step-0").click()
    studio.panel.get_by_role("button", name="Close the panel").click()
    studio.command.fill("copied")  # what the browser itself would take back, and paste
    studio.command.press("Control+a")
    studio.command.press("Control+x")
    studio.choose("Keyboard shortcuts")
    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(shortcuts).to_be_visible()
    expect(shortcuts.locator(":focus")).to_have_count(1)
    for key in ("Delete", "Control+z", "Control+Enter", "Control+v"):
        page.keyboard.press(key)
    page.keyboard.press("Escape")
    expect(shortcuts).to_be_hidden()
    expect(studio.nodes).to_have_count(2)
    expect(studio.dialog).to_be_hidden()
    expect(studio.dock).to_be_hidden()
    page.keyboard.press("Control+z")  # now they are
    expect(studio.nodes).to_have_count(0)
