"""Data between a run and one that it leads to, as its step or as its error workflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from pydantic import JsonValue

from voicegraph.errors import Conflict, NodeError
from voicegraph.graph.model import NodeId, RunId, Workflow
from voicegraph.nodes.data.large_json import Weight, over_limit, weigh
from voicegraph.nodes.output import FileRef, Inputs, Output, join_inputs
from voicegraph.run.answers import SettledNode
from voicegraph.run.events import NewRun, NodeRun, StoredRun
from voicegraph.run.state import NodeStatus, RunStatus

HANDED_OVER = frozenset({"workflow", "error"})
"""The kinds of trigger whose data is a text, data and files for the first nodes."""


def trigger_data(row: NodeRun, parent: RunId) -> dict[str, JsonValue]:
    """What the new run finds in `trigger`: the text and data it is given, and who gave it."""
    given = row.output or Output()
    files: list[JsonValue] = [ref.model_dump(mode="json") for ref in given.files]
    return {
        "kind": "workflow",
        "text": given.text,
        "data": given.data,
        "files": files,
        "runId": parent,
        "nodeId": row.node_id,
    }


def is_handed(data: Mapping[str, JsonValue]) -> bool:
    """Whether a run with this trigger data is given its input by another run."""
    return data.get("kind") in HANDED_OVER  # and not the trigger: a replay keeps the data of its origin


def given_to(run: NewRun) -> Inputs | None:
    """What the first nodes of the run get as their input; None where a run has none."""
    data = cast("dict[str, Any]", run.trigger_data)
    if not is_handed(data):
        return None
    refs: list[object] = data.get("files") or []
    files = [FileRef.model_validate(ref) for ref in refs]
    return Inputs(str(data.get("text") or ""), data.get("data"), files)


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The run a node waited for is over, or could not be started: then `result` is an error."""

    run_id: RunId
    name: str
    result: Output | NodeError

    @classmethod
    def of(cls, child: StoredRun) -> RunEnded:
        """From a run that is over."""
        return cls(child.run.run_id, child.run.workflow.name, _result(child))

    def settle(self, row: NodeRun) -> SettledNode:
        """See `run.answers.Answer`."""
        waits = row.waits or {}
        if waits.get("runId") != self.run_id:
            raise Conflict("another_run", "This step does not wait for this run.")
        failed = isinstance(self.result, NodeError)
        words = f"The workflow {self.name} {'did not complete' if failed else 'completed'}"
        return SettledNode(self.result, words, {**waits, "answer": {"completed": not failed}})


def _result(child: StoredRun) -> Output | NodeError:
    name = child.run.workflow.name
    if child.status is RunStatus.COMPLETED:
        return _final_output(child)
    if child.status is RunStatus.CANCELLED:
        return NodeError("run_cancelled", f"The run of “{name}” was cancelled.")
    error = cast("dict[str, Any]", child.error or {})
    code = str(error.get("code", "run_failed"))
    return NodeError(code, failure_of(child), retryable=error.get("retryable") is True)


def failure_of(stored: StoredRun) -> str:
    """What failed, where and why, in a sentence."""
    workflow, error = stored.run.workflow, cast("dict[str, Any]", stored.error or {})
    where = _label(workflow, error.get("nodeId"))
    return f"“{workflow.name}” failed{where}: {error.get('message', 'see its run')}"


def error_data(run: Mapping[str, JsonValue], error: Mapping[str, JsonValue], words: str) -> dict[str, JsonValue]:
    """What an error workflow finds in `trigger`: `run` and `error`, and both as text and data for its first nodes."""
    facts: dict[str, JsonValue] = {"run": dict(run), "error": dict(error)}
    return {"kind": "error", "text": f"{words}\n{run['url']}", "data": dict(facts), **facts}


def _label(workflow: Workflow, node_id: str | None) -> str:
    label = next((node.label or node.id for node in workflow.nodes if node.id == node_id), "")
    return f" at {label}" if label else ""


def final_outputs(stored: StoredRun) -> dict[NodeId, Output]:
    """Of the nodes that ran and that nothing ran after, in the order of the graph."""
    workflow = stored.run.workflow
    ran = {node_id for node_id, row in stored.nodes.items() if row.status is not NodeStatus.SKIPPED}
    last = [node for node in workflow.nodes if node.id in ran and not ran.intersection(workflow.successors(node.id))]
    return {node.id: stored.nodes[node.id].output or Output() for node in last}


def _final_output(child: StoredRun) -> Output | NodeError:
    """Of several last nodes, as a node behind them would see them, within the limits of one result."""
    labels = {node.id: node.label for node in child.run.workflow.nodes}
    joined = join_inputs({node_id: (labels[node_id], output) for node_id, output in final_outputs(child).items()})
    if refused := over_limit(Weight(0, len(joined.text)) + weigh(joined.data), "What the run gave together"):
        return refused
    return Output(text=joined.text, data=joined.data, files=joined.files, meta={"runId": child.run.run_id})
