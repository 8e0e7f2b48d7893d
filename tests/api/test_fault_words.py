"""Faults of every kind, as people meet them: told in sentences, and in words that are no library's."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from support.api import Api, seed, steps
from support.web import Web, answer, redirect, serving
from support.words import flaw

Step = dict[str, Any]


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving() as web:
        yield web


async def fault(api: Api, *nodes: Step) -> str:
    """Why the run failed, or was not begun."""
    response = await api.client.post("/api/execute", json={"workflow": steps(*nodes)})
    if response.status_code != 200:
        return str(response.json()["error"])
    run = await api.call("GET", f"/api/runs/{response.headers['x-run-id']}")
    assert run["status"] == "failed", run
    return str(run["error"]["message"])


def step(kind: str, **params: Any) -> Step:
    type_, action = kind.split(".")
    return {"type": type_, "action": action, "params": params}


def holds(condition: str) -> Step:
    return step("condition.if", expression=condition)


DATA = step("transform.select", expression='`{"n": null, "i": 5, "s": "abc", "l": [1, null, "a"], "o": {"a": 1}}`')
OF_DATA = {
    **{
        condition: holds(condition)
        for condition in (
            "data.i > null",
            "data.s.length > 3",
            "data.l[9] == 1",
            "data.nope == 1",
            "data.n.x == 1",
            "data.s + 1 == 'a'",
            "timestamp(data.s) > timestamp('x')",
            "timestamp('junk') == timestamp('x')",
            "9223372036854775807 + data.i > 0",
            "data.i / 0 > 1",
            "lowerAscii(data.i) == 'a'",
            "size(data.i) > 1",
            "data.l.map(x, x + 1) == []",
            "!data.s",
            "data.i ? true : false",
            "data.s.matches('[')",
            "nosuch(1)",
            "data.i",
        )
    },
    **{
        template: step("transform.template", template=template)
        for template in (
            "{{ data.l | sort }}",
            "{{ data.l | concat: 5 }}",
            "{{ data.o | divided_by: 0 }}",
            "{{ data.s | slice: 'x' }}",
            "{{ data.l | upcase: 1 }}",
            "{{ (1..999999999) | size }}",
        )
    },
    **{
        expression: step("transform.select", expression=expression)
        for expression in ("length(i)", "nosuch(@)", "sort(l)", "max_by(l, &a)", "l[::0]", "join(', ', l)")
    },
}
SYNTAX = {
    **{wrong: holds(wrong) for wrong in ("data >", "data = 5", "(data", "'abc", "if data", "has(data)", "data @ 1")},
    **{
        wrong: step("transform.template", template=wrong)
        for wrong in ("{{ data", "{% if %}", "{{ x | nosuch }}", "{% for %}{% endfor %}", "{{ }}", "{% raw %}")
    },
    **{wrong: step("transform.select", expression=wrong) for wrong in ("a[", "a b", "a.`", "")},
    **{
        name: step("http.request", url="http://127.0.0.1:1/", **params)
        for name, params in {
            "broken JSON": {"method": "POST", "json": "{a: 1}"},
            "no method": {"method": "CALL"},
            "a list for headers": {"headers": [1]},
            "a number for a text": {"text": 5},
            "two bodies": {"text": "a", "json": "1"},
            "no such param": {"nosuch": 1},
        }.items()
    },
    "no address": step("http.request", url="ftp://example.org/"),
    "a broken address": step("http.request", url="http://["),
    "a closed port": step("http.request", url="http://127.0.0.1:1/"),
    "no recipient": step("email.send", to="a b"),
    "no service": step("notify.send", url="nosuch://x"),
    "a wish of no length": step("wait.pause", duration="soon"),
    "no file": step("document.read", fileId="file_none"),
    "no such type": step("telegraph.send"),
}


@pytest.mark.parametrize("name", OF_DATA)
async def test_faults_of_data(api: Api, name: str) -> None:
    assert not flaw(await fault(api, seed("x"), DATA, OF_DATA[name]), quoted=name)


@pytest.mark.parametrize("name", SYNTAX)
async def test_faults_of_what_was_written(api: Api, name: str) -> None:
    assert not flaw(await fault(api, seed("x"), SYNTAX[name]), quoted=name)


SCRIPTS = {
    "yield 1": "Line 1: Scripts cannot use yield expressions yet; write it in another way.",
    "del data": "Scripts cannot use",
    "1 / 0": "Line 1: ZeroDivisionError: division by zero.",
    "raise ValueError('no')": "Line 1: ValueError: no.",
    "raise ValueError('No.')": "Line 1: ValueError: No.",
    "10 ** 5000": "thousands of digits",
    "{(1, 2): 3}": "is no text.",
    "def f(:": "line 1: ",
}


@pytest.mark.parametrize("code", SCRIPTS)
async def test_faults_of_scripts_are_those_of_python_in_sentences(api: Api, code: str) -> None:
    """Whoever writes a script knows Python's errors by their names; they are not the interpreter's own."""
    told = await fault(api, seed("x"), step("code.run", code=code))
    assert SCRIPTS[code] in told
    assert told.endswith(".")
    assert "monty" not in told
    assert "NotImplementedError" not in told


def packed(encoding: str) -> bytes:
    return answer(200, b"xxxx", content_type="text/html", content_encoding=encoding)


ANSWERS = {
    "a packing not known": packed("zstd"),
    "broken gzip": packed("gzip"),
    "a picture": answer(200, b"\x89PNG\r\n", content_type="image/png"),
    "bytes": answer(200, b"\x00\x01", content_type="application/octet-stream"),
    "no PDF": answer(200, b"<html>Log in</html>", content_type="application/pdf"),
    "half a PDF": answer(200, b"%PDF-1.7\nxx", content_type="application/pdf"),
    "nothing": answer(200, b"", content_type="text/html"),
    "a redirect to nowhere": redirect("data:text/html,hi"),
    "a redirect to a broken address": redirect("http://["),
    "not found": answer(404, b"nothing", content_type="text/plain"),
    "a fault": answer(500, b"{}", content_type="application/json"),
    "no HTTP": b"SSH-2.0-OpenSSH\r\n",
    "half an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_faults_of_what_answers(api: Api, web: Web, name: str) -> None:
    page = {**step("web_page.fetch", url=web.on("/", ANSWERS[name])), "retry": {"attempts": 1}}
    told = await fault(api, seed("x"), page)
    assert not flaw(told)
    assert "upload" not in told, "it is no upload"


FILES = {
    "a.json": [b"{", b"{a: 1}", b"[" * 5_000, b'{"a": 1,}', b"nul", b""],
    "a.jsonl": [b'{"a": 1}\n{"a"}\n', b'{"a": 1}\nnone\n'],
    "a.csv": [b'a,b\n"1,2\n', b"", b"%PDF-1.7\n1 0 obj\n<< >>\nendobj", b"\x00\x01\x02\x03" * 50],
    "a.pdf": [b"%PDF-1.7 x", b"no PDF"],
}


@pytest.mark.parametrize(("name", "content"), [(name, one) for name, all_ in FILES.items() for one in all_])
async def test_faults_of_files(api: Api, name: str, content: bytes) -> None:
    sent = await api.client.post("/api/files", files={"file": (name, content)})
    if sent.status_code >= 400:
        assert not flaw(sent.json()["error"])
        return
    kind = {"a.csv": "csv_upload.upload_csv", "a.pdf": "pdf_upload.upload_pdf"}.get(name, "file_upload.upload_file")
    assert not flaw(await fault(api, step(kind, fileId=sent.json()["file"]["id"])))


BODIES = [
    b"{",
    b"{a: 1}",
    b'{"text": "a",}',
    b"null",
    b"[]",
    b'"x"',
    b"NaN",
    b"{}",
    b'{"text": 5}',
    b'{"text": null}',
    b'{"text": "\\ud800"}',
    b'{"workflow": 5}',
    b'{"workflow": {"nodes": 5}}',
    b'{"workflow": {"nodes": [5]}}',
    b'{"text": "a", "currentWorkflow": []}',
    b'{"text": "a", "config": "x", "workflow": {"nodes": [], "edges": []}}',
    b"{" + b" " * 2_000_000,
]


@pytest.mark.parametrize("content", BODIES, ids=lambda content: content[:40].decode())
@pytest.mark.parametrize("path", ["/api/parse", "/api/execute", "/api/edit-workflow", "/api/workflows", "/api/check"])
async def test_refusals_of_bodies(api: Api, path: str, content: bytes) -> None:
    response = await api.client.post(path, content=content, headers={"content-type": "application/json"})
    if response.status_code < 400:
        return
    told = response.json()
    assert not flaw(told["error"])
    for detail in told["details"] if isinstance(told["details"], list) else []:
        assert not flaw(detail["message"]), json.dumps(detail)
