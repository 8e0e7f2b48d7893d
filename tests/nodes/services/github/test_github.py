from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from voicegraph.errors import NodeError
from voicegraph.nodes.action import Action
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.services.github import actions as nodes

MakeNode = Callable[..., NodeContext]


def repo(name: str, **more: Any) -> dict[str, Any]:
    return {
        "full_name": name,
        "html_url": f"https://github.com/{name}",
        "description": "A demo",
        "language": "Python",
        "stargazers_count": 7,
        "license": {"spdx_id": "MIT"},
        "topics": ["web", "api"],
        "default_branch": "main",
        **more,
    }


def issue(number: int, **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "title": f"Issue {number}",
        "state": "open",
        "user": {"login": "ada"},
        "labels": [{"name": "bug"}],
        "assignees": [{"login": "grace"}],
        "comments": 2,
        "created_at": "2026-11-01T10:00:00Z",
        "html_url": f"https://github.com/octo/demo/issues/{number}",
        "body": "It is\nbroken.",
        **more,
    }


def commit(sha: str, message: str, **more: Any) -> dict[str, Any]:
    author = {"name": "Ada L.", "date": "2026-11-01T10:00:00Z"}
    return {
        "sha": sha * 10,
        "html_url": f"https://github.com/c/{sha}",
        "commit": {"message": message, "author": author},
    } | more


@pytest.fixture
def run(make_node: MakeNode, service: Any):
    async def run(
        action: Action, *, token: str | None = "ghp_secret", input: str = "", attempt: int = 1, **params: Any
    ):
        node = make_node(github_token=token, github_base_url=service.url, input=input, attempt=attempt)
        output = await action.run(action.params.model_validate(params), node)
        assert isinstance(output, Output)
        return output

    return run


def paged(items: list[dict[str, Any]]) -> Any:
    """Answers as GitHub does: `per_page`, `page`, and a Link header while there is more."""

    def answer(call: Any) -> Any:
        size, page = int(call.query["per_page"]), int(call.query["page"])
        start = (page - 1) * size
        link = '<https://api.github.com/next>; rel="next", <https://api.github.com/last>; rel="last"'
        return 200, items[start : start + size], {"link": link if start + size < len(items) else ""}

    return answer


async def test_repositories_of_a_user(run: Any, service: Any):
    service.on("GET", "/users/torvalds/repos", paged([repo("torvalds/linux"), repo("torvalds/old", archived=True)]))
    output = await run(nodes.get_repos, username="torvalds", sort="pushed")
    assert output.text == (
        "## Repositories of torvalds\n\n"
        "- [torvalds/linux](https://github.com/torvalds/linux): A demo (Python, 7 stars)\n"
        "- [torvalds/old](https://github.com/torvalds/old): A demo (Python, 7 stars, archived)"
    )
    assert output.data[0]["name"] == "torvalds/linux"
    (call,) = service.calls
    assert call.query == {"sort": "pushed", "per_page": "30", "page": "1"}
    assert call.headers["authorization"] == "token ghp_secret"


@pytest.mark.parametrize(
    ("params", "path"), [({"org": "pallets"}, "/orgs/pallets/repos"), ({"username": ""}, "/user/repos")]
)
async def test_repositories_of_an_organisation_and_ones_own(run: Any, service: Any, params: Any, path: str):
    service.on("GET", path, paged([]))
    output = await run(nodes.get_repos, **params)
    assert output.text.endswith("None.")
    assert output.meta == {"count": 0}


async def test_without_user_and_token_there_is_nobody_to_ask_for(run: Any):
    with pytest.raises(NodeError, match="Say whose repositories"):
        await run(nodes.get_repos, token=None)


async def test_pull_requests_are_no_issues_and_pages_are_followed(run: Any, service: Any):
    items = [issue(n, **({"pull_request": {}} if n % 3 else {})) for n in range(1, 401)]
    service.on("GET", "/repos/octo/demo/issues", paged(items))
    output = await run(nodes.get_issues, repo="https://github.com/octo/demo", limit=50)
    assert [row["number"] for row in output.data] == list(range(3, 151, 3))
    assert output.meta == {"count": 50, "truncated": True}
    assert [call.query["page"] for call in service.calls] == ["1", "2"]


async def test_the_issues_filter_reaches_github(run: Any, service: Any):
    service.on("GET", "/repos/octo/demo/issues", paged([issue(1)]))
    output = await run(
        nodes.get_issues, repo="octo/demo", state="all", labels=["bug", "ui"], since="2026-11-01T00:00:00Z"
    )
    asked = {"state": "all", "labels": "bug,ui", "since": "2026-11-01T00:00:00Z", "per_page": "100", "page": "1"}
    assert service.calls[0].query == asked
    assert output.text == (
        "## All issues of octo/demo\n\n"
        "- [#1 Issue 1](https://github.com/octo/demo/issues/1) (open, by ada, 2026-11-01, bug)\n"
        "  It is broken."
    )


async def test_looking_for_issues_among_pull_requests_ends(run: Any, service: Any):
    service.on("GET", "/repos/octo/demo/issues", paged([issue(n, pull_request={}) for n in range(5_000)]))
    output = await run(nodes.get_issues, repo="octo/demo")
    assert output.meta == {"count": 0, "truncated": True}
    assert len(service.calls) == 20


async def test_pull_requests(run: Any, service: Any):
    pulls = [
        issue(1, draft=True, base={"ref": "main"}, head={"label": "ada:fix"}),
        issue(2, state="closed", merged_at="2026-11-02T00:00:00Z", labels=[], body=None),
    ]
    service.on("GET", "/repos/octo/demo/pulls", paged(pulls))
    output = await run(nodes.get_pull_requests, repo="octo/demo", state="all")
    assert [row["state"] for row in output.data] == ["draft", "merged"]
    assert (output.data[0]["base"], output.data[0]["head"]) == ("main", "ada:fix")
    assert output.text.splitlines()[-1].endswith("(merged, by ada, 2026-11-01)")


async def test_commits_of_a_branch(run: Any, service: Any):
    service.on(
        "GET", "/repos/octo/demo/commits", paged([commit("abc1", "Fix [x]\n\nWhy it broke", author={"login": "ada"})])
    )
    output = await run(nodes.get_commits, repo="octo/demo", branch="next/2", since="2026-11-01")
    assert service.calls[0].query["sha"] == "next/2"
    assert service.calls[0].query["since"] == "2026-11-01T00:00:00Z"
    assert output.text.splitlines()[2:] == [
        "- Fix \\[x\\] ([abc1abc](https://github.com/c/abc1), ada, 2026-11-01)",
        "  Why it broke",
    ]


async def test_an_empty_repository_has_no_commits(run: Any, service: Any):
    service.on("GET", "/repos/octo/demo/commits", (409, {"message": "Git Repository is empty."}))
    output = await run(nodes.get_commits, repo="octo/demo")
    assert output.data == []


async def test_another_conflict_is_worth_another_try(run: Any, service: Any):
    service.on("GET", "/repos/octo/demo/commits", (409, {"message": "Conflict"}))
    with pytest.raises(NodeError) as caught:
        await run(nodes.get_commits, repo="octo/demo")
    assert caught.value.retryable


async def test_a_repository_on_a_page(run: Any, service: Any):
    service.on("GET", "/repos/octo/demo", (200, repo("octo/demo", homepage="", forks_count=3)))
    output = await run(nodes.get_repo_info, repo="octo/demo")
    assert output.text.splitlines() == [
        "# [octo/demo](https://github.com/octo/demo)",
        "",
        "A demo",
        "",
        "- Language: Python",
        "- Stars: 7",
        "- Forks: 3",
        "- Open issues and pull requests: 0",
        "- License: MIT",
        "- Topics: web, api",
        "- Default branch: main",
    ]
    assert output.data["license"] == "MIT"


async def test_an_issue_is_made_from_the_input(run: Any, service: Any):
    service.on("POST", "/repos/octo/demo/issues", (201, issue(9)))
    output = await run(nodes.create_issue, repo="octo/demo", title="Broken", input="## Steps", labels="bug,ui")
    sent = service.calls[0].json
    assert sent["title"] == "Broken"
    assert sent["labels"] == ["bug", "ui"]
    assert sent["body"].startswith("## Steps\n\n<!-- voicegraph:")
    assert output.data == {"number": 9, "url": "https://github.com/octo/demo/issues/9", "title": "Broken"}
    assert output.text == "[#9 Broken](https://github.com/octo/demo/issues/9)\n\n## Steps"


async def test_line_ends_in_a_title_and_in_labels(run: Any, service: Any):
    service.on("POST", "/repos/octo/demo/issues", (201, issue(9)))
    await run(nodes.create_issue, repo="octo/demo", title="\nBroken\n  again\n", body="text", labels="bug\nui")
    assert service.calls[0].json["title"] == "Broken again"
    assert service.calls[0].json["labels"] == ["bug", "ui"]


async def test_a_repeated_attempt_finds_the_issue_it_made(run: Any, service: Any):
    made: list[dict[str, Any]] = [issue(1)]

    def create(call: Any) -> Any:
        made.insert(0, issue(len(made) + 1, body=call.json["body"]))
        return 502, b"lost on the way back"

    service.on("POST", "/repos/octo/demo/issues", create)
    service.on("GET", "/repos/octo/demo/issues", lambda call: paged(made)(call))
    with pytest.raises(NodeError) as caught:
        await run(nodes.create_issue, repo="octo/demo", title="Broken", body="text")
    assert caught.value.retryable
    output = await run(nodes.create_issue, repo="octo/demo", title="Broken", body="text", attempt=2)
    assert output.data["number"] == 2
    assert len(made) == 2


async def test_a_repeated_attempt_makes_the_issue_that_was_not_made(run: Any, service: Any):
    service.on("GET", "/repos/octo/demo/issues", paged([issue(1)]))
    service.on("POST", "/repos/octo/demo/issues", (201, issue(2)))
    output = await run(nodes.create_issue, repo="octo/demo", title="Broken", body="text", attempt=2)
    assert output.data["number"] == 2


@pytest.mark.parametrize(
    ("answer", "token", "code", "hint"),
    [
        ((401, {"message": "Bad credentials"}), "t", "unauthorized", "Check GITHUB_TOKEN"),
        ((403, {"message": "Resource not accessible"}), "t", "forbidden", "lack a permission. Resource not accessible"),
        ((404, {"message": "Not Found"}), "t", "not_found", "no repository octo/demo, or the token may not see it"),
        ((404, {"message": "Not Found"}), None, "not_found", "or it is private, which takes GITHUB_TOKEN"),
        ((410, {"message": "Issues are disabled for this repo"}), "t", "rejected", "Issues are disabled"),
        (
            (422, {"message": "Validation Failed", "errors": [{"field": "title", "code": "missing"}]}),
            "t",
            "rejected",
            "Validation Failed title: missing",
        ),
        ((502, b"<html>"), "t", "server_error", "502"),
        ((200, b"<html>a proxy's login page"), "t", "bad_response", "VOICEGRAPH_GITHUB_BASE_URL"),
    ],
)
async def test_errors_say_what_to_check(run: Any, service: Any, answer: Any, token: str, code: str, hint: str):
    service.on("GET", "/repos/octo/demo/issues", answer)
    with pytest.raises(NodeError) as caught:
        await run(nodes.get_issues, repo="octo/demo", token=token)
    assert caught.value.code == code
    assert caught.value.retryable == (code == "server_error")
    assert hint in caught.value.message


async def test_the_rate_limit_says_when_to_come_back(run: Any, service: Any):
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) + 90)}
    service.on("GET", "/repos/octo/demo", (403, {"message": "API rate limit exceeded"}, headers))
    with pytest.raises(NodeError) as caught:
        await run(nodes.get_repo_info, repo="octo/demo", token=None)
    assert (caught.value.code, caught.value.retryable) == ("rate_limited", True)
    assert caught.value.retry_after == pytest.approx(90, abs=5)
    assert "With GITHUB_TOKEN set the limit is 5,000" in caught.value.message


async def test_the_secondary_limit_is_one_too(run: Any, service: Any):
    service.on("GET", "/repos/octo/demo", (429, {"message": "secondary rate limit"}, {"retry-after": "7"}))
    with pytest.raises(NodeError) as caught:
        await run(nodes.get_repo_info, repo="octo/demo")
    assert (caught.value.retryable, caught.value.retry_after) == (True, 7)


async def test_a_renamed_repository_is_followed(run: Any, service: Any):
    service.on("GET", "/repos/octo/old", (301, {}, {"location": f"{service.url}/repositories/1"}))
    service.on("GET", "/repositories/1", (200, repo("octo/new")))
    assert (await run(nodes.get_repo_info, repo="octo/old")).data["name"] == "octo/new"


async def test_an_unreachable_github_is_worth_another_try(make_node: MakeNode):
    node = make_node(github_base_url="http://127.0.0.1:1")
    with pytest.raises(NodeError) as caught:
        await nodes.get_repo_info.run(nodes.GetRepoInfo(repo="octo/demo"), node)
    assert (caught.value.code, caught.value.retryable) == ("unreachable", True)


async def test_a_private_address_is_refused_by_the_guard(make_node: MakeNode):
    node = make_node(github_base_url="http://169.254.169.254")
    with pytest.raises(NodeError) as caught:
        await nodes.get_repo_info.run(nodes.GetRepoInfo(repo="octo/demo"), node)
    assert caught.value.code == "forbidden_address"


@pytest.mark.parametrize(
    ("model", "params", "where"),
    [
        (nodes.GetIssues, {"repo": "octo"}, "repo"),
        (nodes.GetIssues, {"repo": "octo/demo", "since": "soon"}, "since"),
        (nodes.GetRepos, {"username": "a b"}, "username"),
        (nodes.CreateIssue, {"repo": "octo/demo", "title": ""}, "title"),
        (nodes.CreateIssue, {"repo": "octo/demo", "title": " \n"}, "title"),
    ],
)
def test_wrong_params_are_located(model: Any, params: Any, where: str):
    with pytest.raises(ValidationError) as caught:
        model.model_validate(params)
    assert caught.value.errors()[0]["loc"] == (where,)
