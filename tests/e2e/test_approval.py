"""What waits for a person: approved on the page, and from the link in the mail, on a phone."""

from __future__ import annotations

import re
from typing import Any

import httpx
from playwright.sync_api import Page, expect
from support.mailbox import Mailbox
from support.process import Serve
from support.studio import OpenWindow, Studio

PHONE = {"width": 390, "height": 844}


def start(server: Serve, **params: Any) -> str:
    """A run that asks, and what it asks about."""
    ask = {"id": "ask", "type": "approval", "action": "request", "label": "Ask me", "params": params}
    draft = {"id": "draft", "type": "prompt", "action": "seed", "params": {"text": "The **draft**"}}
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
    expect(page.get_by_label("What is to be approved")).to_contain_text("The **draft**")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_label("Comment (optional)").fill("Go ahead.")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", name="Approved")).to_be_visible()
    expect(page.get_by_text("boss@example.org")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button")).to_have_count(0)
