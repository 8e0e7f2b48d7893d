"""The history: pages of runs, one run, its events, delete, export."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import Response, StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from voicegraph.api.deps import Id, Kept, Wired
from voicegraph.api.event_labels import titles_of
from voicegraph.api.filter_query import Filtered
from voicegraph.api.request_body import JsonRoute
from voicegraph.api.schemas.common import Done
from voicegraph.api.schemas.history import HistoryEntry, HistoryPage, page_as_json
from voicegraph.api.schemas.runs import (
    HistoryBody,
    ItemsPage,
    ItemStatusName,
    LogPage,
    OutputPiece,
    Queued,
    Run,
    RunAnswer,
)
from voicegraph.api.sse import MAX_SEQ, encode, resume_after
from voicegraph.api.whole_results import output_pieces, run_as_file
from voicegraph.graph.model import ID_PATTERN, NodeId, RunId
from voicegraph.nodes.data.large_json import beside
from voicegraph.nodes.output import Output
from voicegraph.pipeline import Pipeline
from voicegraph.run.items import MAX_ITEMS
from voicegraph.run.queue import Place
from voicegraph.store.views.event_pages import MAX_EVENTS
from voicegraph.store.views.item_pages import MAX_ITEMS_PAGE
from voicegraph.store.views.queries import MAX_PAGE

router = APIRouter(prefix="/api", tags=["history"], route_class=JsonRoute)


@router.get("/workflow-history", response_model=HistoryPage)
async def list_runs(
    voicegraph: Wired,
    which: Filtered,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    cursor: Annotated[str | None, Query(pattern=ID_PATTERN, description="`next` of the page before.")] = None,
    brief: Annotated[bool, Query(description="Without `workflow`, `config` and `logs`.")] = False,
) -> Response:
    """Runs, newest first, each with what was run and the last 50 events of its log."""
    found = await voicegraph.queries.page(which, limit, cursor)
    places = voicegraph.places(found.runs)
    more = [{"engine_url": voicegraph.engine_url(run), "queued": _queued(places.get(run.id))} for run in found.runs]
    page = HistoryPage(count=found.total, running=found.running, history=[], next=found.next)
    lines = zip(found.runs, more, strict=True)
    if brief:
        text = page_as_json(page, (HistoryEntry.of(run, **one) for run, one in lines))
    else:
        listed = await voicegraph.queries.listed([run.id for run in found.runs])
        entries = (HistoryEntry.whole(run, listed.get(run.id), **one) for run, one in lines)
        text = await beside(False, page_as_json, page, entries)
    return Response(text, media_type="application/json")


@router.post("/workflow-history")
async def show_run(body: HistoryBody, voicegraph: Wired) -> RunAnswer:
    """One run whole, by its id."""
    return RunAnswer(run=await _whole(RunId(body.workflow_id), voicegraph))


@router.get("/history/stream", response_class=EventSourceResponse)
async def stream_history(voicegraph: Wired) -> AsyncIterator[ServerSentEvent]:
    """A line for every run that is made or changes its status: read the list again."""
    with voicegraph.feed.watch_all() as watcher:
        while (change := await watcher.get()) is not None:
            yield ServerSentEvent(data={"runId": change.run_id, "status": str(change.status)})


@router.get("/runs/{run_id}")
async def get_run(
    run_id: Id,
    voicegraph: Wired,
    tail: Annotated[
        int | None, Query(ge=0, le=MAX_EVENTS, description="So many of the last events, in place of the first.")
    ] = None,
) -> Run:
    """One run whole: the graph as it was run, config, log, node results."""
    return await _whole(RunId(run_id), voicegraph, tail)


@router.get("/runs/{run_id}/nodes/{node_id}/items")
async def list_items(
    run_id: Id,
    node_id: Annotated[str, Path(pattern=ID_PATTERN, description="A node with `each`.")],
    voicegraph: Wired,
    status: Annotated[ItemStatusName | None, Query(description="Only items with this status.")] = None,
    after: Annotated[int, Query(ge=-1, le=MAX_ITEMS, description="`next` of the page before.")] = -1,
    limit: Annotated[int, Query(ge=1, le=MAX_ITEMS_PAGE)] = 100,
) -> ItemsPage:
    """What became of the items of a node that runs once per item, in their order."""
    page = await voicegraph.queries.items(RunId(run_id), NodeId(node_id), after, limit, status)
    return ItemsPage.of(page)


@router.get("/runs/{run_id}/logs")
async def list_logs(
    run_id: Id,
    voicegraph: Wired,
    after: Annotated[int, Query(ge=0, le=MAX_SEQ, description="`next` of the page before.")] = 0,
    before: Annotated[
        int | None, Query(ge=1, le=MAX_SEQ, description="Backwards: `previous` of the page behind.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_EVENTS)] = 500,
) -> LogPage:
    """The run's events by pages, in their order: from the first on or, with `before`, from the last back."""
    page = await voicegraph.queries.event_page(RunId(run_id), after, limit, before)
    return LogPage.of(page, titles_of(await voicegraph.queries.workflow(RunId(run_id))))


NodeName = Annotated[str, Path(pattern=ID_PATTERN, description="A node of the run.")]
ItemNumber = Annotated[int | None, Query(ge=0, le=MAX_ITEMS, description="Of a node with `each`: one of its items.")]


@router.get("/runs/{run_id}/nodes/{node_id}/output")
async def show_output(
    run_id: Id,
    node_id: NodeName,
    voicegraph: Wired,
    item: ItemNumber = None,
    offset: Annotated[int, Query(ge=0, le=MAX_SEQ, description="`next` of the part before.")] = 0,
) -> OutputPiece:
    """The JSON text of a result by parts: for one that is too large to be shown whole with its run."""
    piece = await voicegraph.queries.output_piece(RunId(run_id), NodeId(node_id), item, offset)
    return OutputPiece(text=piece.text, size=piece.size, next=piece.next)


@router.get("/runs/{run_id}/nodes/{node_id}/output/file", responses={200: {"model": Output}})
async def download_output(run_id: Id, node_id: NodeName, voicegraph: Wired, item: ItemNumber = None) -> Response:
    """A result whole, as a JSON file."""
    run, node = RunId(run_id), NodeId(node_id)
    await voicegraph.queries.output_piece(run, node, item)  # there is one, or a 404
    headers = {"Content-Disposition": f'attachment; filename="{run}-{node}.json"'}
    pieces = output_pieces(voicegraph.queries, run, node, item)
    return StreamingResponse(pieces, media_type="application/json", headers=headers)


async def _known_run(run_id: Id, voicegraph: Wired) -> RunId:
    return (await voicegraph.queries.summary(RunId(run_id))).id


@router.get("/runs/{run_id}/events", response_class=EventSourceResponse)
async def stream_run(
    run_id: Annotated[RunId, Depends(_known_run)], after: Annotated[int, Depends(resume_after)], voicegraph: Wired
) -> AsyncIterator[ServerSentEvent]:
    """The run's events from the start or after Last-Event-ID, then live, until it is over."""
    titles = titles_of(await voicegraph.queries.workflow(run_id))
    async for event in voicegraph.follow(run_id, after):
        yield encode(event, titles)


@router.delete("/runs/{run_id}")
async def delete_run(run_id: Id, kept: Kept) -> Done:
    """Remove a run that is over from the history, with all its results and the files it made."""
    await kept.removals.delete(RunId(run_id))
    return Done()


@router.get("/runs/{run_id}/export", responses={200: {"model": Run}})
async def export_run(run_id: Id, voicegraph: Wired) -> Response:
    """The run as a JSON file."""
    run = await _whole(RunId(run_id), voicegraph)
    headers = {"Content-Disposition": f'attachment; filename="{run.id}.json"'}
    pieces = run_as_file(voicegraph.queries, run)
    return StreamingResponse(pieces, media_type="application/json", headers=headers)


async def _whole(run_id: RunId, voicegraph: Pipeline, tail: int | None = None) -> Run:
    detail = await voicegraph.queries.detail(run_id, tail=tail)
    place = voicegraph.places([detail.summary]).get(detail.summary.id)
    return Run.of_detail(detail, engine_url=voicegraph.engine_url(detail.summary), queued=_queued(place))


def _queued(place: Place | None) -> Queued | None:
    return None if place is None else Queued.of(place)
