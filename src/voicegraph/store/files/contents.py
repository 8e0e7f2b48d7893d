"""The bytes of files, in the data folder under the files' ids.

A crash between the disk and the database must leave nothing behind: what has no row of `files` yet, or any more, stands
in `loose_files` until it is stored, or removed.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from voicegraph import clock
from voicegraph.db.file_tables import loose_files
from voicegraph.db.private_files import close_folder_of_files, private_file, private_folder
from voicegraph.errors import StorageError
from voicegraph.store.core.journal import Journal
from voicegraph.store.core.reader import Reader

log = logging.getLogger(__name__)

STORING_SECONDS = 3_600.0
"""What is not stored by then never will be: its process died."""
BATCH = 500


class Contents:
    """See the module. A file's name never becomes a path: the id does."""

    def __init__(self, folder: Path, reader: Reader, journal: Journal) -> None:
        self._folder = folder
        close_folder_of_files(folder)
        self._reader = reader
        self._journal = journal

    async def put(self, file_id: str, content: bytes) -> None:
        """Write them. They are loose until `keep` is called in a transaction. StorageError when the disk is full."""
        row = {"id": file_id, "due_at": clock.now() + STORING_SECONDS}
        await self._journal.execute(lambda connection: connection.execute(insert(loose_files).values(**row)) and None)
        try:
            await asyncio.to_thread(_write, self._folder / file_id, content)
        except OSError as error:
            raise StorageError(
                f"The file could not be stored ({error.strerror}). Free some disk space, then try again."
            ) from error

    def keep(self, connection: Connection, file_id: str) -> None:
        """They have a row now. StorageError when they were given up meanwhile."""
        if connection.execute(delete(loose_files).where(loose_files.c.id == file_id)).rowcount == 0:
            raise StorageError("Storing the file took too long. Try again.")

    async def get(self, file_id: str) -> bytes:
        """The bytes; FileNotFoundError."""
        return await asyncio.to_thread((self._folder / file_id).read_bytes)

    async def discard(self, file_id: str) -> None:
        """Remove what was not kept; should that fail, `sweep` does it later."""
        await asyncio.to_thread(self._remove, [file_id])

    async def sweep(self) -> None:
        """Remove what is loose and due. What cannot be removed now is the next sweep's."""
        try:
            await self._sweep()
        except StorageError as error:
            log.warning("Contents of files are removed later: %s", error.reason)

    async def _sweep(self) -> None:
        after = ""
        while ids := await self._reader.read(lambda connection, after=after: _due(connection, after)):
            gone = await asyncio.to_thread(self._remove, ids)
            await self._journal.free(
                lambda connection, gone=gone: (
                    connection.execute(delete(loose_files).where(loose_files.c.id.in_(gone))) and None
                )
            )
            after = ids[-1]

    def _remove(self, ids: Sequence[str]) -> list[str]:
        gone: list[str] = []
        for file_id in ids:
            try:
                (self._folder / file_id).unlink(missing_ok=True)
                (self._folder / f"{file_id}.part").unlink(missing_ok=True)
            except OSError as error:
                log.warning("The content of %s cannot be removed, and is tried again later: %s", file_id, error)
            else:
                gone.append(file_id)
        return gone


def _due(connection: Connection, after: str) -> Sequence[str]:
    query = select(loose_files.c.id).where(loose_files.c.due_at <= clock.now(), loose_files.c.id > after)
    return connection.execute(query.order_by(loose_files.c.id).limit(BATCH)).scalars().all()


def _write(path: Path, content: bytes) -> None:
    """All or nothing, and on the disk before it returns."""
    private_folder(path.parent)
    partial = path.with_name(f"{path.name}.part")
    try:
        private_file(partial)
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        _sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """A new name is on the disk when its folder is; Windows has no such call and needs none."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
