"""Filters of the history, and how the database finds what fits one, newest first.

Days are bounds of the id, which begins with the time a run was made: a page of last year costs what today's does.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, false, func, literal_column, or_, select

from voicegraph.db.search_tables import hits, run_numbers, vectors
from voicegraph.db.tables import TERMINAL_STATUSES, runs
from voicegraph.graph.model import RunId, first_id
from voicegraph.store.core.rows import plain
from voicegraph.store.views.search_words import fts5, phrases, tsquery


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Statuses and triggers: any of them, none means all. `text`: see `store.views.search_words`. Times: seconds since the epoch.

    `since` is included, `until` is not. `over` leaves out runs that are still going on.
    """

    statuses: Collection[str] = ()
    workflow_id: str | None = None
    text: str | None = None
    triggers: Collection[str] = ()
    since: float | None = None
    until: float | None = None
    over: bool = False

    def ended(self) -> RunFilter:
        """The same, without runs that go on."""
        return replace(self, over=True)

    @property
    def wanted(self) -> Collection[str]:
        """The statuses that can fit; empty when all can, or when none can."""
        if not self.over:
            return self.statuses
        return [status for status in TERMINAL_STATUSES if status in (self.statuses or TERMINAL_STATUSES)]

    @property
    def impossible(self) -> bool:
        """Only statuses were asked for that no run that is over has."""
        return self.over and not self.wanted


class Finder:
    """Finds the runs of one filter on one connection."""

    def __init__(self, connection: Connection, which: RunFilter) -> None:
        self._connection = connection
        self._which = which
        self._sqlite = connection.dialect.name == "sqlite"
        self._phrases = phrases(plain(which.text or ""))
        self._by_index = self._sqlite and bool(self._phrases)

    def ids(self, limit: int, before: str | None = None, skip: int = 0) -> list[RunId]:
        """The newest, those before the run `before`, without the first `skip`."""
        if self._which.impossible:
            return []
        if not self._by_index:
            query = self._plain(runs.c.id, before).order_by(runs.c.id.desc())
            return [RunId(run_id) for run_id in self._connection.execute(query.limit(limit).offset(skip)).scalars()]
        numbered = self._numbered(hits.c.rowid, before).order_by(hits.c.rowid.desc())
        numbers = self._connection.execute(numbered.limit(limit).offset(skip)).scalars().all()
        named = select(run_numbers.c.run_id).where(run_numbers.c.number.in_(numbers))
        return [
            RunId(run_id) for run_id in self._connection.execute(named.order_by(run_numbers.c.number.desc())).scalars()
        ]

    def count(self, before: str | None = None) -> int:
        """How many there are before the run `before`, or in all."""
        if self._which.impossible:
            return 0
        query = self._numbered(func.count(), before) if self._by_index else self._plain(func.count(), before)
        return self._connection.execute(query).scalar_one()

    def conditions(self) -> list[ColumnElement[bool]]:
        """The filter, for a query of `runs`."""
        if self._which.impossible:
            return [false()]
        if not self._by_index:
            return [*self._columns(), *self._text()]
        named = select(run_numbers.c.run_id).where(run_numbers.c.number.in_(self._numbered(hits.c.rowid)))
        return [runs.c.id.in_(named)]

    def _plain(self, what: Any, before: str | None = None) -> Select[Any]:
        """By the columns of `runs`."""
        query = select(what).select_from(runs).where(*self._columns(), *self._text())
        return query.where(runs.c.id < before) if before else query

    @property
    def _many(self) -> bool:
        """Whether most runs may have to be looked at. Few are not over; each of the other filters alone has its index."""
        several = len(self._which.wanted) > 1 and not {*self._which.wanted}.isdisjoint(TERMINAL_STATUSES)
        return several or bool(self._which.triggers)

    def _columns(self) -> list[ColumnElement[bool]]:
        which = self._which
        found: list[ColumnElement[bool]] = []
        if wanted := which.wanted:
            # The plus keeps SQLite from an index on the status: most runs have it, and the narrow index tells it anyway.
            status: ColumnElement[str] = (
                literal_column("+runs.status") if self._many and self._sqlite else runs.c.status
            )
            found.append(status == next(iter(wanted)) if len(wanted) == 1 else status.in_(wanted))
        if which.triggers:
            found.append(runs.c.trigger.in_(which.triggers))
        if which.workflow_id:
            found.append(runs.c.workflow_id == which.workflow_id)
        if which.since is not None:
            found.append(runs.c.id >= first_id("run", which.since))
        if which.until is not None:
            found.append(runs.c.id < first_id("run", which.until))
        return found

    def _text(self) -> list[ColumnElement[bool]]:
        """On PostgreSQL by its vectors; a search without a single letter looks for the signs themselves."""
        if self._phrases:
            fits = func.to_tsquery("simple", tsquery(self._phrases))
            return [runs.c.id.in_(select(vectors.c.run_id).where(vectors.c.words.op("@@")(fits)))]
        sought = plain(self._which.text or "").strip()
        columns = (runs.c.command, runs.c.name)
        return [or_(*(column.contains(sought, autoescape=True) for column in columns))] if sought else []

    # -- SQLite: what the search index can answer alone

    @property
    def _open_only(self) -> bool:
        """Some statuses of runs that go on, and not all: the index knows only that they go on."""
        going_on = [status for status in self._which.wanted if status not in TERMINAL_STATUSES]
        return 0 < len(going_on) < 3

    def _numbered(self, what: Any, before: str | None = None) -> Select[Any]:
        query = (
            select(what).select_from(hits).where(hits.c.run_search.op("MATCH")(self._match()), *self._numbers(before))
        )
        if self._open_only:
            query = query.join(run_numbers, run_numbers.c.number == hits.c.rowid)
            query = query.join(runs, runs.c.id == run_numbers.c.run_id).where(runs.c.status.in_(self._which.wanted))
        return query

    def _match(self) -> str:
        which = self._which
        parts = [f"{{said found}} : ({fts5(self._phrases)})"]
        statuses = {status if status in TERMINAL_STATUSES else "open" for status in which.wanted}
        facets = ([f"s{name}" for name in sorted(statuses)], [f"t{name}" for name in which.triggers])
        parts += [f"facets : ({' OR '.join(names)})" for names in facets if names]
        if which.workflow_id:
            parts.append(f"facets : (w{which.workflow_id.encode().hex()})")
        return " AND ".join(parts)

    def _numbers(self, before: str | None) -> list[ColumnElement[bool]]:
        """Bounds of the number, in place of bounds of the id: both count in time."""
        number, which = hits.c.rowid, self._which
        found: list[ColumnElement[bool]] = []
        if which.since is not None:
            found.append(number >= self._number_of(first_id("run", which.since)))
        if which.until is not None:
            found.append(number < self._number_of(first_id("run", which.until)))
        if before:
            found.append(number < self._number_of(before))
        return found

    def _number_of(self, run_id: str) -> int:
        """The number of the first run with this id or a later one; past the last one when there is none."""
        query = select(run_numbers.c.number).where(run_numbers.c.run_id >= run_id).order_by(run_numbers.c.run_id)
        found = self._connection.execute(query.limit(1)).scalar()
        return found if found is not None else 1 << 62


def in_order(connection: Connection, ids: Sequence[RunId]) -> Sequence[Any]:
    """The rows of `runs` with these ids, in this order; those that are gone are left out."""
    rows = {row["id"]: row for row in connection.execute(select(runs).where(runs.c.id.in_(ids))).mappings()}
    return [rows[run_id] for run_id in ids if run_id in rows]
