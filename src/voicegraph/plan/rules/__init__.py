"""The embedded planner: a grammar of English commands. Read `rules_planner.py` first.

text/     what was said -> tidy text, with quotations and addresses sheltered
start/    schedules, webhooks and events, which are cut out of the text
clauses/  the rest in clauses, in the order of meaning
steps/    each clause -> where from, what to do, where to
flow/     what follows what, side by side or on a condition -> nodes and edges
edits/    the same words for a workflow that is there already
values/   numbers, lengths of time, times of day and time zones, for all of them
"""

from __future__ import annotations

from voicegraph.plan.rules.rules_planner import RulesPlanner

__all__ = ["RulesPlanner"]
