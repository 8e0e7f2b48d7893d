"""The form on an approval's page: who asks what, what is to be approved, or its beginning, as HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any, cast

from pydantic import JsonValue

from voicegraph.nodes.data.large_json import pretty, spaced
from voicegraph.nodes.output import Output
from voicegraph.nodes.text.markdown_html import as_html, is_formatted
from voicegraph.run.approval import MAX_COMMENT
from voicegraph.store.runs.open_approvals import Approval

MAX_FILES = 200
"""Files that are named."""
MAX_LINES = 1 << 20
"""Characters of data in lines."""
MAX_WORDS = 300
"""Characters of the sentence that made the workflow."""
IF_NOBODY = {"approve": "it is approved", "reject": "it is rejected", "fail": "the run fails"}
_MARKS = re.compile(r"[*_`#\[\]<>|~\\&]|^\s*(?:[-+=]|\d+[.)])", re.MULTILINE)
_LINK = re.compile(r'<a href="([^"]*)"')


def moment(at: datetime) -> str:
    """A time as people read it."""
    return f"{at:%d %B %Y, %H:%M} UTC"


def form_of(approval: Approval, content: Output, approver: str) -> str:
    """What is asked of whom, with as much of the content as is given here, and the two buttons."""
    digest = escape(str((approval.row.waits or {})["digest"]))
    return f"""<dl>{_facts(approval, approver)}</dl><form method="post">
<section aria-label="What is to be approved">{_text(content.text)}{_more(content)}{_rest(approval, content)}</section>
<p>{"All of it" if content.truncated else "Exactly this"} goes on to the next step when you approve it. When you reject it, it does \
not, and the workflow goes on as it is set for that case. The first answer counts, and cannot be taken back.</p>
<input type="hidden" name="digest" value="{digest}">
<label for="comment">Comment (optional)</label><textarea id="comment" name="comment" maxlength="{MAX_COMMENT}"></textarea>
<p class="dim">Checksum {digest[:16]}…</p>
<div class="row"><button name="answer" value="reject">Reject</button>
<button class="yes" name="answer" value="approve">Approve</button></div></form>"""


def _facts(approval: Approval, approver: str) -> str:
    waits = cast("Mapping[str, Any]", approval.row.waits or {})
    said = approval.command if len(approval.command) <= MAX_WORDS else f"{approval.command[:MAX_WORDS]}…"
    facts = {"Asked by": f"the workflow “{approval.name}”", "Made from": said and f"“{said}”"}
    facts |= {"Step": approval.label, "Asked of": approver}
    if approval.row.due_at is not None:
        facts["Answer until"] = moment(datetime.fromtimestamp(approval.row.due_at, UTC))
        facts["If nobody answers"] = IF_NOBODY.get(str(waits.get("onExpiry")), "")
    return "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts.items() if value)


def _text(text: str) -> str:
    """Formatted, and below that as it was written, where the two may differ: marks hide what they stand for."""
    if not text.strip():
        return '<p class="dim">(nothing comes in; only the next step waits)</p>'
    if not is_formatted(text) or not _MARKS.search(text):
        return f'<pre class="plain" tabindex="0">{escape(text)}</pre>'
    formatted = as_html(text, breaks=True).replace("<table>", '<div class="wide" tabindex="0"><table>')
    formatted = formatted.replace("</table>", "</table></div>")
    formatted = _LINK.sub(r'<a rel="noopener noreferrer nofollow" target="_blank" title="\1" href="\1"', formatted)
    written = f'<pre tabindex="0">{escape(text)}</pre>'
    return f"{formatted}<details><summary>As it was written</summary>{written}</details>"


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
