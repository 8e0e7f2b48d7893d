"""Stored files: uploads and what runs made. The bytes are in the data folder, what is known of them in the database."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Column, Connection, RowMapping, func, insert, select, update

from voicegraph import clock
from voicegraph.db.file_tables import files, run_files, workflow_files
from voicegraph.db.tables import runs
from voicegraph.errors import Conflict, NotFound
from voicegraph.graph.model import ID_PATTERN, RunId, new_id
from voicegraph.nodes.output import FileRef
from voicegraph.nodes.text.filenames import seen_name
from voicegraph.store.core.column_values import tidied
from voicegraph.store.core.file_uses import drop_file, unused
from voicegraph.store.core.journal import Journal
from voicegraph.store.core.reader import Reader
from voicegraph.store.core.rows import plain
from voicegraph.store.files.contents import Contents

MAX_NAME = 200
_REF = (files.c.id, files.c.name, files.c.media_type, files.c.size)


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line of the list. `run_id` made it (none: it was uploaded); so many runs and saved workflows use it."""

    ref: FileRef
    created_at: float
    run_id: RunId | None
    runs: int
    workflows: int


@dataclass(frozen=True, slots=True)
class FilePage:
    """Newest first. `total` counts all that match; `next` is the next cursor."""

    files: list[FileLine]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class FileFilter:
    """Those that were uploaded or that runs made; those of one run; those that nobody uses."""

    source: Literal["upload", "run"] | None = None
    run_id: RunId | None = None
    unused: bool = False


class StoredFiles:
    """The adapter of `nodes.context.FileStore`."""

    def __init__(self, folder: Path, reader: Reader, journal: Journal) -> None:
        self._contents = Contents(folder, reader, journal)
        self._reader = reader
        self._journal = journal

    async def save(self, name: str, media_type: str, content: bytes, run_id: RunId | None = None) -> FileRef:
        """Store the bytes, then the row, so that a row always has its bytes. StorageError when the disk is full.

        Conflict when the run that makes the file is gone: nobody would ever remove it.
        """
        kind = plain(media_type)[:255]
        ref = FileRef(id=new_id("file"), name=safe_name(name), media_type=kind, size=len(content))
        digest = (await asyncio.to_thread(hashlib.sha256, content)).hexdigest()
        row = ref.model_dump(by_alias=False) | {"sha256": digest, "created_at": clock.now(), "run_id": run_id}

        def work(connection: Connection) -> None:
            if run_id and connection.execute(select(runs.c.id).where(runs.c.id == run_id)).first() is None:
                raise Conflict("run_gone", "The run was deleted, and with it what it made.")
            connection.execute(insert(files).values(**row))
            if run_id:
                connection.execute(insert(run_files).values(run_id=run_id, file_id=ref.id))
            self._contents.keep(connection, ref.id)

        try:
            await self._contents.put(ref.id, content)
            await self._journal.execute(work)
        except Exception:
            await self._contents.discard(ref.id)
            raise
        return ref

    async def give(self, file_ids: Collection[str], run_id: RunId) -> None:
        """These uploads came with a run, and go with it."""
        query = update(files).where(files.c.id.in_(file_ids)).values(run_id=run_id)
        await self._journal.execute(lambda connection: connection.execute(query) and None)

    async def get(self, file_id: str) -> FileRef:
        """What is known of the file; NotFound."""
        return await self._reader.read(lambda connection: _known(connection, file_id))

    async def read(self, file_id: str) -> tuple[FileRef, bytes]:
        """The file; NotFound."""
        ref = await self.get(file_id)
        try:
            return ref, await self._contents.get(file_id)
        except FileNotFoundError as error:
            raise NotFound(f"The content of {ref.name} is gone from the data folder. Upload it again.") from error

    async def made_by_runs(self, file_ids: Collection[str]) -> set[str]:
        """Those of these files that runs made; the others were uploaded, or are gone."""
        ids = sorted(one for one in file_ids if re.match(ID_PATTERN, one))
        if not ids:
            return set()
        query = select(files.c.id).where(files.c.id.in_(ids), files.c.run_id.is_not(None))
        return set(await self._reader.read(lambda connection: connection.execute(query).scalars().all()))

    async def page(self, which: FileFilter, limit: int = 50, cursor: str | None = None) -> FilePage:
        """A page after `cursor` (the id of the last file of the page before)."""
        return await self._reader.read(lambda connection: _page(connection, which, limit, cursor))

    async def delete(self, file_id: str) -> None:
        """Remove the row, then the bytes; NotFound. Conflict while a workflow or a run that goes on needs it."""

        def work(connection: Connection) -> None:
            _known(connection, file_id)
            drop_file(connection, file_id)

        await self._journal.free(work)
        await self._contents.sweep()


def safe_name(name: str) -> str:
    """The last part of a path as people see it, at most so long; never empty, never hidden."""
    return seen_name(name)[:MAX_NAME].rstrip() or "file"


def _known(connection: Connection, file_id: str) -> FileRef:
    row = None
    if re.match(ID_PATTERN, file_id):  # ids come from params of nodes too, and may be anything
        row = connection.execute(select(*_REF).where(files.c.id == file_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no file {file_id}. Upload it again.")
    return _ref(row)


def _ref(row: RowMapping | Mapping[str, Any]) -> FileRef:
    values = tidied(files, row)
    return FileRef(**{column.name: values[column.name] for column in _REF})


def _page(connection: Connection, which: FileFilter, limit: int, cursor: str | None) -> FilePage:
    fitting = _fitting(which)
    total = connection.execute(select(func.count()).select_from(fitting.subquery())).scalar_one()
    page = fitting.where(files.c.id < cursor) if cursor else fitting
    rows = connection.execute(page.order_by(files.c.id.desc()).limit(limit + 1)).mappings().all()
    ids = [row["id"] for row in rows[:limit]]
    uses = [_uses(connection, column, ids) for column in (run_files.c.file_id, workflow_files.c.file_id)]
    lines = [
        FileLine(
            _ref(row), row["created_at"], row["run_id"], *(counted.get(row["id"], 0) for counted in uses)
        )
        for row in (tidied(files, row) for row in rows[:limit])
    ]  # fmt: skip
    return FilePage(lines, total, ids[-1] if len(rows) > limit else None)


def _fitting(which: FileFilter) -> Any:
    query = select(*_REF, files.c.created_at, files.c.run_id)
    if which.source:
        query = query.where(files.c.run_id.is_(None) if which.source == "upload" else files.c.run_id.is_not(None))
    if which.run_id:
        query = query.where(files.c.run_id == which.run_id)
    return query.where(unused()) if which.unused else query


def _uses(connection: Connection, column: Column[str], ids: Sequence[str]) -> dict[str, int]:
    query = select(column, func.count()).where(column.in_(ids)).group_by(column)
    return {file_id: count for file_id, count in connection.execute(query)}  # noqa: C416
