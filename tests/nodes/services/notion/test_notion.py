from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voicegraph.errors import NodeError
from voicegraph.nodes.action import Action
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.services.notion import actions as nodes
from voicegraph.nodes.services.notion import block_tree
from voicegraph.settings import Settings

MakeNode = Callable[..., NodeContext]


@pytest.fixture
def run(make_node: MakeNode, service: Any):
    async def run(action: Action, **params: Any) -> Output:
        node = make_node(notion_api_key="ntn_secret", notion_base_url=service.url, log=run.said.append)
        output = await action.run(action.params.model_validate(params), node)
        assert isinstance(output, Output)
        return output

    run.said = []
    return run


def status(name: str) -> dict[str, Any]:
    return {"type": "status", "status": {"name": name}}


@pytest.fixture
def tasks(notion: Any) -> str:
    rows = [notion.add_page(f"Task {i}", Status=status("Open" if i % 2 else "Done")) for i in range(1, 6)]
    return notion.add_database("Tasks", {"Status": "status", "Name": "title"}, rows)


async def test_a_page_is_read_whole_with_what_is_nested_in_it(notion: Any, run: Any):
    deep = notion.block("bulleted_list_item", "deep")
    listed = [notion.block("bulleted_list_item", f"item {i}", *([deep] if i == 3 else [])) for i in range(1, 6)]
    id = notion.add_page("Weekly Planning", notion.block("heading_1", "Goals"), *listed, Status=status("Draft"))
    output = await run(nodes.fetch_page, pageId=id)
    assert output.text == ("# Weekly Planning\n\n# Goals\n\n- item 1\n- item 2\n- item 3\n  - deep\n- item 4\n- item 5")
    assert output.data["title"] == "Weekly Planning"
    assert output.data["Status"] == "Draft"
    assert output.data["url"].startswith("https://www.notion.so/")


@pytest.mark.parametrize("style", ["https://www.notion.so/team/Plan-{}?pvs=4", "{}", "Weekly planning"])
async def test_a_page_is_named_by_link_id_or_title(notion: Any, run: Any, style: str):
    notion.add_page("Weekly planning archive")
    id = notion.add_page("Weekly Planning", notion.block("paragraph", "the right one"))
    output = await run(nodes.fetch_page, pageId=style.format(id.replace("-", "")))
    assert output.text == "# Weekly Planning\n\nthe right one"


async def test_a_title_that_only_resembles_is_taken_and_said(notion: Any, run: Any):
    notion.add_page("Weekly Planning 2026", notion.block("paragraph", "x"))
    output = await run(nodes.fetch_page, pageId="weekly planning")
    assert output.text.startswith("# Weekly Planning 2026")
    assert run.said == ["Reading the page “Weekly Planning 2026”."]


async def test_a_database_given_as_a_page_is_read_as_a_database(run: Any, tasks: str):
    output = await run(nodes.fetch_page, pageId=tasks)
    assert len(output.data) == 5


async def test_a_page_too_long_is_cut_and_says_so(notion: Any, run: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(block_tree, "MAX_BLOCKS", 3)
    id = notion.add_page("Long", *[notion.block("paragraph", f"p{i}") for i in range(5)])
    output = await run(nodes.fetch_page, pageId=id)
    assert output.text == "# Long\n\np0\n\np1\n\np2"
    assert output.meta == {"truncated": True}
    assert run.said[-1] == "“Long” is very long: only a part of it is passed on."


async def test_nesting_deeper_than_the_limit_is_cut(notion: Any, run: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(block_tree, "MAX_DEPTH", 1)
    inner = notion.block("toggle", "b", notion.block("paragraph", "c"))
    id = notion.add_page("Deep", notion.block("toggle", "a", inner))
    output = await run(nodes.fetch_page, pageId=id)
    assert output.text == "# Deep\n\n- a\n  - b"
    assert output.meta == {"truncated": True}


async def test_a_failure_within_the_page_is_one_clear_error(notion: Any, run: Any, service: Any):
    blocks = [notion.block("toggle", f"t{i}", notion.block("paragraph", "x")) for i in range(2)]
    id = notion.add_page("Broken", *blocks)
    refused = (400, {"object": "error", "status": 400, "code": "validation_error", "message": "no such block"})
    service.on("GET", f"/v1/blocks/{blocks[0]['id']}/children", refused)
    with pytest.raises(NodeError, match="no such block"):
        await run(nodes.fetch_page, pageId=id)


async def test_the_rows_of_a_database_are_data_and_a_table(run: Any, tasks: str):
    output = await run(nodes.fetch_database, databaseId=tasks)
    assert [row["Name"] for row in output.data] == [f"Task {i}" for i in range(1, 6)]
    assert output.data[0]["Status"] == "Open"
    assert output.text.splitlines()[:5] == [
        "# Tasks",
        "",
        "| Name | Status |",
        "| --- | --- |",
        "| Task 1 | Open |",
    ]
    assert output.meta == {"rows": 5}


@pytest.mark.parametrize("style", ["tasks", "source"])
async def test_a_database_is_found_by_title_and_by_data_source(notion: Any, run: Any, tasks: str, style: str):
    source = notion.databases[tasks]["data_sources"][0]["id"]
    output = await run(nodes.fetch_database, databaseId=source if style == "source" else "tasks")
    assert output.meta == {"rows": 5}


async def test_the_limit_is_asked_for_and_said(run: Any, tasks: str):
    output = await run(nodes.fetch_database, databaseId=tasks, limit=3)
    assert len(output.data) == 3
    assert output.meta == {"rows": 3, "truncated": True}
    assert run.said[-1] == "There are more rows than the limit of 3."


async def test_an_empty_database_says_so(notion: Any, run: Any):
    output = await run(nodes.fetch_database, databaseId=notion.add_database("Nothing", {"Name": "title"}, []))
    assert (output.text, output.data) == ("# Nothing\n\nNo rows.", [])


async def test_more_data_sources_are_mentioned(notion: Any, run: Any, tasks: str):
    notion.databases[tasks]["data_sources"].append({"id": "other", "name": "Archive"})
    await run(nodes.fetch_database, databaseId=tasks)
    assert "The database has 1 more data sources; give the link of one to read it." in run.said


async def test_a_database_without_data_sources_cannot_be_read(notion: Any, run: Any, tasks: str):
    notion.databases[tasks]["data_sources"] = []
    with pytest.raises(NodeError, match="has no data source"):
        await run(nodes.fetch_database, databaseId=tasks)


async def test_filter_and_sorts_reach_notion(run: Any, service: Any, tasks: str):
    await run(nodes.query_database, databaseId=tasks, filter={"status": "Done"}, sorts="Name desc", limit=50)
    sent = service.asked("POST", "query")[0].json
    assert sent["filter"] == {"property": "Status", "status": {"equals": "Done"}}
    assert sent["sorts"] == [{"property": "Name", "direction": "descending"}]
    assert sent["page_size"] == 50


async def test_a_query_without_a_filter_sends_none(run: Any, service: Any, tasks: str):
    await run(nodes.query_database, databaseId=tasks)
    assert service.asked("POST", "query")[0].json == {"page_size": 100}


@pytest.mark.parametrize(
    ("answer", "code", "retryable", "hint"),
    [
        ((401, {"code": "unauthorized", "message": "API token is invalid."}), "unauthorized", False, "NOTION_API_KEY"),
        ((403, {"code": "restricted_resource", "message": "no read"}), "forbidden", False, "capability"),
        ((409, {"code": "conflict_error", "message": "busy"}), "rejected", True, "busy"),
        ((503, {"code": "service_unavailable", "message": "down"}), "server_error", True, "503"),
        ((502, b"<html>bad gateway</html>"), "server_error", True, "502"),
    ],
)
async def test_notions_errors_say_what_to_do(
    run: Any, service: Any, monkeypatch: pytest.MonkeyPatch, answer: Any, code: str, retryable: bool, hint: str
):
    monkeypatch.setattr("notion_client.client.AsyncClient._calculate_retry_delay", lambda *_: 0)
    service.on("GET", "/v1/.*", answer)
    with pytest.raises(NodeError) as caught:
        await run(nodes.fetch_page, pageId="0" * 32)
    assert (caught.value.code, caught.value.retryable) == (code, retryable)
    assert hint in caught.value.message
    assert "ntn_secret" not in caught.value.message


async def test_a_page_that_is_not_shared_says_how_to_share_it(notion: Any, run: Any):
    with pytest.raises(NodeError) as caught:
        await run(nodes.fetch_page, pageId="0" * 32)
    assert caught.value.code == "not_found"
    assert "Connections" in caught.value.message


async def test_an_unknown_title_says_how_to_share_it(notion: Any, run: Any):
    with pytest.raises(NodeError, match="No Notion page called “Nope” is shared"):
        await run(nodes.fetch_page, pageId="Nope")


async def test_short_pauses_are_waited_for(notion: Any, run: Any, service: Any):
    id = notion.add_page("Busy", notion.block("paragraph", "made it"))
    answers = [(429, {"code": "rate_limited", "message": "slow down"}, {"retry-after": "0"}), (200, notion.pages[id])]
    service.on("GET", f"/v1/pages/{id}", lambda _: answers.pop(0))
    assert (await run(nodes.fetch_page, pageId=id)).text == "# Busy\n\nmade it"


async def test_long_pauses_are_left_to_the_engine(run: Any, service: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("notion_client.client.AsyncClient._calculate_retry_delay", lambda *_: 0)
    service.on("GET", "/v1/.*", (429, {"code": "rate_limited", "message": "slow down"}, {"retry-after": "30"}))
    with pytest.raises(NodeError) as caught:
        await run(nodes.fetch_page, pageId="0" * 32)
    assert (caught.value.retryable, caught.value.retry_after) == (True, 30)
    assert len(service.calls) == 3


async def test_an_unreachable_notion_is_worth_another_try(make_node: MakeNode):
    node = make_node(notion_api_key="ntn_secret", notion_base_url="http://127.0.0.1:1")
    with pytest.raises(NodeError) as caught:
        await nodes.fetch_page.run(nodes.FetchPage(page_id="0" * 32), node)
    assert (caught.value.code, caught.value.retryable) == ("unreachable", True)


async def test_a_path_in_an_id_cannot_reach_another_endpoint(notion: Any, run: Any, service: Any):
    with pytest.raises(NodeError):
        await run(nodes.fetch_page, pageId="../users")
    assert {call.path for call in service.calls} == {"/v1/search"}


async def test_without_a_key_the_setting_is_named(make_node: MakeNode):
    with pytest.raises(NodeError, match="NOTION_API_KEY") as caught:
        await nodes.fetch_page.run(nodes.FetchPage(page_id="x"), make_node())
    assert caught.value.code == "not_configured"


def test_the_catalogue_knows_what_notion_lacks(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("NOTION_API_KEY", raising=False)
    for action in (nodes.fetch_page, nodes.fetch_database, nodes.query_database):
        assert action.requires is not None
        assert "NOTION_API_KEY" in str(action.requires(Settings(_env_file=None), action.name))
        assert action.requires(Settings(_env_file=None, notion_api_key="x"), action.name) is None


async def test_a_blank_reference_is_asked_for(run: Any):
    with pytest.raises(NodeError, match="Say which Notion page"):
        await run(nodes.fetch_page, pageId="  ")
