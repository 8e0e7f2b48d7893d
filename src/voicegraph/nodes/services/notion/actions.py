"""notion: read pages and databases."""

from __future__ import annotations

from typing import Any

from pydantic import JsonValue

from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.services.notion.block_tree import TreeReader
from voicegraph.nodes.services.notion.client import Notion, requires_key
from voicegraph.nodes.services.notion.database_query import read_filter, read_sorts
from voicegraph.nodes.services.notion.find import Found, Kind, find
from voicegraph.nodes.services.notion.properties import row_of
from voicegraph.nodes.services.notion.to_markdown import to_markdown
from voicegraph.nodes.text.markdown_tables import markdown_table

_REFERENCE = "Its link, its id, or its title. It must be shared with your integration (••• > Connections)."
_WHOLE_DATABASE = 100


class FetchPage(Params):
    """Params of notion.fetch_page."""

    page_id: str = param(
        title="Page", description=_REFERENCE, config="notionPageId", why="it is the Notion page that is read"
    )


class FetchDatabase(Params):
    """Params of notion.fetch_database."""

    database_id: str = param(
        title="Database",
        description=_REFERENCE,
        config="notionDatabaseId",
        why="it is the Notion database that is read",
    )
    limit: int = param(_WHOLE_DATABASE, title="Most rows", description="1 to 1,000.", ge=1, le=1_000)


class QueryDatabase(Params):
    """Params of notion.query_database."""

    database_id: str = param(
        title="Database",
        description=_REFERENCE,
        config="notionDatabaseId",
        why="it is the Notion database that is asked",
    )
    filter: dict[str, JsonValue] | str = param(
        "",
        title="Filter",
        description='Properties and their values, {"Status": "Done"}, or a filter in Notion\'s own JSON. Empty: all rows.',
        widget="code",
    )
    sorts: list[JsonValue] | str = param(
        "", title="Sort by", description="“Due desc, Name”, or sorts in Notion's own JSON.", widget="code"
    )
    limit: int = param(_WHOLE_DATABASE, title="Most rows", description="1 to 1,000.", ge=1, le=1_000)


@action("notion", "fetch_page", group="source", title="Read a Notion page", requires=requires_key)
async def fetch_page(params: FetchPage, node: NodeContext) -> Output:
    """Reads a page with everything nested in it, as Markdown; its properties as data."""
    notion, found = await _find(node, params.page_id, "page")
    if found.kind == "database":
        return await _rows(notion, found, _WHOLE_DATABASE, {}, node)
    reader = TreeReader(notion)
    body = to_markdown(await reader.read(found.id))
    if reader.truncated:
        node.log(f"“{found.title}” is very long: only a part of it is passed on.")
    meta: dict[str, JsonValue] = {"truncated": True} if reader.truncated else {}
    row = row_of(found.object)
    return Output(text=f"# {found.title}\n\n{body}".rstrip(), data={"title": found.title, **row}, meta=meta)


@action("notion", "fetch_database", group="source", title="Read a Notion database", requires=requires_key)
async def fetch_database(params: FetchDatabase, node: NodeContext) -> Output:
    """Reads the rows of a database: a table as text, the rows as data."""
    notion, found = await _find(node, params.database_id, "database")
    return await _rows(notion, found, params.limit, {}, node)


@action("notion", "query_database", group="source", title="Query a Notion database", requires=requires_key)
async def query_database(params: QueryDatabase, node: NodeContext) -> Output:
    """Reads the rows of a database that match a filter, sorted."""
    notion, found = await _find(node, params.database_id, "database")
    query: dict[str, Any] = {}
    wanted = read_filter(params.filter, found.object.get("properties", {}))
    if wanted:
        query["filter"] = wanted
    if sorts := read_sorts(params.sorts):
        query["sorts"] = sorts
    return await _rows(notion, found, params.limit, query, node)


async def _find(node: NodeContext, reference: str, wanted: Kind) -> tuple[Notion, Found]:
    notion = Notion.of(node)
    found = await find(notion, reference, wanted)
    node.log(f"Reading the {found.kind} “{found.title}”.")
    return notion, found


async def _rows(notion: Notion, found: Found, limit: int, query: dict[str, Any], node: NodeContext) -> Output:
    pages, more = await notion.rows(found.id, limit, query)
    rows = [row_of(page) for page in pages]
    if found.others:
        node.log(f"The database has {found.others} more data sources; give the link of one to read it.")
    if more:
        node.log(f"There are more rows than the limit of {limit}.")
    columns = _columns(found, rows)
    table, _ = markdown_table(columns, ([row.get(name) for name in columns] for row in rows))
    data: JsonValue = [{**row} for row in rows]
    meta: dict[str, JsonValue] = {"rows": len(rows)}
    if more:
        meta["truncated"] = True
    return Output(text=f"# {found.title}\n\n{table if rows else 'No rows.'}", data=data, meta=meta)


def _columns(found: Found, rows: list[dict[str, JsonValue]]) -> list[str]:
    """The title first, then the other properties that are filled in anywhere."""
    schema: dict[str, Any] = found.object.get("properties", {})
    ordered = sorted(schema, key=lambda name: schema[name].get("type") != "title")
    filled = [name for name in ordered if any(row.get(name) not in (None, "", []) for row in rows)]
    return filled or ordered[:1]
