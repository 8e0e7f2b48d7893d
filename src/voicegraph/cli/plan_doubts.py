"""What the planner was not sure of: said before the plan runs, on standard error, for the output may be a program's."""

from __future__ import annotations

import typer

from voicegraph.cli.exit_status import asking
from voicegraph.cli.terminal import err
from voicegraph.plan.planner import Plan


def doubts(plan: Plan) -> list[str]:
    """A line for each part of the sentence that is a best guess, and for each thing that was assumed."""
    labels = {node.id: node.label or node.id for node in plan.workflow.nodes}
    guesses = [
        f"A guess: “{clause.text}” became {', then '.join(labels[one] for one in clause.node_ids) or 'nothing'}."
        for clause in plan.clauses
        if clause.doubtful
    ]
    return [*guesses, *(f"Assumed: {assumption}" for assumption in plan.assumptions)]


def say_doubts(plan: Plan) -> bool:
    """Whether there are any."""
    found = doubts(plan)
    for line in found:
        err.print(line)
    return bool(found)


def require_consent(plan: Plan, *, asks: bool) -> None:
    """Say the doubts; where there is somebody to ask, such a plan is run only after a yes, as on the page. Else Exit."""
    if say_doubts(plan) and asks:
        with asking():
            sure = typer.confirm("Run it all the same?", err=True)
        if not sure:
            err.print("Nothing was run. `voicegraph plan` shows the whole workflow; say the sentence in other words.")
            raise typer.Exit(1)
