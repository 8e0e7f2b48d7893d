"""Notifications over HTTP: what is set up, a test that really sends, what became of messages."""

from __future__ import annotations

import asyncio

from support.api import Api, api_with, seed, steps, template
from support.mailbox import mailbox_on_loopback

from voicegraph.settings import Settings

BROKEN = steps(
    template("{{ 1 | divided_by: 0 }}"), name="Broken", notify={"on": ["failed"], "email": "bea@example.org"}
)


async def test_nothing_is_set_up(api: Api) -> None:
    answer = await api.call("GET", "/api/notifications")
    assert (answer["on"], answer["messages"]) == ([], [])
    assert "SMTP_HOST" in answer["channels"][0]["lacks"]
    assert "VOICEGRAPH_NOTIFY_URL" in answer["channels"][1]["lacks"]
    await api.call("POST", "/api/notifications/test", {"notify": {"on": ["failed"]}}, 400)
    failed = await api.call("POST", "/api/notifications/test", {"notify": {"email": "bea@example.org"}})
    assert failed["results"][0]["sent"] is False
    assert "SMTP_HOST" in failed["results"][0]["error"]


async def test_a_wrong_address_is_said_where_it_stands(api: Api) -> None:
    bad = {"on": ["failed"], "email": "bea@example.org\r\nBcc: x@y.z"}
    problem = await api.call("POST", "/api/notifications/test", {"notify": bad}, 422)
    assert problem["details"][0]["where"] == "notify.email"
    checked = await api.call("POST", "/api/check", {"workflow": {**steps(seed()), "notify": bad}, "config": {}})
    assert [one["where"] for one in checked["problems"]] == ["notify.email"]
    await api.call("POST", "/api/notifications/test", {"notify": {"on": ["sometimes"]}}, 422)


async def test_a_failed_run_is_mailed_and_a_test_too(settings: Settings) -> None:
    with mailbox_on_loopback() as mailbox:
        mail = {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "smtp_from": "v@example.org"}
        async with api_with(settings.model_copy(update=mail)) as api:
            sent = await api.call("POST", "/api/notifications/test", {"notify": BROKEN["notify"]})
            assert sent["results"] == [{"channel": "mail", "sent": True, "error": None}]
            body = {"workflow": BROKEN}
            run = await api.over((await api.call("POST", "/api/execute-background", body, 202))["runId"])
            assert run["workflow"]["notify"]["on"] == ["failed"]
            while True:
                messages = (await api.call("GET", "/api/notifications"))["messages"]
                if messages and messages[0]["state"] == "sent":
                    break
                await asyncio.sleep(0.01)
    subjects = [str(mail.message["Subject"]) for mail in mailbox.mails]
    assert subjects == ["[VoiceGraph] A test of the notifications completed", "[VoiceGraph] Broken failed"]


async def test_of_a_live_run_the_approval_is_told_and_its_end_is_not(settings: Settings) -> None:
    notify = {"on": ["failed", "completed", "waiting"], "email": "bea@example.org"}
    asking = steps(seed(), {"id": "ask", "type": "approval", "action": "request"}, name="Release", notify=notify)
    with mailbox_on_loopback() as mailbox:
        mail = {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "smtp_from": "v@example.org"}
        async with api_with(settings.model_copy(update=mail)) as api, asyncio.timeout(60):
            live = asyncio.create_task(api.call("POST", "/api/execute", {"workflow": asking}))
            while not (found := (await api.call("GET", "/api/approvals"))["approvals"]):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            answer = {"nodeId": "ask", "answer": "approve", "digest": found[0]["waits"]["digest"], "via": "page"}
            await api.call("POST", f"/api/runs/{found[0]['runId']}/approve", answer)
            await live
            after = steps(seed(), name="After it", notify=notify)
            await api.call("POST", "/api/execute-background", {"workflow": after}, 202)
            while len([mail for mail in mailbox.mails if "After it" in mail.message["Subject"]]) == 0:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    subjects = sorted(str(mail.message["Subject"]) for mail in mailbox.mails)
    assert subjects == ["[VoiceGraph] After it completed", "[VoiceGraph] Release waits for approval"]
