"""A page of another origin, open in the same browser, attacks the server of its visitor (SECURITY row 4)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page
from support.process import Serve
from support.site import Site

WORKFLOW = {"nodes": [{"id": "a", "type": "prompt", "action": "seed", "params": {"text": "taken over"}}]}
ATTACKS = """async ({ server, body }) => {
  const told = {};
  const attempt = async (name, work) => {
    try { told[name] = await work(); } catch (error) { told[name] = `stopped: ${error.name}`; }
  };
  const read = async (path, options) => (await fetch(server + path, options)).text();
  const blind = (path, options) => fetch(server + path, { mode: 'no-cors', ...options }).then(() => 'sent');
  const settled = (one, good, bad) => new Promise((resolve) => {
    one.addEventListener(good, () => resolve('loaded'));
    one.addEventListener(bad, () => resolve('stopped'));
  });
  const element = (tag, values) => {
    const one = Object.assign(document.createElement(tag), values);
    const end = settled(one, 'load', 'error');
    document.body.append(one);
    return end;
  };
  const post = (path, enctype, fields) => new Promise((resolve) => {
    const frame = Object.assign(document.createElement('iframe'), { name: `f${Math.random()}` });
    const form = Object.assign(document.createElement('form'), { method: 'post', action: server + path, enctype, target: frame.name });
    for (const [name, value] of Object.entries(fields)) form.append(Object.assign(document.createElement('input'), { name, value }));
    document.body.append(frame, form);
    frame.addEventListener('load', () => resolve('posted'));
    form.submit();
  });

  await attempt('read the history', () => read('/api/workflow-history'));
  await attempt('read with credentials', () => read('/api/workflow-history', { credentials: 'include' }));
  await attempt('read the page', () => read('/'));
  await attempt('start a run as JSON', () => read('/api/execute-background', {
    method: 'POST', body, headers: { 'content-type': 'application/json' } }));
  await attempt('start a run live', () => read('/api/execute', {
    method: 'POST', body, headers: { 'content-type': 'application/json' } }));
  await attempt('save a workflow', () => read('/api/workflows', {
    method: 'POST', body, headers: { 'content-type': 'application/json' } }));
  await attempt('delete', () => read('/api/runs/run_x', { method: 'DELETE' }));
  await attempt('follow the history', () => settled(new EventSource(server + '/api/history/stream'), 'open', 'error'));
  await attempt('frame the page', async () => {
    const frame = Object.assign(document.createElement('iframe'), { src: server + '/' });
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
    document.body.append(frame);
    await loaded;
    return frame.contentDocument === null ? 'closed to us' : frame.contentDocument.body.innerText || 'empty';
  });
  await attempt('include as a script', () => element('script', { src: server + '/api/workflow-history' }));
  await attempt('include as a picture', () => element('img', { src: server + '/api/workflow-history' }));
  await attempt('blind text', () => blind('/api/execute-background', { method: 'POST', body }));
  await attempt('blind form', () => blind('/api/execute-background', {
    method: 'POST', body: new URLSearchParams({ body }) }));
  await attempt('blind upload', () => {
    const form = new FormData();
    form.append('file', new Blob(['taken over']), 'a.txt');
    return blind('/api/files', { method: 'POST', body: form });
  });
  await attempt('beacon', async () => String(navigator.sendBeacon(server + '/api/execute-background', body)));
  await attempt('form as text', () => post('/api/execute-background', 'text/plain', { [body.slice(0, -1) + ',"x":"']: '"}' }));
  await attempt('form as upload', () => post('/api/files', 'multipart/form-data', { file: 'taken over' }));
  return told;
}"""
MAY_HAVE_LEFT = {
    "blind text",
    "blind form",
    "blind upload",
    "beacon",
    "form as text",
    "form as upload",
    "frame the page",
}
"""A browser lets these go out; the server has to refuse them."""


@pytest.fixture
def stranger(browser: Browser, site: Site) -> Iterator[Page]:
    """A page from another port of the same machine: browsers call that the same site, so no cookie rule helps."""
    site.put("/attack", "<!doctype html><title>A nice page</title><body>")
    context = browser.new_context()
    page = context.new_page()
    page.goto(site.url("/attack"))
    yield page
    context.close()


def what_is_kept(server: Serve) -> dict[str, Any]:
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        history = client.get("/api/workflow-history").json()
        return {"runs": history["count"], "saved": len(client.get("/api/workflows").json()["workflows"])}


def test_nothing_is_read_started_or_kept(stranger: Page, server: Serve) -> None:
    body = json.dumps({"workflow": WORKFLOW, **WORKFLOW})
    told: dict[str, str] = stranger.evaluate(ATTACKS, {"server": server.url, "body": body})
    got_through = {
        name: answer for name, answer in told.items() if name not in MAY_HAVE_LEFT and not answer.startswith("stopped")
    }
    assert not got_through
    assert told["frame the page"] == "closed to us"
    assert set(told) >= MAY_HAVE_LEFT
    assert what_is_kept(server) == {"runs": 0, "saved": 0}
    assert not [*(server.home / "data" / "files").glob("*")]


def test_the_same_requests_of_our_own_page_are_taken(browser: Browser, server: Serve) -> None:
    """The test above proves something only if this is so."""
    page = browser.new_page()
    page.goto(server.url)
    body = json.dumps({"workflow": WORKFLOW, **WORKFLOW})
    told: dict[str, str] = page.evaluate(ATTACKS, {"server": server.url, "body": body})
    page.close()
    assert '"count"' in told["read the history"]
    assert '"runId"' in told["start a run as JSON"]
    assert told["follow the history"] == "loaded"
    assert what_is_kept(server)["runs"] >= 2


def test_a_window_that_the_stranger_opens_cannot_be_touched(stranger: Page, server: Serve) -> None:
    with stranger.context.expect_page() as opened:
        stranger.evaluate("address => { window.other = window.open(address); }", server.url)
    opened.value.wait_for_load_state()
    assert stranger.evaluate("() => window.other.closed"), "Cross-Origin-Opener-Policy parts the two windows"
    assert opened.value.evaluate("() => window.opener") is None
