"""Results of nodes and items as they are stored: JSON text, whole or its beginning.

A large result is never read whole to be shown: the database cuts it, and what is left out is fetched by pages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Column, ColumnElement, Connection, RowMapping, Table, case, func, select

from voicegraph.db.tables import item_runs, node_runs
from voicegraph.errors import NotFound, Unreadable
from voicegraph.graph.model import NodeId, RunId
from voicegraph.nodes.data.large_json import compact, decode, is_small
from voicegraph.nodes.output import Output
from voicegraph.nodes.output_previews import FIRST_CHARACTERS, SHOWN_CHARACTERS, beginning

MAX_SHOWN = 2 << 20
"""Characters of JSON that all results of one answer take together, about."""
LEAST_SHOWN = 2 << 10
MAX_PIECE = 256 << 10
"""Characters of a page of one result."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a result's JSON text. `next` is where the next one begins; `size` is of the whole."""

    text: str
    size: int
    next: int | None


def written(output: Output) -> str:
    """The JSON text of a result. What is large in it comes last, so that the beginning of the text says the rest."""
    if is_small(output.text, output.data):
        return dump(output.model_dump(exclude_defaults=True))
    rest = output.model_dump(exclude_defaults=True, exclude={"text", "data"})
    large = {"text": output.text, "data": output.data}
    return compact(rest | {name: part for name, part in large.items() if part not in ("", None)})


def dump(value: object) -> str:
    """Compact JSON text. A lone surrogate, which no database takes, becomes a question mark."""
    try:
        return to_json(value).decode()
    except ValueError:
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()


def read(text: str) -> Output:
    """From that text, of whatever size."""
    if len(text) <= SHOWN_CHARACTERS:
        return Output.model_validate_json(text)
    return Output.model_validate(decode(text, ours=True))


def of_row(row: RowMapping) -> Output | None:
    """Of a row of nodes or items, whole; its beginning where `shown` cut it."""
    text: str | None = row["output"]
    if not text:
        return None
    size: int | None = row.get("output_size")
    return read(text) if size is None or size == len(text) else _beginning(text, size)


def shown(table: Table, most: int = SHOWN_CHARACTERS) -> list[ColumnElement[Any]]:
    """The columns of rows to be shown: of results longer than `most`, the beginning."""
    output: Column[str] = table.c.output
    size = func.length(output)
    cut = case((size <= most, output), else_=func.substr(output, 1, min(most, 2 * FIRST_CHARACTERS)))
    others = [column for column in table.c if column.name != "output"]
    return [*others, cut.label("output"), size.label("output_size")]


def room_for(connection: Connection, run_id: RunId) -> int:
    """How long each result of a run may be, to be shown beside all the others."""
    query = select(func.length(node_runs.c.output)).where(node_runs.c.run_id == run_id)
    return room_among(connection.execute(query).scalars().all())


def room_among(sizes: Sequence[int | None]) -> int:
    """How long each of these results may be, to be shown together."""
    taken = sum(size if size <= SHOWN_CHARACTERS else 2 * FIRST_CHARACTERS for size in sizes if size)
    return SHOWN_CHARACTERS if taken <= MAX_SHOWN else max(LEAST_SHOWN, MAX_SHOWN // len(sizes))


def piece_of(
    connection: Connection, run_id: RunId, node_id: NodeId, item: int | None, offset: int, most: int = MAX_PIECE
) -> Piece:
    """A page of `most` characters of the result of a node, or of one of its items; NotFound when there is none."""
    table = node_runs if item is None else item_runs
    output: Column[str] = table.c.output
    where = [table.c.run_id == run_id, table.c.node_id == node_id, output.is_not(None)]
    if item is not None:
        where.append(item_runs.c.item == item)
    query = select(func.substr(output, offset + 1, most), func.length(output)).where(*where)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("There is no such result.")
    text, size = row
    if not isinstance(text, str):
        raise Unreadable("This result cannot be read from the database.")
    end = offset + len(text)
    return Piece(text, size, end if end < size and text else None)


def same(connection: Connection, left: RunId, right: RunId) -> set[NodeId]:
    """Nodes whose results are the same in both runs, to the last character."""
    other = node_runs.alias()
    both = node_runs.join(other, (node_runs.c.node_id == other.c.node_id) & (node_runs.c.output == other.c.output))
    query = select(node_runs.c.node_id).select_from(both)
    return set(connection.execute(query.where(node_runs.c.run_id == left, other.c.run_id == right)).scalars())


def short_payload(text: str, size: int) -> dict[str, Any]:
    """The beginning of what started a run, of which only this text was read, and its size."""
    found: Any = from_json(text, allow_partial="trailing-strings")
    return {**found, "truncated": True, "size": size}


def _beginning(text: str, size: int) -> Output:
    found: Mapping[str, Any] = from_json(text, allow_partial="trailing-strings")
    return beginning(Output.model_validate(found), size, min(FIRST_CHARACTERS, len(text)))
