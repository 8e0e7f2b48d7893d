"""Uploaded files."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, UploadFile
from fastapi.responses import Response

from voicegraph.api.deps import Id, Wired
from voicegraph.api.problems import TooLarge
from voicegraph.api.schemas import Done, FileAnswer

router = APIRouter(prefix="/api/files", tags=["files"])


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
    """Remove a file."""
    await voicegraph.files.delete(file_id)
    return Done()
