"""The details of runs on a page of the list: the graph, the config, the end of the log.

All of it is bounded, whatever the runs hold: of a log the last lines are read, by its key; long texts are cut by the
database, before they are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import JsonValue
from sqlalchemy import Connection, RowMapping, case, func, select, tuple_

from voicegraph.db.tables import node_runs, run_events, run_payloads, runs
from voicegraph.graph.model import NodeId, RunId
from voicegraph.nodes.data.large_json import is_small
from voicegraph.nodes.output import Output
from voicegraph.nodes.output_previews import PreviewBudget, beginning
from voicegraph.run.events import RunEvent
from voicegraph.store.core.lenient_reader import Lenient
from voicegraph.store.core.outputs import shown
from voicegraph.words.truncation import MARK, cut

LINES = 50
"""Of each log, the last."""
MESSAGE_CHARACTERS = 500
OUTPUT_CHARACTERS = 1_000
DETAIL_CHARACTERS = 4_000
"""What stands beside a message, as JSON; what is longer is left out."""
PAGE_CHARACTERS = 4 << 20
"""Of graphs and configs that a page shows whole; those for which there is no room have their long texts cut."""
SHORT = 200
FEW = 50
"""Characters and values of a node's params, where its graph is cut."""


@dataclass(slots=True)
class ListedRun:
    """Of a run. `events` are the last of its log."""

    workflow: Mapping[str, Any]
    config: Mapping[str, Any]
    events: list[RunEvent] = field(default_factory=list[RunEvent])


def listed(connection: Connection, run_ids: Sequence[RunId]) -> dict[RunId, ListedRun]:
    """Of these runs; those that are gone are left out."""
    if not run_ids:
        return {}
    query = select(run_payloads.c.run_id, run_payloads.c.workflow, run_payloads.c.config)
    payloads = connection.execute(query.where(run_payloads.c.run_id.in_(run_ids))).mappings()
    by_id = {row["run_id"]: row for row in payloads}
    found: dict[RunId, ListedRun] = {}
    room = PAGE_CHARACTERS
    for run_id in run_ids:
        if (row := by_id.get(run_id)) is not None:
            room -= len(row["workflow"] or "") + len(row["config"] or "")
            found[run_id] = _graph(row, whole=room >= 0)
    for run_id, event in _last_events(connection, run_ids):
        if run_id in found:
            found[run_id].events.append(event)
    return found


def _graph(row: RowMapping, *, whole: bool) -> ListedRun:
    reading = Lenient()
    none: dict[str, JsonValue] = {"nodes": [], "edges": []}
    workflow: Mapping[str, Any] = reading.workflow(row["workflow"] or "", none)
    config: Mapping[str, Any] = reading.object("config", row["config"]) or {}
    return ListedRun(workflow, config) if whole else ListedRun(_light(workflow), _shortened(config))


def _light(workflow: Mapping[str, Any]) -> dict[str, Any]:
    """All nodes and edges, without pinned outputs and with the beginning of what the nodes are given."""
    nodes = [
        {
            **{name: value for name, value in node.items() if name != "pin"},
            "params": _shortened(node.get("params") or {}),
        }
        for node in cast("list[dict[str, Any]]", workflow["nodes"])
    ]
    return {**workflow, "nodes": nodes, "truncated": True}


def _shortened(values: Mapping[str, Any]) -> dict[str, Any]:
    kept = cast("dict[str, Any]", PreviewBudget(FEW, len(values) * SHORT).fill(dict(values)))
    return {name: _marked(value, values[name]) for name, value in kept.items()}


def _marked(kept: Any, value: Any) -> Any:
    return cut(value, max(len(kept), len(MARK))) if isinstance(value, str) else kept


def _last_events(connection: Connection, run_ids: Sequence[RunId]) -> Iterable[tuple[RunId, RunEvent]]:
    rows = connection.execute(_last_lines(run_ids)).mappings().all()
    ended = {(row["run_id"], row["node_id"]) for row in rows if _has_output(row)}
    outputs = _outputs(connection, sorted(ended))
    reading = Lenient()
    for row in rows:
        output = outputs.get((row["run_id"], row["node_id"])) if _has_output(row) else None
        event = reading.event(row, output)
        event.message = cut(event.message, MESSAGE_CHARACTERS)
        yield row["run_id"], event


def _has_output(row: RowMapping) -> bool:
    return row["kind"] in ("success", "error") and bool(row["node_id"])


def _last_lines(run_ids: Sequence[RunId]) -> Any:
    """`seq` has no gaps, so the last lines are a range of the key."""
    of_run = run_events.alias()
    last = select(func.max(of_run.c.seq)).where(of_run.c.run_id == runs.c.id).scalar_subquery()
    events = run_events.c
    long = func.length(events.data) > DETAIL_CHARACTERS
    columns = [
        *(column for column in events if column.name not in ("message", "data")),
        func.substr(events.message, 1, MESSAGE_CHARACTERS + 1).label("message"),
        case((long, None), else_=events.data).label("data"),
    ]
    query = select(*columns).join_from(runs, run_events, (events.run_id == runs.c.id) & (events.seq > last - LINES))
    return query.where(runs.c.id.in_(run_ids)).order_by(events.run_id, events.seq)


def _outputs(connection: Connection, which: Sequence[tuple[RunId, NodeId]]) -> dict[tuple[RunId, NodeId], Output]:
    """The beginnings of these results."""
    found: dict[tuple[RunId, NodeId], Output] = {}
    reading = Lenient()
    for start in range(0, len(which), 400):  # databases take so many values in one statement
        key = tuple_(node_runs.c.run_id, node_runs.c.node_id)
        query = select(*shown(node_runs, 2 * OUTPUT_CHARACTERS)).where(key.in_(which[start : start + 400]))
        for row in connection.execute(query).mappings():
            if (output := reading.output(row)) is not None:
                found[row["run_id"], row["node_id"]] = _cut(output)
    return found


def _cut(output: Output) -> Output:
    if is_small(output.text, output.data, values=FEW, characters=OUTPUT_CHARACTERS) and not output.truncated:
        return output
    size = output.size or len(output.text)
    text = output.text
    short = beginning(output, size, OUTPUT_CHARACTERS)
    if output.truncated or len(text) > OUTPUT_CHARACTERS:
        short.text = f"{text[: OUTPUT_CHARACTERS - len(MARK)]}{MARK}"
    return short
