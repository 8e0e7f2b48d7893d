"""Approvals over HTTP: the list, the owner's answer, and the page behind a link (SECURITY row 8)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from support.api import Api, api_with, steps
from support.mailbox import Mailbox, mailbox_on_loopback

from voicegraph.settings import Settings

OPEN = ("pending", "running", "waiting")
CONTENT = 'The draft <script>alert(1)</script> & "quotes"'


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with mailbox_on_loopback() as mailbox:
        yield mailbox


@pytest.fixture
async def asking(settings: Settings, mailbox: Mailbox) -> AsyncIterator[Api]:
    mailbox.mails.clear()
    changes = {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "smtp_from": "vg@example.org"}
    async with api_with(settings.model_copy(update=changes)) as api:
        yield api


def graph(**params: Any) -> dict[str, Any]:
    return {
        "name": "Press release",
        "nodes": [
            {"id": "draft", "type": "prompt", "action": "seed", "params": {"text": CONTENT}},
            {"id": "ask", "type": "approval", "action": "request", "label": "Ask the boss", "params": params},
            {"id": "send", "type": "transform", "action": "template", "params": {"template": "{{ input }}"}},
        ],
        "edges": [
            {"id": "e0", "source": "draft", "target": "ask"},
            {"id": "e1", "source": "ask", "target": "send"},
        ],
    }


async def waiting(api: Api, path: str = "/api/execute-background", **params: Any) -> dict[str, Any]:
    """Start a run and wait until it asks; its line of the list."""
    run = (await api.call("POST", path, {"workflow": graph(**params)}, 202))["runId"]
    return await asked(api, run)


async def asked(api: Api, run: str) -> dict[str, Any]:
    """What the run asks, once it does."""
    async with asyncio.timeout(30):
        while not (found := (await api.call("GET", f"/api/approvals?run={run}"))["approvals"]):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return found[0]


async def over(api: Api, run: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while (found := await api.call("GET", f"/api/runs/{run}"))["status"] in OPEN:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return found


def node(run: dict[str, Any], node_id: str) -> dict[str, Any]:
    return next(one for one in run["nodes"] if one["nodeId"] == node_id)


def links(mailbox: Mailbox) -> list[str]:
    """The paths of the links, in the order of the mails."""
    return [re.findall(r"http://[^/]+(/approve/[^>\s]+)", mail.text())[0] for mail in mailbox.mails]


def form(page: str, answer: str = "approve", comment: str = "") -> dict[str, str]:
    return {"digest": re.findall(r'name="digest" value="(\w+)"', page)[0], "answer": answer, "comment": comment}


async def get(api: Api, path: str, status: int = 200, **options: Any) -> str:
    response = await api.client.get(path, **options)
    assert response.status_code == status, response.text
    return response.text


async def post(api: Api, path: str, values: dict[str, str], status: int = 303, **headers: str) -> str:
    response = await api.client.post(path, data=values, headers=headers)
    assert response.status_code == status, response.text
    return response.text


async def test_the_owner_approves_what_is_shown(asking: Api) -> None:
    card = await waiting(asking, message="Fine?")
    assert card["content"]["text"] == CONTENT
    assert card["waits"]["message"] == "Fine?"
    assert "links" not in card["waits"]
    body = {"nodeId": "ask", "answer": "approve", "digest": card["waits"]["digest"], "comment": "Go.", "via": "cli"}
    path = f"/api/runs/{card['runId']}/approve"
    wrong = await asking.call("POST", path, body | {"digest": "0" * 64}, 409)
    assert wrong["code"] == "content_changed"
    await asking.call("POST", path, body)
    run = await over(asking, card["runId"])
    assert run["status"] == "completed"
    assert node(run, "send")["output"]["text"] == CONTENT
    record = node(run, "ask")["output"]["meta"]["approval"]
    assert (record["answer"], record["by"], record["via"], record["comment"]) == ("approved", "owner", "cli", "Go.")
    assert (await asking.call("POST", path, body, 409))["code"] == "answered"
    assert (await asking.call("GET", "/api/approvals"))["count"] == 0
    await asking.call("POST", "/api/runs/run_nobody/approve", body, 404)


async def test_a_link_for_each_approver_works_once_for_all(asking: Api, mailbox: Mailbox) -> None:
    card = await waiting(asking, approvers="a@example.org, b@example.org")
    assert card["waits"]["approvers"] == ["a@example.org", "b@example.org"]
    assert [mail.recipients for mail in mailbox.mails] == [["a@example.org"], ["b@example.org"]]
    first, second = links(mailbox)
    page = await get(asking, first)
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    await post(asking, first, form(page, "reject", "Not <b>yet</b>."))
    run = await over(asking, card["runId"])
    assert node(run, "send")["status"] == "skipped"
    assert node(run, "ask")["output"]["meta"]["approval"]["by"] == "a@example.org"
    told = await get(asking, second)
    assert "Rejected" in told
    assert "Not &lt;b&gt;yet&lt;/b&gt;." in told
    assert "answered already" in await post(asking, second, form(page), 409)
    assert "answered already" in await post(asking, first, form(page), 409)


async def test_what_goes_on_with_the_text_is_shown_with_it(asking: Api, mailbox: Mailbox) -> None:
    rows = {"id": "rows", "type": "code", "action": "run", "params": {"code": "[{'email': 'eve@example.net'}] * 3"}}
    params = {"content": "Harmless text", "approvers": "a@example.org"}
    ask = {"id": "ask", "type": "approval", "action": "request", "params": params}
    run_id = (await asking.call("POST", "/api/execute-background", {"workflow": steps(rows, ask)}, 202))["runId"]
    await asked(asking, run_id)
    (mail,) = mailbox.mails
    for kind in ("plain", "html"):
        assert "What goes on with it stands below." in mail.text(kind)
        assert "eve@example.net" in mail.text(kind)
    page = await get(asking, links(mailbox)[0])
    assert "<details open>" in page
    assert "eve@example.net" in page


async def test_opening_a_link_changes_nothing(asking: Api, mailbox: Mailbox) -> None:
    card = await waiting(asking, approvers="a@example.org")
    (link,) = links(mailbox)
    for _ in range(5):
        await get(asking, f"{link}?answer=approve&digest={card['waits']['digest']}")
    assert (await asking.call("GET", "/api/approvals"))["count"] == 1


async def test_a_forged_link_is_like_none(asking: Api, mailbox: Mailbox) -> None:
    card = await waiting(asking, approvers="a@example.org")
    (link,) = links(mailbox)
    values = form(await get(asking, link))
    head, _, token = link.rpartition("/")
    for forged in (
        f"{head}/{token[:-1]}",
        f"{head}/{token}x",
        f"{head}/{'A' * 43}",
        f"{head}/%00",
        link.replace("/ask/", "/send/"),
    ):
        assert "not valid" in await get(asking, forged, 404)
        assert "not valid" in await post(asking, forged, values, 404)
    for torn in (head, head.rpartition("/")[0], "/approve/", "/approve/a%20b/c/d", f"{link}/more"):
        assert "not valid" in await get(asking, torn, 404)
    stored = (await asking.client.get(f"/api/runs/{card['runId']}")).text
    assert token not in stored
    assert (await asking.call("GET", "/api/approvals"))["count"] == 1


async def test_a_form_of_another_site_or_another_content_is_refused(asking: Api, mailbox: Mailbox) -> None:
    await waiting(asking, approvers="a@example.org")
    (link,) = links(mailbox)
    page = await get(asking, link)
    await post(asking, link, form(page), 403, origin="https://evil.example")
    await post(asking, link, form(page), 403, **{"sec-fetch-site": "cross-site"})
    await get(asking, link, 400, headers={"host": "evil.example"})
    assert "is not what waits" in await post(asking, link, form(page) | {"digest": "0" * 64}, 409)
    crowd = {f"field{number}": "x" for number in range(25)}
    for incomplete in ({"digest": "x"}, form(page) | crowd, form(page) | {"comment": "x" * 70_000}):
        assert "The form was not complete" in await post(asking, link, incomplete, 400)
    json = await asking.client.post(link, json=form(page))
    assert json.status_code == 415
    assert (await asking.call("GET", "/api/approvals"))["count"] == 1


async def test_a_link_ends_with_its_time_and_with_its_run(asking: Api, mailbox: Mailbox) -> None:
    late = await waiting(asking, approvers="a@example.org", expires="1.2 seconds")
    gone = await waiting(asking, approvers="b@example.org")
    of_late, of_gone = links(mailbox)
    page = await get(asking, of_gone)
    assert node(await over(asking, late["runId"]), "send")["status"] == "skipped"
    assert "time to answer is over" in await get(asking, of_late)
    assert "nobody answered in time" in await post(asking, of_late, form(page), 409)
    await asking.call("POST", f"/api/runs/{gone['runId']}/cancel")
    assert "cannot be answered" in await get(asking, of_gone, 410)
    await post(asking, of_gone, form(page), 409)
    await asking.call("DELETE", f"/api/runs/{gone['runId']}")
    await get(asking, of_gone, 404)


async def test_the_page_loads_nothing_and_keeps_its_address_to_itself(asking: Api, mailbox: Mailbox) -> None:
    await waiting(asking, approvers="a@example.org")
    response = await asking.client.get(links(mailbox)[0])
    policy = response.headers["content-security-policy"]
    assert "script-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "same-origin"


async def test_without_a_mail_server_the_run_says_so(api: Api) -> None:
    run = (await api.call("POST", "/api/execute-background", {"workflow": graph(approvers="a@example.org")}, 202))[
        "runId"
    ]
    found = await over(api, run)
    assert found["status"] == "failed"
    assert found["error"]["code"] == "not_configured"
