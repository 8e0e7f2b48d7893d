"""Uploaded files: the bytes in the data folder under a random id, what is known of them in the database."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from voicegraph import clock
from voicegraph.db.tables import files
from voicegraph.errors import NotFound, StorageError
from voicegraph.graph.model import ID_PATTERN, new_id
from voicegraph.history.journal import Journal
from voicegraph.history.rows import plain
from voicegraph.history.store import Reader
from voicegraph.nodes.output import FileRef

MAX_NAME = 200


class StoredFiles:
    """The adapter of `nodes.context.Files`. A file's name never becomes a path: the id does."""

    def __init__(self, folder: Path, reader: Reader, journal: Journal) -> None:
        self._folder = folder
        self._reader = reader
        self._journal = journal

    async def save(self, name: str, media_type: str, content: bytes) -> FileRef:
        """Store the bytes, then the row, so that a row always has its bytes. StorageError when the disk is full."""
        kind = plain(media_type)[:255]
        ref = FileRef(id=new_id("file"), name=safe_name(name), media_type=kind, size=len(content))
        try:
            await asyncio.to_thread(_write, self._path(ref.id), content)
        except OSError as error:
            raise StorageError(
                f"The file could not be stored ({error.strerror}). Free some disk space, then try again."
            ) from error
        digest = hashlib.sha256(content).hexdigest()
        row = ref.model_dump(by_alias=False) | {"sha256": digest, "created_at": clock.now()}
        try:
            await self._journal.execute(lambda connection: connection.execute(insert(files).values(**row)) and None)
        except StorageError:
            await asyncio.to_thread(self._path(ref.id).unlink)
            raise
        return ref

    async def get(self, file_id: str) -> FileRef:
        """What is known of the file; NotFound."""
        query = select(files.c.id, files.c.name, files.c.media_type, files.c.size).where(files.c.id == file_id)
        row = None
        if re.match(ID_PATTERN, file_id):  # ids come from params of nodes too, and may be anything
            row = await self._reader.read(lambda connection: connection.execute(query).mappings().one_or_none())
        if row is None:
            raise NotFound(f"There is no file {file_id}. Upload it again.")
        return FileRef(**row)

    async def read(self, file_id: str) -> tuple[FileRef, bytes]:
        """The file; NotFound."""
        ref = await self.get(file_id)
        try:
            return ref, await asyncio.to_thread(self._path(file_id).read_bytes)
        except FileNotFoundError as error:
            raise NotFound(f"The content of {ref.name} is gone from the data folder. Upload it again.") from error

    async def delete(self, file_id: str) -> None:
        """Remove the row, then the bytes; NotFound."""
        await self.get(file_id)

        def work(connection: Connection) -> None:
            connection.execute(delete(files).where(files.c.id == file_id))

        await self._journal.execute(work)
        await asyncio.to_thread(self._path(file_id).unlink, missing_ok=True)

    def _path(self, file_id: str) -> Path:
        return self._folder / file_id


def safe_name(name: str) -> str:
    """The last part of a path, without control characters; never empty."""
    last = re.split(r"[\\/]", name)[-1]
    return re.sub(r"[\x00-\x1f\x7f]", "", last).encode("utf-8", "replace").decode()[:MAX_NAME] or "file"


def _write(path: Path, content: bytes) -> None:
    """All or nothing, and on the disk before it returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.part")
    try:
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
