"""Whatever is sent, by the description or against it: never a 5xx, and always an answer of the described form.

Schemathesis draws the requests from the OpenAPI description; a real server answers them. (What is inside a workflow the
description leaves open: `tests/security/test_pathological.py` draws that.)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from support.api import seed
from support.process import Serve

from voicegraph.api.build import build_api
from voicegraph.settings import Settings

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ENDLESS = "/api/history/stream"
description = build_api(Settings(_env_file=None)).openapi()
schema = schemathesis.openapi.from_dict(description).exclude(path=ENDLESS)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    server = Serve(tmp_path_factory.mktemp("fuzz"), VOICEGRAPH_MAX_UPLOAD_BYTES="10000").start()
    yield server
    assert server.stop() == 0
    assert "Traceback" not in server.log, server.log


@pytest.fixture(scope="module")
def known(server: Serve) -> dict[str, str]:
    """An id of each kind that exists, so that not every address is a 404."""

    def post(path: str, **body: Any) -> dict[str, Any]:
        return requests.post(f"{server.url}/api{path}", timeout=10, **body).json()

    def first(path: str, kind: str) -> str:
        return requests.get(f"{server.url}/api{path}", timeout=10).json()[kind][0]["id"]

    triggers = [{"kind": "schedule", "cron": "0 0 1 1 *"}, {"kind": "webhook"}]
    workflow = {"workflow": {"nodes": [seed()], "triggers": triggers}}
    saved = post("/workflows", json=workflow)["workflow"]
    return {
        "run_id": post("/execute-background", json=workflow)["runId"],
        "other_id": post("/execute-background", json=workflow)["runId"],
        "node_id": saved["nodes"][0]["id"],
        "workflow_id": saved["workflowId"],
        "version": "1",
        "file_id": post("/files", files={"file": b"x"})["file"]["id"],
        "schedule_id": first("/schedules", "schedules"),
        "hook_id": first("/hooks", "hooks"),
        "removal_id": post("/history/removals", json={"ids": ["run_nobody"]})["id"],
    }


@schema.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_is_answered_with_a_5xx(case: schemathesis.Case, server: Serve) -> None:
    response = case.call(base_url=server.url, timeout=30)
    case.validate_response(response, checks=CHECKS)
    if response.status_code >= 400:
        assert set(response.json()) == {"error", "code", "details"}


@schema.parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_about_what_exists_is_answered_with_a_5xx(
    case: schemathesis.Case, server: Serve, known: dict[str, str]
) -> None:
    for name in case.path_parameters:
        case.path_parameters[name] = known[name]
    case.call_and_validate(base_url=server.url, timeout=30, checks=CHECKS)
