"""Replay a run on the command line."""

from __future__ import annotations

from typing import cast

from voicegraph.app import running
from voicegraph.cli.local_run import LocalRun
from voicegraph.cli.run_values import Config, note_unread, parse_assignments
from voicegraph.cli.server_client import replay_on_server, running_server
from voicegraph.cli.uploaded_files import read_uploads, store_uploads
from voicegraph.db.opening import require_room_to_run
from voicegraph.graph.model import RunId
from voicegraph.nodes.params.unknown_nodes import without_strays
from voicegraph.run.replay import Replay
from voicegraph.settings import Settings


async def replay_run(
    settings: Settings, run_id: str, start: str | None, background: bool, assignments: list[str], as_json: bool
) -> str:
    """Replay to its end; answers the new run's status. Values that are given take the place of those of the run.

    In the background beside a running server, the replay is handed to that server: it owns the database.
    """
    server = await running_server(settings) if background else None
    if not server:
        require_room_to_run(settings)
    async with running(settings, background=background and not server) as runtime:
        pipeline = runtime.pipeline
        origin = await pipeline.queries.stored(RunId(run_id))
        config = None
        if changes := parse_assignments(assignments):
            uploads = await read_uploads(pipeline, origin.run.workflow, changes)
            note_unread(pipeline, origin.run.workflow, changes)
            await store_uploads(pipeline, uploads, changes)
            config = _changed(dict(without_strays(origin.run.config, origin.run.workflow)), changes)
        if server:
            body = {"from": start, "config": config, "mode": "background"}
            return await replay_on_server(server, run_id, body, as_json)
        beginning = pipeline.replay(origin.run.run_id, Replay(start, config=config), live=not background)
        watch = LocalRun(runtime, background=background, as_json=as_json)
        new = await watch.started(beginning)
        workflow = (await pipeline.queries.stored(new)).run.workflow
        return await watch.to_the_end(new, workflow)


def _changed(config: Config, changes: Config) -> Config:
    """Objects are merged, so that one param of one node can be changed alone."""
    merged = dict(config)
    for name, value in changes.items():
        old = merged.get(name)
        both = isinstance(old, dict) and isinstance(value, dict)
        merged[name] = _changed(cast("Config", old), cast("Config", value)) if both else value
    return merged
