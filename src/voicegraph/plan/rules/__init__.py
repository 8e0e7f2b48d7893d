"""The embedded planner: a grammar of English commands. Read `planner.py` first.

    text -> normalize -> schedule and triggers -> clauses -> order of meaning -> steps -> structure -> graph
"""

from __future__ import annotations

from voicegraph.plan.rules.planner import RulesPlanner

__all__ = ["RulesPlanner"]
