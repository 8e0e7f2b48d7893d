"""Results too large for one answer, in pieces: one of them, or a run with all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

from voicegraph.api.event_labels import titles_of
from voicegraph.api.schemas.runs import Event, NodeResult, Run
from voicegraph.graph.model import NodeId, RunId
from voicegraph.store.views.export import details
from voicegraph.store.views.filters import RunFilter
from voicegraph.store.views.queries import RunQueries

PAGE = 500
PIECE = 4 << 20
"""Characters of a result that are read at once: the database goes through all of them before the piece each time."""


async def output_pieces(
    queries: RunQueries, run_id: RunId, node_id: NodeId, item: int | None = None
) -> AsyncIterator[str]:
    """The JSON text of a result, piece by piece; NotFound before the first."""
    offset: int | None = 0
    while offset is not None:
        piece = await queries.output_piece(run_id, node_id, item, offset, PIECE)
        yield piece.text
        offset = piece.next


def is_cut(run: Run) -> bool:
    """Whether the run, as it is shown, is not all of it."""
    return len(run.logs) < run.log_count or bool(cut_nodes(run)) or is_data_cut(run)


def cut_nodes(run: Run) -> list[str]:
    """Nodes whose results are shown in part."""
    return [node.node_id for node in run.nodes if node.output and node.output.truncated]


def is_data_cut(run: Run) -> bool:
    """Whether what started it is shown in part."""
    return bool(run.trigger_data.get("truncated"))


async def run_as_file(queries: RunQueries, run: Run) -> AsyncIterator[str]:
    """The run whole, as the text of a JSON file; folded for people where it is not too large to be shown."""
    if not is_cut(run):
        yield run.model_dump_json(by_alias=True, indent=2)
    else:
        async for piece in run_pieces(queries, run):
            yield piece
    yield "\n"


async def run_pieces(queries: RunQueries, run: Run) -> AsyncIterator[str]:
    """The run's JSON with all its events, and with its results and what started it whole."""
    run_id = RunId(run.id)
    if is_data_cut(run):
        run = run.model_copy(update={"trigger_data": await queries.trigger_data(run_id)})
    head = run.model_dump_json(by_alias=True, exclude={"logs", "nodes"})
    yield f'{head[:-1]},"logs":['
    between, after, titles = "", 0, titles_of(run.workflow)
    while page := await queries.events(run_id, after, PAGE):
        yield between + ",".join(Event.of(event, titles).model_dump_json(by_alias=True) for event in page)
        between, after = ",", page[-1].seq
    yield '],"nodes":['
    between = ""
    for node in run.nodes:
        yield between
        async for text in _node(queries, run_id, node):
            yield text
        between = ","
    yield "]}"


async def _node(queries: RunQueries, run_id: RunId, node: NodeResult) -> AsyncIterator[str]:
    if node.output is None or not node.output.truncated:
        yield node.model_dump_json(by_alias=True)
        return
    yield node.model_dump_json(by_alias=True, exclude={"output"})[:-1] + ',"output":'
    async for text in output_pieces(queries, run_id, NodeId(node.node_id)):
        yield text
    yield "}"


async def runs_as_json(queries: RunQueries, which: RunFilter) -> AsyncIterator[str]:
    """An array of runs as `GET /api/runs/{id}` gives them."""
    before = "["
    async for detail in details(queries, which):
        yield before
        async for piece in run_pieces(queries, Run.of_detail(detail)):
            yield piece
        before = ",\n"
    yield "]\n" if before != "[" else "[]\n"
