"""workflow: another saved workflow as a step."""

from __future__ import annotations

from pydantic import JsonValue

from voicegraph.graph.model import new_id
from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Await, Output


class RunWorkflow(Params):
    """Params of workflow.run."""

    workflow: str = param(
        title="Workflow",
        description="A saved workflow: its name or its id.",
        widget="workflow",
        why="it is the workflow that is run",
        target="workflow",
        min_length=1,
        max_length=200,
    )
    text: str = param("", title="What it is given", description="Empty: what comes in.", widget="textarea")
    config: dict[str, JsonValue] = param(
        {},
        title="Values",
        description="What its steps ask for, such as recipientEmail. Else those of this run.",
        target="values",
    )


@action("workflow", "run", group="tool", title="Run another workflow", attempts=1, each=False)
async def run(params: RunWorkflow, node: NodeContext) -> Await:
    """Runs a saved workflow and goes on with what its last step gives.

    Its first steps get the text as their input; text and data are also in `trigger`. It has a run of its own in the
    history. When it fails, this step fails.
    """
    given = node.inputs
    output = Output(text=params.text or given.text, data=given.data, files=given.files)
    # Made here and kept with the node before the run is made: a crash in between leads to the same run, not to two.
    asked: dict[str, JsonValue] = {"runId": new_id("run"), "workflow": params.workflow, "config": params.config}
    return Await("run", output, f"Runs the workflow {params.workflow}", asked)
