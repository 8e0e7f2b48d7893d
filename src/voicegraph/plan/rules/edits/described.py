"""A step that is described rather than ordered: "a Slack message", "a step to translate it", "an upload of a CSV"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from voicegraph.graph.model import Node, NodeId
from voicegraph.plan.rules.clauses.split import read_clause
from voicegraph.plan.rules.edits.work import EditWork
from voicegraph.plan.rules.rules_planner import to_node
from voicegraph.plan.rules.steps.interpret import interpret
from voicegraph.plan.rules.steps.step import Context, PlannedStep
from voicegraph.plan.rules.text.verbs import leading_verb
from voicegraph.words.patterns import rx, words

_STEP_THAT = rx(
    rf"^(?:{words('a an another the one new more')} )*{words('step node action block part task')} ",
    "(?:(?:to|that|which|where|for|called|named) )?(?:will |can |you |it |should )?",
)
_STEP = rx(r" (?:step|node|action(?! (?:items?|points?|plans?)\b)|block)\b")
_LONGEST = 400
_ARTICLES = rx(rf"^(?:{words('a an another the some one')} )+")
_OPENERS: tuple[tuple[str, Callable[[PlannedStep], bool]], ...] = (
    ("insert ", lambda step: step.role == "pause"),
    ("fetch ", lambda step: step.role == "source"),
    ("send ", lambda step: step.role == "deliver" and not step.doubt),
    ("give me ", lambda step: step.implied),
)
"""Verbs that make an order of a noun ("a Slack message"), and which steps they may make."""


def describe(words: str, work: EditWork) -> list[PlannedStep]:
    """The steps these words describe, [] when they describe none."""
    words = words[:_LONGEST]
    words = _ordered(_STEP.sub("", _STEP_THAT.sub("", words.strip(" ,.")), count=1).strip())
    steps = _interpreted(words, work)
    bare = _ARTICLES.sub("", words)
    if not steps and bare != words and leading_verb(bare):
        steps = _interpreted(bare, work)
    for opener, fits in _OPENERS if not steps else ():
        steps = _interpreted(f"{opener}{words}", work)
        if steps and all(fits(step) for step in steps):
            return steps
        steps = []
    return steps


def _ordered(words: str) -> str:
    """“(A step that) asks for my approval” as an order: “ask for my approval”."""
    verb = leading_verb(words)
    return f"{verb.lemma}{words[verb.length :]}" if verb and verb.form == "third" else words


def _interpreted(words: str, work: EditWork) -> list[PlannedStep]:
    repo = next((str(node.params["repo"]) for node in work.workflow.nodes if node.params.get("repo")), None)
    context = Context(work.spoken.shelter, has_input=True, repo=repo)
    meaning = interpret(read_clause(words), context)
    steps = meaning.steps
    if meaning.deliveries:
        # "Email me the summary" means the one that is there.
        made = {(node.type, node.action) for node in work.workflow.nodes}
        steps = [step for step in steps if not (step.implied and step.key in made)]
    return [replace(step, each=True) for step in steps] if meaning.each_next else steps


def new_node(step: PlannedStep) -> Node:
    """The node of a step; it gets a free id when it is put into the workflow."""
    return to_node(step, NodeId("step-0"))
