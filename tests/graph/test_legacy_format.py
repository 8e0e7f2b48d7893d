"""What pages of the first product send, in today's words."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from voicegraph.graph.legacy_format import without_files
from voicegraph.graph.validate import parse_workflow


def params(type: str, action: str, **given: Any) -> dict[str, Any]:
    node = {"id": "a", "type": type, "action": action, "params": given}
    return parse_workflow({"nodes": [node]}).nodes[0].params


@pytest.mark.parametrize(
    ("type", "action", "sent", "means"),
    [
        ("llm", "generate", {"prompt": "Write a haiku"}, {"instruction": "Write a haiku"}),
        ("llm", "extract_dates", {"prompt": ""}, {}),
        ("llm", "generate", {"prompt": "old", "instruction": "new"}, {"instruction": "new"}),
        ("tavily", "search", {"maxResults": 5, "limit": 3}, {"limit": 3}),
        ("tavily", "search", {"query": "bees", "maxResults": 5}, {"query": "bees", "limit": 5}),
        ("tavily", "search", {"maxResults": 50}, {"limit": 20}),
        ("web_search", "search_news", {"maxResults": "7"}, {"limit": "7"}),
        ("email", "send", {"customMessage": "Here it is:"}, {"body": "Here it is:\n\n{{ input }}"}),
        ("email", "send", {"customMessage": "See {input}"}, {"body": "See {input}"}),
        ("email", "send", {"customMessage": "", "to": "a@b.de"}, {"to": "a@b.de"}),
        ("github", "get_issues", {"owner": "octocat", "repo": "hello"}, {"repo": "octocat/hello"}),
        ("github", "get_issues", {"owner": "x", "repo": "octocat/hello"}, {"repo": "octocat/hello"}),
        ("github", "get_issues", {"owner": "octocat"}, {"repo": "octocat"}),
        ("github", "get_issues", {"owner": " ", "repo": ""}, {"repo": ""}),
        ("github", "get_repos", {"owner": "octocat", "repo": ""}, {"username": "octocat"}),
        ("github", "get_repos", {"username": "octocat"}, {"username": "octocat"}),
        ("prompt", "seed", {"prompt": "is no param here"}, {"prompt": "is no param here"}),
    ],
)
def test_params_of_then_are_params_of_today(type: str, action: str, sent: Any, means: Any) -> None:
    assert params(type, action, **sent) == means


def test_what_is_no_object_is_left_for_the_judge() -> None:
    workflow = {"nodes": ["text", {"type": "csv_upload", "params": [1]}, {"type": []}]}
    assert without_files(workflow, {})[0] == workflow
    assert without_files({"nodes": 1}, {"a": 1}) == ({"nodes": 1}, {"a": 1}, [])


CODED = base64.b64encode(b"%PDF-1.7\nrest").decode()


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        ("a,b\n1,ü\n", "upload.csv", "text/csv"),
        (f"data:application/pdf;base64,{CODED}", "upload.pdf", "application/pdf"),
        (CODED, "upload.pdf", "application/pdf"),
        ("data:text/plain,a%2Cb%0A", "upload.csv", "text/plain"),
        ("data:;charset=koi8-r,a", "upload.csv", "text/csv; charset=koi8-r"),
        ('data:text/plain; charset="windows-1251"; base64,YQ==', "upload.csv", "text/plain; charset=windows-1251"),
        ("Data: Berlin, 5 May 2026\nHello", "upload.csv", "text/csv"),
    ],
)
def test_a_file_is_called_by_its_kind(content: str, name: str, media_type: str) -> None:
    given = {"fileContent": content, "fileType": "x", "encoding": "utf-16"}
    node = {"type": "csv_upload", "action": "upload_csv", "params": given}
    bare, _, [sent] = without_files({"nodes": [node]}, {})
    assert (sent.name, sent.media_type, sent.encoding) == (name, media_type, "utf-16")
    assert bare["nodes"][0]["params"] == {"encoding": "utf-16"}
    assert node["params"]["fileContent"] == content, "the request is not touched"


def test_a_file_of_the_config_goes_to_nodes_without_one() -> None:
    own = {"type": "csv_upload", "params": {"fileContent": "own", "fileName": "own.csv"}}
    stored = {"type": "csv_upload", "params": {"fileId": "file_1"}}
    config = {"fileContent": "shared", "fileName": "shared.txt", "recipientEmail": "a@b.de"}
    nodes = [own, stored, {"type": "txt_upload"}, {"type": "prompt"}]
    bare, rest, sent = without_files({"nodes": nodes}, config)
    assert [(one.index, one.name, one.content) for one in sent] == [(0, "own.csv", "own"), (2, "shared.txt", "shared")]
    assert rest == {"recipientEmail": "a@b.de"}
    assert bare["nodes"][1] == stored


def test_null_beside_a_stored_file_is_nothing() -> None:
    node = {"type": "csv_upload", "params": {"fileId": "file_1", "fileContent": None}}
    bare, _, sent = without_files({"nodes": [node]}, {"fileContent": None})
    assert (bare["nodes"][0]["params"], sent) == ({"fileId": "file_1"}, [])
