from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from voicegraph.fair_slots import FairGate, work_for
from voicegraph.nodes import threads
from voicegraph.nodes.conditions import expression
from voicegraph.nodes.data import large_json
from voicegraph.nodes.documents import parsing_process as documents
from voicegraph.nodes.selections import selection
from voicegraph.nodes.services.code import sandbox

RUNS = "abcd"


class Room:
    """What comes through a gate: who is inside, and in which order they came in."""

    def __init__(self, places: int) -> None:
        self.gate = FairGate(places)
        self.inside: list[str] = []
        self.order: list[str] = []
        self.go: dict[asyncio.Task[None], asyncio.Event] = {}

    async def _stay(self, run_id: str, go: asyncio.Event) -> None:
        work_for(run_id)
        async with self.gate.turn():
            self.inside.append(run_id)
            self.order.append(run_id)
            await go.wait()
            self.inside.remove(run_id)

    async def come(self, run_id: str) -> asyncio.Task[None]:
        go = asyncio.Event()
        task = asyncio.create_task(self._stay(run_id, go))
        self.go[task] = go
        await turns()
        return task

    async def empty(self) -> None:
        for go in self.go.values():
            go.set()
        await asyncio.gather(*self.go, return_exceptions=True)


async def turns() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


async def test_one_run_that_comes_first_and_often_does_not_keep_the_others_waiting() -> None:
    room = Room(1)
    for run_id in "aaaaaabbc":
        await room.come(run_id)
    await room.empty()
    assert "".join(room.order) == "aabcabaaa"


@given(st.lists(st.sampled_from(RUNS), max_size=30), st.integers(1, 3), st.sets(st.integers(0, 29)))
def test_no_run_has_two_turns_while_another_waits(asked: list[str], places: int, gone: set[int]) -> None:
    """Whoever is cancelled meanwhile takes neither a place nor a turn."""

    async def judged() -> None:
        room = Room(places)
        tasks = [await room.come(run_id) for run_id in asked]
        cancelled = {number for number in gone if places <= number < len(asked)}
        for number in cancelled:
            tasks[number].cancel()
        waiting = Counter(asked[number] for number in range(places, len(asked)) if number not in cancelled)
        came = room.order[:]
        assert len(came) == min(places, len(asked))
        await room.empty()
        had: Counter[str] = Counter()
        for run_id in room.order[len(came) :]:
            had[run_id] += 1
            for other in (one for one in waiting if waiting[one] > had[one]):
                assert had[run_id] <= had[other] + 1, room.order
        assert had == waiting
        room.go.clear()
        for _ in range(places + 1):
            await room.come("z")
        assert len(room.inside) == places, "all are free again, and none was given twice"
        await room.empty()

    asyncio.run(judged())


async def test_what_one_run_asks_for_is_done_in_that_order() -> None:
    gate, order = FairGate(1), list[int]()

    async def work(number: int) -> None:
        async with gate.turn():
            await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*map(work, range(20)))
    assert order == [*range(20)]


async def test_who_is_cancelled_in_the_moment_of_its_turn_hands_it_on() -> None:
    room = Room(1)
    first, second, third = [await room.come(run_id) for run_id in "abc"]
    room.go[first].set()
    while room.inside:
        await asyncio.sleep(0)
        if not room.inside:
            second.cancel()  # it has the place, and has not been told
    await turns()
    assert room.inside == ["c"]
    room.go[third].set()
    await asyncio.wait([second, third])


async def test_a_thread_that_is_still_at_work_holds_its_place_when_its_caller_has_gone() -> None:
    gate, go, began = FairGate(1), threading.Event(), list[int]()

    def work(number: int) -> int:
        began.append(number)
        go.wait()
        return number

    with ThreadPoolExecutor(2) as pool:
        first, second = [asyncio.create_task(gate.run(pool, partial(work, number))) for number in (1, 2)]
        await turns()
        first.cancel()
        await turns()
        assert first.cancelled()
        assert began == [1]
        go.set()
        assert await second == 2


def _parse(name: str) -> Awaitable[object]:
    return documents.parse(name, b"")


HEAVY: list[JsonValue] = [{"n": 1}] * selection.IN_THREAD_VALUES
POOLS: list[tuple[Any, Callable[[str], Awaitable[object]]]] = [
    (expression, lambda name: expression.judge(f"input.matches('{name}')", {"input": name})),
    (selection, lambda name: selection.pick("sort_by(@, &n)[0]", [{"n": name}, *HEAVY])),
    (sandbox, lambda name: sandbox.run_script("1", {"name": name}, 1.0, 1 << 20)),
    (documents, _parse),
]


@pytest.mark.parametrize(("module", "work"), POOLS, ids=lambda one: getattr(one, "__name__", ""))
async def test_children_are_given_out_in_fair_turns(
    monkeypatch: pytest.MonkeyPatch, module: Any, work: Callable[[str], Awaitable[object]]
) -> None:
    asked, go = list[str](), asyncio.Event()

    async def ask(_: str, request: bytes, seconds: float) -> bytes:
        asked.append("other" if b"other" in request else "each")
        await go.wait()
        return json.dumps({"error": {"code": "stop", "message": "Enough."}}).encode() + b"\n"

    async def of(run_id: str) -> None:
        work_for(run_id)
        await asyncio.gather(work(run_id), return_exceptions=True)

    async def until(count: int) -> None:
        while len(asked) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    monkeypatch.setattr(module, "ask", ask)
    many = [asyncio.create_task(of("each")) for _ in range(8)]
    await until(2)
    lines = module._GATE._here()
    while sum(map(len, lines.waiting.values())) < 6:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    one = asyncio.create_task(of("other"))
    while sum(map(len, lines.waiting.values())) < 7:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    go.set()
    await asyncio.gather(*many, one)
    assert asked.index("other") <= 3


@pytest.mark.parametrize(
    ("beside", "places"),
    [(partial(large_json.beside, False), large_json.WORKERS), (threads.in_thread, threads.WORKERS)],
    ids=["of large values", "of libraries"],
)
async def test_threads_are_given_out_in_fair_turns(beside: Callable[..., Awaitable[None]], places: int) -> None:
    order, free = list[str](), threading.Semaphore(0)

    def work(name: str) -> None:
        order.append(name)
        free.acquire()

    async def of(run_id: str) -> None:
        work_for(run_id)
        await beside(work, run_id)

    tasks = [asyncio.create_task(of("each")) for _ in range(60)]
    await turns()
    tasks.append(asyncio.create_task(of("other")))
    await turns()
    try:
        async with asyncio.timeout(20):
            for begun in range(places, len(tasks) + 1):  # one place at a time, else threads overtake one another
                while len(order) < begun:  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
                if "other" in order:
                    break
                free.release()
    finally:
        free.release(len(tasks))
    await asyncio.gather(*tasks)
    assert order.index("other") <= places * 2
