"""The requests of the first product's page, from a sentence to the history and back: their shapes, and what it reads."""

from __future__ import annotations

import base64
import io
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject
from support.api import Api, api_with, settings_in
from support.mailbox import mailbox_on_loopback

CSV = "name,amount\nAda,12\nBob,30\n"
BACKGROUND = ["/api/execute-background", "/api/execute-inngest"]


@pytest.fixture
async def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """A server that sends mail to nobody, as the page finds it."""
    with mailbox_on_loopback() as mailbox:
        mail = {"smtp_host": mailbox.host, "smtp_port": mailbox.port, "smtp_from": "voicegraph@example.org"}
        async with api_with(settings_in(tmp_path, monkeypatch, **mail, max_upload_bytes=6 << 20)) as api:
            api.mailbox = mailbox  # pyright: ignore[reportAttributeAccessIssue]
            yield api


def upload(kind: str, content: Any, name: str) -> dict[str, Any]:
    params = {"fileContent": content, "fileName": name}
    return {"id": "file", "type": f"{kind}_upload", "action": f"upload_{kind}", "params": params}


def shown(entry: dict[str, Any]) -> dict[str, Any]:
    """What a line of its history shows of a run; whatever it cannot read is an error here, as it was there."""
    start, end = entry["startTime"], entry["endTime"]
    return {
        "steps": len(entry["workflow"]["nodes"]),
        "edges": [(edge["source"], edge["target"]) for edge in entry["workflow"]["edges"]],
        "to": entry["config"].get("recipientEmail"),
        "lines": [f"{log['timestamp'] - start} {log['type']} {log['message']}" for log in entry["logs"]],
        "texts": [log["output"]["text"] for log in entry["logs"] if log["output"]],
        "took": (end - start) / 1000,
        "on": datetime.fromtimestamp(start / 1000, UTC).date(),
        "status": entry["status"],
        "error": entry["error"],
        "said": entry["transcribedText"],
    }


async def test_from_a_sentence_to_the_history_and_back(page: Api) -> None:
    assert (await page.call("GET", "/api/health"))["status"] == "ok"
    assert (await page.call("GET", "/api/debug"))["success"] is True
    said = "Search the web for bees, summarize it and email it to me"
    parsed = await page.call("POST", "/api/parse", {"text": said})
    assert parsed["success"] is True
    edited = await page.call(
        "POST", "/api/edit-workflow", {"text": "remove the search", "currentWorkflow": parsed["workflow"]}
    )
    assert edited["success"] is True
    nodes, config = edited["workflow"]["nodes"], {"recipientEmail": "me@example.org", "notionPageId": ""}
    nodes.insert(0, {"id": "seed", "type": "prompt", "action": "seed", "params": {"text": "Bees make honey. " * 9}})
    edges = [
        {"id": f"e{i}", "source": a["id"], "target": b["id"]} for i, (a, b) in enumerate(itertools.pairwise(nodes))
    ]
    nodes[-1]["params"]["customMessage"] = "Here is your digest:"

    live = await page.events("POST", "/api/execute", {"nodes": nodes, "edges": edges, "config": config})
    assert [live[0]["type"], live[-1]["type"]] == ["start", "complete"]
    assert all(later["timestamp"] >= earlier["timestamp"] for earlier, later in itertools.pairwise(live))
    labels = {node["id"]: node.get("label") or "Seed" for node in nodes}
    assert all(event["message"].startswith(labels[event["nodeId"]]) for event in live if event["nodeId"])

    workflow = {**edited["workflow"], "nodes": nodes, "edges": edges}
    body = {"workflow": workflow, "config": config, "transcribedText": said}
    accepted = await page.call("POST", "/api/execute-inngest", body, 202)
    assert accepted["success"] is True
    await page.over(accepted["workflowId"])

    answer = await page.call("GET", "/api/workflow-history")
    lines = [shown(entry) for entry in answer["history"]]
    assert (answer["success"], answer["count"], len(lines)) == (True, 2, 2)
    assert {line["status"] for line in lines} == {"completed"}
    assert {(line["steps"], len(line["edges"]), line["to"]) for line in lines} == {
        (len(nodes), len(edges), "me@example.org")
    }
    assert lines[0]["said"] == said
    assert all(line["lines"] and line["texts"] and line["took"] >= 0 for line in lines)

    restored = (await page.call("POST", "/api/workflow-history", {"workflowId": answer["history"][0]["id"]}))["run"]
    assert shown(restored)["steps"] == len(nodes)
    again = {
        "nodes": restored["workflow"]["nodes"],
        "edges": restored["workflow"]["edges"],
        "config": restored["config"],
    }
    assert (await page.events("POST", "/api/execute", again))[-1]["type"] == "complete"
    mails = page.mailbox.mails  # pyright: ignore[reportAttributeAccessIssue]
    texts = [mail.message.get_body(("plain",)).get_content() for mail in mails]
    assert len(texts) == 3
    assert all("Here is your digest:" in text and "honey" in text for text in texts)


@pytest.mark.parametrize(
    ("kind", "content", "name", "read"),
    [
        ("csv", CSV, "sums.csv", "Ada"),
        ("csv", "data:text/csv;base64," + base64.b64encode(CSV.encode()).decode(), "sums.csv", "Ada"),
        ("txt", "Grüße aus Köln", "greeting.txt", "Grüße aus Köln"),
        ("pdf", "", "paper.pdf", "Hello from paper"),
        ("any", "# Title\n\nText", "notes.md", "Title"),
    ],
)
async def test_a_file_comes_with_the_run(page: Api, kind: str, content: str, name: str, read: str) -> None:
    node = upload(kind, content or base64.b64encode(_pdf(read)).decode(), name)
    node["type"] = node["type"].replace("any_", "file_")
    live = await page.events("POST", "/api/execute", {"nodes": [node], "edges": [], "config": {}})
    assert live[-1]["type"] == "complete", live[-1]
    assert read in live[-2]["output"]["text"]
    assert live[-2]["output"]["files"][0]["name"] == name
    for path in BACKGROUND:
        accepted = await page.call("POST", path, {"workflow": {"nodes": [node], "edges": []}, "config": {}}, 202)
        run = await page.over(accepted["workflowId"])
        assert read in run["nodes"][0]["output"]["text"]
        assert "fileContent" not in str(run["workflow"])
        replay = await page.call("POST", f"/api/runs/{run['id']}/replay", {"from": "file", "mode": "background"}, 202)
        assert (await page.over(replay["runId"]))["status"] == "completed"


def _coded(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.mark.parametrize(
    ("content", "given", "read", "logged"),
    [
        (_coded("Grüße".encode("windows-1252")), {}, "Grüße", "read as windows-1252, which is a guess"),
        (_coded("Привет, мир".encode("koi8-r")), {"encoding": "koi8-r"}, "Привет, мир", None),
        (_coded("Привет".encode("utf-16-le")), {"encoding": "utf-16le"}, "Привет", None),
        (_coded("Grüße".encode("utf-16")), {}, "Grüße", None),
        ("data:text/plain;charset=koi8-r;base64," + _coded("мир".encode("koi8-r")), {}, "мир", None),
        ("Grüße", {"encoding": "windows-1251"}, "Grüße", None),
        ("password", {}, "password", None),
    ],
)
async def test_the_encoding_of_a_file_in_base64_counts(
    page: Api, content: str, given: dict[str, str], read: str, logged: str | None
) -> None:
    node = upload("txt", content, "a.txt")
    node["params"] |= given
    live = await page.events("POST", "/api/execute", {"nodes": [node]})
    assert live[-1]["type"] == "complete", live[-1]
    assert live[-2]["output"]["text"] == read
    assert logged is None or any(logged in event["message"] for event in live)


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 20, "a.txt", "a.txt is an image, which cannot be read."),
        (b"PK\x03\x04" + b"\x00" * 20, "a.docx", "Save it as PDF or plain text instead."),
        (b"BM\x00\x01\x02\x03" * 5, "a.bmp", "a.bmp is an image, which cannot be read."),
    ],
)
async def test_a_binary_file_in_base64_is_refused_as_an_upload_is(
    page: Api, content: bytes, name: str, says: str
) -> None:
    live = await page.events("POST", "/api/execute", {"nodes": [upload("txt", _coded(content), name)]})
    assert live[-1]["type"] == "error"
    assert says in live[-1]["message"]


async def test_the_file_is_the_runs_and_goes_with_it(page: Api) -> None:
    node = upload("csv", CSV, "sums.csv")
    accepted = await page.call("POST", "/api/execute-background", {"workflow": {"nodes": [node]}}, 202)
    await page.over(accepted["runId"])
    [file] = (await page.call("GET", f"/api/files?run={accepted['runId']}"))["files"]
    assert (file["name"], file["size"], file["runs"]) == ("sums.csv", len(CSV), 1)
    await page.call("DELETE", f"/api/runs/{accepted['runId']}")
    assert (await page.call("GET", "/api/files"))["count"] == 0


async def test_no_file_is_left_of_a_run_that_does_not_start(page: Api) -> None:
    nodes = [upload("csv", CSV, "sums.csv"), {"type": "nonsense", "action": "x"}]
    await page.call("POST", "/api/execute", {"nodes": nodes}, 422)
    key = {"Idempotency-Key": "once"}
    body = {"workflow": {"nodes": [upload("csv", CSV, "sums.csv")]}}
    posts = [await page.call("POST", "/api/execute-background", body, 202, headers=key) for _ in range(2)]
    assert posts[0]["runId"] == posts[1]["runId"]
    assert (await page.call("GET", "/api/files"))["count"] == 1


async def test_a_large_file_is_taken_and_a_larger_one_refused_in_words(page: Api) -> None:
    text = "0123456789abcde\n" * (5 << 16)
    live = await page.events("POST", "/api/execute", {"nodes": [upload("txt", text, "large.txt")]})
    assert live[-1]["type"] == "complete"
    told = await page.call("POST", "/api/execute", {"nodes": [upload("txt", "x" * (7 << 20), "huge.txt")]}, 413)
    assert "huge.txt is larger than 6,291,456 bytes" in told["error"]
    broken = upload("pdf", "data:application/pdf;base64,%%", "odd.pdf")
    told = await page.call("POST", "/api/execute", {"nodes": [broken]}, 422)
    assert told["details"][0]["where"] == "nodes[0].params.fileContent"
    assert "odd.pdf" in told["details"][0]["message"]
    for given in (None, 7, ["a"]):
        told = await page.call("POST", "/api/execute", {"nodes": [upload("csv", given, "none.csv")]}, 422)
        assert told["details"][0]["where"] == "nodes[0].params.fileContent"
        assert "its Base64 or a data URL" in told["details"][0]["message"]


async def test_what_is_set_up_is_told_without_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {"groq_api_key": "gsk-canary", "notion_api_key": "ntn-canary", "smtp_host": "mail.canary.test"}
    async with api_with(settings_in(tmp_path, monkeypatch, **keys)) as api:
        told, health = await api.call("GET", "/api/debug"), await api.call("GET", "/api/health")
    assert {name for name, is_set in told["services"].items() if is_set} == {"groq", "notion", "email"}
    assert told["services"] == health["services"]
    assert "canary" not in str(told) + str(health)
    assert str(tmp_path) not in str(told)


def _pdf(text: str) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(300, 300)
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    named = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    fonts = DictionaryObject({NameObject("/F1"): named})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 18 Tf 40 200 Td ({text}) Tj ET".encode())
    page[NameObject("/Contents")] = stream
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()
