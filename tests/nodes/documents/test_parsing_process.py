from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import Callable

import pytest

from voicegraph.errors import NodeError
from voicegraph.nodes.documents import parsing_worker
from voicegraph.nodes.documents.parsing_process import parse


async def test_a_document_crosses_the_process_border_whole():
    document = await parse("städte.csv", "name,größe\nKöln,1\n".encode())
    assert document.data == [{"name": "Köln", "größe": 1}]
    assert document.text.startswith("### städte.csv")
    assert document.meta["rows"] == 1


async def test_any_name_crosses_it():
    name = "-x\x00\n'\"ü" + "y" * 200_000
    assert (await parse(name, b"text", "text")).text == "text"


async def test_an_error_crosses_it_too():
    with pytest.raises(NodeError) as caught:
        await parse("a.pdf", b'{"posing": true}', "pdf")
    assert (caught.value.code, caught.value.retryable) == ("wrong_file", False)


async def test_the_server_goes_on_while_a_file_is_parsed(make_pdf: Callable[..., bytes]):
    slowest = 0.0

    async def watch() -> None:
        nonlocal slowest
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            slowest = max(slowest, time.perf_counter() - before)

    watcher = asyncio.create_task(watch())
    document = await parse("long.pdf", make_pdf(*[f"Page {i} " * 20 for i in range(300)]))
    watcher.cancel()
    assert document.meta["pages"] == 300
    assert slowest < 0.5


async def test_a_parser_that_hangs_is_ended(make_pdf: Callable[..., bytes]):
    started = time.perf_counter()
    with pytest.raises(NodeError) as caught:
        await parse("a.pdf", make_pdf("x"), "pdf", seconds=0.01)
    assert caught.value.code == "too_slow"
    assert time.perf_counter() - started < 5


async def test_cancelling_the_node_ends_the_parser():
    task = asyncio.create_task(parse("a.csv", b"a,b\n" + b"1,2\n" * 500_000))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_bomb_takes_down_its_own_process_only(make_pdf: Callable[..., bytes]):
    # A page tree that lists itself, and 25 MB of open brackets: two ways to make a parser run away.
    loop = make_pdf("x").replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")
    for name, content in (("loop.pdf", loop), ("deep.json", b"[" * (25 << 20))):
        with pytest.raises(NodeError) as caught:
            await parse(name, content)
        assert not caught.value.retryable


def test_running_out_of_memory_is_an_answer(monkeypatch: pytest.MonkeyPatch):
    def explode(*_: object) -> None:
        raise MemoryError

    monkeypatch.setitem(parsing_worker._TEXTS, "text", explode)
    answer = io.StringIO()
    parsing_worker.main(io.BytesIO(b'{"wanted": "text", "name": "a.txt"}\nx'), answer)
    assert json.loads(answer.getvalue())["error"]["code"] == "too_large"


def test_the_worker_answers_on_its_output():
    answer = io.StringIO()
    parsing_worker.main(io.BytesIO(b'{"wanted": null, "name": "a.md"}\n# Hello'), answer)
    assert json.loads(answer.getvalue()) == {
        "document": {"text": "# Hello", "data": None, "meta": {"format": "text", "encoding": "utf-8"}}
    }
