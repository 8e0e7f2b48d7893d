from __future__ import annotations

import asyncio

import pytest
from support.graphs import node, workflow
from support.history import new_run

from voicegraph.graph.model import Node
from voicegraph.run.connection_slots import ConnectionGate
from voicegraph.run.events import NewRun
from voicegraph.settings import Settings


class Door:
    """Nodes that stay inside until they are told to go."""

    def __init__(self, gate: ConnectionGate) -> None:
        self.gate = gate
        self.inside: list[str] = []
        self.said: list[str] = []
        self.go: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def enter(self, name: str, run: NewRun, one: Node) -> None:
        self.go[name] = asyncio.Event()

        async def stay() -> None:
            async with self.gate.turn(run, one, self.said.append):
                self.inside.append(name)
                await self.go[name].wait()
                self.inside.remove(name)

        self.tasks[name] = asyncio.create_task(stay())
        await turns()

    async def leave(self, name: str) -> None:
        self.go[name].set()
        await self.tasks[name]
        await turns()


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def run(engine: str = "embedded", owner: str = "local") -> NewRun:
    return new_run(workflow(), engine, owner=owner)  # pyright: ignore[reportArgumentType]


NOTION = node("a", type="notion")


async def test_no_more_than_the_limit_are_inside_and_each_comes_in():
    door = Door(ConnectionGate(2))
    for name in "abcd":
        await door.enter(name, run(), NOTION)
    assert door.inside == ["a", "b"]
    assert door.said == ["Waits for a free connection to notion: 2 at a time."] * 2
    for name in "abcd":
        await door.leave(name)
    assert door.inside == []
    assert not door.gate._connections


async def test_live_runs_go_first_and_owners_take_turns():
    door = Door(ConnectionGate(1))
    await door.enter("first", run(), NOTION)
    for name, owner in (("ada1", "ada"), ("ada2", "ada"), ("bob1", "bob")):
        await door.enter(name, run(owner=owner), NOTION)
    await door.enter("live", run("live", "ada"), NOTION)
    order: list[str] = []
    await door.leave("first")
    while door.inside:
        order += door.inside
        await door.leave(door.inside[0])
    assert order == ["live", "ada1", "bob1", "ada2"]


async def test_services_are_apart_and_what_reaches_nothing_is_free():
    door = Door(ConnectionGate(1, {"llm": 2}))
    for name, one in (
        ("a", NOTION),
        ("c", node("c", type="llm")),
        ("d", node("d", type="llm")),
        ("e", node("e", type="transform")),
        ("f", node("f", type="transform")),
    ):
        await door.enter(name, run(), one)
    assert door.inside == [*"acdef"]
    for name in "acdef":
        await door.leave(name)


@pytest.mark.parametrize("in_turn", [False, True])
async def test_a_node_that_is_cancelled_keeps_nobody_waiting(in_turn: bool):
    door = Door(ConnectionGate(1))
    for name in "abc":
        await door.enter(name, run(), NOTION)
    if in_turn:  # it gets its turn and is cancelled before it can take it
        door.go["a"].set()
        await asyncio.sleep(0)
    door.tasks["b"].cancel()
    await turns()
    if not in_turn:
        await door.leave("a")
    assert door.inside == ["c"]
    await door.leave("c")
    assert not door.gate._connections


async def test_other_names_of_a_type_share_its_connection():
    door = Door(ConnectionGate(None, {"web_search": 2, "tavily": 1}))
    await door.enter("a", run(), node("a", "search", type="tavily"))
    await door.enter("b", run(), node("b", "search", type="web_search"))
    assert door.inside == ["a"]
    await door.leave("a")
    assert door.inside == ["b"]
    await door.leave("b")


async def test_without_a_limit_nothing_is_counted():
    door = Door(ConnectionGate())
    await door.enter("a", run(), NOTION)
    assert not door.gate._connections
    await door.leave("a")


def test_limits_are_written_as_a_list(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VOICEGRAPH_CONNECTION_LIMITS", "notion=3, llm=8")
    assert Settings(_env_file=None).connection_limits == {"notion": 3, "llm": 8}
    monkeypatch.setenv("VOICEGRAPH_CONNECTION_LIMITS", "notion")
    with pytest.raises(ValueError, match="notion=3,llm=8"):
        Settings(_env_file=None)
