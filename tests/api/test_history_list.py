"""What the list tells of each run: the graph, the config, the end of the log, all of it bounded."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, insert
from support.api import Api, seed, steps, template

from voicegraph.db.tables import run_events, run_payloads
from voicegraph.words.truncation import MARK


async def listed(api: Api, query: str = "") -> list[dict[str, Any]]:
    return (await api.call("GET", f"/api/workflow-history{query}"))["history"]


async def ran(api: Api, *nodes: dict[str, Any], **more: Any) -> str:
    response = await api.call("POST", "/api/execute", {"workflow": steps(*nodes), **more})
    return response.headers["x-run-id"]


async def test_each_entry_has_what_was_run_and_its_log(api: Api) -> None:
    config = {"recipientEmail": "me@example.com"}
    run_id = await ran(api, seed("Ada", label="Name"), template("Hello {{ input }}", label="Greet"), config=config)
    [entry] = await listed(api)
    whole = await api.call("GET", f"/api/runs/{run_id}")
    assert [entry[key] for key in ("workflow", "config", "logs")] == [
        whole[key] for key in ("workflow", "config", "logs")
    ]
    assert entry["logs"][4]["output"]["text"] == "Hello Ada"
    assert [event["message"] for event in entry["logs"]] == [
        "Run started", "Name: Started", "Name: Finished", "Greet: Started", "Greet: Finished", "Run completed",
    ]  # fmt: skip


async def test_times_can_be_subtracted(api: Api) -> None:
    await ran(api, seed(), template("{{ input }}"))
    [entry] = await listed(api)
    start, end = entry["startTime"], entry["endTime"]
    assert 1_700_000_000_000 < start <= end < start + 60_000
    assert all(0 <= event["timestamp"] - start <= end - start for event in entry["logs"])


async def test_a_brief_list_leaves_them_out(api: Api) -> None:
    await ran(api, seed())
    [brief], [entry] = await listed(api, "?brief=true"), await listed(api)
    assert set(entry) - set(brief) == {"workflow", "config", "logs"}
    assert {key: entry[key] for key in brief} == brief


async def test_a_log_is_its_last_50_lines(api: Api) -> None:
    run_id, other = await ran(api, seed()), await ran(api, seed())
    await _write_lines(api, run_id, 7_000)
    entries = {entry["id"]: entry["logs"] for entry in await listed(api)}
    assert [event["seq"] for event in entries[run_id]] == list(range(6_955, 7_005))
    assert [event["seq"] for event in entries[other]] == [1, 2, 3, 4]
    assert len(entries[run_id][0]["message"]) <= 500 + len("Seed: ")
    assert entries[run_id][0]["message"].endswith(MARK)


async def test_long_outputs_are_cut_with_the_mark(api: Api) -> None:
    await ran(api, seed("word " * 10_000), template("{{ input }}{{ input }}"))
    [entry] = await listed(api)
    outputs = [event["output"] for event in entry["logs"] if event["type"] == "success"]
    assert [len(output["text"]) for output in outputs] == [1_000, 1_000]
    assert all(output["text"].endswith(MARK) and output["truncated"] for output in outputs)
    assert len(str(entry["logs"])) < 8_000


async def test_a_page_of_large_graphs_stays_bounded(api: Api) -> None:
    texts = [seed("ä" * 50_000) for _ in range(8)]
    for _ in range(12):
        await api.call(
            "POST", "/api/execute-background", {"workflow": steps(*texts), "config": {"note": "n" * 9_000}}, 202
        )
    response = await api.client.get("/api/workflow-history")
    assert len(response.text) < 8 << 20
    entries = response.json()["history"]
    assert all(len(entry["workflow"]["nodes"]) == 8 for entry in entries)
    assert all(len(entry["workflow"]["edges"]) == 7 for entry in entries)
    assert "truncated" not in entries[0]["workflow"]
    cut = entries[-1]
    assert cut["workflow"]["truncated"] is True
    assert cut["workflow"]["nodes"][0]["params"]["text"].endswith(f"ä{MARK}")
    assert cut["config"]["note"].endswith(MARK)


async def test_a_run_without_its_payload_crashes_no_list(api: Api) -> None:
    run_id = await ran(api, seed())
    await _execute(api, delete(run_payloads).where(run_payloads.c.run_id == run_id))
    [entry] = await listed(api)
    assert (entry["workflow"]["nodes"], entry["workflow"]["edges"], entry["config"]) == ([], [], {})


@pytest.mark.parametrize("path", ["", "/logs"])
async def test_messages_name_the_node_wherever_they_are_read(api: Api, path: str) -> None:
    run_id = await ran(api, seed(label="Greeting"))
    logs = (await api.call("GET", f"/api/runs/{run_id}{path}"))["logs"]
    streamed = await api.events("GET", f"/api/runs/{run_id}/events")
    assert [event["message"] for event in streamed] == [event["message"] for event in logs]
    assert logs[1]["message"] == "Greeting: Started"


async def _write_lines(api: Api, run_id: str, count: int) -> None:
    last = len((await api.call("GET", f"/api/runs/{run_id}"))["logs"])
    rows = [
        {"run_id": run_id, "seq": last + number, "at": 1.0, "kind": "log", "node_id": "step-0", "message": "m" * 2_000}
        for number in range(1, count + 1)
    ]
    await _execute(api, insert(run_events).values(attempt=1, data=None), rows)


async def _execute(api: Api, statement: Any, *rows: Any) -> None:
    journal = api.app.state.pipeline.workflows._journal
    await journal.execute(lambda connection: connection.execute(statement, *rows) and None)
