"""Parents and children on disk (`run.children.ParentStore`)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, and_, func, or_, select

from voicegraph.db.tables import TERMINAL_STATUSES, node_runs, runs
from voicegraph.db.workflow_tables import workflows
from voicegraph.errors import NotFound, UserError
from voicegraph.graph.model import NodeId, RunId, Workflow, WorkflowId
from voicegraph.run.children import Ancestor, ChildLine, Kin
from voicegraph.run.events import EngineName, StoredRun
from voicegraph.store.core.lenient_reader import Lenient
from voicegraph.store.core.reader import Reader
from voicegraph.store.core.rows import plain
from voicegraph.store.runs.open_approvals import IS_WAITING
from voicegraph.store.runs.stored_runs import StoredRuns
from voicegraph.store.workflows.saved_workflows import readable


class StoredParents:
    """The adapter of `run.children.ParentStore`."""

    def __init__(self, reader: Reader, store: StoredRuns) -> None:
        self._reader = reader
        self._store = store

    async def load(self, run_id: RunId) -> StoredRun:
        """A run whole; NotFound, Unreadable."""
        return await self._store.load(run_id)

    async def line_of(self, child: RunId) -> ChildLine:
        """A run's own row; NotFound."""
        return await self._reader.read(lambda connection: _line_of(connection, child))

    async def waiting(self, engine: EngineName) -> Sequence[Kin]:
        """Every node that waits for a run."""
        return await self._reader.read(lambda connection: _waiting(connection, engine))

    async def orphans(self, engine: EngineName) -> Sequence[RunId]:
        """Runs that are not over though no node waits for them."""
        waits = and_(node_runs.c.run_id == runs.c.parent_run_id, node_runs.c.node_id == runs.c.parent_node_id)
        query = (
            select(runs.c.id)
            .outerjoin(node_runs, waits)
            .where(
                runs.c.parent_run_id.is_not(None),
                runs.c.status.not_in(TERMINAL_STATUSES),
                runs.c.engine == engine,
                or_(node_runs.c.status.is_(None), node_runs.c.status != "waiting"),
            )
        )
        return await self._reader.read(lambda c: [RunId(run_id) for run_id in c.execute(query).scalars()])

    async def ancestry(self, run_id: RunId, limit: int) -> Sequence[Ancestor]:
        """The run itself first, then its parent, and so on."""
        return await self._reader.read(lambda connection: _ancestry(connection, run_id, limit))

    async def find(self, workflow: str) -> Workflow:
        """A saved workflow by id or name; NotFound, UserError when several have the name, Unreadable."""
        workflow = plain(workflow)  # what stands in a node may come from anywhere
        name = workflow.strip()
        query = select(workflows.c.id, workflows.c.definition).where(
            or_(workflows.c.id == workflow, workflows.c.name == name, func.lower(workflows.c.name) == name.lower())
        )
        found = {row.id: row.definition for row in await self._reader.read(lambda c: c.execute(query).all())}
        if not found:
            raise NotFound(f"There is no saved workflow “{workflow}”. Save it first, or choose another in this step.")
        if workflow not in found and len(found) > 1:
            message = f"{len(found)} saved workflows have the name “{workflow}”. Choose one in this step."
            raise UserError("ambiguous_workflow", message)
        chosen = workflow if workflow in found else next(iter(found))
        return readable(found[chosen], chosen)


def _line_of(connection: Connection, run_id: RunId) -> ChildLine:
    columns = (runs.c.name, runs.c.engine, runs.c.parent_run_id, runs.c.parent_node_id, runs.c.error)
    row = connection.execute(select(*columns).where(runs.c.id == run_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no run {run_id}.")
    error = Lenient().object("error", row.error) or {}
    return ChildLine(row.name, row.engine, row.parent_run_id, row.parent_node_id, str(error.get("message") or ""))


def _waiting(connection: Connection, engine: EngineName) -> list[Kin]:
    parents = node_runs.join(runs, runs.c.id == node_runs.c.run_id)
    query = (
        select(node_runs.c.run_id, node_runs.c.node_id, node_runs.c.waits)
        .select_from(parents)
        .where(node_runs.c.waits_for == "run", IS_WAITING, runs.c.engine == engine)
    )
    read = Lenient()
    found = [(run_id, node_id, read.object("waits", waits)) for run_id, node_id, waits in connection.execute(query)]
    rows = [(run_id, node_id, str(waits["runId"])) for run_id, node_id, waits in found if waits and "runId" in waits]
    statuses: dict[str, str] = {}
    for start in range(0, len(rows), 500):  # databases limit how many values a query may name
        children = [child for _, _, child in rows[start : start + 500]]
        known = select(runs.c.id, runs.c.status).where(runs.c.id.in_(children))
        statuses.update((run_id, status) for run_id, status in connection.execute(known))
    return [
        Kin(
            RunId(run_id),
            NodeId(node_id),
            RunId(child),
            statuses[child] in TERMINAL_STATUSES if child in statuses else None,
        )
        for run_id, node_id, child in rows
    ]


def _ancestry(connection: Connection, run_id: RunId, limit: int) -> list[Ancestor]:
    found: list[Ancestor] = []
    current: str | None = run_id
    while current is not None and len(found) < limit:
        query = select(runs.c.workflow_id, runs.c.name, runs.c.parent_run_id).where(runs.c.id == current)
        row = connection.execute(query).one_or_none()
        if row is None:
            break
        found.append(Ancestor(WorkflowId(row.workflow_id), row.name))
        current = row.parent_run_id
    return found
