"""The names of what we send to Inngest."""

from __future__ import annotations

from voicegraph.graph.model import NodeId

REQUEST_EVENT = "workflow/execute.requested"
CANCEL_EVENT = "workflow/execute.cancelled"
ANSWERED_EVENT = "workflow/node.answered"
NAMES = 2
"""How steps of runs are named that are sent from now on: 2, with their nodes' labels. A run keeps the names it began with."""

APP = "voicegraph"
EXECUTE = "execute-workflow"
CANCELLED = "workflow-cancelled"


def event_name(name: str, app: str) -> str:
    """An event's name at Inngest. Each app has its own, so that two of them on one server start only their own runs."""
    return name if app == APP else f"{app}/{name.partition('/')[2]}"


def function_id(app: str) -> str:
    """What Inngest calls our function."""
    return f"{app}-{EXECUTE}"


def wake_message(node_id: NodeId) -> str:
    """The outbox keeps one message for each name, so this one names the node that was answered."""
    return f"{ANSWERED_EVENT}:{node_id}"


def woken_node(message: str) -> str | None:
    """The node a message of the outbox wakes; None for other messages."""
    name, _, node_id = message.partition(":")
    return node_id if name == ANSWERED_EVENT else None


def again_message(state: str) -> str:
    """Starts a run again that Inngest does not call for. `state` is a digest of how the run stands."""
    return f"{REQUEST_EVENT}:{state}"


def stuck_state(message: str) -> str | None:
    """How the run stood that a message of the outbox starts again; None for other messages."""
    name, _, state = message.partition(":")
    return state or None if name == REQUEST_EVENT else None
