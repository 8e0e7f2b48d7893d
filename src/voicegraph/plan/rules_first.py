"""Both planners at once: the rules answer when they are sure, which takes milliseconds; otherwise the model is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from voicegraph.errors import Refusal
from voicegraph.graph.model import Workflow
from voicegraph.plan.planner import Edit, Plan, Planner, PlannerUnavailable

SURE = 0.95
"""The rules' confidence from which the model is not asked: nothing was guessed, nothing left out."""

Answer = TypeVar("Answer", Plan, Edit)


class SureFirst:
    """A `Planner` over two. While the model is unavailable the rules' answer is taken, and says so."""

    def __init__(self, rules: Planner, model: Planner) -> None:
        self._rules = rules
        self._model = model

    async def plan(self, text: str) -> Plan:
        """See `Planner.plan`."""
        return await _ask(lambda: self._rules.plan(text), lambda: self._model.plan(text))

    async def edit(self, text: str, workflow: Workflow) -> Edit:
        """See `Planner.edit`."""
        return await _ask(lambda: self._rules.edit(text, workflow), lambda: self._model.edit(text, workflow))


async def _ask(rules: Callable[[], Awaitable[Answer]], model: Callable[[], Awaitable[Answer]]) -> Answer:
    quick, refusal = None, None
    try:
        quick = await rules()
    except Refusal as error:
        if error.code == "off_topic":
            raise  # small talk: no model makes a workflow of it
        refusal = error
    if quick and quick.confidence >= SURE:
        return quick
    try:
        return await model()
    except PlannerUnavailable as error:
        if quick is None:
            raise refusal or error from error
        return replace(quick, assumptions=[*quick.assumptions, f"{error.message} So it was planned by rules."])
