"""Stored files: uploads and what runs made."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, UploadFile
from fastapi.responses import Response

from voicegraph.api.deps import Id, Wired
from voicegraph.api.problems import TooLarge
from voicegraph.api.schemas.common import Done
from voicegraph.api.schemas.files import FileAnswer, FileList
from voicegraph.graph.model import ID_PATTERN, RunId
from voicegraph.store.files.stored_files import FileFilter
from voicegraph.store.views.queries import MAX_PAGE

router = APIRouter(prefix="/api/files", tags=["files"])


@router.get("")
async def list_files(
    voicegraph: Wired,
    source: Annotated[Literal["upload", "run"] | None, Query(description="Uploaded, or made by a run.")] = None,
    run: Annotated[str | None, Query(pattern=ID_PATTERN, description="Made by this run.")] = None,
    unused: Annotated[bool, Query(description="Only those that no run and no saved workflow uses.")] = False,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    cursor: Annotated[str | None, Query(pattern=ID_PATTERN, description="`next` of the page before.")] = None,
) -> FileList:
    """Files, newest first, each with the run that made it and how many use it."""
    which = FileFilter(source, RunId(run) if run else None, unused)
    return FileList.of(await voicegraph.files.page(which, limit, cursor))


@router.post("", status_code=201)
async def upload_file(file: UploadFile, voicegraph: Wired) -> FileAnswer:
    """Store a file; its id goes into the params of an upload node."""
    limit = voicegraph.settings.max_upload_bytes
    content = await file.read(limit + 1)
    if len(content) > limit:
        raise TooLarge(limit, "file")
    kind = file.content_type or "application/octet-stream"
    return FileAnswer(file=await voicegraph.files.save(file.filename or "file", kind, content))


@router.get("/{file_id}", response_class=Response, responses={200: {"content": {"application/octet-stream": {}}}})
async def download_file(file_id: Id, voicegraph: Wired) -> Response:
    """The file, always as a download: a stored page must never run as one of ours."""
    ref, content = await voicegraph.files.read(file_id)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(ref.name, safe='')}"}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.delete("/{file_id}")
async def delete_file(file_id: Id, voicegraph: Wired) -> Done:
    """Remove a file. 409 while a saved workflow, or a run that is not over, uses it; runs that are over do not keep it."""
    await voicegraph.files.delete(file_id)
    return Done()
