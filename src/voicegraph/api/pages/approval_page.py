"""The page behind an approval's link: for people without an account, on a phone, without a script.

GET shows what is asked and never changes anything: mail scanners open links. POST takes the answer of a form. Whoever
has the link may answer, once; of the link's token only the SHA-256 is kept.
"""

from __future__ import annotations

import re
from datetime import datetime
from html import escape
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from voicegraph.api.deps import Wired
from voicegraph.api.pages.approval_form import form_of, moment
from voicegraph.api.pages.plain_page import page
from voicegraph.errors import Conflict, NotFound, StorageError, Unreadable
from voicegraph.graph.model import ID_PATTERN, NodeId, RunId
from voicegraph.nodes.data.large_json import beside, is_small
from voicegraph.nodes.output import Output
from voicegraph.nodes.output_previews import shortened
from voicegraph.pipeline import Pipeline
from voicegraph.run.answers import nobody_answered
from voicegraph.run.approval import MAX_COMMENT, Decision, approver_of, standing
from voicegraph.run.state import NodeStatus
from voicegraph.store.runs.open_approvals import Approval

router = APIRouter(include_in_schema=False, prefix="/approve")
MAX_FORM = 64 << 10


@router.get("/{run_id}/{node_id}/{token}")
async def show_approval(run_id: str, node_id: str, token: str, voicegraph: Wired) -> Response:
    """What is asked, or what became of it."""
    found = await _found(voicegraph, run_id, node_id, token)
    if found is None:
        return _unknown()
    approval, approver = found
    if record := _answer(approval):
        return _told(record)
    if closed := standing(approval.row, approval.run_status.terminal):
        return page("This cannot be answered any more", f"<p>{escape(closed.message)}</p>", HTTPStatus.GONE)
    content = approval.row.output or Output()
    form = await beside(is_small(content.text, content.data), form_of, approval, shortened(content), approver)
    return page(str((approval.row.waits or {})["message"]), form)


@router.post("/{run_id}/{node_id}/{token}")
async def answer_approval(run_id: str, node_id: str, token: str, request: Request, voicegraph: Wired) -> Response:
    """The answer of the form."""
    found = await _found(voicegraph, run_id, node_id, token)
    if found is None:
        return _unknown()
    form = _fields(await request.body())
    answer, digest = _one(form, "answer"), _one(form, "digest")
    if answer not in ("approve", "reject") or not digest:
        text = "<p>The form was not complete. Go back, then choose Approve or Reject.</p>"
        return page("Nothing was answered", text, HTTPStatus.BAD_REQUEST)
    comment = _one(form, "comment").strip()[:MAX_COMMENT]
    try:
        await voicegraph.answer(
            RunId(run_id), NodeId(node_id), Decision(answer == "approve", digest, found[1], "link", comment)
        )
    except (Conflict, Unreadable) as conflict:
        return page("Your answer was not taken", f"<p>{escape(conflict.message)}</p>", HTTPStatus.CONFLICT)
    except NotFound:
        return _unknown()
    except StorageError as error:
        return page("Your answer was not taken", f"<p>{escape(error.message)}</p>", HTTPStatus.SERVICE_UNAVAILABLE)
    return RedirectResponse(request.url.path, HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


async def _found(voicegraph: Pipeline, run_id: str, node_id: str, token: str) -> tuple[Approval, str] | None:
    """The approval and whose link it is. A wrong token looks like a run that is not there."""
    if not (re.fullmatch(ID_PATTERN, run_id) and re.fullmatch(ID_PATTERN, node_id)):
        return None
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


def _told(record: dict[str, Any]) -> Response:
    if nobody_answered(record):
        text = "<p>Nobody answered in time. What was set for that case has happened.</p>"
        return page("The time to answer is over", text)
    who = "the owner" if record["by"] == "owner" else record["by"]
    comment = f'<pre class="plain" tabindex="0">{escape(record["comment"])}</pre>' if record.get("comment") else ""
    approved = record["answer"] == "approved"
    onward = "What was shown goes on to the next step." if approved else "What was shown does not go on."
    at = moment(datetime.fromisoformat(record["at"]))
    text = f"<p>Answered by {escape(who)} on {at}. {onward} You can close this page.</p>{comment}"
    mark = f'<div class="mark {"ok" if approved else "no"}" aria-hidden="true">{"✓" if approved else "✕"}</div>'
    return page("Approved" if approved else "Rejected", text, mark=mark)


@router.get("/{rest:path}")
async def not_a_link() -> Response:
    """A link that lost a part of itself on its way."""
    return _unknown()


def _unknown() -> Response:
    text = "<p>It may be incomplete, or a newer message has another one. Look at the newest message.</p>"
    return page("This link is not valid", text, HTTPStatus.NOT_FOUND)
