"""GitHub's objects as lines of Markdown and as small rows of data."""

from __future__ import annotations

from typing import Any

from pydantic import JsonValue

from voicegraph.nodes.text.markdown import escaped
from voicegraph.words.truncation import cut, one_line

Json = dict[str, Any]
Row = dict[str, JsonValue]

MAX_BODY = 4_000
_MAX_EXCERPT = 500


def repo_row(repo: Json) -> Row:
    """What matters of a repository."""
    return {
        "name": repo["full_name"],
        "description": repo.get("description") or "",
        "url": repo["html_url"],
        "language": repo.get("language"),
        "stars": repo.get("stargazers_count", 0),
        "forks": repo.get("forks_count", 0),
        "openIssues": repo.get("open_issues_count", 0),
        "topics": repo.get("topics") or [],
        "license": _part(repo, "license").get("spdx_id"),
        "defaultBranch": repo.get("default_branch"),
        "homepage": repo.get("homepage") or None,
        "private": repo.get("private", False),
        "archived": repo.get("archived", False),
        "fork": repo.get("fork", False),
        "created": repo.get("created_at"),
        "updated": repo.get("updated_at"),
        "pushed": repo.get("pushed_at"),
    }


def issue_row(issue: Json) -> Row:
    """What matters of an issue; `body` is cut at MAX_BODY characters."""
    return {
        "number": issue["number"],
        "title": issue["title"],
        "state": issue.get("state"),
        "author": _login(issue.get("user")),
        "labels": [str(label["name"]) for label in _parts(issue, "labels")],
        "assignees": [_login(user) for user in _parts(issue, "assignees")],
        "comments": issue.get("comments", 0),
        "created": issue.get("created_at"),
        "updated": issue.get("updated_at"),
        "closed": issue.get("closed_at"),
        "url": issue["html_url"],
        "body": cut(issue.get("body") or "", MAX_BODY),
    }


def pull_row(pull: Json) -> Row:
    """What matters of a pull request: an issue's fields and its branches."""
    row = issue_row(pull)
    row["state"] = "merged" if pull.get("merged_at") else "draft" if pull.get("draft") else pull.get("state")
    return {
        **row,
        "merged": pull.get("merged_at"),
        "base": _part(pull, "base").get("ref"),
        "head": _part(pull, "head").get("label"),
    }


def commit_row(commit: Json) -> Row:
    """What matters of a commit."""
    details: Json = commit["commit"]
    author = _part(details, "author")
    return {
        "sha": commit["sha"],
        "message": cut(details.get("message", ""), MAX_BODY),
        "author": _login(commit.get("author")) or author.get("name"),
        "date": author.get("date"),
        "url": commit["html_url"],
    }


def repo_line(row: Row) -> str:
    """One list item."""
    facts = [str(row["language"] or ""), f"{row['stars']} stars", "archived" if row["archived"] else ""]
    about = f": {_flat(row['description'])}" if row["description"] else ""
    return f"- [{row['name']}]({row['url']}){about} ({', '.join(filter(None, facts))})"


def issue_line(row: Row) -> str:
    """One list item with an excerpt of the body."""
    labels = row["labels"] if isinstance(row["labels"], list) else []
    facts = [str(row["state"]), f"by {row['author']}", f"{str(row['created'])[:10]}", ", ".join(map(str, labels))]
    line = f"- [#{row['number']} {_flat(row['title'])}]({row['url']}) ({', '.join(filter(None, facts))})"
    excerpt = _flat(row["body"], _MAX_EXCERPT)
    return f"{line}\n  {excerpt}" if excerpt else line


def commit_line(row: Row) -> str:
    """One list item: the first line of the message; the rest below it."""
    subject, _, rest = str(row["message"]).partition("\n")
    line = f"- {_flat(subject)} ([{str(row['sha'])[:7]}]({row['url']}), {row['author']}, {str(row['date'])[:10]})"
    excerpt = _flat(rest, _MAX_EXCERPT)
    return f"{line}\n  {excerpt}" if excerpt else line


def repo_text(row: Row) -> str:
    """A repository on a page of its own."""
    shown = {
        "Language": row["language"],
        "Stars": row["stars"],
        "Forks": row["forks"],
        "Open issues and pull requests": row["openIssues"],
        "License": row["license"],
        "Topics": ", ".join(map(str, row["topics"])) if isinstance(row["topics"], list) else "",
        "Default branch": row["defaultBranch"],
        "Homepage": row["homepage"],
        "Last push": row["pushed"],
        "Archived": "yes" if row["archived"] else "",
    }
    facts = "\n".join(f"- {name}: {value}" for name, value in shown.items() if value not in (None, ""))
    return f"# [{row['name']}]({row['url']})\n\n{row['description']}\n\n{facts}"


def _part(item: Json, name: str) -> Json:
    return item.get(name) or {}


def _parts(item: Json, name: str) -> list[Json]:
    return item.get(name) or []


def _login(user: Json | None) -> str:
    return str((user or {}).get("login") or "")


def _flat(value: JsonValue, length: int = 300) -> str:
    """Text of one line: Markdown in it cannot break the list."""
    return escaped(one_line(str(value or ""), length))
