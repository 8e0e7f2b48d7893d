"""Values that each column may hold. SQLite takes anything anywhere, and another version may have written other names.

`require` refuses a row with a value that is none, for whoever goes on with it; `tidied` puts something harmless in its
place, for whoever shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal, get_args

from pydantic import Field, JsonValue, TypeAdapter
from sqlalchemy import Column, Float, Integer, RowMapping, Table

from voicegraph.db.notice_tables import notify_messages
from voicegraph.db.tables import RUN_STATUSES, item_runs, node_runs, run_events, runs
from voicegraph.db.workflow_tables import schedule_slots, schedules
from voicegraph.graph.model import Misfire, Overlap, Wire
from voicegraph.run.events import EngineName, ItemCounts, Kind, TriggerName
from voicegraph.run.state import NodeStatus, RunStatus

Row = RowMapping | Mapping[str, Any]
UNREADABLE = "(cannot be read)"
"""Shown where a text must stand."""
FIRST_TIME, LAST_TIME = -62_135_596_800.0, 253_402_300_799.0
"""The years 1 to 9999: what can be written as a date. No other number is near these bounds."""
NAMES: Mapping[Any, tuple[tuple[str, ...], str]] = {
    runs.c.status: (RUN_STATUSES, RunStatus.FAILED),
    runs.c.trigger: (get_args(TriggerName), "manual"),
    runs.c.engine: (get_args(EngineName), "embedded"),
    node_runs.c.status: (tuple(NodeStatus), NodeStatus.FAILED),
    item_runs.c.status: (tuple(NodeStatus), NodeStatus.FAILED),
    run_events.c.kind: (get_args(Kind), "log"),
    schedules.c.misfire: (get_args(Misfire), "skip"),
    schedules.c.overlap: (get_args(Overlap), "skip"),
    schedule_slots.c.outcome: (("started", "queued", "skipped", "refused"), "refused"),
    notify_messages.c.channel: (("mail", "chat"), "chat"),
}
"""Columns that hold one of some names, and the name that is shown for another."""


class ErrorInfo(Wire):
    """Why a node or run failed."""

    code: str
    message: str
    retryable: bool = False
    node_id: str | None = None


class Question(Wire):
    """Whose answer a node waits, or waited, for (`run/questions.py`)."""

    kind: Literal["approval", "run", "turn"]
    message: str
    digest: str | None = None
    approvers: list[str] = Field(default_factory=list)
    unreached: dict[str, str] = Field(default_factory=dict, description="Who could not be asked, and why.")
    on_expiry: Literal["approve", "reject", "fail"] | None = None
    run_id: str | None = Field(None, description="The run that is waited for.")


class _Asked(Question):
    answer: dict[str, JsonValue] | None = None


Object = dict[str, JsonValue]


def an_object(value: JsonValue) -> Object | None:
    """A JSON object, or nothing; ValueError."""
    if value is not None and not isinstance(value, dict):
        raise ValueError(f"an object, not {type(value).__name__}")
    return value


def an_error(value: JsonValue) -> Object | None:
    """An error; ValueError."""
    return _shaped(ErrorInfo, value)


def a_question(value: JsonValue) -> Object | None:
    """What a node waits for; ValueError."""
    return _shaped(_Asked, value)


def counts(value: JsonValue) -> ItemCounts | None:
    """How far a node with `each` is; ValueError."""
    return None if value is None else _COUNTS.validate_python(value, strict=False)


_COUNTS = TypeAdapter(ItemCounts)


def _shaped(shape: type[Wire], value: JsonValue) -> Object | None:
    if (found := an_object(value)) is not None:
        shape.model_validate(found, strict=True)
    return found


def misfits(table: Table, row: Row) -> list[str]:
    """Columns of the row, as far as it has them, with a value that is none of theirs."""
    return [name for name, fits in _judges(table) if name in row and not fits(row[name])]


def require(table: Table, row: Row, but: tuple[str, ...] = ()) -> None:
    """ValueError that names the columns with such a value; those of `but` may hold anything."""
    if found := [name for name in misfits(table, row) if name not in but]:
        raise ValueError(f"{table.name}: {', '.join(found)}")


def tidied(table: Table, row: Row) -> dict[str, Any]:
    """The row with something harmless in the place of each such value."""
    return {**row, **{name: _instead(table.c[name]) for name in misfits(table, row)}}


def known_status(status: Any) -> str | None:
    """The status of a run that is named beside something else; None: there is no such run."""
    return None if status is None else status if status in RUN_STATUSES else str(RunStatus.FAILED)


@cache
def _judges(table: Table) -> list[tuple[str, Callable[[Any], bool]]]:
    return [(column.name, _judge(column)) for column in table.columns]


def _judge(column: Column[Any]) -> Callable[[Any], bool]:
    empty = bool(column.nullable)
    if column in NAMES:
        names = frozenset(NAMES[column][0])
        return lambda value: isinstance(value, str) and value in names
    if isinstance(column.type, Float):
        return lambda value: (
            empty if value is None else isinstance(value, (int, float)) and FIRST_TIME <= value <= LAST_TIME
        )
    kind = int if isinstance(column.type, Integer) else str
    return lambda value: empty if value is None else isinstance(value, kind)


def _instead(column: Column[Any]) -> Any:
    if column in NAMES:
        return str(NAMES[column][1])
    if column.nullable:
        return None
    return 0 if isinstance(column.type, (Float, Integer)) else UNREADABLE
