"""The query of an address reaches the server letter for letter, at every node that fetches, and behind a redirect."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicegraph.graph.model import NodeId, RunId
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.http.guarded_client import guarded_client
from voicegraph.nodes.http.urls import with_query
from voicegraph.nodes.output import Inputs
from voicegraph.nodes.services.http import actions as http_node
from voicegraph.nodes.services.rss import actions as rss
from voicegraph.nodes.services.web_page import actions as web_page
from voicegraph.settings import Settings

FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title></channel></rss>'
PAGE = b"<html><head><title>t</title></head><body><p>Some text that can be read.</p></body></html>"

# RFC 3986, 3.4: query = *( pchar / "/" / "?" )
letters = st.sampled_from("ABCDEFXYZabcdefxyz0123456789-._~!$&'()*+,;=:@/?")
escapes = st.integers(0, 255).flatmap(lambda byte: st.sampled_from([f"%{byte:02X}", f"%{byte:02x}"]))
queries = st.lists(letters | escapes, max_size=40).map("".join)


class Server:
    """Keeps the target of each request as it came in; `/hop` redirects to `/end` with the same query."""

    def __init__(self) -> None:
        self.targets: list[str] = []
        seen = self.targets

        class Handling(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                seen.append(self.path)
                path, mark, query = self.path.partition("?")
                body = FEED if path == "/feed" else PAGE
                self.send_response(302 if path == "/hop" else 200)
                if path == "/hop":
                    self.send_header("location", f"/end{mark}{query}")
                self.send_header("content-type", "text/xml" if path == "/feed" else "text/html")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handling)
        self.server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.server.shutdown()
    server.server.server_close()
    thread.join()


async def fetched(server: Server, path: str, *asked: str) -> list[str]:
    """What the server was asked for, by the node that reads such a path."""
    server.targets.clear()
    settings = Settings(_env_file=None, allow_private_hosts=["127.0.0.1"])
    async with guarded_client(settings) as client:
        node = NodeContext(RunId("r"), NodeId("n"), "a", "", 1, Inputs(), settings, client, None)  # pyright: ignore[reportArgumentType]
        for query in asked:
            url = f"{server.origin}{path}{query}"
            if path == "/feed":
                await rss.fetch.run(rss.FetchFeed.model_validate({"url": url}), node)
            elif path == "/page":
                await web_page.fetch.run(web_page.FetchWebPage.model_validate({"url": url}), node)
            else:
                await http_node.request.run(http_node.HttpRequest.model_validate({"url": url}), node)
    return [*server.targets]


@settings(max_examples=30)
@given(st.lists(queries, min_size=1, max_size=8))
def test_any_legal_query_goes_out_as_it_is_written(server: Server, asked: list[str]) -> None:
    assert asyncio.run(fetched(server, "/echo?", *asked)) == [f"/echo?{query}" for query in asked]
    filled = [query for query in asked if query]  # a redirect to `/end?` leads to `/end`
    hops = [target for query in filled for target in (f"/hop?{query}", f"/end?{query}")]
    assert asyncio.run(fetched(server, "/hop?", *filled)) == hops


@pytest.mark.parametrize("path", ["/echo", "/feed", "/page"])
def test_the_same_at_every_node_that_fetches(server: Server, path: str) -> None:
    asked = ["?wsdl", "?sig=a%20b&x=%7E", "?sig=a+b", "?q=M%FCller", "?a=1;b=2", "?a=[b]|{c}", "?", "?100%"]
    assert asyncio.run(fetched(server, path, *asked)) == [f"{path}{query}" for query in asked]


def test_only_what_is_illegal_is_escaped(server: Server) -> None:
    asked = ["?q=Müller&r=M%FCller", "?a b", '?"<>', "?a#b"]
    sent = ["?q=M%C3%BCller&r=M%FCller", "?a%20b", "?%22%3C%3E", "?a"]
    assert asyncio.run(fetched(server, "/echo", *asked)) == [f"/echo{query}" for query in sent]


@given(queries, st.dictionaries(st.text("ab ü&=", min_size=1, max_size=3), st.text("xy ü&=+%", max_size=3), max_size=3))
def test_params_are_added_behind_what_is_there(query: str, more: dict[str, str]) -> None:
    url = with_query(f"http://host.test/?{query}#there", dict(more))
    assert url.startswith(f"http://host.test/?{query}")
    assert url.endswith("#there")
    assert with_query("http://host.test/x", {"a": 1, "b": True}) == "http://host.test/x?a=1&b=true"
