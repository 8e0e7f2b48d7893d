from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voicegraph.errors import NodeError
from voicegraph.nodes.action import Action
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.services.uploads import actions as uploads

MakeNode = Callable[..., NodeContext]


async def upload(action: Action, node: NodeContext, name: str, content: bytes) -> Output:
    ref = await node.files.save(name, "application/octet-stream", content)
    output = await action.run(action.params.model_validate({"fileId": ref.id}), node)
    assert isinstance(output, Output)
    return output


async def test_a_csv_gives_text_rows_and_the_file(make_node: MakeNode):
    output = await upload(uploads.upload_csv, make_node(), "sales.csv", b"region,units\nNorth,3\n")
    assert output.data == [{"region": "North", "units": 3}]
    assert "| North | 3 |" in output.text
    assert [ref.name for ref in output.files] == ["sales.csv"]
    assert output.meta["file"] == "sales.csv"
    assert output.meta["rows"] == 1


async def test_text_in_an_old_encoding_is_read(make_node: MakeNode):
    output = await upload(uploads.upload_txt, make_node(), "brief.txt", "Grüße".encode("cp1252"))
    assert output.text == "Grüße"


async def test_any_file_is_read_by_what_it_is(make_node: MakeNode):
    output = await upload(uploads.upload_any, make_node(), "config.json", b'{"a": 1}')
    assert output.data == {"a": 1}


async def test_a_json_body_posing_as_a_pdf_is_refused(make_node: MakeNode):
    with pytest.raises(NodeError, match="is not a PDF: its content is JSON"):
        await upload(uploads.upload_pdf, make_node(), "invoice.pdf", b'{"files": {"path": "/etc/passwd"}}')


async def test_a_part_of_a_long_file_is_announced(make_node: MakeNode):
    said: list[str] = []
    node = make_node(log=said.append)
    await upload(uploads.upload_txt, node, "long.txt", b"word " * 250_000)
    assert said == ["long.txt is long: only a part of it is passed on."]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"Sales 2026\nname,amount\nA,1\nB,2\n", "begins with a title, \u201cSales 2026\u201d"),
        ("a.csv", b"name,amount\nA,1,50\nB,2\n", "1 row is longer than the header"),
        ("a.json", b'{"a": NaN}', "there it holds null"),
    ],
)
async def test_what_may_not_be_read_as_it_was_meant_is_logged(
    make_node: MakeNode, name: str, content: bytes, says: str
):
    said: list[str] = []
    await upload(uploads.upload_any, make_node(log=said.append), name, content)
    assert len(said) == 1
    assert says in said[0]


async def test_a_file_that_is_gone_says_so(make_node: MakeNode):
    with pytest.raises(NodeError) as caught:
        await uploads.upload_any.run(uploads.UploadAny(file_id="file_9"), make_node())
    assert caught.value.code == "file_not_found"


@pytest.mark.parametrize("action", [uploads.upload_csv, uploads.upload_pdf, uploads.upload_txt, uploads.upload_any])
def test_the_form_asks_for_a_file_and_says_why(action: Action):
    schema: dict[str, Any] = action.params.model_json_schema(by_alias=True)
    field = schema["properties"]["fileId"]
    assert schema["required"] == ["fileId"]
    assert (field["x-widget"], field["x-why"]) == ("file", "it is what the workflow reads")
    assert field["x-accept"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("action", [uploads.upload_txt, uploads.upload_any, uploads.upload_csv])
async def test_a_named_encoding_counts_before_what_looks_binary(make_node: MakeNode, action: Action, encoding: str):
    node = make_node()
    text = "项目，预算\n委员会批准了明年的预算，会议结束。\n"
    ref = await node.files.save("report.txt", "application/octet-stream", text.encode(encoding))
    output: Any = await action.run(action.params.model_validate({"fileId": ref.id, "encoding": encoding}), node)
    assert "委员会批准了明年的预算" in output.text
    for binary in (b"\x89PNG\r\n\x1a\n", bytes(range(256)) * 20, b"PK\x03\x04"):
        ref = await node.files.save("report.txt", "application/octet-stream", binary)
        with pytest.raises(NodeError, match="cannot be read"):
            await action.run(action.params.model_validate({"fileId": ref.id, "encoding": encoding}), node)


@pytest.mark.parametrize("end", [b"\x1a", b"\x1a\x1a\x1a", b"\x1a" + b"\x00" * 120])
async def test_the_mark_of_dos_at_the_end_is_no_part_of_the_table(make_node: MakeNode, end: bytes):
    said: list[str] = []
    for action in (uploads.upload_csv, uploads.upload_any):
        output = await upload(action, make_node(log=said.append), "a.csv", b"a,b\n1,2\n" + end)
        assert output.data == [{"a": 1, "b": 2}]
    assert said == []


async def test_a_stray_nul_is_left_out_and_told(make_node: MakeNode):
    said: list[str] = []
    content = b"name,city\nAda,K\xf6ln\x00\n" + b"Grace,New York\n" * 1_000 + "Ida,Düsseldorf\n".encode("cp1252")
    output: Any = await upload(uploads.upload_csv, make_node(log=said.append), "a.csv", content)
    assert (output.data[0]["city"], output.data[-1]["city"]) == ("Köln", "Düsseldorf")
    assert output.meta["droppedCharacters"] == 1
    assert "a.csv holds 1 NUL, which is no character of a text: it was left out." in said
    assert (await upload(uploads.upload_txt, make_node(), "a.txt", b"Hel\x00lo")).text == "Hello"


@pytest.mark.parametrize("content", [b"\x00", b"\x00\x00", b"ab\x00\x01\x02", b"\x7fELF" + bytes(60), bytes(5_000)])
async def test_a_binary_file_is_refused(make_node: MakeNode, content: bytes):
    with pytest.raises(NodeError, match=r"is a (?:binary file|program)"):
        await upload(uploads.upload_txt, make_node(), "a.txt", content)
