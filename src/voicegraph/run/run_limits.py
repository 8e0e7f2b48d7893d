"""Limits of a workflow's runs as a whole: how long one may take, and what follows when it fails."""

from __future__ import annotations

from collections.abc import Callable

from voicegraph import clock
from voicegraph.errors import NodeError
from voicegraph.graph.model import Workflow, WorkflowId
from voicegraph.run.events import NewRun
from voicegraph.run.timers import Alarm


def out_of_time(workflow: Workflow) -> NodeError:
    """Why a run fails that took too long."""
    message = f"The run took longer than the {_span(workflow.timeout or 0)} its workflow allows, and was stopped."
    return NodeError("run_timeout", message)


def deadline_of(workflow: Workflow, started_at: float | None) -> float | None:
    """When the run has to be over, in seconds since the epoch; None without a limit, or before it has begun."""
    return None if workflow.timeout is None or started_at is None else started_at + workflow.timeout


def follow_up_of(run: NewRun) -> WorkflowId | None:
    """What is started when this run fails. The failure of an error workflow leads to nothing more: else it never ended."""
    return None if run.trigger == "error" else run.workflow.error_workflow


class Deadline:
    """The timer of a run that is in memory. On disk the run's start says the same."""

    def __init__(self, workflow: Workflow, ring: Callable[[], None]) -> None:
        self._workflow = workflow
        self._ring = ring
        self._alarm: Alarm | None = None
        self.at: float | None = None

    @property
    def passed(self) -> bool:
        """Whether it is over."""
        return self.at is not None and clock.now() >= self.at

    def arm(self, started_at: float | None) -> None:
        """The run has begun, in this process or in an earlier one."""
        self.cancel()
        self.at = deadline_of(self._workflow, started_at)
        self._alarm = None if self.at is None else Alarm(self.at, self._ring)

    def first(self, wake_at: float) -> float:
        """What comes first: a timer of a node, or the end."""
        return wake_at if self.at is None else min(wake_at, self.at)

    def cancel(self) -> None:
        """The run is over, or leaves memory."""
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None


def _span(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} seconds"
