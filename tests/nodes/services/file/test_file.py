from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from voicegraph.errors import NodeError
from voicegraph.graph.model import NodeId
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.documents.csv_table import parse_csv
from voicegraph.nodes.output import FileRef, Inputs, Output, join_inputs
from voicegraph.nodes.services.file.actions import Save, save

MakeNode = Callable[..., NodeContext]


async def saved(node: NodeContext, **params: Any) -> list[tuple[str, str, bytes]]:
    output = await save.run(Save.model_validate(params), node)
    assert isinstance(output, Output)
    found = [await node.files.read(ref.id) for ref in output.files]
    return [(ref.name, ref.media_type, content) for ref, content in found]


@pytest.mark.parametrize(
    ("params", "name", "kind", "content"),
    [
        ({}, "result.txt", "text/plain", "Grüße".encode()),
        ({"name": "a/b\\digest.md"}, "digest.md", "text/markdown", "Grüße".encode()),
        ({"name": "x.json"}, "x.json", "application/json", b'[\n  {\n    "a": "=1+1"\n  }\n]'),
        ({"name": "x.csv"}, "x.csv", "text/csv", b"a\r\n'=1+1\r\n"),
        ({"name": "x", "source": "json"}, "x.json", "application/json", b'[\n  {\n    "a": "=1+1"\n  }\n]'),
        ({"name": "x.tsv", "source": "csv", "mediaType": "text/plain"}, "x.tsv", "text/plain", b"a\r\n'=1+1\r\n"),
    ],
)
async def test_text_and_data_become_a_file(
    make_node: MakeNode, params: dict[str, Any], name: str, kind: str, content: bytes
) -> None:
    node = make_node(inputs=Inputs("Grüße", [{"a": "=1+1"}]))
    assert await saved(node, **params) == [(name, kind, content)]


async def test_text_without_data_is_json_too(make_node: MakeNode) -> None:
    assert await saved(make_node(input="a"), source="json") == [("result.json", "application/json", b'"a"')]


async def test_files_that_came_in_are_kept(make_node: MakeNode) -> None:
    node = make_node()
    refs = [await node.files.save(name, "text/plain", name.encode()) for name in ("a.txt", "b.log")]
    node.inputs = Inputs(files=refs)
    assert await saved(node, source="files") == [("a.txt", "text/plain", b"a.txt"), ("b.log", "text/plain", b"b.log")]
    node.inputs = Inputs(files=refs[:1])
    assert await saved(node) == [("a.txt", "text/plain", b"a.txt")]
    assert await saved(node, source="files", name="kept") == [("kept.txt", "text/plain", b"a.txt")]


@pytest.mark.parametrize(("source", "code"), [("csv", "no_data"), ("files", "no_files")])
async def test_nothing_to_save(make_node: MakeNode, source: str, code: str) -> None:
    with pytest.raises(NodeError) as caught:
        await saved(make_node(input="a"), source=source)
    assert caught.value.code == code


async def test_what_is_too_large_is_refused(make_node: MakeNode) -> None:
    with pytest.raises(NodeError) as caught:
        await saved(make_node(input="a" * 11, max_upload_bytes=10))
    assert caught.value.code == "too_large"


def test_a_media_type_is_checked() -> None:
    with pytest.raises(ValidationError, match="media type"):
        Save(media_type="text/html\r\nx: y")
    assert FileRef(id="f", name="n")


async def test_a_table_for_spreadsheets_is_marked_when_it_holds_more_than_ascii(make_node: MakeNode) -> None:
    node = make_node(inputs=Inputs("x", [{"Ort": "Köln"}]))
    [(_, _, content)] = await saved(node, name="x.csv")
    assert content == b"\xef\xbb\xbfOrt\r\nK\xc3\xb6ln\r\n"
    assert parse_csv("x.csv", content).data == [{"Ort": "Köln"}]
    [(_, _, plain)] = await saved(make_node(inputs=Inputs("x", [{"a": "b"}])), name="x.csv")
    assert plain == b"a\r\nb\r\n"


async def test_a_table_without_rows_keeps_its_header(make_node: MakeNode) -> None:
    table = Output(text="t", data=[], meta={"columns": ["name", "city"]})
    node = make_node(inputs=join_inputs({NodeId("step-0"): ("", table)}))
    assert (await saved(node, name="x.csv"))[0][2] == b"name,city\r\n"
