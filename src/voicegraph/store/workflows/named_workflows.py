"""Saved workflows that name another one: as the one to start when a run fails, or as a step."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Connection, or_, select

from voicegraph.db.workflow_tables import workflows
from voicegraph.store.core.lenient_reader import Lenient


def users_of(connection: Connection, workflow_id: str, name: str) -> list[str]:
    """Their names, in order. Steps name a workflow by its id or its name (`store.runs.parents`)."""
    definition = workflows.c.definition
    may_name_it = or_(definition.contains(workflow_id, autoescape=True), definition.contains('"type":"workflow"'))
    query = select(workflows.c.name, definition).where(workflows.c.id != workflow_id, may_name_it)
    names = {workflow_id.lower(), name.strip().lower()}
    found = connection.execute(query.order_by(workflows.c.name, workflows.c.id)).all()
    return [row.name for row in found if _names(_parsed(row.definition), workflow_id, names)]


def _parsed(definition: str) -> dict[str, Any]:
    """One that cannot be read names nothing."""
    return Lenient().workflow(definition, {})


def _names(definition: dict[str, Any], workflow_id: str, names: set[str]) -> bool:
    if definition.get("errorWorkflow") == workflow_id:
        return True
    steps = (node for node in definition.get("nodes", []) if node["type"] == "workflow")
    named = (cast("dict[str, Any]", step.get("params", {})).get("workflow") for step in steps)
    return any(isinstance(one, str) and one.strip().lower() in names for one in named)
