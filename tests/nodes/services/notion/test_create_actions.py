from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from voicegraph.errors import NodeError
from voicegraph.nodes.action import Action
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.services.notion import create_actions as nodes

MakeNode = Callable[..., NodeContext]


@pytest.fixture
def run(make_node: MakeNode, service: Any):
    async def run(action: Action, input: str = "", **params: Any) -> Output:
        node = make_node(input=input, label="Save", notion_api_key="ntn_secret", notion_base_url=service.url)
        output = await action.run(action.params.model_validate(params), node)
        assert isinstance(output, Output)
        return output

    return run


def outline(blocks: list[dict[str, Any]]) -> list[Any]:
    """Each block as [text, children] or text."""
    found: list[Any] = []
    for block in blocks:
        text = "".join(piece["text"]["content"] for piece in block[block["type"]].get("rich_text", []))
        children = outline(block["children"])
        found.append([text, children] if children else text)
    return found


async def test_a_short_page_is_made_in_one_request(notion: Any, run: Any, service: Any):
    parent = notion.add_page("Home")
    output = await run(nodes.create_page, "# Trip\n\nFirst day\n\n- museum\n  - early", parentId=parent)
    (made,) = service.asked("POST", "pages")
    assert made.json["parent"] == {"type": "page_id", "page_id": parent}
    assert made.json["properties"] == {"title": {"title": [{"type": "text", "text": {"content": "Trip"}}]}}
    assert outline(notion.written(output.data["id"])) == ["First day", ["museum", ["early"]]]
    assert not service.asked("PATCH")
    assert output.data["title"] == "Trip"
    assert output.text == f"[Trip]({output.data['url']})\n\nFirst day\n\n- museum\n  - early"


@pytest.mark.parametrize(
    ("title", "content", "chosen", "first"),
    [
        ("Given", "# Heading\n\ntext", "Given", "Heading"),
        ("Heading", "# Heading\n\ntext", "Heading", "text"),
        ("", "## Heading ##\ntext", "Heading", "text"),
        ("", "One sentence. Another.", "One sentence", "One sentence. Another."),
        ("", "x" * 300, "x" * 199 + "…", "x" * 300),
        ("", "", "Save", None),
    ],
)
async def test_the_title(notion: Any, run: Any, title: str, content: str, chosen: str, first: str | None):
    output = await run(nodes.create_page, content, parentId=notion.add_page("Home"), title=title)
    assert output.data["title"] == chosen
    blocks = outline(notion.written(output.data["id"]))
    assert (blocks[0] if blocks else None) == first


async def test_a_row_of_a_database_is_titled_by_its_title_property(notion: Any, run: Any, service: Any):
    database = notion.add_database("Reports", {"Status": "status", "Headline": "title"}, [])
    await run(nodes.create_page, parentId=database, title="May", content="text")
    made = service.asked("POST", "pages")[0].json
    assert made["parent"]["type"] == "data_source_id"
    assert list(made["properties"]) == ["Headline"]


async def test_a_long_page_arrives_whole_and_in_order(notion: Any, run: Any, service: Any):
    content = "\n\n".join(f"paragraph {i}" for i in range(250))
    output = await run(nodes.create_page, parentId=notion.add_page("Home"), title="Long", content=content)
    assert outline(notion.written(output.data["id"])) == content.split("\n\n")
    assert [len(call.json["children"]) for call in service.asked("PATCH")] == [100, 50]


async def test_deep_lists_and_long_tables_arrive_whole(notion: Any, run: Any):
    deep = "\n".join(f"{'  ' * i}- level {i}" for i in range(6))
    table = "| n |\n| --- |\n" + "\n".join(f"| {i} |" for i in range(250))
    output = await run(nodes.create_page, parentId=notion.add_page("Home"), title="Deep", content=f"{deep}\n\n{table}")
    first, rows = notion.written(output.data["id"])
    expected: Any = "level 5"
    for level in reversed(range(5)):
        expected = [f"level {level}", [expected]]
    assert outline([first]) == [expected]
    assert len(rows["children"]) == 251


async def test_text_is_added_at_the_end(notion: Any, run: Any):
    page = notion.add_page("Journal", notion.block("paragraph", "old"))
    output = await run(nodes.append_to_page, "new **words**", pageId="journal")
    assert [block["type"] for block in notion.blocks[page]] == ["paragraph", "paragraph"]
    assert output.data["blocks"] == 1
    assert output.text.endswith("new **words**")


async def test_a_write_needs_the_exact_title(notion: Any, run: Any, service: Any):
    notion.add_page("Journal 2026")
    with pytest.raises(NodeError, match="The nearest title is “Journal 2026”"):
        await run(nodes.append_to_page, "x", pageId="journal")
    assert not service.asked("PATCH")


async def test_nothing_to_add_is_an_error(notion: Any, run: Any):
    with pytest.raises(NodeError, match="the input is empty"):
        await run(nodes.append_to_page, "  ", pageId=notion.add_page("Journal"))


async def test_text_cannot_be_added_to_a_database(notion: Any, run: Any):
    with pytest.raises(NodeError, match="“Tasks” is a database"):
        await run(nodes.append_to_page, "x", pageId=notion.add_database("Tasks", {"Name": "title"}, []))


async def test_a_failure_halfway_is_final_and_says_how_far_it_got(notion: Any, run: Any, service: Any):
    service.on("PATCH", ".*", (400, {"code": "validation_error", "message": "body failed validation"}))
    content = "\n\n".join(f"paragraph {i}" for i in range(150))
    with pytest.raises(NodeError) as caught:
        await run(nodes.create_page, parentId=notion.add_page("Home"), title="Half", content=content)
    assert (caught.value.code, caught.value.retryable) == ("partly_written", False)
    assert "body failed validation" in caught.value.message


async def test_a_refused_first_write_keeps_its_reason(notion: Any, run: Any, service: Any):
    service.on("PATCH", ".*", (403, {"code": "restricted_resource", "message": "no insert"}))
    with pytest.raises(NodeError) as caught:
        await run(nodes.append_to_page, "x", pageId=notion.add_page("Journal"))
    assert caught.value.code == "forbidden"


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_write_that_is_not_confirmed_is_not_repeated(notion: Any, run: Any, service: Any, status: int):
    service.on("POST", "/v1/pages", (status, {"code": "internal_server_error", "message": "oops"}))
    with pytest.raises(NodeError) as caught:
        await run(nodes.create_page, "x", parentId=notion.add_page("Home"))
    assert (caught.value.code, caught.value.retryable) == ("outcome_unknown", False)
    assert len(service.asked("POST", "pages")) == 1


async def test_a_write_without_an_answer_is_not_repeated(notion: Any, run: Any, service: Any, make_node: MakeNode):
    parent = notion.add_page("Home")

    def hang_up(_: Any) -> Any:
        raise ConnectionAbortedError

    service.on("POST", "/v1/pages", hang_up)
    with pytest.raises(NodeError) as caught:
        await run(nodes.create_page, "x", parentId=parent)
    assert caught.value.code == "outcome_unknown"


async def test_a_write_that_never_left_is_repeated(make_node: MakeNode):
    from voicegraph.nodes.services.notion.client import Notion

    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        notion = Notion.of(make_node(notion_api_key="ntn_secret", notion_base_url=url))
        with pytest.raises(NodeError) as caught:
            await notion.append("0" * 32, [])
    assert (caught.value.code, caught.value.retryable) == ("unreachable", True)
