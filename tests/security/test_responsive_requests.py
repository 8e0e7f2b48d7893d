"""No request keeps the others waiting: what one body of 1 MiB can ask for is bounded, or done beside the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from support.process import Serve
from support.watch import Watch

pytestmark = pytest.mark.alone

NODES = 498


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    serve = Serve(tmp_path_factory.mktemp("requests")).start()
    try:
        with httpx.Client(base_url=serve.url, timeout=60) as client:  # what it loads with its first requests
            small = [template("{{ run.id }}"), node("code", "run", code="1"), select("a.b")]
            run = client.post("/api/execute-background", json={"workflow": workflow(*small)}).raise_for_status().json()
            client.get(f"/api/runs/{run['runId']}/events").raise_for_status()
            client.post("/api/check", json={"workflow": workflow(*[WORKFLOWS["sums"]] * NODES)})
            client.post("/api/parse", json={"text": "read https://example.org and email me"}).raise_for_status()
        yield serve
    finally:
        serve.stop()


def node(kind: str, action: str, **params: Any) -> dict[str, Any]:
    return {"type": kind, "action": action, "params": params}


def condition(expression: str) -> dict[str, Any]:
    return node("condition", "if", expression=expression)


def select(expression: str) -> dict[str, Any]:
    return node("transform", "select", expression=expression)


def template(text: str, **more: Any) -> dict[str, Any]:
    return node("transform", "template", template=text, **more)


def pinned(data: Any) -> dict[str, Any]:
    return template("a") | {"pin": {"text": "a", "data": data}}


def workflow(*nodes: dict[str, Any]) -> dict[str, Any]:
    """One after the other."""
    edges = [{"source": f"n{number - 1}", "target": f"n{number}"} for number in range(1, len(nodes))]
    return {"name": "Heavy", "nodes": [{"id": f"n{n}", **one} for n, one in enumerate(nodes)], "edges": edges}


WORKFLOWS: dict[str, dict[str, Any]] = {
    "sums": condition("1+" * 999 + "1"),
    "brackets": condition("(" * 1_900),
    "no CEL at all": condition("$" * 1_900),
    "tags": template("{{ a }}" * 270),
    "nested ifs": template("{% if a %}" * 90 + "{% endif %}" * 90),
    "selections": select("a" + ".a" * 900),
    "scripts": node("code", "run", code="a = 1 + 2\n" * 150),
}
"""A node that is there 498 times."""
TOO_MANY = ("sums", "brackets", "no CEL at all", "tags", "nested ifs", "selections")
WAYS = {
    "/api/check": lambda flow: {"workflow": flow},
    "/api/workflows": lambda flow: {"workflow": flow},
    "/api/execute-background": lambda flow: {"workflow": flow},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", WORKFLOWS)
def test_the_server_answers_while_a_workflow_is_judged(server: Serve, name: str, way: str) -> None:
    body = WAYS[way](workflow(*[WORKFLOWS[name]] * NODES))
    with Watch(server.url) as watch, httpx.Client(base_url=server.url, timeout=60) as client:
        answer = client.post(way, json=body)
        if run := answer.json().get("runId"):
            client.post(f"/api/runs/{run}/cancel", json={}).raise_for_status()
    assert answer.status_code < 500, answer.text[:300]
    if name in TOO_MANY:
        assert "This workflow holds more" in answer.text
    watch.judge(f"{name}, {way}")


@pytest.mark.parametrize("most", ["sums", "no CEL at all", "tags"])
def test_the_server_answers_while_the_most_that_is_allowed_is_judged(server: Serve, most: str) -> None:
    allowed = 49 if most != "tags" else 55
    with Watch(server.url) as watch, httpx.Client(base_url=server.url, timeout=60) as client:
        client.post("/api/check", json={"workflow": workflow(*[WORKFLOWS[most]] * allowed)}).raise_for_status()
    watch.judge(f"the most {most}")


@pytest.mark.parametrize("words", ['"a" ', "'a' “b” ", "every weekday at 9 in New York ", "summarize it and "])
def test_the_server_answers_while_a_long_command_is_planned(server: Serve, words: str) -> None:
    command = {"text": (words * 4_000)[:4_000]}
    with Watch(server.url) as watch, httpx.Client(base_url=server.url, timeout=60) as client:
        assert client.post("/api/parse", json=command).status_code < 500
    watch.judge(words)


@pytest.mark.parametrize("words", ['"a" ', "rename step 3 to x, "])
def test_the_server_answers_while_a_large_workflow_is_changed(server: Serve, words: str) -> None:
    flow = workflow(*[template("{{ input }}")] * NODES)
    command = {"text": (words * 4_000)[:4_000], "currentWorkflow": flow}
    with Watch(server.url) as watch, httpx.Client(base_url=server.url, timeout=60) as client:
        assert client.post("/api/edit-workflow", json=command).status_code < 500
    watch.judge(words)


def test_the_server_answers_while_a_large_workflow_is_placed(server: Serve) -> None:
    flow = workflow(*[template("a")] * NODES)
    flow["edges"] = [
        {"id": f"e{one}-{step}", "source": f"n{one}", "target": f"n{one + step}"}
        for one in range(NODES - 5)
        for step in range(1, 5)
    ]
    with Watch(server.url) as watch, httpx.Client(base_url=server.url, timeout=60) as client:
        client.post("/api/layout", json={"workflow": flow}).raise_for_status()
    watch.judge("layout")


YAML = {
    "many values": "a: [" + "1," * 500_000 + "1]",
    "deep": "[" * 1_000_000,
    "an honest file": "nodes:\n"
    + "".join(f"- {{id: n{n}, type: transform, action: template, params: {{template: a}}}}\n" for n in range(NODES)),
}


@pytest.mark.parametrize("name", YAML)
def test_the_server_answers_while_a_file_is_read(server: Serve, name: str) -> None:
    with Watch(server.url) as watch, httpx.Client(base_url=server.url, timeout=60) as client:
        assert client.post("/api/read-workflow", json={"text": YAML[name]}).status_code < 500
    watch.judge(name)


def _matroska() -> bytes:
    return b"\x1a\x45\xdf\xa3\x80" + b"\xec\x80" * 10_000_000


RECORDINGS = {
    "webm": _matroska,
    "mp4": lambda: b"\0\0\0\x08ftyp" * 2_500_000,
    "wav": lambda: b"RIFF\0\0\0\0WAVE" + b"junk\0\0\0\0" * 2_500_000,
    "ogg": lambda: (b"OggS" + b"\0" * 23) * 700_000,
}


@pytest.mark.parametrize("kind", RECORDINGS)
def test_the_server_answers_while_a_recording_of_tiny_pieces_is_looked_at(server: Serve, kind: str) -> None:
    audio = RECORDINGS[kind]()
    with Watch(server.url) as watch, httpx.Client(base_url=server.url, timeout=60) as client:
        answer = client.post("/api/transcribe", files={"audio": ("speech", audio, f"audio/{kind}")})
    assert answer.status_code == 422, answer.text
    assert "pieces" in answer.text
    watch.judge(kind)


EMPTY: list[Any] = [[]] * 400_000
BODIES: dict[str, tuple[dict[str, Any], int, str]] = {
    "a config of 150,000 lists": (
        {"workflow": workflow(template("a")), "config": {"a": EMPTY[:150_000]}},
        422,
        "50,000 values",
    ),
    "nodes that are not run": ({"workflow": workflow(template("a")), "nodes": EMPTY, "edges": []}, 413, "200,000"),
    "the most values a body takes": ({"workflow": workflow(template("a")), "nodes": [[]] * 199_000}, 202, ""),
    "a param of 320,000 lists": ({"workflow": workflow(template("a", a=EMPTY[:320_000]))}, 413, "200,000"),
    "a param of 160,000 lists": ({"workflow": workflow(template("a", a=EMPTY[:160_000]))}, 422, "100,000 values"),
    "the most values a workflow takes": ({"workflow": workflow(pinned([[]] * 99_000))}, 202, ""),
    "the most values a config takes": ({"workflow": workflow(template("a")), "config": {"a": [[]] * 49_000}}, 202, ""),
}
"""What is asked for with an Idempotency-Key, how it is answered, and with which words."""


@pytest.mark.parametrize("name", BODIES)
def test_the_server_answers_while_a_large_body_is_judged(server: Serve, name: str) -> None:
    body, status, words = BODIES[name]
    with Watch(server.url) as watch, httpx.Client(base_url=server.url, timeout=60) as client:
        answers = [
            client.post("/api/execute-background", json=body, headers={"Idempotency-Key": name}) for _ in range(2)
        ]
    assert [answer.status_code for answer in answers] == [status, status], answers[0].text[:300]
    assert words in answers[0].text
    assert answers[0].json().get("runId") == answers[1].json().get("runId")
    watch.judge(name)
