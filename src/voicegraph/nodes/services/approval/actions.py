"""approval: a person says whether the flow goes on, and with exactly what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from pydantic import JsonValue, field_validator

from voicegraph import clock
from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.mail.recipients import Recipients, addresses
from voicegraph.nodes.output import Await, Output
from voicegraph.nodes.services.approval.approval_links import ApprovalQuestion, ask
from voicegraph.words.durations import LONGEST, parse_span, short_span

MESSAGE = "Please check this before it goes on."


class ApprovalRequest(Params):
    """Params of approval.request."""

    message: str = param(MESSAGE, title="Question", description="What the person is asked.", max_length=2_000)
    content: str = param(
        "",
        title="What is approved",
        description="Markdown. Empty: what comes in. Exactly this goes on to the next step.",
        widget="markdown",
    )
    approvers: Recipients | None = param(
        None,
        title="Who may answer",
        description="E-mail addresses. Each gets a link of their own; the first answer counts. You can always answer "
        "on this page.",
        target="recipient",
    )
    notify: bool = param(
        False, title="Send a notification", description="With a link, to where VOICEGRAPH_NOTIFY_URL leads."
    )
    expires: str = param(
        "7 days",
        title="Time to answer",
        description="A span like 2 hours, 3 days or a month; a year at most.",
        coerce_numbers_to_str=True,
    )
    on_expiry: Literal["approve", "reject", "fail"] = param(
        "reject", title="If nobody answers", description="approve, reject, or fail: the run fails."
    )

    @field_validator("expires")
    @classmethod
    def _is_span(cls, text: str) -> str:
        if not parse_span(text).longest:
            raise ValueError("the time to answer is more than 0 seconds")
        return short_span(text)


@action("approval", "request", group="logic", title="Ask for approval", attempts=5, timeout=600, each=False)
async def request(params: ApprovalRequest, node: NodeContext) -> Await:
    """Waits until a person approves or rejects what comes in. The next step gets exactly what was approved.

    An edge that leaves it is for what was approved; one with `when: false` is for what was rejected.
    """
    given = node.inputs
    content = Output(text=params.content or given.text, data=given.data, files=given.files)
    now = clock.now()
    until = min(parse_span(params.expires).after(now, None), now + (node.limit or LONGEST))
    people = addresses(params.approvers) if params.approvers else []
    message = params.message.strip() or MESSAGE
    moment = f"{datetime.fromtimestamp(until, UTC):%d %B %Y %H:%M} UTC"
    sent = await ask(ApprovalQuestion(message, content, moment), people, node, notification=params.notify)
    kept: dict[str, JsonValue] = {
        "approvers": [*people],
        "links": {**sent.links},
        "unreached": {**sent.unreached},
        "onExpiry": params.on_expiry,
    }
    return Await("approval", content, message, kept, until)
