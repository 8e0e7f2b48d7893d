"""The planner that asks a language model. Its answer is checked like anybody's input and goes back until it is right."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Literal

from pydantic import BaseModel, Field

from voicegraph.errors import GraphError, NodeError, Problem, Refusal
from voicegraph.graph.diff import diff
from voicegraph.graph.layout import layout
from voicegraph.graph.model import Workflow
from voicegraph.nodes.models.exchange import consult
from voicegraph.nodes.models.models import require
from voicegraph.nodes.registry import Registry
from voicegraph.plan.briefing import EXAMPLE, briefing
from voicegraph.plan.named import named_in
from voicegraph.plan.planner import Clause, Edit, OwnWorkflows, Plan, PlannerUnavailable, check_length, none_saved
from voicegraph.plan.short_form import Revision, Sketch, of_workflow, to_workflow
from voicegraph.plan.unasked import without_unasked
from voicegraph.plan.unnamed import without_unnamed
from voicegraph.settings import Settings

REPAIRS = 3
"""How often a plan that breaks a rule goes back to the model."""
TIMEOUT = 60.0
"""Seconds for one answer of the model."""
DOUBTFUL = 0.6
"""The confidence of a plan that names assumptions."""


class Decline(BaseModel):
    """Why there is no workflow in the command."""

    code: Literal["off_topic", "unclear"]
    message: str = Field(max_length=300, description="One friendly sentence to the user.")


class LlmPlanner:
    """Plans with the model of the settings. Besides the port's errors it raises `PlannerUnavailable`.

    `own` gives the workflows the user has saved: a plan may reach what they reach.
    """

    def __init__(self, settings: Settings, registry: Registry, own: OwnWorkflows = none_saved) -> None:
        self._settings = settings
        self._registry = registry
        self._own = own

    async def plan(self, text: str) -> Plan:
        """Make a new workflow of a command."""
        prompt = f"The command:\n{_command(text)}"
        sketch, workflow = await self._ask(briefing(self._registry), prompt, Sketch, None)
        workflow, assumptions = await self._only_named(text, sketch, workflow, None)
        return Plan(
            layout(workflow),
            sketch.explanation,
            _clauses(sketch, workflow),
            assumptions,
            DOUBTFUL if assumptions else 1.0,
            "llm",
        )

    async def edit(self, text: str, workflow: Workflow) -> Edit:
        """Change a workflow as the command says; what the command does not name stays as it is."""
        prompt = f"The workflow:\n{of_workflow(workflow, self._registry)}\n\nThe command:\n{_command(text)}"
        sketch, edited = await self._ask(briefing(self._registry, editing=True), prompt, Revision, workflow)
        edited, assumptions = await self._only_named(text, sketch, edited, workflow)
        if any(node.position for node in workflow.nodes):
            edited = layout(edited, keep=True)
        return Edit(
            edited,
            sketch.explanation,
            diff(workflow, edited),
            _clauses(sketch, edited),
            assumptions,
            DOUBTFUL if assumptions else 1.0,
            "llm",
        )

    async def _only_named(
        self, command: str, sketch: Sketch, workflow: Workflow, base: Workflow | None
    ) -> tuple[Workflow, list[str]]:
        """The workflow without what nobody named or asked for, and all that is doubtful about it."""
        own = [*await self._own(), *([base] if base else [])]
        named = named_in(command, self._settings, own, self._registry)
        workflow, told = without_unnamed(workflow, named, self._registry, base)
        workflow, more = without_unasked(command, workflow, named, base)
        return workflow, [*sketch.assumptions, *told, *more]

    async def _ask(
        self, instructions: str, prompt: str, kind: type[Sketch], base: Workflow | None
    ) -> tuple[Sketch, Workflow]:
        """The model's sketch and the valid workflow made of it; Refusal when it declines."""
        broken: list[Problem] = []

        def check(output: Sketch | Decline) -> str | None:
            broken[:] = [] if isinstance(output, Decline) else _breaches(output, self._registry, base)
            return _to_mend(broken) if broken else None

        try:
            choice = require(self._settings)
            kinds = [kind, Decline]
            answer = await consult(choice, instructions, prompt, kinds, check=check, repairs=REPAIRS, seconds=TIMEOUT)
        except NodeError as error:
            why = _in_words(broken) if broken and error.code == "model_answer" else error.message
            raise PlannerUnavailable(f"The language model could not plan this. {why}") from error
        if isinstance(answer.output, Decline):
            raise Refusal(answer.output.code, answer.output.message, EXAMPLE)
        return answer.output, to_workflow(answer.output, self._registry, base)


def _breaches(sketch: Sketch, registry: Registry, base: Workflow | None) -> Sequence[Problem]:
    """What is wrong with the sketch."""
    try:
        to_workflow(sketch, registry, base)
    except GraphError as error:
        return error.problems
    return ()


def _to_mend(broken: Sequence[Problem]) -> str:
    """For the model."""
    found = "\n".join(f"- {problem.where}: {problem.message}" for problem in broken[:20])
    return f"The workflow breaks rules; nodes[i] is step i, counted from 0.\n{found}"


def _in_words(broken: Sequence[Problem]) -> str:
    """For the user, who does not see the plan."""
    return f"Its plan cannot be used: {broken[0].message.rstrip('.')}. Say the command in other words, or in smaller steps."


def _command(text: str) -> str:
    """The command, when it has words in it. Refusal `unclear` without, UserError `too_long` with too many."""
    check_length(text)
    if not any(character.isalnum() for character in text):
        raise Refusal("unclear", "There is nothing in this command. Say what is to be done.", EXAMPLE)
    return text.strip()


def _clauses(sketch: Sketch, workflow: Workflow) -> list[Clause]:
    """The words of the command by the nodes they became; the steps are in the order of the nodes."""
    pairs = [(step.said.strip(), node.id) for step, node in zip(sketch.steps, workflow.nodes, strict=True)]
    groups = groupby((pair for pair in pairs if pair[0]), key=lambda pair: pair[0])
    return [Clause(said, [node_id for _, node_id in group]) for said, group in groups]
