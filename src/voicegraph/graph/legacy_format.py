"""Names and forms that pages of the first product send, in today's words. No other place knows them.

- A node of the type `tavily` is a `web_search`.
- Params were called otherwise: `prompt` of a language model, `maxResults` of a search, `customMessage` of a mail,
  `owner` and `repo` of a repository.
- An uploaded file came with the run, as text, Base64 or a data URL: `fileContent` and `fileName`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

TYPES = {"tavily": "web_search"}
CONTENT, NAME = "fileContent", "fileName"
PDF = "application/pdf"
_UPLOADS = {
    "csv_upload": ("upload.csv", "text/csv"),
    "pdf_upload": ("upload.pdf", PDF),
    "txt_upload": ("upload.txt", "text/plain"),
    "file_upload": ("upload.txt", "text/plain"),
}
_BESIDE = (CONTENT, NAME, "fileType", "fileSize", "mimeType")
"""What stood beside the content; the stored file says it itself."""
_DATA_URL = re.compile(
    r"\s*data:([a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+)?((?:\s?;\s?[^;,=\s]+=(?:\"[^\"\n]*\"|[^;,\"\s]*))*)(\s?;\s?base64)?\s?,",
    re.IGNORECASE,
)
"""RFC 2397: a media type or none, then its parameters. “Data: Berlin, 5 May” begins as one does, and is a text."""
_CHARSET = re.compile(r"charset=\"?([\w:.-]{1,40})", re.IGNORECASE)
_SPACE = re.compile(r"\s")
_PDF_CODED = base64.b64encode(b"%PDF-")[:6].decode()
"""How the Base64 of a PDF begins."""
_MOST_RESULTS = 20

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that came with a request: what its node is called in `nodes`, and its content as it was written."""

    index: int
    name: str
    media_type: str
    content: object
    encoding: str | None = None
    """What the node names, should it not be UTF-8."""


def translated(node: Raw) -> Raw:
    """The node with today's params; what it says in today's words already, stays."""
    params = node.get("params")
    translate = _PARAMS.get(TYPES.get(str(node.get("type")), str(node.get("type"))))
    if translate is None or not isinstance(params, dict):
        return node
    return {**node, "params": translate(cast("Raw", params), node.get("action"))}


def without_files(workflow: Mapping[str, Any], config: Mapping[str, Any]) -> tuple[Raw, Raw, list[SentFile]]:
    """The workflow and the config without the contents of files, and these: each goes to the node that holds it.

    One in the config goes to every node that reads a file and has none.
    """
    nodes = workflow.get("nodes")
    if not isinstance(nodes, list):
        return dict(workflow), dict(config), []
    kept, found = [*cast("list[object]", nodes)], list[SentFile]()
    for index, node in _uploads(kept):
        params = cast("Raw", node["params"]) if isinstance(node.get("params"), dict) else {}
        none: Mapping[str, Any] = {}
        sources = (params, node, none if params.get("fileId") else config)
        source = next((one for one in sources if _holds_file(one, params)), None)
        if source is not None:
            found.append(_sent(index, node, params, source))
            bare = {name: value for name, value in params.items() if name not in _BESIDE}
            kept[index] = {name: value for name, value in node.items() if name not in _BESIDE} | {"params": bare}
        elif params.get(CONTENT, "") is None:
            kept[index] = {**node, "params": {name: value for name, value in params.items() if name != CONTENT}}
    rest = {name: value for name, value in config.items() if name not in _BESIDE} if found else dict(config)
    return {**workflow, "nodes": kept}, rest, found


def with_file(workflow: Raw, sent: SentFile, file_id: str) -> None:
    """Let the node read the stored file."""
    workflow["nodes"][sent.index]["params"]["fileId"] = file_id


def _uploads(nodes: list[object]) -> Iterator[tuple[int, Raw]]:
    for index, node in enumerate(nodes):
        if isinstance(node, dict) and str(cast("Raw", node).get("type")) in _UPLOADS:
            yield index, cast("Raw", node)


def _holds_file(source: Mapping[str, Any], params: Raw) -> bool:
    """Whether a file is there, or something that was meant as one; null beside a stored file is nothing."""
    return CONTENT in source and not (source[CONTENT] is None and (params.get("fileId") or source is not params))


def _sent(index: int, node: Raw, params: Raw, source: Mapping[str, Any]) -> SentFile:
    name, media_type = _UPLOADS[str(node["type"])]
    content = source[CONTENT]
    given = source.get(NAME)
    url = data_url(content) if isinstance(content, str) else None
    kind = (url[1] or "").lower() if url else ""
    if "pdf" in kind or (isinstance(content, str) and content.startswith(_PDF_CODED)):
        name, media_type = "upload.pdf", PDF
    elif kind:
        media_type = kind
    if url and (charset := _CHARSET.search(url[2])):
        media_type += f"; charset={charset[1]}"
    encoding = params.get("encoding")
    return SentFile(
        index,
        given if isinstance(given, str) and given.strip() else name,
        media_type,
        content,
        encoding if isinstance(encoding, str) else None,
    )


def data_url(text: str) -> re.Match[str] | None:
    """The head of a data URL: type, parameters, `;base64`. No URL holds white space, but Base64 comes in lines."""
    url = _DATA_URL.match(text)
    return url if url and (url[3] or not _SPACE.search(text)) else None


def _llm(params: Raw, _: object) -> Raw:
    return _renamed(params, "prompt", "instruction")


def _search(params: Raw, _: object) -> Raw:
    most = params.get("maxResults")
    if isinstance(most, int) and not isinstance(most, bool):
        params = {**params, "maxResults": max(1, min(most, _MOST_RESULTS))}
    return _renamed(params, "maxResults", "limit")


def _mail(params: Raw, _: object) -> Raw:
    """It stood above what the nodes before it gave, which was always sent."""
    message = params.get("customMessage")
    if isinstance(message, str) and message.strip() and "{" not in message:
        params = {**params, "customMessage": f"{message.rstrip()}\n\n{{{{ input }}}}"}
    return _renamed(params, "customMessage", "body")


def _github(params: Raw, action: object) -> Raw:
    owner, repo = params.get("owner"), params.get("repo")
    if not isinstance(owner, str):
        return params
    if action == "get_repos":
        return _renamed({name: value for name, value in params.items() if name != "repo"}, "owner", "username")
    rest = {name: value for name, value in params.items() if name != "owner"}
    if not isinstance(repo, str) or not repo.strip():
        return {**rest, "repo": owner} if owner.strip() else rest  # which is asked for the other half
    whole = repo if "/" in repo or not owner.strip() else f"{owner.strip()}/{repo.strip()}"
    return {**rest, "repo": whole}


def _renamed(params: Raw, old: str, new: str) -> Raw:
    """Today's word wins where both have a value."""
    if old not in params:
        return params
    if params.get(new) not in (None, ""):
        return {name: value for name, value in params.items() if name != old}
    rest = {name: value for name, value in params.items() if name not in (old, new)}
    return rest if params[old] in (None, "") else {**rest, new: params[old]}


_PARAMS = {"llm": _llm, "web_search": _search, "email": _mail, "github": _github}
