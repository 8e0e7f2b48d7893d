"""github: repositories, issues, commits and pull requests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, JsonValue

from voicegraph.errors import NodeError
from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.services.github.client import GitHub
from voicegraph.nodes.services.github.listing import (
    Row,
    commit_line,
    commit_row,
    issue_line,
    issue_row,
    pull_row,
    repo_line,
    repo_row,
    repo_text,
)
from voicegraph.nodes.services.github.references import parse_account, parse_labels, parse_repo, parse_since
from voicegraph.nodes.text.single_line import OneLine

Json = dict[str, Any]
Repo = Annotated[str, AfterValidator(parse_repo)]
Account = Annotated[str, AfterValidator(parse_account)]
State = Literal["open", "closed", "all"]


def _since(text: str) -> str:
    parse_since(text)
    return text


Since = Annotated[str, AfterValidator(_since)]
_STATE = "open, closed or all."
_SINCE = "A date like 2026-11-01, or a span like 7 days. Empty: no limit."


def _repo_param() -> Any:
    return param(
        title="Repository",
        description="owner/name, or its address.",
        config="githubRepoUrl",
        why="it is the GitHub repository the node works on",
        target="repository",
    )


def _limit_param(what: str) -> Any:
    return param(30, title=f"Most {what}", description="1 to 1,000.", ge=1, le=1_000)


class GetRepos(Params):
    """Params of github.get_repos."""

    username: Account = param("", title="User", description="Empty: the owner of GITHUB_TOKEN.", target="repository")
    org: Account = param(
        "", title="Organisation", description="Its repositories instead of a user's.", target="repository"
    )
    sort: Literal["updated", "pushed", "created", "full_name"] = param(
        "updated", title="Sort by", description="Latest change first, or by full_name."
    )
    limit: int = _limit_param("repositories")


class GetIssues(Params):
    """Params of github.get_issues."""

    repo: Repo = _repo_param()
    state: State = param("open", title="State", description=_STATE)
    labels: list[str] | str = param(
        "", title="Labels", description="With commas or one a line; an issue must have all of them."
    )
    since: Since = param("", title="Changed since", description=_SINCE)
    limit: int = _limit_param("issues")


class CreateIssue(Params):
    """Params of github.create_issue."""

    repo: Repo = _repo_param()
    title: OneLine = param(
        title="Title", description="One line.", why="it heads the new issue", min_length=1, max_length=256
    )
    body: str = param("", title="Text", description="Markdown. Empty: what comes in.", widget="markdown")
    labels: list[str] | str = param("", title="Labels", description="With commas or one a line.")


class GetCommits(Params):
    """Params of github.get_commits."""

    repo: Repo = _repo_param()
    branch: OneLine = param("", title="Branch", description="Or a tag. Empty: the default branch.", max_length=255)
    since: Since = param("", title="Since", description=_SINCE)
    limit: int = _limit_param("commits")


class GetRepoInfo(Params):
    """Params of github.get_repo_info."""

    repo: Repo = _repo_param()


class GetPullRequests(Params):
    """Params of github.get_pull_requests."""

    repo: Repo = _repo_param()
    state: State = param("open", title="State", description=_STATE)
    limit: int = _limit_param("pull requests")


@action("github", "get_repos", group="source", title="List repositories")
async def get_repos(params: GetRepos, node: NodeContext) -> Output:
    """Lists the repositories of a user or an organisation."""
    github = GitHub.of(node)
    if params.org:
        path, what = f"orgs/{params.org}/repos", f"organisation {params.org}"
    elif params.username:
        path, what = f"users/{params.username}/repos", f"user {params.username}"
    elif github.has_token:
        path, what = "user/repos", "account"
    else:
        raise NodeError("missing_user", "Say whose repositories to list: fill in the user, or set GITHUB_TOKEN.")
    found = await github.list(path, what, params.limit, {"sort": params.sort})
    return _listed(
        node, f"Repositories of {params.org or params.username or 'your account'}", found, repo_row, repo_line
    )


@action("github", "get_issues", group="source", title="List issues")
async def get_issues(params: GetIssues, node: NodeContext) -> Output:
    """Lists the issues of a repository, latest first. Pull requests are not issues."""
    query = {
        "state": params.state,
        "labels": ",".join(parse_labels(params.labels)),
        "since": parse_since(params.since),
    }
    github = GitHub.of(node)
    found = await github.list(f"repos/{params.repo}/issues", _named(params.repo), params.limit, query, _is_issue)
    return _listed(node, f"{params.state.capitalize()} issues of {params.repo}", found, issue_row, issue_line)


@action("github", "create_issue", group="delivery", title="Create an issue", effect=True)
async def create_issue(params: CreateIssue, node: NodeContext) -> Output:
    """Opens an issue. Its text ends in a mark nobody sees, by which a repeated attempt knows it was made already."""
    github = GitHub.of(node)
    body = params.body or node.inputs.text
    path, mark = f"repos/{params.repo}/issues", _mark(node, params.title, body)
    issue = await _made_before(github, path, params.repo, mark) if node.attempt > 1 else None
    if issue is None:
        content: Json = {"title": params.title, "body": f"{body[:65_000]}\n\n{mark}"}
        if labels := parse_labels(params.labels):
            content["labels"] = labels
        issue = await github.post(path, _named(params.repo), content)
    url = issue["html_url"]
    node.log(f"Issue #{issue['number']}: {url}")
    data: dict[str, JsonValue] = {"number": issue["number"], "url": url, "title": params.title}
    text = f"[#{issue['number']} {params.title}]({url})\n\n{body.strip()}"
    return Output(text=text.strip(), data=data, files=node.inputs.files)


@action("github", "get_commits", group="source", title="List commits")
async def get_commits(params: GetCommits, node: NodeContext) -> Output:
    """Lists the commits of a branch, latest first."""
    query = {"sha": params.branch, "since": parse_since(params.since)}
    what = _named(params.repo) + (f" with a branch {params.branch}" if params.branch else "")
    found: tuple[list[Json], bool] = ([], False)
    try:
        found = await GitHub.of(node).list(f"repos/{params.repo}/commits", what, params.limit, query)
    except NodeError as error:
        if error.code != "empty_repository":
            raise
    return _listed(node, f"Commits of {params.repo}", found, commit_row, commit_line)


@action("github", "get_repo_info", group="source", title="Describe a repository")
async def get_repo_info(params: GetRepoInfo, node: NodeContext) -> Output:
    """Gives a repository's description, language, stars, license and more."""
    row = repo_row(await GitHub.of(node).get(f"repos/{params.repo}", _named(params.repo)))
    return Output(text=repo_text(row), data=row)


@action("github", "get_pull_requests", group="source", title="List pull requests")
async def get_pull_requests(params: GetPullRequests, node: NodeContext) -> Output:
    """Lists the pull requests of a repository, latest first."""
    query = {"state": params.state}
    found = await GitHub.of(node).list(f"repos/{params.repo}/pulls", _named(params.repo), params.limit, query)
    return _listed(node, f"{params.state.capitalize()} pull requests of {params.repo}", found, pull_row, issue_line)


def _named(repo: str) -> str:
    return f"repository {repo}"


def _is_issue(item: Json) -> bool:
    return "pull_request" not in item


def _listed(
    node: NodeContext,
    heading: str,
    found: tuple[list[Json], bool],
    row: Callable[[Json], Row],
    line: Callable[[Row], str],
) -> Output:
    items, more = found
    rows = [row(item) for item in items]
    node.log(f"{heading}: {len(rows)}{' and more' if more else ''}")
    meta: dict[str, JsonValue] = {"count": len(rows)}
    if more:
        meta["truncated"] = True
    body = "\n".join(line(each) for each in rows) or "None."
    return Output(text=f"## {heading}\n\n{body}", data=[{**each} for each in rows], meta=meta)


def _mark(node: NodeContext, title: str, body: str) -> str:
    """The same for every attempt of this node at this issue, and for nothing else."""
    key = "\0".join((node.idempotency_key, title, body))
    return f"<!-- voicegraph:{hashlib.sha256(key.encode()).hexdigest()[:32]} -->"


async def _made_before(github: GitHub, path: str, repo: str, mark: str) -> Json | None:
    """The issue an earlier attempt made whose answer was lost."""
    latest, _ = await github.list(path, _named(repo), 100, {"state": "all", "sort": "created"})
    return next((issue for issue in latest if mark in (issue.get("body") or "")), None)
