"""Names and forms that pages of the first product send, in today's words. No other place knows them.

- A node of the type `tavily` is a `web_search`.
- Params were called otherwise: `prompt` of a language model, `maxResults` of a search, `customMessage` of a mail,
  `owner` and `repo` of a repository.
- An uploaded file came with the run, as text, Base64 or a data URL: `fileContent` and `fileName`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote_to_bytes

TYPES = {"tavily": "web_search"}
CONTENT, NAME = "fileContent", "fileName"
_UPLOADS = {
    "csv_upload": ("upload.csv", "text/csv"),
    "pdf_upload": ("upload.pdf", "application/pdf"),
    "txt_upload": ("upload.txt", "text/plain"),
    "file_upload": ("upload.txt", "text/plain"),
}
_BESIDE = (CONTENT, NAME, "fileType", "fileSize", "mimeType")
"""What stood beside the content; the stored file says it itself."""
_DATA_URL = re.compile(r"data:([^,;]*)((?:;[^,;]*)*),", re.IGNORECASE)
_PDF = base64.b64encode(b"%PDF-")[:6].decode()
"""How the Base64 of a PDF begins."""
_MOST_RESULTS = 20

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that came with a request: what its node is called in `nodes`, and its content as it was written."""

    index: int
    name: str
    media_type: str
    content: str

    def decoded(self) -> bytes:
        """The bytes of the file. ValueError when its Base64 is broken."""
        if url := _DATA_URL.match(self.content):
            body = self.content[url.end() :]
            return _base64(body) if ";base64" in url[2].lower() else unquote_to_bytes(body)
        if self.content.startswith(_PDF):
            return _base64(self.content)
        return self.content.encode("utf-8", "replace")


def translated(node: Raw) -> Raw:
    """The node with today's params; what it says in today's words already, stays."""
    params = node.get("params")
    translate = _PARAMS.get(TYPES.get(str(node.get("type")), str(node.get("type"))))
    if translate is None or not isinstance(params, dict):
        return node
    return {**node, "params": translate(cast("Raw", params), node.get("action"))}


def without_files(workflow: Mapping[str, Any], config: Mapping[str, Any]) -> tuple[Raw, Raw, list[Sent]]:
    """The workflow and the config without the contents of files, and these: each goes to the node that holds it.

    One in the config goes to every node that reads a file and has none.
    """
    nodes = workflow.get("nodes")
    if not isinstance(nodes, list):
        return dict(workflow), dict(config), []
    kept, found = [*cast("list[object]", nodes)], list[Sent]()
    for index, node in _uploads(kept):
        params = cast("Raw", node["params"]) if isinstance(node.get("params"), dict) else {}
        none: Mapping[str, Any] = {}
        sources = (params, node, none if params.get("fileId") else config)
        source = next((one for one in sources if isinstance(one.get(CONTENT), str)), None)
        if source is not None:
            found.append(_sent(index, node, source))
            bare = {name: value for name, value in params.items() if name not in _BESIDE}
            kept[index] = {name: value for name, value in node.items() if name not in _BESIDE} | {"params": bare}
    rest = {name: value for name, value in config.items() if name not in _BESIDE} if found else dict(config)
    return {**workflow, "nodes": kept}, rest, found


def with_file(workflow: Raw, sent: Sent, file_id: str) -> None:
    """Let the node read the stored file."""
    workflow["nodes"][sent.index]["params"]["fileId"] = file_id


def _uploads(nodes: list[object]) -> Iterator[tuple[int, Raw]]:
    for index, node in enumerate(nodes):
        if isinstance(node, dict) and str(cast("Raw", node).get("type")) in _UPLOADS:
            yield index, cast("Raw", node)


def _sent(index: int, node: Raw, source: Mapping[str, Any]) -> Sent:
    name, media_type = _UPLOADS[str(node["type"])]
    content = cast("str", source[CONTENT])
    given = source.get(NAME)
    url = _DATA_URL.match(content)
    if (url and "pdf" in url[1].lower()) or content.startswith(_PDF):
        name, media_type = "upload.pdf", "application/pdf"
    elif url and url[1]:
        media_type = url[1].lower()
    return Sent(index, given if isinstance(given, str) and given.strip() else name, media_type, content)


def _base64(text: str) -> bytes:
    plain = "".join(text.split())
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("the Base64 is broken") from error


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
    if not isinstance(repo, str) or not repo.strip():
        return params
    rest = {name: value for name, value in params.items() if name != "owner"}
    whole = repo if "/" in repo or not owner.strip() else f"{owner.strip()}/{repo.strip()}"
    return {**rest, "repo": whole}


def _renamed(params: Raw, old: str, new: str) -> Raw:
    if old not in params or params.get(new) not in (None, ""):
        return params
    rest = {name: value for name, value in params.items() if name not in (old, new)}
    return rest if params[old] in (None, "") else {**rest, new: params[old]}


_PARAMS = {"llm": _llm, "web_search": _search, "email": _mail, "github": _github}
