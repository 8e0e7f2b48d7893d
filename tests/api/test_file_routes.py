"""Uploads over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.api import Api, api_with, settings_in, steps

PAGE = b"<script>alert(1)</script>"


async def upload(
    api: Api, name: str, content: bytes, kind: str = "application/octet-stream", status: int = 201
) -> dict:
    answer = await api.call("POST", "/api/files", files={"file": (name, content, kind)}, status=status)
    return answer.get("file", answer)


async def test_a_file_goes_in_comes_out_and_goes_away(api: Api) -> None:
    content = bytes(range(256)) * 100
    file = await upload(api, "Grüße.csv", content, "text/csv")
    assert (file["name"], file["mediaType"], file["size"]) == ("Grüße.csv", "text/csv", len(content))
    path = f"/api/files/{file['id']}"
    assert (await api.client.get(path)).content == content
    assert await api.call("DELETE", path) == {"success": True}
    for method in ("GET", "DELETE"):
        assert (await api.call(method, path, status=404))["code"] == "not_found"


async def test_a_download_is_never_a_page_of_ours(api: Api) -> None:
    file = await upload(api, "evil.html", PAGE, "text/html")
    response = await api.client.get(f"/api/files/{file['id']}")
    assert response.content == PAGE
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"] == "attachment; filename*=UTF-8''evil.html"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ('a"; filename=b.exe', 'a"; filename=b.exe'),
        ("a\r\nSet-Cookie: x=1", "aSet-Cookie: x=1"),
        ("x" * 500, "x" * 200),
        ("..", "file"),
    ],
)
async def test_a_name_is_only_a_name(api: Api, tmp_path: Path, sent: str, kept: str) -> None:
    file = await upload(api, sent, b"x")
    assert file["name"].replace("%22", '"').replace("%0D%0A", "") == kept
    response = await api.client.get(f"/api/files/{file['id']}")
    disposition = response.headers["content-disposition"]
    assert disposition.startswith("attachment; filename*=UTF-8''")
    assert not set(disposition.removeprefix("attachment; filename*=UTF-8''")) & set('";\r\n ')
    assert {path.name for path in (tmp_path / "data/files").iterdir()} == {file["id"]}


async def test_an_uploaded_file_is_read_by_a_run(api: Api) -> None:
    file = await upload(api, "people.csv", b"name,age\nAda,36\nAlan,41\n", "text/csv")
    node = {"type": "csv_upload", "action": "upload_csv", "params": {"fileId": file["id"]}}
    events = await api.events("POST", "/api/execute", {"workflow": steps(node)})
    assert events[-1]["type"] == "complete", events[-1]
    assert events[-2]["output"]["data"] == [{"name": "Ada", "age": 36}, {"name": "Alan", "age": 41}]


@pytest.fixture
async def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """An API that takes uploads of 100 bytes."""
    async with api_with(settings_in(tmp_path, monkeypatch, max_upload_bytes=100)) as api:
        yield api


async def test_a_file_over_the_limit_is_refused_and_not_kept(small: Api, tmp_path: Path) -> None:
    assert (await upload(small, "a", b"x" * 100))["size"] == 100
    for size in (101, 50_000):
        problem = await upload(small, "a", b"x" * size, status=413)
        assert problem["code"] == "too_large"
        assert "bytes" in problem["error"]
    assert len(list((tmp_path / "data/files").iterdir())) == 1


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"", "multipart/form-data; boundary=x", 422, "invalid_request"),
        (b"--x--\r\n", "multipart/form-data; boundary=x", 422, "invalid_request"),
        (b"garbage", "multipart/form-data; boundary=x", 400, "bad_request"),
        (b"garbage", "multipart/form-data", 400, "bad_request"),
        (b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--\r\n',
         "multipart/form-data; boundary=x", 422, "invalid_request"),
        (b'--x\r\nContent-Disposition: form-data\r\n\r\ntext\r\n--x--\r\n',
         "multipart/form-data; boundary=x", 400, "bad_request"),
        (b'{"file": "a"}', "application/json", 415, "unsupported_media_type"),
        (b"file=a", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    ],
)  # fmt: skip
async def test_what_is_no_upload_is_refused(api: Api, content: bytes, kind: str, status: int, code: str) -> None:
    response = await api.client.post("/api/files", content=content, headers={"content-type": kind})
    assert (response.status_code, response.json()["code"]) == (status, code)
