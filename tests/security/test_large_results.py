"""Results that are too large for one answer: shown in part, fetched by pages, and refused where they would pile up."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from support.api import Api, api_with, seed, steps, template
from support.mailbox import Mailbox, mailbox_on_loopback
from support.site import site_on_loopback

from voicegraph.settings import Settings

LINE = "a line of words that go on and on\\n"
MOST = 4 << 20
"""Bytes of one answer."""


def code(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "code", "action": "run", "params": {"code": text, "memory_mib": 256, "seconds": 30}, **more}


async def ran(api: Api, *nodes: dict[str, Any]) -> dict[str, Any]:
    accepted = await api.call("POST", "/api/execute-background", {"workflow": steps(*nodes)}, status=202)
    return await api.over(accepted["runId"])


async def whole(api: Api, path: str, **which: int) -> Any:
    text, offset = "", 0
    while offset is not None:
        piece = await api.call("GET", path, params={"offset": offset, **which})
        assert len(piece["text"]) <= 256 << 10
        text, offset = text + piece["text"], piece["next"]
    assert len(text) == piece["size"]
    return json.loads(text)


async def test_a_large_result_is_shown_in_part_and_fetched_by_pages(api: Api) -> None:
    run = await ran(api, code(f"'{LINE}' * 60000"))
    (shown,) = [node["output"] for node in run["nodes"]]
    assert shown["truncated"] is True
    assert 10_000 < len(shown["text"]) < 100_000
    path = f"/api/runs/{run['id']}/nodes/step-0/output"
    output = await whole(api, path)
    assert output["text"].startswith(shown["text"])
    assert len(output["text"]) == 60_000 * (len(LINE) - 1) == len(output["data"])
    assert shown["size"] == len(json.dumps(output, ensure_ascii=False, separators=(",", ":")))
    assert (await api.client.get(f"{path}/file")).json() == output
    exported = (await api.client.get(f"/api/runs/{run['id']}/export")).json()
    assert exported["nodes"][0]["output"] == output
    every = (await api.client.get("/api/history/export", params={"format": "json"})).json()
    assert every[0]["nodes"][0]["output"] == output
    assert "truncated" in json.dumps(await api.events("GET", f"/api/runs/{run['id']}/events"))


@pytest.mark.parametrize("depth", [100, 900])
async def test_data_nested_too_deeply_is_text_and_says_so(api: Api, depth: int) -> None:
    with site_on_loopback() as site:
        url = site.put("/deep", "[" * depth + "]" * depth, "application/json")
        run = await ran(api, {"type": "http", "action": "request", "params": {"url": url}})
    output = run["nodes"][0]["output"]
    assert (output["text"], output["data"]) == ("[" * depth + "]" * depth, None)
    assert output["meta"]["note"] == "The answer's JSON is nested more than 64 levels deep: it is kept as text only."


async def test_what_comes_after_a_large_result_sees_all_of_it(api: Api) -> None:
    run = await ran(api, code(f"'{LINE}' * 60000"), template("{{ input | size }}"))
    assert run["nodes"][1]["output"]["text"] == str(60_000 * (len(LINE) - 1))


async def test_many_results_together_are_an_answer_of_a_few_megabytes(api: Api) -> None:
    run = await ran(api, seed("x" * 200_000), *[template("{{ input }}") for _ in range(40)])
    answer = await api.client.get(f"/api/runs/{run['id']}")
    assert len(answer.content) < MOST
    assert all(node["output"]["text"] for node in run["nodes"])


async def test_items_are_gathered_up_to_a_limit_that_the_error_names(api: Api) -> None:
    run = await ran(api, seed("\n".join(map(str, range(20)))), code(f"'{LINE}' * 100000", each=True, concurrency=2))
    assert run["status"] == "failed"
    assert "32 MiB" in run["error"]["message"]
    assert run["error"]["code"] == "too_large"
    done = run["nodes"][1]["items"]["done"]
    assert 3 <= done < 10
    answer = await api.client.get(f"/api/runs/{run['id']}/nodes/step-1/items")
    assert len(answer.content) < MOST
    items = [item for item in answer.json()["items"] if item["output"]]
    assert all(item["output"]["truncated"] for item in items)
    first = await whole(api, f"/api/runs/{run['id']}/nodes/step-1/output", item=items[0]["item"])
    assert len(first["text"]) == 100_000 * (len(LINE) - 1)


async def test_two_large_results_are_compared(api: Api) -> None:
    runs = [await ran(api, code(f"'{LINE}' * 60000 + '{end}'")) for end in ("a", "a", "b")]

    async def differs(other: int) -> bool:
        found = await api.call("GET", f"/api/runs/{runs[0]['id']}/compare/{runs[other]['id']}")
        return found["nodes"][0]["outputDiffers"]

    assert not await differs(1)
    assert await differs(2)


async def test_the_list_of_approvals_shows_large_content_in_part(api: Api) -> None:
    ask = {"type": "approval", "action": "request", "params": {"message": "Shall it go on?"}}
    nodes = steps(code(f"'{LINE}' * 60000"), ask)
    accepted = await api.call("POST", "/api/execute-background", {"workflow": nodes}, status=202)
    await api.until(accepted["runId"], "waiting")
    answer = await api.client.get("/api/approvals")
    (card,) = answer.json()["approvals"]
    assert card["content"]["truncated"] is True
    assert len(answer.content) < MOST
    output = await whole(api, f"/api/runs/{card['runId']}/nodes/{card['nodeId']}/output")
    assert output["text"].startswith(card["content"]["text"])
    await api.call("POST", f"/api/runs/{accepted['runId']}/cancel")


async def test_events_come_by_pages(api: Api) -> None:
    run = await ran(api, seed(), template("{{ input }}"))
    logs, after = [], 0
    while after is not None:
        page = await api.call("GET", f"/api/runs/{run['id']}/logs", params={"after": after, "limit": 2})
        assert page["count"] == run["logCount"]
        logs, after = logs + page["logs"], page["next"]
    assert logs == run["logs"]


async def test_the_page_behind_a_link_shows_the_beginning_of_large_content_and_says_where_the_whole_is(
    settings: Settings,
) -> None:
    with mailbox_on_loopback() as mailbox:
        changes = {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "smtp_from": "vg@example.org"}
        async with api_with(settings.model_copy(update=changes)) as api:
            page = await approve_page(api, mailbox, code(f"[['{LINE}', 1] for n in range(60000)]"))
            assert len(page) < MOST // 4
            assert "This is only the beginning" in page
            assert "the page of the run <code>run_" in page
            assert "All of it goes on to the next step when you approve it." in page


async def test_the_page_behind_a_link_stays_small_however_deep_the_data_is(settings: Settings) -> None:
    with mailbox_on_loopback() as mailbox:
        changes = {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "smtp_from": "vg@example.org"}
        async with api_with(settings.model_copy(update=changes)) as api:
            deep = "data = [1] * 19000\nfor n in range(45):\n    data = [data]\ndata"
            page = await approve_page(api, mailbox, code(deep), content="Its data.")
            assert len(page) < MOST // 4
            assert "This is only the beginning" not in page


async def approve_page(api: Api, mailbox: Mailbox, node: dict[str, Any], **params: str) -> str:
    ask = {"type": "approval", "action": "request", "params": {"approvers": "a@example.org", **params}}
    accepted = await api.call("POST", "/api/execute-background", {"workflow": steps(node, ask)}, status=202)
    await api.until(accepted["runId"], "waiting")
    link = re.findall(r"http://[^/]+(/approve/[^>\s]+)", mailbox.mails[0].text())[0]
    page = (await api.client.get(link)).raise_for_status().text
    await api.call("POST", f"/api/runs/{accepted['runId']}/cancel")
    return page
