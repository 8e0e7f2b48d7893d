"""Workflows whose error workflow is gone go on as before, and a failed run says what was not started."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from support.api import Api, seed, steps, template
from support.hooks import hook_of

BROKEN = template("{{ 1 | divided_by: 0 }}", label="Divide")


async def told(api: Api, run_id: str) -> str:
    """The last line of the failed run's log, when it is not that of its end any more."""
    assert (await api.over(run_id))["status"] == "failed"
    async with asyncio.timeout(30):
        while (last := (await api.call("GET", f"/api/runs/{run_id}"))["logs"][-1])["type"] != "log":  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return last["message"]


async def test_a_deleted_error_workflow_switches_no_trigger_off(api: Api) -> None:
    await api.call("PUT", "/api/workflows/wf_report", {"workflow": steps(seed(), name="Report")})
    triggers: list[dict[str, Any]] = [{"kind": "webhook"}, {"kind": "schedule", "cron": "0 9 * * 1"}]
    hook = await hook_of(api, seed(), BROKEN, triggers=triggers, errorWorkflow="wf_report")
    await api.call("DELETE", "/api/workflows/wf_report?force=true")
    (schedule,) = (await api.call("GET", f"/api/schedules?workflow={hook.workflow_id}"))["schedules"]
    assert schedule["problem"] is None
    workflow = (await api.call("GET", f"/api/workflows/{hook.workflow_id}"))["workflow"]
    answers = [
        (await hook.send()).json(),
        await api.call("POST", "/api/execute-background", {"workflow": workflow}, 202),
        await api.call("POST", f"/api/schedules/{schedule['id']}/run-now", status=202),
    ]
    for answer in answers:
        words = await told(api, answer["runId"])
        assert words == "The error workflow was not started: There is no saved workflow wf_report."


@pytest.mark.parametrize("path", ["/api/execute", "/api/execute-background"])
async def test_its_first_nodes_are_given_what_failed_where_and_why(api: Api, path: str) -> None:
    parts = template("{{ data.run.name }}, {{ data.error.nodeId }}, {{ trigger.error.code }}", id="parts")
    report = steps(
        template("{{ input }}", id="text"),
        parts,
        seed(id="seed"),
        edges=[{"source": "text", "target": "seed"}],
        name="Report",
    )
    await api.call("PUT", "/api/workflows/wf_report", {"workflow": report})
    broken = steps(seed(id="first"), BROKEN | {"id": "divide"}, name="Digest", errorWorkflow="wf_report")
    await api.client.post(path, json={"workflow": broken})
    async with asyncio.timeout(30):
        while (page := await api.call("GET", "/api/workflow-history"))["count"] < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    report_id, failed_id = [run["id"] for run in page["history"]]
    run = await api.over(report_id)
    given = {node["nodeId"]: node["output"]["text"] for node in run["nodes"]}
    reason = (await api.call("GET", f"/api/runs/{failed_id}"))["error"]["message"]
    assert given["text"] == f"“Digest” failed at Divide: {reason}\nhttp://127.0.0.1:8000/runs/{failed_id}"
    assert given["parts"].startswith("Digest, divide, ")
    assert run["triggerData"]["run"]["url"] == f"http://127.0.0.1:8000/runs/{failed_id}"


async def test_one_that_cannot_run_says_why(api: Api) -> None:
    mail = {"type": "email", "action": "send", "label": "Mail it", "params": {"body": "x"}}
    await api.call("PUT", "/api/workflows/wf_report", {"workflow": steps(mail, name="Report")})
    broken = steps(seed(), BROKEN, errorWorkflow="wf_report")
    run_id = (await api.call("POST", "/api/execute-background", {"workflow": broken}, 202))["runId"]
    assert "Mail it still needs a value" in await told(api, run_id)
