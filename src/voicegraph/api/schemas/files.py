"""The answers of the routes about files."""

from __future__ import annotations

from pydantic import Field

from voicegraph.clock import iso
from voicegraph.graph.model import Wire
from voicegraph.nodes.output import FileRef
from voicegraph.store.files.stored_files import FileLine, FilePage


class FileAnswer(Wire):
    """A stored file."""

    file: FileRef


class StoredFile(FileRef):
    """A line of the list."""

    created_at: str
    run_id: str | None = Field(description="The run that made it, which may be gone by now; null: it was uploaded.")
    runs: int = Field(description="How many runs name or show it.")
    workflows: int = Field(description="How many saved workflows name it.")

    @classmethod
    def of(cls, line: FileLine) -> StoredFile:
        """From the record."""
        return cls(
            **line.ref.model_dump(by_alias=False),
            created_at=iso(line.created_at),
            run_id=line.run_id,
            runs=line.runs,
            workflows=line.workflows,
        )


class FileList(Wire):
    """Files, newest first. `count` is the total of the filter, `next` the cursor of the next page."""

    count: int
    files: list[StoredFile]
    next: str | None

    @classmethod
    def of(cls, page: FilePage) -> FileList:
        """From the record."""
        return cls(count=page.total, files=[*map(StoredFile.of, page.files)], next=page.next)
