"""Add steps: "add a summary before the email", "then post it to Slack", "wait for my approval before sending it"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voicegraph.errors import GraphError
from voicegraph.graph import edit as graph_edit
from voicegraph.graph.model import Node, NodeId, Workflow
from voicegraph.plan.rules.edits.described import describe, new_node
from voicegraph.plan.rules.edits.orders import Order
from voicegraph.plan.rules.edits.placing import deliveries_of, insert_before_all, is_delivery, place
from voicegraph.plan.rules.edits.reference import find_nodes
from voicegraph.plan.rules.edits.work import EditWork, title
from voicegraph.plan.rules.steps.pauses import read_approval
from voicegraph.plan.rules.steps.step import PlannedStep
from voicegraph.words.patterns import either, named, rx, words

_ADD = rx(
    "^",
    either(
        words(
            "add insert put include place squeeze stick append slot drop throw need i_need i_want there_should_be start_with start_from begin_with begin_from"
        )
    ),
    rf" (?:in )?(?={words('a an another one the my some in')}\b|⟪|\w+ step)",
)
_JOKE = rx("tell (?:me|us) (?:an?|another|some) (?:joke|story|riddle|secret|poem|(?:fun )?fact)s?$|sing\\b")
_QUESTION = rx(r"(?:what(?! about\b| if\b)|who|when|where|why|how(?! about\b))(?:'s|'re)?\b")
_INFINITIVE = rx(r"^(?:to|for) (?=\w)")
_BETWEEN = rx(r" ?,? ?\b(?:in )?between ", named("one", ".+?"), " and ", named("two", ".+$"))
_FRONTED = rx(
    "^",
    named("verb", words("add insert put include place")),
    " (?:in )?",
    named(
        "place", r"(?:between (?:the )?\w+(?: \w+)? and (?:the )?\w+|(?:before|after|behind) (?:the )?\w+)(?: step)?"
    ),
    " ?,? ",
    named("what", "(?:an?|another|one|my) .+"),
    "$",
)
""""Insert between A and B a translation"."""
_SIDE = rx(
    r" ?,? ?\b(?:(?:right|just|directly|immediately) )?",
    either(named("before", "before|ahead of|in front of"), "(?:after|following|behind)"),
    " ",
    named("anchor", r"(?:the|my|step|sending|it|each|that|this|all|\w+ing)\b.*", r"\w+(?: step)?"),
    "$",
)
_A_STEP = rx(" (?:step|node)$")
_SENDING = rx(
    "(?:(?:it|that|this|anything|everything) (?:is |gets |goes )?)?"
    r"(?:(?:sending|sent|delivering|delivered|posting|posted|sharing|shared|saving|saved|storing|stored|publishing|published|going out)|out)(?: (?:it|them|anything))?"
)
"""Before any of the deliveries."""
_NAMED_RESULT = rx(
    r"^(?:post|send|e-?mail|mail|save|share|put|forward|write) (?:only )?",
    named("what", r"(?:the|its) [\w ]+?"),
    " (?:to|in|on|into|by|as|back)\\b",
)
_OBJECT = rx(r"^\w+ ", named("what", r"(?:the|its) [\w-]+"), r"\b")
_EDGE = rx(
    r" ?,? ?\b(?:at|to|as) (?:the )?(?:very )?",
    either(named("start", "beginning|start|front|first(?: step)?|top"), "end|last(?: step)?|bottom"),
    r"\b(?: of (?:it|the (?:work)?flow))?",
)
_BESIDE = rx(
    r" ?,? ?\b(?:in parallel (?:with|to)|at the same time as|alongside|next to|beside|together with) ",
    named("anchor", ".+$"),
)

_Put = Callable[[Workflow, Node], Workflow]


@dataclass(frozen=True, slots=True)
class _Place:
    """The place of a new step as the words say it: each is a name of a node, "" when not said."""

    text: str
    before: str = ""
    after: str = ""
    beside: str = ""
    between: tuple[str, str] | None = None
    at_start: bool = False


def insert(order: Order, work: EditWork) -> bool:
    """Add the steps an order describes: where it says, else where their kind makes sense."""
    if _QUESTION.match(order.text) or _JOKE.match(order.text):
        return False
    where = _place(order, work)
    steps = describe(_INFINITIVE.sub("", _ADD.sub("", where.text.strip(" ,."))), work)
    if not steps:
        return False
    there = [_same(step, work) for step in steps]
    fresh = [step for step, same in zip(steps, there, strict=True) if same is None]
    if not fresh and not order.also:
        _tell_is_there([node for node in there if node], work)
        return True
    steps = fresh or steps
    put = _put(where, steps[0], work) or _after_what_is_named(where.text, steps[0], work)
    if put is None and order.then and steps[0].type == "wait":
        put = graph_edit.append  # "then wait": after all that is there
    if put:
        _in_a_row(steps, put, work)
    else:
        for step in steps:
            work.add(step, place(work.workflow, new_node(step), step, beside=order.beside or order.also))
    return True


def _place(order: Order, work: EditWork) -> _Place:
    text = order.text
    edge = _EDGE.search(text)
    at_start = bool(edge and edge["start"])
    text = f"{text[: edge.start()]}{text[edge.end() :]}" if edge else text
    fronted = _FRONTED.match(text)
    text = f"{fronted['verb']} {fronted['what']} {fronted['place']}" if fronted else text
    beside, between, side = _BESIDE.search(text), _BETWEEN.search(text), _SIDE.search(text)
    if beside and work.find(beside["anchor"]):
        return _Place(text[: beside.start()], beside=beside["anchor"])
    if between:
        return _Place(text[: between.start()], between=(between["one"], between["two"]))
    if side and (work.find(side["anchor"]) or _A_STEP.search(side["anchor"])):
        text = text[: side.start()]
        return _Place(text, before=side["anchor"]) if side["before"] else _Place(text, after=side["anchor"])
    return _Place(text, order.before, order.after, at_start=at_start)


def hold_for_approval(order: Order, work: EditWork) -> bool:
    """“Have the e-mail go out only after I approve”: what follows "after" is the approval."""
    approval = read_approval(order.after) if order.after else None
    if approval is None:
        return False
    target = next((node for node in find_nodes(order.text, work.workflow) if is_delivery(node)), None)
    targets = [target.id] if target else deliveries_of(work.workflow)
    if not targets or (describe(order.text, work) and not target):
        return False
    work.add(approval, insert_before_all(work.workflow, new_node(approval), targets))
    return True


def _put(where: _Place, step: PlannedStep, work: EditWork) -> _Put | None:
    """The operation that puts a node there; None when nothing was said. Raises Refusal for a step that is not there."""
    if where.beside:
        beside = work.require(where.beside).id
        return lambda workflow, node: graph_edit.add_parallel(workflow, node, beside)
    if where.between:
        one, two = (work.require(words).id for words in where.between)
        return lambda workflow, node: _between(workflow, node, one, two)
    if where.before:
        return _before(where, step, work)
    if where.after:
        after = work.require(where.after).id
        # A delivery becomes a branch of its own, all else stands between the step and what followed it.
        change = graph_edit.append if step.role == "deliver" else graph_edit.insert_after
        return lambda workflow, node: change(workflow, node, after)
    return graph_edit.prepend if where.at_start else None


def _way_to(target: NodeId, text: str, step: PlannedStep, work: EditWork) -> NodeId | None:
    """“Translate the summary before the email”: of several nodes that lead to the e-mail, only the summary."""
    sources = work.workflow.predecessors(target)
    said = _OBJECT.match(text) if step.role == "think" and len(sources) > 1 else None
    node = work.find(said["what"]) if said else None
    return node.id if node and node.id in sources else None


def _same(step: PlannedStep, work: EditWork) -> Node | None:
    """The delivery that is this very one: "send it to #general as well as #dev" adds one."""
    if step.role != "deliver":
        return None
    return next(
        (node for node in work.nodes if (node.type, node.action) == step.key and node.params == step.params), None
    )


def _tell_is_there(nodes: list[Node], work: EditWork) -> None:
    titles = dict.fromkeys(map(title, nodes))
    verb = "is" if len(titles) == 1 else "are"
    work.tell(f"{' and '.join(titles)} {verb} there already, so nothing was added. Say “also” to have it twice.")


def _after_what_is_named(text: str, step: PlannedStep, work: EditWork) -> _Put | None:
    """“Post the dates to Slack”, where there are a summary as well as dates: only the dates."""
    named_result = _NAMED_RESULT.match(text) if step.role == "deliver" else None
    node = work.find(named_result["what"]) if named_result else None
    ends = [other for other in work.nodes if other.type == "llm" and not _feeds_thinking(other, work)]
    if node is None or len(ends) < 2 or node not in ends:
        return None
    return lambda workflow, new: graph_edit.append(workflow, new, node.id)


def _feeds_thinking(node: Node, work: EditWork) -> bool:
    return any(work.workflow.node(target).type == "llm" for target in work.workflow.successors(node.id))


def _before(where: _Place, step: PlannedStep, work: EditWork) -> _Put:
    """Before a step, on the way to it that is named, or before every delivery ("before sending")."""
    ends = deliveries_of(work.workflow) if _SENDING.fullmatch(where.before) else []
    if ends:
        return lambda workflow, node: insert_before_all(workflow, node, ends)
    before = work.require(where.before).id
    through = _way_to(before, where.text, step, work)
    if through:
        return lambda workflow, node: _between(workflow, node, through, before)
    return lambda workflow, node: graph_edit.insert_before(workflow, node, before)


def _between(workflow: Workflow, node: Node, one: NodeId, two: NodeId) -> Workflow:
    try:
        return graph_edit.insert_between(workflow, node, one, two)
    except GraphError:
        return graph_edit.insert_before(workflow, node, two)


def _in_a_row(steps: list[PlannedStep], put: _Put, work: EditWork) -> None:
    """The first step goes to its place, the others right behind it."""
    last = work.add(steps[0], put(work.workflow, new_node(steps[0])))
    for step in steps[1:]:
        last = work.add(step, graph_edit.insert_after(work.workflow, new_node(step), last))
