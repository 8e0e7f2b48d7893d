"""A time of a schedule is run once, and as its policies say."""

from __future__ import annotations

import asyncio

import pytest
from support.clocks import TurnedClock
from support.schedules import Bench, bench_on, every, moment, resting

from voicegraph.clock import iso
from voicegraph.errors import Overloaded
from voicegraph.graph.model import Node, NodeId, Webhook
from voicegraph.settings import Settings


def at(*texts: str, zone: str = "Europe/Berlin") -> list[str]:
    return [iso(moment(text, zone)) for text in texts]


async def saved(bench: Bench, when: str, *triggers, **fields):
    """A workflow that was saved at this time."""
    bench.clock.set(moment(when))
    return await bench.save(*triggers, **fields)


async def made_up(bench: Bench) -> list[str]:
    """The times that runs were started for, when none waits for its turn any more."""
    while True:
        for run in await bench.runs():
            await bench.over(run.id)
        times = await bench.scheduled()
        await bench.look()
        if await bench.scheduled() == times:
            return times


async def test_a_time_that_comes_starts_a_run(bench: Bench):
    graph = await saved(bench, "2026-11-20T12:00", every("0 9 * * 1"), Webhook())
    await bench.look("2026-11-23T08:59:59")
    assert await bench.runs() == []
    await bench.look("2026-11-23T09:00:00.5")
    (run,) = await bench.runs()
    info = await bench.only()
    assert (run.trigger, run.trigger_id, run.workflow_id) == ("schedule", info.line.schedule.id, graph.workflow_id)
    assert run.engine == "embedded"
    assert await bench.trigger_data(run.id) == {
        "scheduledAt": "2026-11-23T08:00:00.000Z",
        "schedule": {"id": info.line.schedule.id, "cron": "0 9 * * 1", "timezone": "Europe/Berlin"},
        "missed": 0,
    }
    assert await bench.over(run.id) == "completed"
    info = await bench.only()
    last = info.line.last
    assert last
    assert (last.outcome, last.run_id, last.run_status) == ("started", run.id, "completed")
    assert iso(info.line.schedule.next_at or 0) == "2026-11-30T08:00:00.000Z"
    assert info.line.schedule.missed is None


async def test_looking_again_and_again_starts_nothing_more(bench: Bench):
    await saved(bench, "2026-11-23T08:00", every("0 9 * * *", overlap="allow"))
    for _ in range(3):
        await asyncio.gather(*(bench.look("2026-11-23T09:00:01") for _ in range(5)))
    assert len(await bench.runs()) == 1


@pytest.mark.parametrize(
    ("misfire", "started"),
    [
        ("skip", []),
        ("once", at("2026-11-23T12:00")),
        ("all", at("2026-11-23T10:00", "2026-11-23T11:00", "2026-11-23T12:00")),
    ],
)
async def test_times_that_passed_while_no_server_ran(settings: Settings, turned: TurnedClock, misfire, started):
    async with bench_on(settings, turned) as bench:
        await saved(bench, "2026-11-23T09:30", every("0 * * * *", misfire=misfire, overlap="allow"))
    turned.set(moment("2026-11-23T12:30"))
    async with bench_on(settings, turned) as bench:
        await bench.look()
        assert await made_up(bench) == started
        schedule = (await bench.only()).line.schedule
        assert schedule.missed == (3, moment("2026-11-23T10:00"), moment("2026-11-23T12:00"))
        await bench.look("2026-11-23T13:00:00.1")
        assert await bench.scheduled() == started + at("2026-11-23T13:00")


async def test_making_up_for_a_year_of_minutes_has_an_end(bench: Bench):
    await saved(bench, "2025-11-23T09:00", every("* * * * *", misfire="all", overlap="allow"), nodes=[resting()])
    await bench.look("2026-11-23T09:00:30")
    line = (await bench.only()).line
    assert (len(await bench.runs()), line.queued) == (1, 99)
    assert iso(line.last.due_at) == at("2026-11-23T09:00")[0]
    assert line.schedule.missed[0] == 99


@pytest.mark.parametrize("overlap", ["skip", "queue", "allow"])
async def test_missed_times_that_are_all_run_wait_for_one_another(bench: Bench, overlap):
    await saved(bench, "2026-11-23T09:30", every("0 * * * *", misfire="all", overlap=overlap), nodes=[resting()])
    await bench.look("2026-11-23T12:30")
    for count in (1, 2, 3):
        await bench.look("2026-11-23T12:31")
        runs = await bench.runs()
        assert len(runs) == count
        await bench.runtime.pipeline.cancel(runs[-1].id)
        await bench.look()
    assert await bench.scheduled() == at("2026-11-23T10:00", "2026-11-23T11:00", "2026-11-23T12:00")


async def test_while_a_run_is_under_way_a_time_is_skipped(bench: Bench):
    await saved(bench, "2026-11-23T08:00", every("0 * * * *", overlap="skip"), nodes=[resting()])
    for hour in ("09", "10"):
        await bench.look(f"2026-11-23T{hour}:00:01")
    (run,) = await bench.runs()
    last = (await bench.only()).line.last
    assert (last.outcome, last.run_id) == ("skipped", None)
    assert "still under way" in last.note
    await bench.runtime.pipeline.cancel(run.id)
    await bench.look("2026-11-23T11:00:01")
    assert await bench.scheduled() == at("2026-11-23T09:00", "2026-11-23T11:00")


async def test_or_waits_for_its_turn(bench: Bench):
    await saved(bench, "2026-11-23T08:00", every("0 * * * *", overlap="queue"), nodes=[resting()])
    for hour in ("09", "10", "11"):
        await bench.look(f"2026-11-23T{hour}:00:01")
    assert (await bench.only()).line.queued == 2
    for count in (1, 2, 3):
        runs = await bench.runs()
        assert len(runs) == count
        await bench.runtime.pipeline.cancel(runs[-1].id)
        await bench.look()
    assert await bench.scheduled() == at("2026-11-23T09:00", "2026-11-23T10:00", "2026-11-23T11:00")


async def test_or_is_run_beside_it(bench: Bench):
    await saved(bench, "2026-11-23T08:00", every("0 * * * *", overlap="allow"), nodes=[resting()])
    for hour in ("09", "10"):
        await bench.look(f"2026-11-23T{hour}:00:01")
    assert len(await bench.runs()) == 2


@pytest.mark.parametrize(
    ("zone", "before", "start", "end", "expected"),
    [
        ("Europe/Berlin", "2026-03-28T12:00", "2026-03-29T01:30", "2026-03-29T04:00", ["2026-03-29T03:00"]),
        ("America/New_York", "2026-03-07T12:00", "2026-03-08T01:30", "2026-03-08T04:00", ["2026-03-08T03:00"]),
        ("Europe/Berlin", "2026-10-24T12:00", "2026-10-25T01:30", "2026-10-25T04:00", ["2026-10-25T02:30"]),
        ("America/New_York", "2026-10-31T12:00", "2026-11-01T01:30", "2026-11-01T04:00", []),
    ],
)
async def test_a_fixed_time_comes_once_when_the_clocks_change(
    bench: Bench, zone: str, before: str, start: str, end: str, expected: list[str]
):
    bench.clock.set(moment(before, zone))
    await bench.save(every("30 2 * * *", timezone=zone))
    now = moment(start, zone)
    while now <= moment(end, zone):
        await bench.look(now + 1)
        now += 900
    wanted = expected or ["2026-11-01T02:30"]  # in New York it is the hour before that comes twice
    assert await bench.scheduled() == at(*wanted, zone=zone)


async def test_every_hour_is_run_for_in_the_night_of_25_hours(bench: Bench):
    await saved(bench, "2026-10-25T00:30", every("0 * * * *", overlap="allow"))
    first = moment("2026-10-25T01:00")
    for hour in range(4):
        await bench.look(first + hour * 3600 + 1)
    assert await bench.scheduled() == [iso(first + hour * 3600) for hour in range(4)]


async def test_a_clock_that_is_set_back_repeats_nothing(bench: Bench):
    await saved(bench, "2026-11-23T08:00", every("*/30 * * * *", overlap="allow"))
    for when in ("09:00:01", "09:30:01", "08:50:00", "09:00:02", "09:30:02", "10:00:01"):
        await bench.look(f"2026-11-23T{when}")
    expected = at("2026-11-23T09:00", "2026-11-23T09:30", "2026-11-23T10:00")
    assert [time for time in await bench.scheduled() if time >= expected[0]] == expected


async def test_a_clock_that_was_years_ahead_for_a_moment_silences_nothing(bench: Bench):
    await saved(bench, "2026-11-23T08:00", every("0 9 * * *"))
    await bench.look("2031-01-01T12:00")
    (run,) = await bench.runs()  # one for all that seemed to be missed
    assert await bench.over(run.id) == "completed"
    await bench.look("2026-11-23T08:30")
    assert (await bench.only()).line.schedule.next_at == moment("2026-11-23T09:00")
    await bench.look("2026-11-23T09:00:01")
    assert at("2026-11-23T09:00")[0] in await bench.scheduled()


async def test_a_pause_is_no_miss(bench: Bench):
    await saved(bench, "2026-11-23T08:00", every("0 * * * *", misfire="all"))
    desk = bench.runtime.triggers.schedules
    schedule_id = (await bench.only()).line.schedule.id
    paused = await desk.pause(schedule_id)
    assert (paused.preview.times, paused.line.schedule.next_at) == ([], None)
    await bench.look("2026-11-23T12:00:01")
    resumed = await desk.resume(schedule_id)
    assert len(resumed.preview.times) == 5
    await bench.look()
    assert (await bench.runs(), resumed.line.schedule.missed) == ([], None)
    await bench.look("2026-11-23T13:00:01")
    assert await bench.scheduled() == at("2026-11-23T13:00")


async def test_run_now_is_one_run_more(bench: Bench):
    await saved(bench, "2026-11-23T08:00", every("0 9 * * *"))
    desk = bench.runtime.triggers.schedules
    schedule_id = (await bench.only()).line.schedule.id
    await desk.pause(schedule_id)
    run_id = await desk.run_now(schedule_id)
    assert await bench.over(run_id) == "completed"
    (run,) = await bench.runs()
    assert (run.id, run.trigger, run.trigger_id) == (run_id, "schedule", schedule_id)


async def test_what_is_changed_keeps_its_identity(bench: Bench):
    graph = await saved(bench, "2026-11-23T08:00", every("0 9 * * *"), every("0 18 * * *"))
    first, _ = (info.line.schedule for info in await bench.runtime.triggers.schedules.list())
    await bench.runtime.triggers.schedules.pause(first.id)
    graph.triggers = [every("0 10 * * *")]  # said anew, by a client that knows no ids
    graph = (await bench.runtime.pipeline.workflows.save(graph)).workflow
    schedule = (await bench.only()).line.schedule
    assert (schedule.id, schedule.cron) == (first.id, "0 10 * * *")
    assert schedule.paused_at is not None, "a change of the time does not end the pause"
    await bench.runtime.triggers.schedules.resume(first.id)
    graph.name = "Renamed"
    next_at = (await bench.only()).line.schedule.next_at
    bench.clock.turn(60)
    await bench.runtime.pipeline.workflows.save(graph)
    info = await bench.only()
    assert (info.line.workflow_name, info.line.schedule.next_at) == ("Renamed", next_at)
    await bench.runtime.pipeline.workflows.delete(graph.workflow_id)
    assert await bench.runtime.triggers.schedules.list() == []
    await bench.look("2026-11-24T10:00:01")
    assert await bench.runs() == []


async def test_a_workflow_that_cannot_run_says_why_at_each_time(bench: Bench):
    mail = Node(id=NodeId("mail"), type="email", action="send", label="Mail it", params={"body": "x"})
    graph = await saved(bench, "2026-11-23T08:00", every("0 9 * * *"), nodes=[mail])
    (info,) = await bench.runtime.triggers.schedules.list(graph.workflow_id)
    assert "Mail it still needs a value" in info.problem
    await bench.look("2026-11-23T09:00:01")
    last = (await bench.only()).line.last
    assert (await bench.runs(), last.outcome) == ([], "refused")
    assert "Mail it still needs a value" in last.note


async def test_an_engine_that_is_full_makes_a_time_wait(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    await saved(bench, "2026-11-23T08:00", every("0 9 * * *"))
    bench.runtime.pipeline.settings.max_queued_runs = 0
    with pytest.raises(Overloaded):
        await bench.look("2026-11-23T09:00:01")
    bench.runtime.pipeline.settings.max_queued_runs = 100
    await bench.look("2026-11-23T09:00:03")
    assert await bench.scheduled() == at("2026-11-23T09:00")
