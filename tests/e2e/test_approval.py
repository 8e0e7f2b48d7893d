"""What waits for a person: approved on the page, and from the link in the mail, on a phone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from support.mailbox import Mailbox
from support.process import Serve
from support.studio import OpenWindow, Studio

PHONE = {"width": 390, "height": 844}
PICTURES = Path("test-results/screens/approval")


REPORT = """# Week 12

The **ferry** was late *three times*; see [the timetable](https://example.org/ferry).
![a picture](https://example.org/track.png) <img src="https://example.org/track.gif"> <script>alert(1)</script>

| Day | Minutes late | Why |
|---|---|---|
| Monday | 12 | Fog over the sound, and a crew that was waiting for the harbour pilot |
| Tuesday | 3 | Tide |

- one more ship
- `code` of the line

> The crew waits at the pier.

""" + "\n\n".join(
    f"{number}. A paragraph that says what happened on that day, and what is done about it." for number in range(40)
)


def start(server: Serve, text: str = "The **draft**", **params: Any) -> str:
    """A run that asks, and what it asks about."""
    ask = {"id": "ask", "type": "approval", "action": "request", "label": "Ask me", "params": params}
    draft = {"id": "draft", "type": "prompt", "action": "seed", "params": {"text": text}}
    send = {"id": "send", "type": "transform", "action": "template", "params": {"template": "Sent: {{ input }}"}}
    edges = [{"id": "a", "source": "draft", "target": "ask"}, {"id": "b", "source": "ask", "target": "send"}]
    graph = {"name": "Asks", "nodes": [draft, ask, send], "edges": edges}
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        answer = client.post("/api/execute-background", json={"workflow": graph})
    return answer.json()["runId"]


def test_the_inbox_shows_what_waits_and_takes_the_answer(studio: Studio, page: Page, server: Serve) -> None:
    start(server)
    page.get_by_role("button", name="1 waiting for approval").click()
    inbox = page.get_by_role("dialog", name="Waiting for approval")
    expect(inbox).to_contain_text("The draft")
    inbox.get_by_label("Comment").fill("Fine by me.")
    inbox.get_by_role("button", name="Show the run").click()
    expect(page.get_by_test_id("node-ask")).to_contain_text("Waiting for approval")
    page.get_by_role("button", name="1 waiting for approval").click()
    inbox.get_by_role("button", name="Approve").click()
    expect(inbox).to_contain_text("Nothing waits for you.")
    expect(page.get_by_test_id("node-send")).to_have_attribute("data-status", "completed")


def test_the_link_in_the_mail_works_on_a_phone_and_once(
    open_window: OpenWindow, server: Serve, mailbox: Mailbox
) -> None:
    window = open_window(viewport=PHONE).open()
    start(server, approvers="boss@example.org", message="May this go out?")
    expect(window.page.get_by_role("button", name="1 waiting for approval")).to_be_visible()
    (mail,) = mailbox.mails
    path = re.findall(r"http://[^/]+(/approve/[^>\s]+)", mail.text())[0]
    page = window.page
    page.goto("about:blank")
    page.set_content(mail.text("html"))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.goto(server.url + path)
    expect(page.get_by_role("heading", name="May this go out?")).to_be_visible()
    content = page.get_by_label("What is to be approved")
    expect(content.get_by_role("strong")).to_have_text("draft")
    content.get_by_text("As it was written").click()
    expect(content.get_by_text("The **draft**")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_label("Comment (optional)").fill("Go ahead.")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", name="Approved")).to_be_visible()
    expect(page.get_by_text("boss@example.org")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button")).to_have_count(0)


def link_of(mailbox: Mailbox) -> str:
    return re.findall(r"http://[^/]+(/approve/[^>\s]+)", mailbox.mails[-1].text())[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_a_stranger_reads_it_formatted_with_the_buttons_in_view_and_without_a_script(
    open_window: OpenWindow, server: Serve, mailbox: Mailbox, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 844 if width < 700 else 900}
    window = open_window(viewport=size, color_scheme=scheme, java_script_enabled=False)
    window.watch.allow("status of 404")  # of the link that is none
    page = window.page
    run = start(server, REPORT, approvers="boss@example.org", message="May the report go out?", expires="2 days")
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client:
        for _ in range(200):
            if client.get(f"/api/approvals?run={run}").json()["count"]:
                break
            page.wait_for_timeout(50)
    url = server.url + link_of(mailbox)
    page.goto(url)
    expect(page.get_by_role("heading", name="May the report go out?")).to_be_visible()
    for fact in ("the workflow “Asks”", "Ask me", "boss@example.org", "UTC", "it is rejected"):
        expect(page.locator("dl")).to_contain_text(fact)
    content = page.get_by_label("What is to be approved")
    expect(content.get_by_role("heading", name="Week 12")).to_be_visible()
    expect(content.get_by_role("cell", name="Monday")).to_be_visible()
    expect(content.get_by_role("link", name="the timetable")).to_have_attribute("rel", re.compile("noopener"))
    expect(content.get_by_role("img")).to_have_count(0)
    expect(content).to_contain_text("<script>alert(1)</script>")
    for button in ("Approve", "Reject"):
        expect(page.get_by_role("button", name=button)).to_be_in_viewport(ratio=1)
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"asked-{width}-{scheme}.png")
    page.get_by_label("Comment (optional)").fill("Go ahead, but *call* me.")
    page.screenshot(path=PICTURES / f"end-{width}-{scheme}.png")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", name="Approved")).to_be_visible()
    expect(page.get_by_text("goes on to the next step")).to_be_visible()
    page.screenshot(path=PICTURES / f"approved-{width}-{scheme}.png")
    page.goto(url + "x")
    expect(page.get_by_role("heading", name="This link is not valid")).to_be_visible()
    expect(page.locator("header")).to_contain_text("VoiceGraph")
    page.screenshot(path=PICTURES / f"unknown-{width}-{scheme}.png")
