"""The form on an approval's page: what is to be approved, or its beginning, as HTML."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from pydantic import JsonValue

from voicegraph.history.approvals import Approval
from voicegraph.nodes.bulk import pretty, spaced
from voicegraph.nodes.output import Output
from voicegraph.run.approval import MAX_COMMENT

MAX_FILES = 200
"""Files that are named."""
MAX_LINES = 1 << 20
"""Characters of data in lines."""


def moment(at: datetime) -> str:
    """A time as people read it."""
    return f"{at:%d %B %Y, %H:%M} UTC"


def form_of(approval: Approval, content: Output) -> str:
    """What is asked, with as much of the content as is given here, and the two buttons."""
    row = approval.row
    until = ""
    if row.due_at is not None:
        until = f" Answer until {moment(datetime.fromtimestamp(row.due_at, UTC))}."
    digest = escape(str((row.waits or {})["digest"]))
    return f"""<p class="dim">{escape(approval.label)} · {escape(approval.name)}.{until}</p>
<section aria-label="What is to be approved"><pre tabindex="0">{escape(content.text) or "(nothing comes in; only the next step waits)"}</pre>
{_more(content)}{_rest(approval, content)}</section>
<form method="post"><input type="hidden" name="digest" value="{digest}">
<label for="comment">Comment (optional)</label><textarea id="comment" name="comment" maxlength="{MAX_COMMENT}"></textarea>
<div class="row"><button name="answer" value="reject">Reject</button>
<button class="yes" name="answer" value="approve">Approve</button></div></form>
<p class="dim">{"All of it" if content.truncated else "Exactly this"} goes on when you approve it. \
Checksum {digest[:16]}…</p>"""


def _more(content: Output) -> str:
    parts: list[str] = []
    if content.data is not None:
        data = escape(_lines(content.data))
        parts.append(
            f'<details open><summary>Data that goes on with it</summary><pre tabindex="0">{data}</pre></details>'
        )
    if content.files:
        names = "".join(f"<li>{escape(ref.name)} ({ref.size:,} bytes)</li>" for ref in content.files[:MAX_FILES])
        more = len(content.files) - MAX_FILES
        left_out = f"<li>and {more:,} more</li>" if more > 0 else ""
        parts.append(f"<p>Files that go on with it:</p><ul>{names}{left_out}</ul>")
    return "".join(parts)


def _lines(data: JsonValue) -> str:
    """In lines, unless it is nested so deeply that the page would be mostly blanks."""
    text = pretty(data)
    return text if len(text) <= MAX_LINES else spaced(data)


def _rest(approval: Approval, content: Output) -> str:
    """Where all of it is, when only its beginning is here."""
    if not content.truncated:
        return ""
    return (
        f"<p><strong>This is only the beginning: all of it takes about {content.size or 0:,} characters.</strong> Whoever "
        f"can open VoiceGraph finds the whole there, on the page of the run <code>{escape(approval.run_id)}</code>, at the "
        f"step “{escape(approval.label)}”. Else ask whoever sent you the link.</p>"
    )
