"""web_search: the web and the news, through Tavily with a key and public search engines without one."""

from __future__ import annotations

from pydantic import JsonValue

from voicegraph.errors import NodeError
from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.services.web_search.public_engines import search_public
from voicegraph.nodes.services.web_search.query_text import search_query
from voicegraph.nodes.services.web_search.results import SearchQuestion, as_data, as_markdown
from voicegraph.nodes.services.web_search.tavily import search_tavily

_QUERY = "Empty: taken from what comes in."


class Search(Params):
    """Params of web_search.search."""

    query: str = param("", title="Search for", description=_QUERY)
    limit: int = param(8, title="Most results", description="1 to 20.", ge=1, le=20)


class SearchNews(Params):
    """Params of web_search.search_news."""

    query: str = param("", title="Search for", description=_QUERY)
    limit: int = param(8, title="Most results", description="1 to 20.", ge=1, le=20)
    days: int | None = param(None, title="Not older than", description="In days; empty: any age.", ge=1, le=3_650)


@action("web_search", "search", group="source", title="Search the web")
async def search(params: Search, node: NodeContext) -> Output:
    """Searches the web: title, address and an excerpt of each result. Uses Tavily when TAVILY_API_KEY is set."""
    return await _search(SearchQuestion(_query(params.query, node), params.limit), node)


@action("web_search", "search_news", group="source", title="Search the news")
async def search_news(params: SearchNews, node: NodeContext) -> Output:
    """Searches the news, with dates and sources. Uses Tavily when TAVILY_API_KEY is set."""
    return await _search(SearchQuestion(_query(params.query, node), params.limit, news=True, days=params.days), node)


def _query(given: str, node: NodeContext) -> str:
    query = search_query(given if given.strip() else node.inputs.text)
    if not query:
        raise NodeError("missing_query", "There is nothing to search for: fill in what to search for.")
    return query


async def _search(question: SearchQuestion, node: NodeContext) -> Output:
    key = node.settings.tavily_api_key
    token = key.get_secret_value() if key else ""
    node.log(f"Searching for “{question.query}”.")
    if token:
        results = await search_tavily(question, token, node.settings.tavily_base_url, node.http, node.limit)
    else:
        results = await search_public(question)
    meta: dict[str, JsonValue] = {
        "query": question.query,
        "engine": "tavily" if token else "public",
        "count": len(results),
    }
    listed = as_markdown(results) or "Nothing was found."
    return Output(
        text=f"## {'News' if question.news else 'Results'} for “{question.query}”\n\n{listed}",
        data=as_data(results),
        meta=meta,
    )
