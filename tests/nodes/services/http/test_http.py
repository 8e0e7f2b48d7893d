from __future__ import annotations

import gzip
import json
from base64 import b64decode
from collections.abc import Callable

import httpx
import pytest
from pydantic import ValidationError
from support.web import Web, answer, redirect, serving

from voicegraph.errors import NodeError
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.params.fields import explain
from voicegraph.nodes.services.http.actions import HttpRequest, request

MakeNode = Callable[..., NodeContext]
JSON = "application/json"


@pytest.fixture
def http(guarded: httpx.AsyncClient) -> httpx.AsyncClient:
    return guarded


async def call(node: NodeContext, url: str, **params: object) -> Output:
    output = await request.run(HttpRequest.model_validate({"url": url, **params}), node)
    assert isinstance(output, Output)
    return output


async def test_json_is_text_and_data(web: Web, make_node: MakeNode) -> None:
    url = web.on("/a", answer(200, b'{"a": [1]}', content_type="application/vnd.api+json; charset=utf-8", x_one="1"))
    output = await call(make_node(), f"{url}?key=secret")
    assert (output.text, output.data) == ('{"a": [1]}', {"a": [1]})
    assert (output.meta["status"], output.meta["url"]) == (200, url)
    assert output.meta["headers"]["x-one"] == "1"
    assert web.requests[0].startswith("GET /a?key=secret HTTP/1.1")
    assert web.header("idempotency-key") is None


@pytest.mark.parametrize(
    ("kind", "body", "text", "data"),
    [
        ("text/plain; charset=latin-1", b"f\xfc\xdfe", "füße", None),
        ("text/plain; charset=hex", b"f\xc3\xbc\xff", "fü\ufffd", None),
        ("text/plain; charset=utf-16", "fü".encode("utf-16-le"), "fü", None),
        ("application/json", b"{broken", "{broken", None),
        ("application/json", b"[" * 5_000, "[" * 5_000, None),
        ("application/xml", b"<a/>", "<a/>", None),
        ("text/csv", b"a,b", "a,b", None),
        (None, b"anything", "anything", None),
    ],
)
async def test_text_of_any_kind(
    web: Web, make_node: MakeNode, kind: str | None, body: bytes, text: str, data: object
) -> None:
    output = await call(make_node(), web.on("/", answer(200, body, **({"content_type": kind} if kind else {}))))
    assert (output.text, output.data, output.files) == (text, data, [])


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "text/html; charset=utf-8",
        "text/javascript",
        "application/javascript",
        "application/x-json",
        "text/x-json",
        "application/json; charset=utf-8",
        None,
    ],
)
@pytest.mark.parametrize("body", ['{"a": 1}', '\ufeff\n [{"a": "ü"}] \n', "[]", "{}"])
async def test_json_is_data_whatever_it_is_announced_as(
    web: Web, make_node: MakeNode, kind: str | None, body: str
) -> None:
    headers = {"content_type": kind} if kind else {}
    output = await call(make_node(), web.on("/", answer(200, body.encode(), **headers)))
    assert output.data == json.loads(body.removeprefix("\ufeff"))
    assert (output.text, output.files) == (body.removeprefix("\ufeff"), [])
    assert "note" not in output.meta


async def test_json_in_the_charset_of_the_answer(web: Web, make_node: MakeNode) -> None:
    for kind in ("text/plain; charset=iso-8859-1", "application/json; charset=iso-8859-1"):
        url = web.on("/", answer(200, '{"a": "ü"}'.encode("latin-1"), content_type=kind))
        assert (await call(make_node(), url)).data == {"a": "ü"}


@pytest.mark.parametrize("body", ["<p>[1]</p>", "[a](b) text", "{% if %}", "12", '"text"', "null", "[1] and more", ""])
@pytest.mark.parametrize("kind", ["text/plain", "text/html", None])
async def test_what_is_no_whole_object_or_list_is_text(
    web: Web, make_node: MakeNode, kind: str | None, body: str
) -> None:
    headers = {"content_type": kind} if kind else {}
    output = await call(make_node(), web.on("/", answer(200, body.encode(), **headers)))
    assert (output.text, output.data, "note" in output.meta) == (body, None, False)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-ndjson", '{"a": 1}\n{"a": "b\u2028c"}\r\n\n[2]'),
        ("application/jsonl", '{"a": 1}\n{"a": "b\u2028c"}\n[2]\n'),
        ("application/json-seq", '\x1e{"a": \n1}\n\x1e{"a": "b\u2028c"}\n\x1e[2]\n'),
    ],
)
async def test_json_lines_are_a_list(web: Web, make_node: MakeNode, kind: str, body: str) -> None:
    output = await call(make_node(), web.on("/", answer(200, body.encode(), content_type=kind)))
    assert output.data == [{"a": 1}, {"a": "b\u2028c"}, [2]]
    output = await call(make_node(), web.on("/", answer(200, b'{"a": 1}\n{"a":', content_type="application/jsonl")))
    assert output.data is None
    assert "line 2" in str(output.meta["note"])


@pytest.mark.parametrize("path", ["/export", "/a.jsonl", "/a.NDJSON"])
@pytest.mark.parametrize("kind", ["application/octet-stream", "text/plain", "*/*", "text/html", None])
async def test_json_lines_of_no_named_kind_are_a_list(
    web: Web, make_node: MakeNode, kind: str | None, path: str
) -> None:
    headers = {"content_type": kind} if kind else {}
    output = await call(make_node(), web.on(path, answer(200, b'{"a": 1}\n[2]\r\n\n{"b": 3}\n', **headers)))
    assert output.data == [{"a": 1}, [2], {"b": 3}]


async def test_the_name_tells_json_lines_where_the_type_does_not(web: Web, make_node: MakeNode) -> None:
    for body, data in ((b'{"a": 1}\n', [{"a": 1}]), (b"1\n2\n", [1, 2])):
        output = await call(make_node(), web.on("/a.jsonl", answer(200, body, content_type="text/plain")))
        assert output.data == data
    output = await call(make_node(), web.on("/a.jsonl", answer(200, b'{"a": 1}\n{"a":')))
    assert "announced as JSON Lines and is none: line 2" in str(output.meta["note"])


@pytest.mark.parametrize("body", [b'{"a": 1}\n{"a":', b'{"a": 1}\nand text', b"[1]\n2\n", b"[INFO] up\n[INFO] down\n"])
async def test_lines_that_are_not_all_json_are_text(web: Web, make_node: MakeNode, body: bytes) -> None:
    output = await call(make_node(), web.on("/log", answer(200, body, content_type="text/plain")))
    assert (output.data, "note" in output.meta) == (None, False)


async def test_odd_names_of_json(web: Web, make_node: MakeNode) -> None:
    for kind in ("json", "*/*", "JSON; charset=utf-8"):
        assert (await call(make_node(), web.on("/", answer(200, b'{"a": 1}', content_type=kind)))).data == {"a": 1}


async def test_json_of_no_named_kind_is_data_and_a_file(web: Web, make_node: MakeNode) -> None:
    output = await call(
        make_node(), web.on("/a.json", answer(200, b'{"a": 1}', content_type="application/octet-stream"))
    )
    assert (output.text, output.data, [ref.name for ref in output.files]) == ('{"a": 1}', {"a": 1}, ["a.json"])
    output = await call(make_node(), web.on("/a.rtf", answer(200, b"{\\rtf1", content_type="application/octet-stream")))
    assert (output.data, [ref.name for ref in output.files]) == (None, ["a.rtf"])


@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
@pytest.mark.parametrize("depth", [65, 300, 5_000, 100_000])
async def test_deep_json_is_text_with_a_note(web: Web, make_node: MakeNode, kind: str, depth: int) -> None:
    lines: list[str] = []
    body = b"[" * depth + b"]" * depth
    url = web.on("/", answer(200, body[:99_000] if depth > 50_000 else body, content_type=kind))
    output = await call(make_node(log=lines.append), url)
    assert (output.data, len(output.text)) == (None, min(2 * depth, 99_000))
    if kind == "application/json":
        assert [output.meta["note"]] == lines


@pytest.mark.parametrize("body", ['{"a": NaN}', '{"a": -Infinity}', '{"a": 1e400}', '{"a": "\\ud800"}', "[" * 9_000])
async def test_what_json_has_no_word_for_is_not_sent(body: str) -> None:
    with pytest.raises(ValidationError, match="JSON") as caught:
        HttpRequest.model_validate({"url": "http://127.0.0.1/", "json": body})
    assert [error["loc"] for error in caught.value.errors()] == [("json",)]


async def test_headers_beyond_ascii_go_out_in_utf_8(web: Web, make_node: MakeNode) -> None:
    url = web.on("/", answer())
    await call(make_node(), url, headers={"X-Name": " Müller ", "x-one": 1})
    assert (web.header("x-name"), web.header("x-one")) == ("Müller", "1")
    user = url.replace("//", "//mü:pä@")
    await call(make_node(), user)
    assert b64decode(str(web.header("authorization")).removeprefix("Basic ")).decode() == "mü:pä"


@pytest.mark.parametrize(
    "given",
    [
        {"headers": {"X-Näme": "a"}},
        {"headers": {"X-Name": "a\nb"}},
        {"headers": {"X-Name": "a\x01b"}},
        {"headers": {"X-Name": "a\ud800"}},
        {"headers": {"": "a"}},
        {"url": "http://a\nb@127.0.0.1/"},
        {"url": "http://127.0.0.1/\ud800"},
    ],
)
def test_what_cannot_be_sent_names_the_param(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as caught:
        HttpRequest.model_validate({"url": "http://127.0.0.1/", **given})
    (error,) = caught.value.errors()
    assert error["loc"] == (next(iter(given)),)
    assert "codec" not in error["msg"]


@pytest.mark.parametrize(
    ("path", "disposition", "name"),
    [
        ("/pictures/cat.png", None, "cat.png"),
        ("/", None, "download"),
        ("/x", 'attachment; filename="../../etc/passwd"', "passwd"),
        ("/x", "attachment; filename=\"a.png\"; filename*=UTF-8''b%20%C3%BC.png", "b ü.png"),
        ("/x", "attachment; filename=c.png", "c.png"),
        ("/a/b.png/", "attachment; filename=..", "b.png"),
        ("/x", 'attachment; filename="a<b>|c?.png"', "abc.png"),
        ("/x", "attachment; filename=con.png", "_con.png"),
        ("/x", 'attachment; filename="C:\\\\temp\\\\d.png"', "d.png"),
    ],
)
async def test_other_content_becomes_a_file(
    web: Web, make_node: MakeNode, path: str, disposition: str | None, name: str
) -> None:
    headers = {"content_disposition": disposition} if disposition else {}
    node = make_node()
    output = await call(node, web.on(path, answer(200, b"\x89PNG", content_type="image/png", **headers)))
    (ref,) = output.files
    assert (ref.name, ref.media_type, ref.size) == (name, "image/png", 4)
    assert (await node.files.read(ref.id))[1] == b"\x89PNG"
    assert output.text == f"{name} (image/png, 4 bytes)"


async def test_a_gzip_of_two_members_is_one_answer(web: Web, make_node: MakeNode) -> None:
    body = gzip.compress(b'{"a": 1,') + gzip.compress(b' "b": 2}')
    output = await call(make_node(), web.on("/", answer(200, body, content_type=JSON, content_encoding="gzip")))
    assert output.data == {"a": 1, "b": 2}
    with pytest.raises(NodeError, match="cut off") as caught:
        await call(make_node(), web.on("/", answer(200, body[:-4], content_type=JSON, content_encoding="gzip")))
    assert (caught.value.code, caught.value.retryable) == ("bad_response", True)


async def test_the_query_is_added_to_the_url_s(web: Web, make_node: MakeNode) -> None:
    await call(make_node(), web.on("/", answer()) + "?a=1", query={"b": "x y", "c": 2, "d": True})
    assert web.requests[0].split()[1] in ("/?a=1&b=x+y&c=2&d=true", "/?a=1&b=x%20y&c=2&d=true")


@pytest.mark.parametrize(
    ("body", "kind", "sent"),
    [
        ({"json": {"a": "ü", "b": [1, None]}}, JSON, {"a": "ü", "b": [1, None]}),
        ({"json": '{"a": 1}'}, JSON, {"a": 1}),
        ({"json": False}, JSON, False),
        ({"form": {"a": "x y", "b": 2}}, "application/x-www-form-urlencoded", b"a=x+y&b=2"),
        ({"text": "füße"}, "text/plain; charset=utf-8", "füße".encode()),
        ({"text": "<a/>", "headers": {"content-type": "text/xml"}}, "text/xml", b"<a/>"),
    ],
)
async def test_bodies(web: Web, make_node: MakeNode, body: dict[str, object], kind: str, sent: object) -> None:
    await call(make_node(), web.on("/", answer()), method="post", **body)
    assert web.header("content-type") == kind
    assert (json.loads(web.bodies[0]) if kind == JSON else web.bodies[0]) == sent


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_repeated_attempt_can_be_told_by_its_key(web: Web, make_node: MakeNode, method: str) -> None:
    url = web.on("/", answer())
    for attempt in (1, 2):
        await call(make_node(attempt=attempt), url, method=method)
    await call(make_node(), url, method=method, headers={"idempotency-key": "mine"})
    assert [web.header("idempotency-key", index) for index in range(3)] == ["run_1:step-0", "run_1:step-0", "mine"]


async def test_an_error_status_fails_the_node_unless_told_otherwise(web: Web, make_node: MakeNode) -> None:
    url = web.on("/", answer(422, b'{"why": "no"}', content_type=JSON, set_cookie="secret=1"))
    with pytest.raises(NodeError, match="answered 422"):
        await call(make_node(), url)
    output = await call(make_node(), url, failOnError=False)
    assert (output.meta["status"], output.data) == (422, {"why": "no"})
    assert "set-cookie" not in output.meta["headers"]


async def test_an_unreachable_host_fails_either_way(make_node: MakeNode) -> None:
    async with serving() as closed:
        url = closed.url("/")
    for fail in (True, False):
        with pytest.raises(NodeError, match="cannot be reached"):
            await call(make_node(), url, failOnError=fail)


async def test_private_addresses_are_refused(make_node: MakeNode) -> None:
    with pytest.raises(NodeError) as caught:
        await call(make_node(), "http://169.254.169.254/latest/meta-data/")
    assert caught.value.code == "forbidden_address"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"url": "ftp://x"}, "only http and https"),
        ({"method": "BREW"}, "GET"),
        ({"headers": {"Host": "x"}}, "set by the connection"),
        ({"headers": {"content-length": "1"}}, "set by the connection"),
        ({"headers": {"X": "a\r\nY: b"}}, "one line"),
        ({"json": "{broken"}, "not valid JSON"),
        ({"json": {"a": 1}, "text": "b"}, "one body"),
        ({"form": {"a": 1}, "text": "b"}, "one body"),
    ],
)
def test_params_that_make_no_request(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        HttpRequest.model_validate({"url": "https://example.org", **wrong})


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"a": NaN}', "NaN"),
        (b"[1e999]", "a number in it is too large (Infinity); there it holds null"),
        (b'["\\ud800"]', "half a character"),
    ],
)
async def test_data_that_cannot_be_kept_is_told(web: Web, make_node: MakeNode, body: bytes, says: str) -> None:
    output = await call(make_node(), web.on("/", answer(200, body, content_type="application/json")))
    assert says in str(output.meta["note"])


@pytest.mark.parametrize("coding", ["gzip;q=1", '"gzip"'])
async def test_a_coding_is_known_by_its_bare_name(web: Web, make_node: MakeNode, coding: str) -> None:
    packed = gzip.compress(b'{"a": 1}')
    url = web.on("/", answer(200, packed, content_type="application/json", content_encoding=coding))
    assert (await call(make_node(), url)).data == {"a": 1}


@pytest.mark.parametrize("location", ["/x?", "x?", "/x?#part?"])
async def test_a_redirect_keeps_an_empty_query(web: Web, make_node: MakeNode, location: str) -> None:
    web.on("/x", answer(content_type="text/plain"))
    await call(make_node(), web.on("/start", redirect(location)))
    assert web.requests[-1].split()[1] == "/x?"


@pytest.mark.parametrize(
    ("params", "place", "says"),
    [
        ({"query": {"a": [1], "str": None}}, "params.query.a", "the value should be a text, a number or true or false"),
        ({"form": {"x": {"y": 1}}}, "params.form.x", "the value should be a text, a number or true or false"),
        ({"headers": "X-A: b"}, "params.headers", 'an object of names and values, like {"name": "value"}'),
    ],
)
def test_a_wrong_value_is_told_once_where_it_is(params: dict[str, object], place: str, says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        HttpRequest.model_validate({"url": "http://web.test", **params})
    first, *others = explain(caught.value, HttpRequest)
    assert (first.place, [one.place for one in others]) == (place, ["params.query.str"] if "query" in params else [])
    assert says in first.message
