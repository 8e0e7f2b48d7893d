"""Uploaded files."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, UploadFile
from fastapi.responses import Response

from voicegraph.api.deps import Wired
from voicegraph.api.schemas import Done, FileAnswer
from voicegraph.errors import UserError

router = APIRouter(prefix="/api/files", tags=["files"])


class FileTooLarge(UserError):
    """The upload is over the limit."""

    status = 413


@router.post("", status_code=201)
async def upload_file(file: UploadFile, voicegraph: Wired) -> FileAnswer:
    """Store a file; its id goes into the params of an upload node."""
    limit = voicegraph.settings.max_upload_bytes
    content = await file.read(limit + 1)
    if len(content) > limit:
        raise FileTooLarge("too_large", f"The file is larger than {limit:,} bytes.")
    kind = file.content_type or "application/octet-stream"
    return FileAnswer(file=await voicegraph.files.save(file.filename or "file", kind, content))


@router.get("/{file_id}")
async def download_file(file_id: str, voicegraph: Wired) -> Response:
    """The file, always as a download: a stored page must never run as one of ours."""
    ref, content = await voicegraph.files.read(file_id)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(ref.name, safe='')}"}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.delete("/{file_id}")
async def delete_file(file_id: str, voicegraph: Wired) -> Done:
    """Remove a file."""
    await voicegraph.files.delete(file_id)
    return Done()
