from __future__ import annotations

import json

import pytest

from voicegraph.errors import ConfigError, NodeError
from voicegraph.graph.model import NodeId
from voicegraph.nodes.output import FileRef, Metrics, Output
from voicegraph.run.events import RunEvent, error_json

A = NodeId("a")


def test_the_json_of_an_event_is_the_original_one_extended():
    output = Output(
        text="Hi", data=[1], files=[FileRef(id="file_1", name="a.txt")], metrics=Metrics(model="m", input_tokens=3)
    )
    event = RunEvent("success", 1_764_000_000.25, "Finished", A, 2, output, data={"k": 1}, seq=7)
    assert json.loads(json.dumps(event.to_wire())) == {
        "type": "success",
        "nodeId": "a",
        "message": "Finished",
        "output": {
            "text": "Hi",
            "data": [1],
            "files": [{"id": "file_1", "name": "a.txt", "mediaType": "application/octet-stream", "size": 0}],
            "meta": {},
            "branch": None,
        },
        "error": None,
        "timestamp": 1_764_000_000_250,
        "seq": 7,
        "attempt": 2,
        "metrics": {"model": "m", "inputTokens": 3, "outputTokens": None, "cost": None, "estimated": False},
        "data": {"k": 1},
    }


def test_an_event_of_the_run_itself():
    wire = RunEvent("start", 0.0, "Run started").to_wire()
    assert (wire["nodeId"], wire["output"], wire["metrics"]) == (None, None, None)


@pytest.mark.parametrize(
    ("kind", "node_id", "final"),
    [
        ("complete", None, True),
        ("error", None, True),
        ("cancelled", None, True),
        ("start", None, False),
        ("error", A, False),
        ("success", A, False),
    ],
)
def test_only_the_run_itself_says_the_last_word(kind: str, node_id: NodeId | None, final: bool):
    assert RunEvent(kind, 0.0, node_id=node_id).final is final  # pyright: ignore[reportArgumentType]


def test_errors_as_stored_and_sent():
    busy = NodeError("busy", "Busy.", retryable=True, retry_after=5)
    assert error_json(busy) == {"code": "busy", "message": "Busy.", "retryable": True}
    lacking = ConfigError("SMTP_HOST", "Set it.")
    assert error_json(lacking) == {"code": "not_configured", "message": "Set it.", "retryable": False}
