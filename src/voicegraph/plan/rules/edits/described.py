"""A step that is described rather than ordered: "a Slack message", "a step to translate it", "an upload of a CSV"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from voicegraph.graph.model import Node, NodeId, Workflow
from voicegraph.plan.rules.clauses import read_clause
from voicegraph.plan.rules.interpret import interpret
from voicegraph.plan.rules.planner import to_nodes
from voicegraph.plan.rules.shelter import Shelter
from voicegraph.plan.rules.steps import Context, Step
from voicegraph.plan.rules.verbs import leading_verb

_STEP_THAT = re.compile(
    r"^(?:(?:a|an|another|the|one|new|more)\s+)*(?:new\s+)?(?:step|node|action|block|part|task)\s+(?:(?:to|that|which|where|for|called|named)\s+)?(?:will\s+|can\s+|you\s+|it\s+|should\s+)?", re.I
)
_STEP = re.compile(r"\s+(?:step|node|action|block)\b", re.I)
_ARTICLE = re.compile(r"^(?:(?:a|an|another|the|some|one)\s+)+", re.I)
_OPENERS: tuple[tuple[str, Callable[[Step], bool]], ...] = (
    ("insert ", lambda step: step.role == "pause"),
    ("fetch ", lambda step: step.role == "source"),
    ("send ", lambda step: step.role == "deliver" and not step.doubt),
    ("give me ", lambda step: step.implied),
)
"""Verbs that make an order of a noun ("a Slack message"), and which steps they may make."""


def describe(words: str, workflow: Workflow, shelter: Shelter) -> list[Step]:
    """The steps these words describe, [] when they describe none."""
    words = _STEP.sub("", _STEP_THAT.sub("", words.strip(" ,.")), count=1).strip()
    steps = _interpreted(words, workflow, shelter)
    bare = _ARTICLE.sub("", words)
    if not steps and bare != words and leading_verb(bare):
        steps = _interpreted(bare, workflow, shelter)
    for opener, fits in _OPENERS:
        if steps:
            break
        steps = _interpreted(f"{opener}{words}", workflow, shelter)
        steps = steps if all(fits(step) for step in steps) else []
    return steps


def _interpreted(words: str, workflow: Workflow, shelter: Shelter) -> list[Step]:
    repo = next((str(node.params["repo"]) for node in workflow.nodes if node.params.get("repo")), None)
    context = Context(shelter, has_input=True, repo=repo)
    clause = read_clause(words)
    clause.kind = "main" if clause.kind in {"after", "before"} else clause.kind
    meaning = interpret(clause, context)
    steps = meaning.steps
    if any(step.role == "deliver" for step in steps):
        made = {(node.type, node.action) for node in workflow.nodes}
        steps = [step for step in steps if not (step.implied and step.key in made)]
    return [replace(step, each=True) for step in steps] if meaning.each_next else steps


def to_node(step: Step) -> Node:
    """The node of a step; its id is given when it is put into the workflow."""
    return to_nodes([step])[0].model_copy(update={"id": NodeId("step-0")})
