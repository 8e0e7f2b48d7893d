"""rss: what is new in a feed."""

from __future__ import annotations

from typing import Any, cast

import httpx
from pydantic import field_validator

from voicegraph.errors import NodeError
from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.charsets.charsets import encoded
from voicegraph.nodes.charsets.decoder import Labels, told
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.data.large_json import SMALL_CHARACTERS, beside
from voicegraph.nodes.documents.feed_order import newest_first
from voicegraph.nodes.documents.fetched import read_fetched
from voicegraph.nodes.documents.meta_refresh import PAGES, led_on
from voicegraph.nodes.documents.page import decode_page, page_in_utf8
from voicegraph.nodes.documents.page_head import http_of
from voicegraph.nodes.documents.web_content import no_text, without_packing
from voicegraph.nodes.documents.xml_feed import MAX_ENTRIES, is_feed, root_of
from voicegraph.nodes.http.guarded_client import MAX_REDIRECTS, send
from voicegraph.nodes.http.response_body import media_type
from voicegraph.nodes.http.service_errors import too_many_redirects
from voicegraph.nodes.http.urls import Url, shown
from voicegraph.nodes.output import Output
from voicegraph.nodes.params.encoding_param import Encoding, encoding_param

_ACCEPT = "application/rss+xml,application/atom+xml,application/xml;q=0.9,text/xml;q=0.9,application/feed+json;q=0.9,text/html;q=0.5,*/*;q=0.1"
_SUMMARY = 300
MAX_HEAD = 1 << 20
"""Bytes of a page among which its feed is looked for: it is announced in the head."""


class FetchFeed(Params):
    """Params of rss.fetch."""

    url: Url = param(
        title="Feed URL",
        description="RSS, Atom or JSON Feed, or a page that announces its feed.",
        widget="url",
        target="link",
        why="it is the feed to read",
    )
    limit: int = param(
        20,
        title="Entries",
        description="How many to take, newest first; one without a readable date stays beside its neighbours.",
        ge=1,
        le=MAX_ENTRIES,
    )
    encoding: Encoding = encoding_param()

    @field_validator("url", mode="before")
    @classmethod
    def _in_http(cls, url: object) -> object:
        return http_of(url.strip()) if isinstance(url, str) else url


@action("rss", "fetch", group="source", title="Read a feed")
async def fetch(params: FetchFeed, node: NodeContext) -> Output:
    """Reads an RSS, Atom or JSON feed: a list as text, the entries as data."""
    node.progress(f"Reading {shown(params.url)}")
    response = await _feed(params.url, node)
    address, content = str(response.url), response.content
    if found := no_text(content, Labels(params.encoding, response.charset_encoding)):
        raise NodeError(
            "not_a_feed", f"{shown(address)} is no feed: its content is {found}. Give the feed's own address."
        )
    small = len(content) <= SMALL_CHARACTERS
    read = await beside(small, decode_page, content, response.charset_encoding, None, params.encoding)
    document = await read_fetched("feed", address, await beside(small, encoded, read.text))
    for line in told(read.meta, shown(address)):
        node.log(line)
    if note := document.meta.get("note"):
        node.log(str(note))
    entries = newest_first(cast("list[dict[str, Any]]", document.data))[: params.limit]
    text = "\n".join(_line(entry) for entry in entries) or "The feed has no entries."
    return Output(text=text, data=cast("Any", entries), meta={**document.meta, **read.meta})


async def _feed(url: str, node: NodeContext) -> httpx.Response:
    """The response with the feed; a page's own link is followed once, as browsers did, and where the page leads on."""
    for _ in range(MAX_REDIRECTS):
        response = await _sent(url, node)
        if not _is_page(response):
            return response
        head = response.content[:MAX_HEAD]
        source = await beside(len(head) <= SMALL_CHARACTERS, page_in_utf8, head, response.charset_encoding)
        page = await read_fetched("feed_link", str(response.url), source)
        if isinstance(page.data, str):
            node.log(f"The page announces its feed: {shown(page.data)}")
            return await _sent(page.data, node)
        url = led_on(response, page, node)
        if not url:
            raise NodeError(
                "not_a_feed",
                f"{shown(response.url)} is a page that announces no feed; give the feed's own address.",
            )
    raise too_many_redirects(url)


async def _sent(url: str, node: NodeContext) -> httpx.Response:
    return await without_packing(await send(node.http, "GET", url, headers={"Accept": _ACCEPT}), node)


def _is_page(response: httpx.Response) -> bool:
    content = response.content
    if (
        is_feed(content) or no_text(content) or content[:1_024].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    ):  # JSON Feed under any name
        return False
    return media_type(response) in PAGES or root_of(content) == "html"


def _line(entry: dict[str, Any]) -> str:
    title = entry["title"] or entry["link"] or "Untitled"
    head = f"- [{title}]({entry['link']})" if entry["link"] else f"- {title}"
    date = f" ({entry['published'][:10]})" if entry["published"] else ""
    summary = entry["summary"]
    cut = summary if len(summary) <= _SUMMARY else f"{summary[:_SUMMARY].rsplit(' ', 1)[0]} …"
    return f"{head}{date}\n  {cut}" if cut else f"{head}{date}"
