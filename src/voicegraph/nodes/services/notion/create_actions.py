"""notion_create: write pages."""

from __future__ import annotations

from typing import Any

from pydantic import JsonValue

from voicegraph.errors import NodeError
from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.services.notion.block_writer import append_blocks, batches
from voicegraph.nodes.services.notion.client import Notion, requires_key
from voicegraph.nodes.services.notion.find import Found, find
from voicegraph.nodes.services.notion.from_markdown import to_blocks
from voicegraph.nodes.text.markdown import first_heading
from voicegraph.nodes.text.markdown_html import PLAIN, is_formatted
from voicegraph.nodes.text.single_line import OneLine
from voicegraph.nodes.threads import in_thread

_REFERENCE = "Its link, its id, or its exact title. It must be shared with your integration (••• > Connections)."
_MAX_TITLE = 200


class CreatePage(Params):
    """Params of notion_create.create_page."""

    parent_id: OneLine = param(
        title="Parent page or database",
        description=_REFERENCE,
        config="notionPageId",
        why="the new page is made in it",
        target="page",
    )
    title: OneLine = param(
        "", title="Title", description="Empty: the first heading of the content, or its first words.", max_length=2_000
    )
    content: str = param("", title="Content", description="Markdown. Empty: what comes in.", widget="markdown")


class AppendToPage(Params):
    """Params of notion_create.append_to_page."""

    page_id: OneLine = param(
        title="Page",
        description=_REFERENCE,
        config="notionPageId",
        why="the text is added at its end",
        target="page",
    )
    content: str = param("", title="Content", description="Markdown. Empty: what comes in.", widget="markdown")


@action(
    "notion_create", "create_page", group="delivery", title="Create a Notion page", effect=True, requires=requires_key
)
async def create_page(params: CreatePage, node: NodeContext) -> Output:
    """Makes a page of a Markdown text, under a page or as a row of a database. The text goes on, its link before it.

    Notion takes no idempotency key: an attempt whose outcome is unknown is not repeated.
    """
    notion = Notion.of(node)
    parent = await find(notion, params.parent_id, "page", exact=True)
    text = params.content or node.inputs.text
    title, content = _titled(params.title, text, node.label)
    first, rest = _first_request(await in_thread(to_blocks, content))
    if not is_formatted(content):
        node.log(PLAIN)
    made = await notion.create_page(_parent(parent), _title_property(parent, title), first)
    url = str(made.get("url") or "")
    node.log(f"Created “{title}”: {url}")
    await append_blocks(notion, made["id"], rest, done=len(first) + 1)
    data: dict[str, JsonValue] = {"id": made["id"], "url": url, "title": title}
    return Output(text=f"[{title}]({url})\n\n{content.strip()}", data=data, files=node.inputs.files)


@action(
    "notion_create",
    "append_to_page",
    group="delivery",
    title="Append to a Notion page",
    effect=True,
    requires=requires_key,
)
async def append_to_page(params: AppendToPage, node: NodeContext) -> Output:
    """Adds a Markdown text at the end of a page. The text goes on, the page's link before it.

    Notion takes no idempotency key: an attempt whose outcome is unknown is not repeated.
    """
    notion = Notion.of(node)
    page = await find(notion, params.page_id, "page", exact=True)
    if page.kind == "database":
        raise NodeError(
            "wrong_kind", f"“{page.title}” is a database: text cannot be added to it. Use “Create a Notion page”."
        )
    text = params.content or node.inputs.text
    blocks = await in_thread(to_blocks, text)
    if not blocks:
        raise NodeError("empty_input", "There is nothing to add to the page: the input is empty.")
    written = await append_blocks(notion, page.id, blocks)
    if not is_formatted(text):
        node.log(PLAIN)
    url = str(page.object.get("url") or "")
    node.log(f"Added {written} blocks to “{page.title}”: {url}")
    data: dict[str, JsonValue] = {"id": page.id, "url": url, "title": page.title, "blocks": written}
    return Output(text=f"[{page.title}]({url})\n\n{text.strip()}", data=data, files=node.inputs.files)


def _titled(title: str, content: str, label: str) -> tuple[str, str]:
    """The title, and the content without a first heading that repeats it."""
    heading = first_heading(content)
    if heading and content[: heading.start].strip():
        heading = None  # there is text before it
    words = heading.text if heading else content.strip().split("\n", 1)[0].split(". ", 1)[0]
    chosen = " ".join((title or words or label or "Untitled").split())
    if heading and " ".join(heading.text.split()) == chosen:
        content = content[heading.end :]
    return chosen if len(chosen) <= _MAX_TITLE else f"{chosen[: _MAX_TITLE - 1]}…", content


def _first_request(blocks: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What goes along with the page, so that short pages are made in one step, and what is appended afterwards.

    Blocks whose children have to follow need an id, which the answer to a new page does not tell.
    """
    first = next(batches(blocks), None)
    if first is None or first.later:
        return [], blocks
    return first.blocks, blocks[len(first.blocks) :]


def _parent(parent: Found) -> dict[str, str]:
    if parent.kind == "page":
        return {"type": "page_id", "page_id": parent.id}
    return {"type": "data_source_id", "data_source_id": parent.id}


def _title_property(parent: Found, title: str) -> dict[str, Any]:
    """A page's only property is its title; a database calls it what it likes."""
    schema: dict[str, Any] = parent.object.get("properties", {}) if parent.kind == "database" else {}
    name = next((name for name, kind in schema.items() if kind.get("type") == "title"), "title")
    return {name: {"title": [{"type": "text", "text": {"content": title}}]}}
