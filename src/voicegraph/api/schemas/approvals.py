"""Approvals as the API gives and takes them. The hashes of links stay inside."""

from __future__ import annotations

from typing import Any, Literal, cast

from pydantic import Field

from voicegraph.clock import iso
from voicegraph.graph.model import ID_PATTERN, Wire
from voicegraph.nodes.output import Output
from voicegraph.run.approval import MAX_COMMENT
from voicegraph.run.events import NodeRun
from voicegraph.store.core.column_values import Question
from voicegraph.store.runs.open_approvals import Approval


class Waits(Question):
    """Whose answer a node waits, or waited, for: a person's (`digest` is of the content), or that of another run.

    `turn`: nobody's. The server stopped too often soon after the node had started; `message` says when it goes on.
    """

    expires_at: str | None = None

    @classmethod
    def of(cls, node: NodeRun) -> Waits | None:
        """From the record; None for a node that asks nobody."""
        if node.waits is None:
            return None
        kept = cast("dict[str, Any]", node.waits)
        expires_at = iso(node.due_at) if node.due_at is not None and "answer" not in kept else None
        return cls.model_validate(kept | {"expiresAt": expires_at})


class ApprovalCard(Wire):
    """What waits for a person. `content` is what goes on when it is approved, and what `digest` is of."""

    run_id: str
    node_id: str
    label: str
    workflow_name: str
    transcribed_text: str
    asked_at: str | None
    content: Output
    waits: Waits

    @classmethod
    def of(cls, approval: Approval) -> ApprovalCard:
        """From the record."""
        waits, row = Waits.of(approval.row), approval.row
        assert waits is not None  # noqa: S101 - only such rows are read
        return cls(
            run_id=approval.run_id,
            node_id=row.node_id,
            label=approval.label,
            workflow_name=approval.name,
            transcribed_text=approval.command,
            asked_at=iso(row.started_at) if row.started_at is not None else None,
            content=row.output or Output(),
            waits=waits,
        )


class ApprovalPage(Wire):
    """The oldest first. `count` counts all that are open."""

    count: int
    approvals: list[ApprovalCard]


class ApproveBody(Wire):
    """An answer. `digest` is of the content that was seen: another one is refused."""

    node_id: str = Field(pattern=ID_PATTERN, examples=["step-2"])
    answer: Literal["approve", "reject"]
    digest: str = Field(pattern=r"^[0-9a-f]{64}$", description="`waits.digest` of what was seen.")
    comment: str = Field(default="", max_length=MAX_COMMENT)
    via: Literal["page", "cli", "api"] = Field(default="api", description="Where it was answered, for the history.")
