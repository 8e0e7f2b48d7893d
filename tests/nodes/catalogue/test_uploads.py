from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voicegraph.errors import NodeError
from voicegraph.nodes.action import Action
from voicegraph.nodes.catalogue import uploads
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output

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
