"""The page behind an approval's link: for people without an account, on a phone, without a script.

GET shows what is asked and never changes anything: mail scanners open links. POST takes the answer of a form. Whoever
has the link may answer, once; of the link's token only the SHA-256 is kept.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from html import escape
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from voicegraph.api.approve_form import form_of, moment
from voicegraph.api.deps import Id, Wired
from voicegraph.api.guard import POLICY
from voicegraph.errors import Conflict, NotFound, StorageError, Unreadable
from voicegraph.graph.model import NodeId, RunId
from voicegraph.history.approvals import Approval
from voicegraph.nodes.bulk import beside, is_small
from voicegraph.nodes.output import Output
from voicegraph.nodes.shortened import shortened
from voicegraph.pipeline import Pipeline
from voicegraph.run.approval import MAX_COMMENT, Decision, approver_of, standing
from voicegraph.run.state import NodeStatus

router = APIRouter(include_in_schema=False, prefix="/approve")
MAX_FORM = 64 << 10
_STYLE = """
:root{color-scheme:light dark}*{box-sizing:border-box}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;padding:20px;max-width:46rem;overflow-wrap:anywhere}
h1{font-size:1.3rem;margin:.2em 0}.dim{opacity:.75;margin:.3em 0}
pre{white-space:pre-wrap;font:inherit;border:1px solid #8886;border-radius:8px;padding:14px;margin:14px 0;max-height:60vh;overflow:auto}
label{display:block;margin:14px 0 4px}textarea{width:100%;min-height:5em;font:inherit;padding:8px;border-radius:8px}
.row{display:flex;flex-wrap:wrap;gap:12px;margin:16px 0}
button{font:inherit;font-weight:600;padding:12px 24px;border-radius:8px;border:1px solid #8889;flex:1 1 140px;cursor:pointer}
button.yes{background:#2450c8;border-color:#2450c8;color:#fff}
"""


@router.get("/{run_id}/{node_id}/{token}")
async def show_approval(run_id: Id, node_id: Id, token: str, voicegraph: Wired) -> Response:
    """What is asked, or what became of it."""
    found = await _found(voicegraph, run_id, node_id, token)
    if found is None:
        return _unknown()
    approval, _ = found
    if record := _answer(approval):
        return _page(*_told(record))
    if closed := standing(approval.row, approval.run_status.terminal):
        return _page("This cannot be answered any more", f"<p>{escape(closed.message)}</p>", HTTPStatus.GONE)
    content = approval.row.output or Output()
    form = await beside(is_small(content.text, content.data), form_of, approval, shortened(content))
    return _page(escape(str((approval.row.waits or {})["message"])), form)


@router.post("/{run_id}/{node_id}/{token}")
async def answer_approval(run_id: Id, node_id: Id, token: str, request: Request, voicegraph: Wired) -> Response:
    """The answer of the form."""
    found = await _found(voicegraph, run_id, node_id, token)
    if found is None:
        return _unknown()
    form = _fields(await request.body())
    answer, digest = _one(form, "answer"), _one(form, "digest")
    if answer not in ("approve", "reject") or not digest:
        text = "<p>The form was not complete. Go back, then choose Approve or Reject.</p>"
        return _page("Nothing was answered", text, HTTPStatus.BAD_REQUEST)
    comment = _one(form, "comment").strip()[:MAX_COMMENT]
    try:
        await voicegraph.answer(
            RunId(run_id), NodeId(node_id), Decision(answer == "approve", digest, found[1], "link", comment)
        )
    except (Conflict, Unreadable) as conflict:
        return _page("Your answer was not taken", f"<p>{escape(conflict.message)}</p>", HTTPStatus.CONFLICT)
    except NotFound:
        return _unknown()
    except StorageError as error:
        return _page("Your answer was not taken", f"<p>{escape(error.message)}</p>", HTTPStatus.SERVICE_UNAVAILABLE)
    return RedirectResponse(request.url.path, HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


async def _found(voicegraph: Pipeline, run_id: str, node_id: str, token: str) -> tuple[Approval, str] | None:
    """The approval and whose link it is. A wrong token looks like a run that is not there."""
    try:
        approval = await voicegraph.queries.approval(RunId(run_id), NodeId(node_id))
    except NotFound:
        return None
    approver = approver_of(approval.row.waits or {}, token)
    return (approval, approver) if approver else None


def _answer(approval: Approval) -> dict[str, Any] | None:
    if approval.row.status is NodeStatus.WAITING:
        return None
    return cast("dict[str, Any] | None", (approval.row.waits or {}).get("answer"))


def _fields(body: bytes) -> dict[str, list[str]]:
    """What the form says; nothing when it is larger than the page's own can be, in bytes or in fields."""
    if len(body) > MAX_FORM:
        return {}
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)
    except ValueError:
        return {}


def _one(form: dict[str, list[str]], name: str) -> str:
    return form.get(name, [""])[0]


def _told(record: dict[str, Any]) -> tuple[str, str]:
    if record.get("via") == "expiry" or record["answer"] == "expired":
        return "The time to answer is over", "<p>Nobody answered in time. What was set for that case has happened.</p>"
    who = "the owner" if record["by"] == "owner" else record["by"]
    comment = f'<pre tabindex="0">{escape(record["comment"])}</pre>' if record.get("comment") else ""
    at = moment(datetime.fromisoformat(record["at"]))
    text = f"<p>Answered by {escape(who)} on {at}. You can close this page.</p>{comment}"
    return ("Approved" if record["answer"] == "approved" else "Rejected"), text


def _unknown() -> Response:
    text = "<p>It may be incomplete, or a newer message has another one. Look at the newest message.</p>"
    return _page("This link is not valid", text, HTTPStatus.NOT_FOUND)


def _page(title: str, body: str, status: int = HTTPStatus.OK) -> Response:
    nonce = secrets.token_urlsafe(16)
    headers = {
        "Content-Security-Policy": f"{POLICY}; script-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'",
        "Cache-Control": "no-store",
        # With none at all, browsers send the form with `Origin: null`, which the guard refuses.
        "Referrer-Policy": "same-origin",
        "X-Robots-Tag": "noindex",
    }
    page = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} – VoiceGraph</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/favicon.svg"><style nonce="{nonce}">{_STYLE}</style></head>
<body><main><h1>{title}</h1>{body}</main></body></html>"""
    return HTMLResponse(page.encode("utf-8", "replace"), status, headers=headers)
