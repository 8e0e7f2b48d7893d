"""Bad input: always the one form, a 4xx, and the place."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
import schemathesis
from starlette.exceptions import HTTPException
from support.api import NOT_JSON, Api, api_of, seed, steps

from voicegraph.asgi import create_app
from voicegraph.errors import ConfigError, Conflict, NodeError, NotFound, Overloaded, Refusal, StorageError
from voicegraph.settings import Settings

WORKFLOW_ROUTES = [
    ("POST", "/api/execute", "workflow"),
    ("POST", "/api/execute-background", "workflow"),
    ("POST", "/api/execute-inngest", "workflow"),
    ("POST", "/api/check", "workflow"),
    ("POST", "/api/layout", "workflow"),
    ("POST", "/api/workflows", "workflow"),
    ("PUT", "/api/workflows/wf_1", "workflow"),
    ("POST", "/api/edit-workflow", "currentWorkflow"),
]


def body_with(key: str, workflow: Any) -> dict[str, Any]:
    return {"text": "remove the last step", key: workflow}


async def test_an_unknown_address_is_404(api: Api) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
        for path in ("/api/nothing", "/api/runs", "/api", "/nothing", "/api/runs/a/b/c", "/.env", "/%00", "/%2e%2e/x"):
            assert (await api.call(method, path, status=404))["code"] == "not_found"


async def test_a_method_an_address_does_not_take_is_405(api: Api) -> None:
    taken: dict[str, set[str]] = {}
    for method, path in api.operations:
        taken.setdefault(path, set()).add(method)
    for path, methods in taken.items():
        # "/api/runs/cancel" is an id to the routes of "/api/runs/{run_id}": what those take is no 405.
        alike = [kinds for other, kinds in taken.items() if re.fullmatch(re.sub("{[^}]+}", "[^/]+", other), path)]
        for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - methods.union(*alike):
            problem = await api.call(method, path.replace("{", "").replace("}", ""), status=405)
            assert problem["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "invalid_request"),
        (b"{", 400, "broken_json"),
        (b'{"text": "a",}', 400, "broken_json"),
        (b"\xff\xfe\x00", 400, "bad_request"),
        (b"[" * 100_000, 400, "bad_request"),
        (b'{"text": ' + b"9" * 5000 + b"}", 400, "bad_request"),
        (b"null", 422, "invalid_request"),
        (b"[]", 422, "invalid_request"),
        (b'"text"', 422, "invalid_request"),
        (b"NaN", 422, "invalid_request"),
    ],
)
async def test_a_body_that_is_no_object_of_ours_is_refused(api: Api, content: bytes, status: int, code: str) -> None:
    for method, template in api.operations:
        takes_json = "requestBody" in api.description["paths"][template][method.lower()]
        if not takes_json or template in NOT_JSON:
            continue
        path = template.replace("{workflow_id}", "wf_1")
        problem = await api.call(method, path, content, status=status)
        assert problem["code"] == code, f"{method} {path}: {problem}"


@pytest.mark.parametrize("text", ["NaN", "5", "null", '"\\ud800"', '{"\\ud800": 1}', '["a"]'])
@pytest.mark.parametrize("path", ["/api/parse", "/api/edit-workflow"])
async def test_a_sentence_that_is_no_text_is_refused(api: Api, path: str, text: str) -> None:
    problem = await api.call("POST", path, f'{{"text": {text}, "currentWorkflow": {{}}}}'.encode(), status=422)
    assert problem["details"][0]["where"] == "text"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json"])
async def test_a_body_of_another_type_is_415(api: Api, kind: str) -> None:
    for method, template in api.operations:
        if method in ("POST", "PUT") and template not in NOT_JSON:
            headers = {"content-type": kind} if kind else {}
            response = await api.client.request(method, template, content=b'{"text": "x"}', headers=headers)
            assert response.status_code == 415, f"{method} {template}"
            assert response.json()["code"] == "unsupported_media_type"


async def test_a_body_over_the_limit_is_413(api: Api) -> None:
    problem = await api.call("POST", "/api/parse", b" " * ((4 << 20) + 1), status=413)
    assert problem["code"] == "too_large"
    assert "4,194,304 bytes" in problem["error"]


@pytest.mark.parametrize(
    ("workflow", "where", "code"),
    [
        (steps(*[seed()] * 10_000), "nodes", "too_large"),
        (steps(*[seed()] * 501), "nodes", "too_large"),
        (steps(seed("x" * (1 << 20))), "", "too_large"),
        (steps(seed(params={"text": float("nan")})), "nodes[0].params.text", "not_json"),
        (steps(seed(), seed(params={"text": [float("-inf")]})), "nodes[1].params.text[0]", "not_json"),
        (steps(seed(params={"text": "\ud800"})), "nodes[0].params.text", "not_json"),
        (steps(seed(params={"text": "\0"})), "nodes[0].params.text", "not_json"),
        (steps(seed(params={"text": json.loads("[" * 500 + "]" * 500)})), None, "too_deep"),
        (steps(seed(params="text")), "nodes[0].params", "wrong_type"),
        (steps(seed(position={"x": "left"})), "nodes[0].position.x", "wrong_type"),
        (steps("seed"), "nodes[0]", "wrong_type"),
        (steps(seed(id="a"), edges=[{"source": "a", "target": "a"}]), "edges[0]", "self_loop"),
        (
            {
                "nodes": [seed(id=node_id) for node_id in "abc"],
                "edges": [{"source": s, "target": t} for s, t in ("ab", "bc", "ca")],
            },
            None,
            "cycle",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_workflow_that_breaks_a_rule_is_refused_with_the_place(
    api: Api, workflow: Any, where: str | None, code: str
) -> None:
    for method, path, key in WORKFLOW_ROUTES:
        problem = await api.call(method, path, body_with(key, workflow), status=422)
        assert problem["code"] == "invalid_workflow", path
        found = {(one["where"], one["code"]) for one in problem["details"]}
        assert code in {code for _, code in found}
        assert where is None or (where, code) in found, problem["details"][:3]
    assert (await api.call("GET", "/api/workflow-history"))["count"] == 0
    assert (await api.call("GET", "/api/workflows"))["workflows"] == []


async def test_a_circle_is_named_by_its_nodes(api: Api) -> None:
    nodes = [seed(id=node_id, label=f"Node {node_id}") for node_id in "abc"]
    edges = [{"source": s, "target": t} for s, t in ("ab", "bc", "ca")]
    problem = await api.call("POST", "/api/execute", {"nodes": nodes, "edges": edges}, status=422)
    assert all(node_id in problem["error"] for node_id in "abc")
    assert problem["details"][0]["where"].startswith("edges[")


async def test_a_condition_that_is_refused_is_told_in_one_sentence(api: Api) -> None:
    check = {"id": "check", "type": "condition", "action": "if", "params": {"expression": "input =="}}
    refused = await api.call("POST", "/api/execute", {"workflow": steps(seed("x"), check)}, 422)
    assert "something is missing at the end." in json.dumps(refused)
    assert ".." not in json.dumps(refused)


async def test_every_breach_is_said_at_once(api: Api) -> None:
    workflow = steps(
        {"type": "telegraph", "action": "send"},
        {"type": "http", "action": "call"},
        {"type": "http", "action": "request", "params": {"url": "ftp://example.com", "methd": "GET"}},
        {"type": "condition", "action": "if", "params": {"expression": "size(input) >"}},
    )
    problem = await api.call("POST", "/api/execute", {"workflow": workflow}, status=422)
    assert [one["where"] for one in problem["details"]] == [
        "nodes[0].type",
        "nodes[1].action",
        "nodes[2].params.url",
        "nodes[2].params.methd",
        "nodes[3].params.expression",
    ]
    assert problem["error"].endswith(" (and 4 more).")
    assert ". (and" not in problem["error"]


async def test_a_fault_of_the_servers_own_says_so_in_the_same_form(settings: Settings) -> None:
    app = create_app(settings)

    @app.get("/api/broken")
    async def broken() -> None:
        raise RuntimeError("secret detail")

    async with api_of(app) as api:
        api.client.event_hooks = {}
        with pytest.raises(RuntimeError):  # passed on, for the server's log
            await api.client.get("/api/broken")
        api.client._transport.raise_app_exceptions = False
        response = await api.client.get("/api/broken")
    assert response.status_code == 500
    assert response.json()["code"] == "internal"
    assert "secret" not in response.text


@pytest.mark.parametrize(
    ("error", "status", "details"),
    [
        (NotFound("There is no such thing."), 404, None),
        (Conflict("busy", "It is busy right now."), 409, None),
        (Refusal("unclear", "Say what to do.", "Read it"), 422, {"example": "Read it"}),
        (Overloaded("Too much is waiting.", 7.5), 429, None),
        (StorageError("The disk is full now."), 503, None),
        (ConfigError("SMTP_HOST", "Set SMTP_HOST first."), 409, {"setting": "SMTP_HOST"}),
        (NodeError("not_configured", "This step needs a key."), 422, None),
        (HTTPException(418, "This is a teapot."), 418, None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_every_error_of_ours_has_its_status(
    settings: Settings, error: Exception, status: int, details: object
) -> None:
    app = create_app(settings)

    @app.get("/api/raises")
    async def raises() -> None:
        raise error

    async with api_of(app) as api:
        response = await api.client.get("/api/raises")
    assert response.status_code == status
    assert response.json()["details"] == details
    assert response.headers.get("retry-after") == ("7" if status == 429 else None)


async def test_the_judge_of_these_tests_is_not_asleep(api: Api) -> None:
    """An answer that broke its description would be seen."""
    good = await api.client.get("/api/health")
    for change in ({"content": b"{}"}, {"status_code": 201}, {"headers": {"content-type": "application/json"}}):
        parts = {"status_code": 200, "headers": good.headers, "content": good.content} | change
        with pytest.raises((AssertionError, schemathesis.core.failures.FailureGroup)):
            await api.judge(httpx.Response(**parts, request=good.request))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"text": "größe"}'.encode("latin-1"), "The body is not UTF-8 text. Send a JSON object in UTF-8."),
        (b'{"a": ' * 3_000 + b"1" + b"}" * 3_000, "The body's lists and objects are nested too deep; "),
        (b'{"text": ' + b"9" * 5000 + b"}", "The body holds a whole number with thousands of digits;"),
        (b'{"text": "a",}', "The body is not JSON: "),
    ],
)
@pytest.mark.parametrize("path", ["/api/execute", "/api/execute-background", "/api/check"])
async def test_why_a_body_cannot_be_read_is_said(api: Api, path: str, content: bytes, says: str) -> None:
    problem = await api.call("POST", path, content, status=400)
    assert problem["error"].startswith(says)
    if b"9" not in content:  # in a large body such a number is too large a value
        large = (await api.call("POST", path, b" " * (600 << 10) + content, status=400))["error"]
        assert large.startswith(says) or "nested more than 500 levels deep" in large
