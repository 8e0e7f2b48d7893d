"""The check of who is to hear of a workflow's runs."""

from __future__ import annotations

from voicegraph.errors import Problem
from voicegraph.graph.model import Workflow
from voicegraph.nodes.mail.recipients import addresses


def notify_problems(workflow: Workflow) -> list[Problem]:
    """Addresses that are none."""
    notify = workflow.notify
    if notify is None or not notify.email or not notify.email.strip():
        return []
    try:
        addresses(notify.email)
    except ValueError as error:
        return [Problem("notify.email", f"Notifications cannot be mailed: {error}.", "invalid_address")]
    return []
