"""Ports of a run: somewhere to write, somewhere to read, and an engine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from pydantic import JsonValue

from voicegraph.graph.model import NodeId, RunId, Workflow, WorkflowId
from voicegraph.rounds import Rounds
from voicegraph.run.answers import Answer
from voicegraph.run.earlier_items import EarlierRuns
from voicegraph.run.events import EngineName, Entry, NewRun, StoredRun
from voicegraph.run.queue import Place, Ticket
from voicegraph.run.replay import Replay

T = TypeVar("T")


class EventSink(Protocol):
    """The port that runs are written to."""

    def record(self, entry: Entry, *, lands: bool = True, frees: bool = False) -> Awaitable[None]:
        """Queue at once; the awaitable ends when the entry is on disk.

        An entry that creates a run fails with StorageError when the disk refuses, or Conflict when its idempotency
        key is taken. Any other entry is kept and tried until it is written; without `lands`, as somebody waits to be
        told, StorageError when the database refuses. `frees` is that for the end of a run, which can be deleted then:
        on a full disk it may use the room that is kept back.
        """
        ...


class RunLedger(EventSink, Protocol):
    """The port that several processes write the same runs to, one after the other."""

    def decide(
        self,
        run_id: RunId,
        decision: Callable[[StoredRun], tuple[Entry, T]],
        *,
        lands: bool = True,
        frees: bool = False,
    ) -> Awaitable[T]:
        """Look at a run and write what follows, while nobody else writes it.

        `decision` answers the entry and a result, without waiting for anything. With `lands` it is tried until it is
        written; without, StorageError when the database refuses. `frees` as in `record`. NotFound when there is no
        such run.
        """
        ...


class RunStore(EarlierRuns, Protocol):
    """The port an engine reads from: open runs, one run whole, and items of runs that are over."""

    async def load(self, run_id: RunId) -> StoredRun:
        """The run with its node rows; NotFound."""
        ...

    async def load_whole(self, run_id: RunId) -> StoredRun:
        """As `load`, with the items of nodes in flight."""
        ...

    async def is_open(self, run_id: RunId) -> bool:
        """Whether there is such a run that is not over, also where it cannot be read."""
        ...

    async def follow_up(self, run_id: RunId) -> WorkflowId | None:
        """What is started when this run fails, also where the run cannot be read."""
        ...

    async def unfinished(self, engine: EngineName) -> list[RunId]:
        """Runs of this engine that are not over and wait for no timer, oldest first."""
        ...

    async def parked(self, engine: EngineName) -> list[RunId]:
        """Runs of this engine that nobody reads until somebody answers."""
        ...

    async def line(self, engine: EngineName) -> StoredQueue:
        """The `unfinished` runs as tickets, and who has a place in a group with a limit."""
        ...

    async def admit(self, run_id: RunId, workflow_id: str, limit: int, engine_run_id: str) -> bool:
        """Whether one more run of this workflow may begin, for engines whose line is elsewhere. It counts then."""
        ...

    async def tickets(self, run_ids: Sequence[RunId]) -> list[Ticket]:
        """Of these runs, which go on after a wait; in the order they are given."""
        ...

    async def take_due(self, engine: EngineName, now: float) -> list[RunId]:
        """Runs whose timer has come, each answered once; from then on they count as `unfinished`."""
        ...

    async def next_wake(self, engine: EngineName) -> float | None:
        """When the next timer comes, in seconds since the epoch."""
        ...


@dataclass(frozen=True, slots=True)
class StoredQueue:
    """The queue as an engine finds it when it opens. `holding` are (run, group)."""

    tickets: list[Ticket]
    holding: list[tuple[str, str]]


class Engine(Protocol):
    """Decides where and when nodes run, and what survives a crash."""

    @property
    def name(self) -> EngineName:
        """As written in the run's row."""
        ...

    @property
    def rounds(self) -> Sequence[Rounds]:
        """What it does by itself."""
        ...

    async def start(self, run: NewRun) -> None:
        """Accept a run. On return it is on disk. StorageError, Overloaded or Conflict when it is not accepted."""
        ...

    async def cancel(self, run_id: RunId, reason: str = "") -> bool:
        """Cancel, whatever the run is doing or waiting for; False when it is over already. Its log says the reason."""
        ...

    async def take_answer(self, run_id: RunId, node_id: NodeId, answer: Answer) -> None:
        """Hand an answer to a node that waits for one. On return it is on disk; the first that fits is the one taken.

        NotFound when there is no such run; Conflict when the node does not wait for this answer (any more). Unreadable
        when the run cannot be read: a durable one is over then.
        """
        ...

    def places(self, ids: Iterable[str]) -> Mapping[str, Place]:
        """Where those of these runs stand that wait to be started, as far as this process knows."""
        ...

    async def open(self) -> None:
        """Take up what an earlier process left."""
        ...

    async def close(self) -> None:
        """Start nothing new, let nodes in flight finish for the settings' drain time, then stop."""
        ...

    def hurry(self) -> None:
        """Nobody wants to wait for nodes in flight: `close`, at work or to come, leaves them to the next process."""
        ...


class DurableEngine(Engine, Protocol):
    """An engine whose runs survive. Its runs may also be written by others, together with what made them necessary."""

    def accepting(self, run: NewRun) -> Entry:
        """What is to be written so that the engine has the run. Overloaded when it takes no more."""
        ...

    def accepted(self, run_id: RunId) -> None:
        """Such a run is on disk: go on with it. A run that nobody tells of is taken up at the next start."""
        ...

    def told_to_stop(self) -> None:
        """The process was told to end: however it does, no node is to blame, and none starts. `close` follows."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the engine's own server, as HTTP brought it."""

    method: str
    url: str
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a call."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Starter(Protocol):
    """Starts durable runs as for a person. A repeated key answers the first run's id. UserError: it cannot run."""

    def start_asked(self, workflow: Workflow | str, config: Mapping[str, JsonValue], key: str) -> Awaitable[RunId]:
        """Of a workflow, or of the saved one with this id."""
        ...

    def replay(self, run_id: RunId, replay: Replay, *, live: bool, key: str | None = None) -> Awaitable[RunId]:
        """Of what an earlier run ran."""
        ...


class Callee(Protocol):
    """An engine that is driven from outside."""

    def starts_with(self, starter: Starter) -> None:
        """What starts runs that are asked for at its server."""
        ...

    @property
    def dashboard_url(self) -> str:
        """Where its server shows itself to people."""
        ...

    def run_url(self, engine_run_id: str) -> str:
        """Where it shows this run."""
        ...

    async def serve_connected(self, stopped: asyncio.Event) -> None:
        """Instead of being called: keep a connection to its server until `stopped` is set."""
        ...

    async def answer(self, call: Call) -> Reply:
        """Check who calls, then do what is asked. Raises nothing."""
        ...
