"""Saved workflows, their versions, files and templates, as the API takes and gives them."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import Field

from voicegraph.api.schemas.common import Json
from voicegraph.clock import iso
from voicegraph.graph.diff import Diff
from voicegraph.graph.model import Wire, Workflow
from voicegraph.store.workflows.saved_workflows import SavedWorkflow
from voicegraph.store.workflows.versions import Version, VersionLine

MAX_NUMBER = 2**31 - 1
"""No database takes a larger one in a column of integers."""


class WorkflowBody(Wire):
    """A workflow, in the wire format."""

    workflow: Json


class SaveBody(WorkflowBody):
    """A workflow to be saved."""

    version: int | None = Field(
        default=None,
        ge=0,
        le=MAX_NUMBER,
        description="The version it is based on, 0 for a new one: 409 `newer_version` when that is not the newest. "
        "Without it, the last save wins.",
    )
    restored_from: int | None = Field(
        default=None, ge=1, le=MAX_NUMBER, description="The older version that is brought back."
    )


class FileBody(Wire):
    """The text of a workflow file."""

    text: str = Field(max_length=1 << 20, examples=["nodes:\n  - {id: a, type: prompt, action: seed}"])


class WorkflowAnswer(Wire):
    """A workflow."""

    workflow: Workflow


class SavedAnswer(WorkflowAnswer):
    """A saved workflow, which version of it that is, and when that was saved."""

    version: int
    saved_at: str

    @classmethod
    def of(cls, saved: Version) -> SavedAnswer:
        """From the record."""
        return cls(workflow=saved.workflow, version=saved.version, saved_at=iso(saved.saved_at))


class VersionCard(Wire):
    """A version of a saved workflow in the list. `restoredFrom`: the older one that it brought back."""

    version: int
    name: str
    node_count: int
    saved_at: str
    restored_from: int | None

    @classmethod
    def of(cls, line: VersionLine) -> VersionCard:
        """From the record."""
        return cls.model_validate({**asdict(line), "saved_at": iso(line.saved_at)})


class VersionList(Wire):
    """The last versions of a workflow, the newest first."""

    versions: list[VersionCard]


class ChangeBody(Wire):
    """Two workflows."""

    before: Json
    after: Json


class ChangeAnswer(Wire):
    """What differs between them."""

    diff: Diff


class SavedWorkflowLine(Wire):
    """A saved workflow in the list."""

    id: str
    name: str
    node_count: int
    updated_at: str

    @classmethod
    def of(cls, saved: SavedWorkflow) -> SavedWorkflowLine:
        """From the record."""
        return cls(id=saved.id, name=saved.name, node_count=saved.node_count, updated_at=iso(saved.updated_at))


class SavedWorkflowList(Wire):
    """All saved workflows, the last changed first."""

    workflows: list[SavedWorkflowLine]


class TemplateCard(Wire):
    """A ready-made workflow and the sentence it answers to."""

    id: str
    name: str
    description: str
    command: str
    workflow: Workflow


class TemplateList(Wire):
    """All templates."""

    templates: list[TemplateCard]
