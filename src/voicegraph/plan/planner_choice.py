"""The planner that the settings, or a single request, ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voicegraph.errors import UserError
from voicegraph.nodes.models.models import choose
from voicegraph.plan.planner import Planner, PlannerName
from voicegraph.settings import Settings


@dataclass(frozen=True, slots=True)
class Planners:
    """`usual` plans what names no planner; `named` are those that can be asked for."""

    usual: Planner
    named: Mapping[PlannerName, Planner]

    def of(self, name: PlannerName | None) -> Planner:
        """The planner with this name, the usual one for None. UserError `no_model` when there is no model to ask."""
        if name is None:
            return self.usual
        if name not in self.named:
            raise UserError("no_model", "No language model is configured. Set VOICEGRAPH_MODEL, or plan by rules.")
        return self.named[name]


def planner_kind(settings: Settings) -> PlannerName:
    """`llm` where a model may be asked: one is configured or named, and the settings do not ask for rules alone."""
    if settings.planner == "auto":
        return "llm" if choose(settings) else "rules"
    return settings.planner
