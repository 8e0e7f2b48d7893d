"""Runs that are steps of other runs: started, answered for, and cancelled with their parents.

The node that waits is on disk first, with the id its run is to have; only then is that run made. So a crash at any point
leads to one run: what is missing is made, what is over is told, and what nobody waits for any more is cancelled, each as
often as it takes (`look_after`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

from pydantic import JsonValue

from voicegraph import clock
from voicegraph.errors import Conflict, NodeError, NotFound, Overloaded, StorageError, Unreadable, UserError
from voicegraph.graph.model import NodeId, RunId, Workflow, WorkflowId, unpinned
from voicegraph.rounds import Rounds
from voicegraph.run.engine_promise import LAST_WRITE
from voicegraph.run.events import EngineName, Entry, NewRun, NodeRun, StoredRun
from voicegraph.run.parent_child import RunEnded, trigger_data
from voicegraph.run.ports import Engine
from voicegraph.run.state import NodeStatus

log = logging.getLogger(__name__)

MAX_DEPTH = 5
"""How many runs may be steps of one another."""
AGAIN = 2.0
"""Seconds until everything is looked at again, when something could not be written, or other processes write too."""
SELDOM = 60.0


@dataclass(frozen=True, slots=True)
class Kin:
    """A node that waits for a run, and that run: `over` is None when there is none yet."""

    parent: RunId
    node_id: NodeId
    child: RunId
    over: bool | None


@dataclass(frozen=True, slots=True)
class ChildLine:
    """A child though it may not be readable as a whole: whose it is, and why it failed."""

    name: str
    engine: EngineName
    parent: RunId | None
    node_id: NodeId | None
    error: str


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A run's workflow, on the way from a run to the one it all began with."""

    workflow_id: WorkflowId
    name: str


class ParentStore(Protocol):
    """The port to parents and children on disk."""

    async def load(self, run_id: RunId) -> StoredRun:
        """A run whole; NotFound, Unreadable."""
        ...

    async def line_of(self, child: RunId) -> ChildLine:
        """A run's own row; NotFound."""
        ...

    async def waiting(self, engine: EngineName) -> Sequence[Kin]:
        """Every node that waits for a run."""
        ...

    async def orphans(self, engine: EngineName) -> Sequence[RunId]:
        """Runs that are not over though no node waits for them."""
        ...

    async def ancestry(self, run_id: RunId, limit: int) -> Sequence[Ancestor]:
        """The run itself first, then its parent, and so on."""
        ...

    async def find(self, workflow: str) -> Workflow:
        """A saved workflow by id or name; NotFound."""
        ...


class Children:
    """Listens to what is written (`notice`), and looks after what was missed.

    `check` raises UserError for a workflow that cannot be run with this config. `shared`: other processes write too.
    """

    def __init__(
        self,
        engines: Sequence[Engine],
        families: ParentStore,
        check: Callable[[Workflow, Mapping[str, JsonValue]], Awaitable[None]],
        *,
        shared: bool,
    ) -> None:
        self._engines = {engine.name: engine for engine in engines}
        self._families = families
        self._check = check
        self._pause = AGAIN if shared else SELDOM
        self._open: dict[RunId, RunId] = {}
        """Children that are not over, and their parents."""
        self._beginning: set[RunId] = set()
        self._over: set[RunId] | None = None
        """While a look reads: the runs that ended meanwhile, which it may see as they were before."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._durable: EngineName | None = None
        self.rounds = Rounds("runs that are steps of others", self._look, self._pause)
        self._closing = self._closed = False

    def open(self, durable: EngineName | None) -> None:
        """Take up what an earlier process left of the durable engine's runs; live ones end with their process.

        None: another process looks after the durable ones.
        """
        self._durable = durable
        self.rounds.open()

    async def close(self) -> None:
        """Begin nothing new. What is at work is written first, and who is cancelled takes its children along."""
        self._closing = True
        await self.rounds.close()
        with contextlib.suppress(TimeoutError):  # a disk that refuses: the next process takes it up
            async with asyncio.timeout(LAST_WRITE):
                while self._tasks:
                    await asyncio.wait(self._tasks)
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- told by what is written

    def notice(self, entry: Entry) -> None:
        """Call with every entry that is on disk."""
        if self._closed:
            return
        for row in entry.nodes:
            if child := _child_of(row):
                self._notice_wait(entry.run_id, row, child)
        if entry.change and entry.change.status.terminal:
            self._notice_end(entry.run_id)

    def _notice_end(self, run_id: RunId) -> None:
        if self._over is not None:
            self._over.add(run_id)
        if run_id in self._open and not self._closing:
            self._spawn(self._tell(run_id))
        for child, parent in self._open.items():
            if parent == run_id:
                self._spawn(self._cancel(child))

    def _notice_wait(self, parent: RunId, row: NodeRun, child: RunId) -> None:
        if row.status is not NodeStatus.WAITING:
            if child in self._open:
                self._spawn(self._cancel(child))
        elif not self._closing:
            self._open[child] = parent
            self._spawn(self._begin_once(parent, row.node_id, child))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (StorageError, Overloaded) as error:
            log.warning("A run that is a step of another has to wait: %s", error.reason)
            self._look_again()
        except Exception:
            log.exception("A run that is a step of another could not be looked after; it is tried again")
            self._look_again()

    def _look_again(self) -> None:
        """Whatever went wrong has a moment to pass."""
        asyncio.get_running_loop().call_later(AGAIN, self.rounds.poke)

    # -- and by looking

    async def _look(self) -> None:
        if self._durable:
            await self._look_at_durable(self._durable)
        await self._look_at_live()

    async def _look_at_durable(self, engine: EngineName) -> None:
        self._over = over = set[RunId]()
        try:
            waiting = await self._families.waiting(engine)
        finally:
            self._over = None
        for kin in waiting:
            self._open[kin.child] = kin.parent
            self._look_at(replace(kin, over=True) if kin.child in over else kin)
        for child in await self._families.orphans(engine):
            self._spawn(self._cancel(child))

    async def _look_at_live(self) -> None:
        """Those of this process alone: what another shows live is its own."""
        if self._durable == "live" or not self._open:
            return
        for kin in await self._families.waiting("live"):
            if kin.child in self._open:
                self._look_at(kin)
        for child in await self._families.orphans("live"):
            if child in self._open:
                self._spawn(self._cancel(child))

    def _look_at(self, kin: Kin) -> None:
        if kin.over is None:
            self._spawn(self._begin_once(kin.parent, kin.node_id, kin.child))
        elif kin.over:
            self._spawn(self._tell(kin.child))

    # -- what is to be done

    async def _begin_once(self, parent_id: RunId, node_id: NodeId, child_id: RunId) -> None:
        """A look that comes while it is being made has nothing to add."""
        if child_id in self._beginning:
            return
        self._beginning.add(child_id)
        try:
            await self._begin(parent_id, node_id)
        except Unreadable as error:
            reason = NodeError(error.code, error.message)
            engine = self._engines[(await self._families.line_of(parent_id)).engine]
            await self._answer(engine, parent_id, node_id, RunEnded(child_id, "it asked for", reason))
        finally:
            self._beginning.discard(child_id)

    async def _begin(self, parent_id: RunId, node_id: NodeId) -> None:
        """Make the run a node waits for, unless it is made already."""
        parent = await self._families.load(parent_id)
        row = parent.nodes.get(node_id)
        if row is None or row.status is not NodeStatus.WAITING or (child_id := _child_of(row)) is None:
            return
        engine = self._engines[parent.run.engine]
        name, _ = _asked_of(row)
        try:
            run = await self._child(parent, row, child_id)
            await engine.start(run)
        except Conflict:
            await self._require_made(engine, parent_id, node_id, RunEnded(child_id, name, _gone(name)))
        except (StorageError, Overloaded) as error:
            if parent.run.engine != "live":
                raise  # it is tried again; of a live run nobody would
            reason = NodeError(error.code, error.message, retryable=True)
            await self._answer(engine, parent_id, node_id, RunEnded(child_id, name, reason))
        except UserError as error:
            reason = NodeError(error.code, error.message)
            await self._answer(engine, parent_id, node_id, RunEnded(child_id, name, reason))
        else:
            waiting = (await self._families.load(parent_id)).nodes[node_id]
            if _child_of(waiting) != run.run_id or not waiting.status.open:
                await self._cancel(run.run_id)  # the parent was cancelled meanwhile

    async def _require_made(self, engine: Engine, parent_id: RunId, node_id: NodeId, gone: RunEnded) -> None:
        """Its id is taken, so it was made; where its row is gone since, nobody would ever tell of its end."""
        try:
            await self._families.line_of(gone.run_id)
        except NotFound:
            await self._answer(engine, parent_id, node_id, gone)

    async def _child(self, parent: StoredRun, row: NodeRun, child_id: RunId) -> NewRun:
        name, own = _asked_of(row)
        workflow = await self._families.find(name)
        _refuse_recursion(workflow, await self._families.ancestry(parent.run.run_id, MAX_DEPTH + 1))
        named = {key: value for key, value in parent.run.config.items() if key != "params"}
        config: dict[str, JsonValue] = {**named, **own}
        await self._check(workflow, config)
        return NewRun(
            run_id=child_id,
            workflow=unpinned(workflow),
            engine=parent.run.engine,
            created_at=clock.now(),
            config=config,
            trigger="workflow",
            trigger_data=trigger_data(row, parent.run.run_id),
            owner=parent.run.owner,
            priority=parent.run.priority,
            parent_run_id=parent.run.run_id,
            parent_node_id=row.node_id,
        )

    async def _tell(self, child_id: RunId) -> None:
        """A child is over: hand what it gave to the node that waits for it."""
        with self._settling(child_id):
            line = await self._families.line_of(child_id)
            if line.parent and line.node_id:
                ended = await self._end_of(child_id, line)
                await self._answer(self._engines[line.engine], line.parent, line.node_id, ended)

    async def _end_of(self, child_id: RunId, line: ChildLine) -> RunEnded:
        try:
            return RunEnded.of(await self._families.load(child_id))
        except Unreadable as error:
            reason = NodeError(error.code, f"“{line.name}” failed: {line.error or error.message}")
            return RunEnded(child_id, line.name, reason)

    @staticmethod
    async def _answer(engine: Engine, run_id: RunId, node_id: NodeId, answer: RunEnded) -> None:
        try:
            await engine.take_answer(run_id, node_id, answer)
        except (Conflict, NotFound):
            log.debug("Run %s does not wait for %s any more", run_id, answer.run_id)
        except Unreadable:
            log.warning("Run %s cannot be read, and does not hear of the end of %s", run_id, answer.run_id)

    async def _cancel(self, child_id: RunId) -> None:
        """Nobody waits for it any more."""
        with self._settling(child_id):
            try:
                line = await self._families.line_of(child_id)
            except NotFound:
                return  # it was not made yet, and will not be: its node does not wait
            await self._engines[line.engine].cancel(child_id)

    @contextmanager
    def _settling(self, child_id: RunId) -> Generator[None]:
        """The child is not open any more, unless this fails: then it is looked at again."""
        parent_id = self._open.pop(child_id, None)
        try:
            yield
        except Exception:
            if parent_id:
                self._open[child_id] = parent_id
            raise


def _child_of(row: NodeRun) -> RunId | None:
    """The run a node waits for. What is stored may be damaged: without an id there is none."""
    waits = row.waits or {}
    child = waits.get("runId") if waits.get("kind") == "run" else None
    return RunId(child) if isinstance(child, str) else None


def _asked_of(row: NodeRun) -> tuple[str, Mapping[str, JsonValue]]:
    """Which workflow it is to be a run of, and the config for it."""
    waits = row.waits or {}
    config = waits.get("config")
    return str(waits.get("workflow") or ""), config if isinstance(config, dict) else {}


def _gone(name: str) -> NodeError:
    """Not to be tried again by itself: what the run did before it was lost is not known."""
    return NodeError(
        "run_gone",
        f"The run of “{name}” that this step waited for is gone from the database. Look at what it has done, then run it again.",
    )


def _refuse_recursion(workflow: Workflow, ancestry: Sequence[Ancestor]) -> None:
    ids = [one.workflow_id for one in ancestry]
    if workflow.workflow_id in ids:
        way = [one.name for one in ancestry[ids.index(workflow.workflow_id) :: -1]]
        chain = " → ".join([*way, workflow.name])
        raise UserError("recursion", f"“{workflow.name}” would run itself without end: {chain}. Take this step out.")
    if len(ids) > MAX_DEPTH:
        message = f"Workflows are steps of one another more than {MAX_DEPTH} levels deep. Put some of them together."
        raise UserError("too_deep", message)
