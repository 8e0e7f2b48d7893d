from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import pytest

from voicegraph import clock
from voicegraph.errors import NodeError
from voicegraph.nodes.action import Action
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.services.web_search import actions as nodes
from voicegraph.nodes.services.web_search import public_engines

MakeNode = Callable[..., NodeContext]


@pytest.fixture
def run(make_node: MakeNode, service: Any):
    async def run(action: Action, *, input: str = "", key: str | None = None, **params: Any) -> Output:
        node = make_node(input=input, tavily_api_key=key, tavily_base_url=service.url)
        output = await action.run(action.params.model_validate(params), node)
        assert isinstance(output, Output)
        return output

    return run


# -- with a key: Tavily

HITS = {
    "results": [
        {"title": "Bees", "url": "https://www.bees.org/a", "content": "All about\nbees.", "score": 0.9},
        {
            "title": "Honey",
            "url": "https://honey.example/b",
            "content": "Sweet.",
            "published_date": "Tue, 12 Mar 2024 04:21:31 GMT",
        },
        {"title": "Bad", "url": "javascript:alert(1)", "content": ""},
    ]
}


async def test_tavily_answers_with_a_list_and_data(run: Any, service: Any):
    service.on("POST", "/search", (200, HITS))
    output = await run(nodes.search, key="tvly-secret", query="bees", limit=3)
    assert output.text == (
        "## Results for “bees”\n\n"
        "1. [Bees](https://www.bees.org/a) (bees.org)\n   All about bees.\n"
        "2. [Honey](https://honey.example/b) (honey.example, 2024-03-12)\n   Sweet."
    )
    assert [hit["date"] for hit in output.data] == [None, "2024-03-12T04:21:31+00:00"]
    assert output.meta == {"query": "bees", "engine": "tavily", "count": 2}
    (call,) = service.calls
    assert call.headers["authorization"] == "Bearer tvly-secret"
    assert call.json == {"query": "bees", "topic": "general", "max_results": 3}


async def test_tavily_searches_the_news_since_a_day(run: Any, service: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "now", lambda: 1_795_348_800.0)
    service.on("POST", "/search", (200, {"results": []}))
    output = await run(nodes.search_news, key="k", query="AI", days=7)
    assert service.calls[0].json == {"query": "AI", "topic": "news", "max_results": 8, "start_date": "2026-11-15"}
    assert output.text == "## News for “AI”\n\nNothing was found."
    assert output.data == []


@pytest.mark.parametrize(
    ("answer", "code", "retryable"),
    [
        ((401, {"detail": {"error": "Unauthorized"}}), "unauthorized", False),
        ((432, {"detail": {"error": "plan limit"}}), "forbidden", False),
        ((429, {"detail": {"error": "too many"}}), "rate_limited", True),
        ((400, {"detail": {"error": "query is too long"}}), "rejected", False),
        ((500, {}), "server_error", True),
        ((200, b"<html>"), "bad_response", False),
    ],
)
async def test_tavilys_errors_say_what_to_do(run: Any, service: Any, answer: Any, code: str, retryable: bool):
    service.on("POST", "/search", answer)
    with pytest.raises(NodeError) as caught:
        await run(nodes.search, key="tvly-secret", query="bees")
    assert (caught.value.code, caught.value.retryable) == (code, retryable)
    assert "Tavily" in caught.value.message
    assert "tvly-secret" not in caught.value.message


async def test_a_tavily_that_does_not_answer_is_worth_another_try(make_node: MakeNode):
    node = make_node(tavily_api_key="k", tavily_base_url="http://127.0.0.1:1")
    with pytest.raises(NodeError) as caught:
        await nodes.search.run(nodes.Search(query="x"), node)
    assert (caught.value.code, caught.value.retryable) == ("unreachable", True)


async def test_a_slow_tavily_is_a_time_out(run: Any, service: Any, monkeypatch: pytest.MonkeyPatch):
    import threading

    answered = threading.Event()
    monkeypatch.setattr("voicegraph.nodes.services.web_search.tavily.SECONDS", 0.05)
    service.on("POST", "/search", lambda _: (answered.wait(5), (200, HITS))[1])
    with pytest.raises(NodeError) as caught:
        await run(nodes.search, key="k", query="x")
    answered.set()
    assert (caught.value.code, caught.value.retryable) == ("timeout", True)


# -- without: the engines of ddgs, here one that asks a server on loopback


@pytest.fixture
def engine(service: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The only engine ddgs has in this test: its own parser and HTTP client, but the address of the service."""
    from ddgs.base import BaseSearchEngine
    from ddgs.engines import ENGINES
    from ddgs.results import NewsResult, TextResult

    class Local(BaseSearchEngine):  # pyright: ignore[reportMissingTypeArgument]
        name = provider = "local"
        category = "text"
        search_url = f"{service.url}/html"
        search_method = "GET"
        items_xpath = "//li"
        elements_xpath = {"title": ".//a/text()", "href": ".//a/@href", "body": ".//p/text()"}  # noqa: RUF012

        def build_payload(self, query: str, region: str, safesearch: str, timelimit: str | None, page: int, **_: str):
            return {"q": query, "time": timelimit or ""}

    class LocalNews(Local):
        category = "news"
        elements_xpath = {  # noqa: RUF012
            "title": ".//a/text()",
            "url": ".//a/@href",
            "body": ".//p/text()",
            "date": ".//time/text()",
            "source": ".//i/text()",
        }

    assert {"href", "title", "body"} <= vars(TextResult()).keys()
    assert {"url", "title", "body", "date", "source"} <= vars(NewsResult()).keys()
    monkeypatch.setitem(ENGINES, "text", {"local": Local})
    monkeypatch.setitem(ENGINES, "news", {"local": LocalNews})
    return service


def page(*hits: str) -> Any:
    body = "".join(f"<li>{hit}</li>" for hit in hits)
    return 200, f"<html><body><ul>{body}</ul></body></html>".encode(), {"content-type": "text/html; charset=utf-8"}


def hit(title: str, url: str, body: str, more: str = "") -> str:
    return f'<a href="{html.escape(url)}">{html.escape(title)}</a><p>{html.escape(body)}</p>{more}'


async def test_public_engines_answer_without_a_key(run: Any, engine: Any):
    engine.on("GET", "/html", page(hit("Bees & hives", "https://bees.org/a?x=1&y=2", "All about bees")))
    output = await run(nodes.search, query="bees")
    assert output.data == [
        {
            "title": "Bees & hives",
            "url": "https://bees.org/a?x=1&y=2",
            "snippet": "All about bees",
            "date": None,
            "source": "bees.org",
        }
    ]
    assert output.meta["engine"] == "public"
    assert engine.calls[0].query["q"] == "bees"


@pytest.mark.parametrize(("days", "span"), [(None, None), (1, "d"), (5, "w"), (30, "m"), (90, "y")])
async def test_news_with_dates_and_sources(run: Any, engine: Any, days: int | None, span: str | None):
    more = "<time>2026-11-01T10:00:00+00:00</time><i>The Paper</i>"
    engine.on("GET", "/html", page(hit("AI bees", "https://paper.example/ai-bees", "Bees with AI", more)))
    output = await run(nodes.search_news, query="AI bees", days=days)
    assert output.text.splitlines()[2] == "1. [AI bees](https://paper.example/ai-bees) (The Paper, 2026-11-01)"
    assert engine.calls[0].query.get("time") == span


async def test_engines_that_refuse_are_worth_another_try(run: Any, engine: Any):
    engine.on("GET", "/html", (403, b"go away"))
    with pytest.raises(NodeError) as caught:
        await run(nodes.search, query="bees")
    assert (caught.value.code, caught.value.retryable) == ("no_results", True)
    assert "TAVILY_API_KEY" in caught.value.message


async def test_engines_out_of_reach_are_told_apart(run: Any, engine: Any, monkeypatch: pytest.MonkeyPatch):
    from ddgs.engines import ENGINES

    monkeypatch.setattr(ENGINES["text"]["local"], "search_url", "http://127.0.0.1:1/")
    with pytest.raises(NodeError) as caught:
        await run(nodes.search, query="bees")
    assert (caught.value.code, caught.value.retryable) == ("unreachable", True)


async def test_slow_engines_are_a_time_out(run: Any, engine: Any, monkeypatch: pytest.MonkeyPatch):
    import threading

    answered = threading.Event()
    monkeypatch.setattr(public_engines, "SECONDS", 1)
    engine.on("GET", "/html", lambda _: (answered.wait(10), page())[1])
    with pytest.raises(NodeError) as caught:
        await run(nodes.search, query="bees")
    answered.set()
    assert caught.value.retryable


# -- what is searched for


async def test_the_query_comes_from_the_input_where_it_is_open(run: Any, service: Any):
    service.on("POST", "/search", (200, HITS))
    await run(nodes.search, key="k", input="# The return of the night train\n\nAfter decades …\n" + "text " * 500)
    assert service.calls[0].json["query"] == "The return of the night train"


async def test_nothing_to_search_for_is_said(run: Any):
    with pytest.raises(NodeError) as caught:
        await run(nodes.search, query=" ")
    assert caught.value.code == "missing_query"
