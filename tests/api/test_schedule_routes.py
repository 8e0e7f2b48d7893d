from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from support.api import Api, seed, steps

from voicegraph.graph.schedule_times import next_times
from voicegraph.triggers import schedules

MONDAY = {"kind": "schedule", "cron": "0 9 * * 1", "timezone": "Europe/Berlin"}


async def saved(api: Api, *triggers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    workflow = steps(seed(), triggers=list(triggers or [MONDAY]), **fields)
    return (await api.call("POST", "/api/workflows", {"workflow": workflow}, 201))["workflow"]


async def only(api: Api) -> dict[str, Any]:
    (schedule,) = (await api.call("GET", "/api/schedules"))["schedules"]
    return schedule


async def test_saving_a_workflow_brings_its_schedule_to_life(api: Api) -> None:
    workflow = await saved(api)
    assert workflow["triggers"] == [{**MONDAY, "id": "trigger-0", "misfire": "once", "overlap": "skip"}]
    schedule = await only(api)
    assert schedule | {"id": "", "next": []} == {
        "id": "", "workflowId": workflow["workflowId"], "workflowName": "Test", "triggerId": "trigger-0",
        "cron": "0 9 * * 1", "timezone": "Europe/Berlin", "zone": "Europe/Berlin", "words": "At 09:00 on Monday",
        "misfire": "once", "overlap": "skip", "paused": False, "next": [], "last": None, "queued": 0, "missed": None,
        "problem": None,
    }  # fmt: skip
    assert len(schedule["next"]) == 5
    assert await api.call("GET", f"/api/schedules/{schedule['id']}") == schedule
    assert (await api.call("GET", "/api/schedules?workflow=wf_other"))["schedules"] == []
    await api.call("PUT", f"/api/workflows/{workflow['workflowId']}", {"workflow": workflow | {"triggers": []}})
    assert (await api.call("GET", "/api/schedules"))["schedules"] == []


async def test_pause_resume_and_run_now(api: Api) -> None:
    await saved(api)
    path = f"/api/schedules/{(await only(api))['id']}"
    paused = await api.call("POST", f"{path}/pause")
    assert (paused["paused"], paused["next"]) == (True, [])
    started = await api.call("POST", f"{path}/run-now", status=202)
    run = await api.over(started["runId"])
    assert (run["status"], run["trigger"], run["engine"]) == ("completed", "schedule", "embedded")
    assert run["triggerId"] == paused["id"]
    assert run["triggerData"]["schedule"]["cron"] == "0 9 * * 1"
    resumed = await api.call("POST", f"{path}/resume")
    assert (resumed["paused"], len(resumed["next"])) == (False, 5)


async def test_a_paused_one_that_was_taken_out_comes_back_paused(api: Api) -> None:
    workflow = await saved(api)
    before = await api.call("POST", f"/api/schedules/{(await only(api))['id']}/pause")
    path = f"/api/workflows/{workflow['workflowId']}"
    await api.call("PUT", path, {"workflow": workflow | {"triggers": []}})
    await api.call("PUT", path, {"workflow": workflow | {"triggers": [MONDAY]}})
    other = await only(api)
    assert (other["id"] == before["id"], other["paused"]) == (False, False)
    await api.call("PUT", path, {"workflow": workflow})
    assert await only(api) == before
    for number in range(60):
        triggers = [{**MONDAY, "id": f"passing-{number}"}]
        await api.call("PUT", path, {"workflow": workflow | {"triggers": triggers}})
    await api.call("PUT", path, {"workflow": workflow})
    assert (await only(api))["paused"] is False, "it was kept among more than the last fifty"


@pytest.mark.parametrize("action", ["", "/pause", "/resume", "/run-now"])
async def test_an_unknown_schedule_is_404(api: Api, action: str) -> None:
    problem = await api.call("POST" if action else "GET", f"/api/schedules/sch_nobody{action}", status=404)
    assert "Save" in problem["error"] or "saved" in problem["error"]


async def test_a_preview_needs_no_saving(api: Api) -> None:
    answer = await api.call("POST", "/api/schedule-preview", {"cron": "0 9 * * 1-5", "timezone": "America/New_York"})
    assert (answer["words"], answer["zone"], len(answer["next"])) == (
        "At 09:00 on Monday through Friday",
        "America/New_York",
        5,
    )
    for body in ({"cron": "every monday"}, {"cron": "0 9 * * 1", "timezone": "Mars/Olympus"}):
        problem = await api.call("POST", "/api/schedule-preview", body, 400)
        assert problem["code"] == "bad_schedule"


async def test_a_workflow_that_cannot_run_says_so_before_its_time_comes(api: Api) -> None:
    mail = {"type": "email", "action": "send", "label": "Mail it", "params": {"body": "x"}}
    workflow = steps(mail, triggers=[MONDAY])
    stored = (await api.call("POST", "/api/workflows", {"workflow": workflow}, 201))["workflow"]
    listed = await api.call("GET", f"/api/schedules?workflow={stored['workflowId']}")
    assert "Mail it still needs a value" in listed["schedules"][0]["problem"]
    schedule_id = listed["schedules"][0]["id"]
    assert (await api.call("POST", f"/api/schedules/{schedule_id}/run-now", status=422))["code"] == "missing_values"


async def test_a_pin_does_not_let_a_schedule_run(api: Api) -> None:
    mail = {"type": "email", "action": "send", "label": "Mail it", "params": {"body": "x"}, "pin": {"text": "sent"}}
    await api.call("POST", "/api/workflows", {"workflow": steps(mail, triggers=[MONDAY])}, 201)
    schedule = await api.call("GET", f"/api/schedules/{(await only(api))['id']}")
    assert "Mail it still needs a value" in schedule["problem"]


async def test_two_triggers_with_one_id_are_refused(api: Api) -> None:
    twice = [MONDAY | {"id": "x"}, {"kind": "webhook", "id": "x"}]
    problem = await api.call("POST", "/api/workflows", {"workflow": steps(seed(), triggers=twice)}, 422)
    assert problem["details"][0]["where"] == "triggers[1].id"


async def test_the_times_of_many_schedules_are_looked_for_beside_the_server(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rare one takes some hundredths of a second, and there may be five hundred: nobody else waits for that."""
    rare = [{"kind": "schedule", "cron": f"{minute} 0 29 2 */7", "timezone": "Europe/Berlin"} for minute in range(50)]
    await saved(api, *rare)
    threads: list[int] = []

    def noted(cron: str, zone: str | None, after: float) -> Iterator[float]:
        threads.append(threading.get_ident())
        return next_times(cron, zone, after)

    monkeypatch.setattr(schedules, "next_times", noted)
    first = (await api.call("GET", "/api/schedules"))["schedules"]
    assert len(threads) == len(first) == len(rare)
    assert threading.get_ident() not in threads
    for _ in range(3):
        assert (await api.call("GET", "/api/schedules"))["schedules"] == first
    assert len(threads) <= 2 * len(rare)  # a minute may have passed, not four
