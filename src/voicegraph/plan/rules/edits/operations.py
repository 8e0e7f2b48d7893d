"""One clause of an edit -> the changed workflow. Each reader knows one kind of change and says None to all others."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from voicegraph.errors import GraphError, Refusal
from voicegraph.graph import edit as graph_edit
from voicegraph.graph.model import Node, NodeId, Workflow
from voicegraph.plan.rules.conditions import to_condition
from voicegraph.plan.rules.edits.described import describe, to_node
from voicegraph.plan.rules.edits.params import named_change, new_address
from voicegraph.plan.rules.edits.placing import added_by, insert_before_all, is_delivery, is_source, place
from voicegraph.plan.rules.edits.reference import find_node, find_nodes, in_order
from voicegraph.plan.rules.refuse import EDIT_EXAMPLE
from voicegraph.plan.rules.shelter import Shelter
from voicegraph.plan.rules.steps import Step


@dataclass(frozen=True, slots=True)
class Order:
    """A clause of the edit: its words, where it says to put things, and what it makes that depend on."""

    text: str
    before: str = ""
    after: str = ""
    condition: str = ""
    negated: bool = False
    otherwise: bool = False
    beside: bool = False
    also: bool = False
    then: bool = False


@dataclass(slots=True)
class Work:
    """The workflow while it changes, and what is told about it."""

    workflow: Workflow
    shelter: Shelter
    said: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    touched: list[NodeId] = field(default_factory=list)

    def tell(self, sentence: str, *nodes: NodeId) -> None:
        """Note what was done, and to which nodes."""
        self.said.append(sentence)
        self.touched += nodes

    def node(self, words: str) -> Node:
        """The node these words mean. Raises Refusal `unclear` when there is none."""
        found = find_node(words, self.workflow)
        if found is None:
            raise missing(words, self.workflow, self.shelter)
        return found

    def add(self, step: Step, placed: Workflow) -> None:
        """Take over a workflow with one more node."""
        added = added_by(self.workflow, placed)
        self.workflow = placed
        self.notes += [step.note] if step.note else []
        self.tell(f"Added {_title(step.label)}.", *added)


def missing(words: str, workflow: Workflow, shelter: Shelter) -> Refusal:
    """The refusal for words that mean no step of this workflow."""
    steps = ", ".join(f'"{node.label}"' for node in in_order(workflow)[:8]) or "none"
    words = shelter.restore(words.strip())[:60]
    return Refusal("unclear", f'There is no step like "{words}" in this workflow. Its steps are: {steps}.', EDIT_EXAMPLE)


def _title(label: str) -> str:
    return f"“{label[:1].upper()}{label[1:]}”"


# -- remove

_REMOVE = re.compile(
    r"^(?:remove|delete|drop|take\s+out|take\s+away|get\s+rid\s+of|skip|leave\s+out|cut(?:\s+out)?|lose|erase|eliminate|discard|kill|omit)\s+(?P<what>.+?)(?:\s+(?:from\s+(?:the\s+)?(?:workflow|flow|graph)|any\s?more|entirely|completely|again|please))?$"
    r"|^take\s+(?P<what2>(?:the|my)\s+.+?)\s+(?:out|away|off)$"
    r"|^(?:i\s+)?(?:don't|do\s+not|no\s+longer)\s+(?:want|need)\s+(?:to\s+)?(?P<what3>.+?)(?:\s+(?:any\s?more|any\s+longer|now|after\s+all))?$|^(?:without|no(?:\s+more)?)\s+(?P<what4>(?:the\s+)?.+)$"
    r"|^(?P<what5>(?:the|that|this)\s+.+?)\s+(?:(?:isn't|is\s+not|is\s+no\s+longer|aren't|are\s+not|are\s+no\s+longer)\s+(?:needed|necessary|wanted|required|useful)|(?:is|are)\s+(?:unnecessary|superfluous|not\s+needed|too\s+much)|(?:can|should|must)\s+(?:go(?:\s+away)?|be\s+(?:removed|deleted|dropped)))(?:\s+any\s?more)?$",
    re.I,
)
_NEVER = re.compile(r"^(?:don't|do\s+not|stop|no\s+longer|never|there's\s+no\s+need\s+to|no\s+need\s+to)\s+(?P<what>\w+.*?)(?:\s+(?:any\s?more|any\s+longer|it|me|now|them))*$", re.I)
_EVERYTHING = re.compile(r"^(?:everything|all(?:\s+(?:of\s+it|the\s+)?(?:steps|nodes)?)?|it\s+all|the\s+(?:whole\s+)?workflow)$", re.I)


def remove(order: Order, work: Work) -> bool | None:
    """"Remove the email step", "I don't want the summary", "don't post it to Slack"."""
    found = _REMOVE.match(order.text) or _NEVER.match(order.text)
    if found is None or order.before or order.condition:
        return None
    what = next(words for words in found.groups() if words)
    if _EVERYTHING.match(what):
        raise Refusal("unclear", "Removing every step leaves nothing. Say what the workflow should do instead, or delete it.", EDIT_EXAMPLE)
    targets = _targets(what, work)
    for node in targets:
        work.workflow = graph_edit.remove(work.workflow, node.id)
        work.tell(f"Removed {_title(node.label)}.")
    return True


def _targets(what: str, work: Work) -> list[Node]:
    """One node for each part of "the Slack and email steps"; all of a kind for "the emails"."""
    whole = find_nodes(what, work.workflow)
    parts = [part for part in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*", what) if part.strip()]
    if len(parts) == 1:
        if not whole:
            raise missing(what, work.workflow, work.shelter)
        plural = re.search(r"\b(?:all|both|every|each)\b", what, re.I) or (re.search(r"(?<!s)s(?:\s+steps)?$", what.strip(), re.I) and len(whole) > 1)
        return whole if plural else whole[:1]
    found = [find_node(part, work.workflow) for part in parts]
    lost = [part for part, node in zip(parts, found, strict=True) if node is None]
    if len(lost) == len(parts):
        raise missing(what, work.workflow, work.shelter)
    work.notes += [f'There is no step like "{work.shelter.restore(part)}".' for part in lost]
    return list({node.id: node for node in found if node}.values())


# -- move

_MOVE = re.compile(
    r"^(?:move|put|place|bring|shift|drag|do|run|reorder|send|make|have)\s+(?P<what>the\s+.+?|step\s+\w+|[\w\s]+?\s+step)\s+(?:(?P<side>before|after|behind|in\s+front\s+of|ahead\s+of|following)\s+(?P<anchor>.+)|(?:between)\s+(?P<one>.+?)\s+and\s+(?P<two>.+)|(?:to|at|into)\s+(?:the\s+)?(?P<end>(?:very\s+)?(?:end|beginning|start|front|back|top|bottom|last|first)(?:\s+(?:position|place|step))?)|(?P<last>last|first)|(?:the\s+)(?P<rank>last|first|final)\s+step)$"
    r"|^(?P<what2>the\s+.+?|.+?\s+step)\s+(?:should|must|needs?\s+to|has\s+to|goes|go|comes?)\s*(?:come|be|go|run|happen)?\s+(?:(?P<side2>before|after|behind)\s+(?P<anchor2>.+)|(?:at\s+the\s+|to\s+the\s+|in\s+the\s+)?(?P<end2>last|first|end|beginning|start))$",
    re.I,
)
_SWAP = re.compile(r"^(?:swap|switch|exchange|reverse)\s+(?:the\s+(?:order|places?)\s+of\s+)?(?P<one>.+?)\s+and\s+(?P<two>.+?)(?:\s+(?:around|steps))?$", re.I)


def move(order: Order, work: Work) -> bool | None:
    """"Move the email to the end", "the summary should come before the translation"."""
    text = _rejoined(order)
    found = _MOVE.match(text)
    if found is None:
        return _swapped(text, work)
    node = find_node(found["what"] or found["what2"], work.workflow)
    if node is None:
        return None
    side, anchor = found["side"] or found["side2"], found["anchor"] or found["anchor2"]
    if anchor:
        target = find_node(anchor, work.workflow)
        if target is None or target.id == node.id:
            return None
        before = re.match(r"before|in\s+front|ahead", side, re.I)
        work.workflow = (graph_edit.move_before if before else graph_edit.move_after)(work.workflow, node.id, target.id)
        work.tell(f"Moved {_title(node.label)} {'before' if before else 'after'} {_title(target.label)}.", node.id)
        return True
    if found["one"]:
        work.workflow = graph_edit.move_after(work.workflow, node.id, work.node(found["one"]).id)
        work.tell(f"Moved {_title(node.label)}.", node.id)
        return True
    return _to_edge(node, found["end"] or found["end2"] or found["last"] or found["rank"], work)


def _to_edge(node: Node, where: str, work: Work) -> bool:
    if re.search(r"end|last|back|bottom|final", where, re.I):
        work.workflow = graph_edit.move_to_end(work.workflow, node.id)
        work.tell(f"Moved {_title(node.label)} to the end.", node.id)
    else:
        first = next((other for other in in_order(work.workflow) if other.id != node.id), None)
        if first:
            work.workflow = graph_edit.move_before(work.workflow, node.id, first.id)
        work.tell(f"Moved {_title(node.label)} to the beginning.", node.id)
    return True


def _swapped(text: str, work: Work) -> bool | None:
    found = _SWAP.match(text)
    if found is None:
        return None
    one, two = find_node(found["one"], work.workflow), find_node(found["two"], work.workflow)
    if one is None or two is None or one.id == two.id:
        return None
    ordered = [node.id for node in in_order(work.workflow)]
    first, second = sorted((one, two), key=lambda node: ordered.index(node.id))
    work.workflow = graph_edit.move_before(work.workflow, second.id, first.id)
    work.tell(f"Swapped {_title(one.label)} and {_title(two.label)}.", one.id, two.id)
    return True


def _rejoined(order: Order) -> str:
    """The clause with its anchor back at its end."""
    return order.text + (f" before {order.before}" if order.before else "") + (f" after {order.after}" if order.after else "")


# -- run existing steps side by side

_SIDE_BY_SIDE = re.compile(r"^(?:run|do|make|have|execute|put|perform)\s+(?P<one>.+?)\s+(?:and|parallel\s+(?:to|with)|in\s+parallel\s+(?:to|with)|alongside|next\s+to|at\s+the\s+same\s+time\s+as|beside)\s+(?P<two>.+?)(?:\s+(?:in\s+parallel|run\s+in\s+parallel|parallel|at\s+the\s+same\s+time|simultaneously|side\s+by\s+side|concurrently|together))?$", re.I)


def side_by_side(order: Order, work: Work) -> bool | None:
    """"Run the summary and the translation in parallel"."""
    found = _SIDE_BY_SIDE.match(order.text)
    if found is None or not (order.beside or re.search(r"parallel|same\s+time|alongside|simultaneous|side\s+by\s+side|beside|next\s+to", order.text, re.I)):
        return None
    one, two = find_node(found["one"], work.workflow), find_node(found["two"], work.workflow)
    if one is None or two is None or one.id == two.id:
        return None
    ordered = [node.id for node in in_order(work.workflow)]
    first, second = sorted((one, two), key=lambda node: ordered.index(node.id))
    without = graph_edit.remove(work.workflow, second.id)
    work.workflow = graph_edit.add_parallel(without, second, first.id)
    work.tell(f"{_title(first.label)} and {_title(second.label)} now run side by side.", first.id, second.id)
    return True


# -- replace

_REPLACE = re.compile(
    r"^make\s+(?P<old5>the\s+[\w\s-]+?)\s+(?:into\s+)?(?P<new5>an?\s+.+)$"
    r"|^(?:switch|change|go)\s+from\s+(?P<old2>.+?)\s+to\s+(?P<new2>.+)$"
    r"|^(?:replace|swap(?:\s+out)?|exchange|substitute|change|turn|switch|convert)\s+(?P<old>.+?)\s+(?:with|by|for|to|into)\s+(?P<new>.+?)(?:\s+instead)?$"
    r"|^(?P<new3>.+?)\s+(?:instead\s+of|rather\s+than|in\s+place\s+of)\s+(?P<old3>.+)$"
    r"|^(?:instead\s+of|rather\s+than)\s+(?P<old4>.+?)\s*(?:,|\buse\b)\s*(?P<new4>.+)$",
    re.I,
)
_USE = re.compile(r"^(?:use|take|make\s+it|have|do)\s+", re.I)


def swap(order: Order, work: Work) -> bool | None:
    """"Replace the email with a Slack message", "use the pull requests instead of the issues"."""
    found = _REPLACE.match(order.text)
    if found is None:
        return None
    old = next(found[name] for name in ("old", "old2", "old3", "old4", "old5") if found[name])
    new = next(found[name] for name in ("new", "new2", "new3", "new4", "new5") if found[name])
    target = find_node(old, work.workflow)
    if target is None:
        return _new_words(old, new, work)
    steps = describe(new, work.workflow, work.shelter) or describe(_USE.sub("", new), work.workflow, work.shelter)
    if not steps:
        return _new_words(old, new, work) or _other_query(target, new, work)
    step = _fitting(steps, target)
    if (step.type, step.action) == (target.type, target.action) and not step.params:
        return None
    _put_in_place(target, step, work)
    return True


def _fitting(steps: list[Step], target: Node) -> Step:
    """Of the steps that are described, the one of the kind that is replaced."""
    role = "deliver" if is_delivery(target) else "source" if is_source(target) else "think"
    return next((step for step in steps if step.type == target.type), next((step for step in steps if step.role == role), steps[0]))


def _put_in_place(target: Node, step: Step, work: Work) -> None:
    node = to_node(step)
    kept = target.params if step.type == target.type else {}
    if step.key == (target.type, target.action):
        node = node.model_copy(update={"each": node.each or target.each})
    elif "state" in kept and step.action == "get_commits":
        kept = {name: value for name, value in kept.items() if name != "state"}
    if step.type == "llm":
        kept = {}
    node = node.model_copy(update={"params": {**kept, **step.params}, "retry": target.retry, "timeout": target.timeout})
    work.workflow = graph_edit.replace(work.workflow, target.id, node)
    work.notes += [step.note] if step.note and not node.params.get("repo") else []
    changed = step.key == (target.type, target.action)
    work.tell(f"Changed {_title(target.label)}." if changed else f"Replaced {_title(target.label)} with {_title(node.label)}.", target.id)


def _new_words(old: str, new: str, work: Work) -> bool | None:
    """Put one value in the place of another: "change hotels to flights", "b@example.com instead of a@example.com"."""
    before, after = work.shelter.restore(old.strip(" ,.")), work.shelter.restore(_USE.sub("", new.strip(" ,.")))
    before = re.sub(r"^(?:the|a|an)\s+", "", before, flags=re.I)
    for node in in_order(work.workflow):
        for name, value in node.params.items():
            if isinstance(value, str) and re.search(rf"\b{re.escape(before)}\b", value, re.I):
                fresh = re.sub(rf"\b{re.escape(before)}\b", lambda _: after, value, flags=re.I)
                work.workflow = graph_edit.set_params(work.workflow, node.id, {name: fresh})
                work.tell(f"Changed {name} of {_title(node.label)} to “{fresh}”.", node.id)
                return True
    return None


def _other_query(target: Node, new: str, work: Work) -> bool | None:
    if target.type not in {"web_search", "tavily"}:
        return None
    query = work.shelter.restore(re.sub(r"^(?:search\s+for|look\s+for|for)\s+", "", new, flags=re.I))
    work.workflow = graph_edit.set_params(work.workflow, target.id, {"query": query})
    work.tell(f"{_title(target.label)} now searches for “{query}”.", target.id)
    return True


# -- change params

_INSTEAD = re.compile(r"^instead[\s,]+|[\s,]*\b(?:instead|now|from\s+now\s+on|rather)$", re.I)
_GOES_TO = re.compile(r"^(?:it|that|the\s+(?:e-?mail|mail|message|result|report|summary))\s+(?:should|must|has\s+to|needs\s+to)\s+(?:go|be\s+(?:sent|addressed|delivered|posted))\s+to\b|^(?:use|make\s+it|for|from|to|send\s+(?:it|the\s+\w+|them)\s+to|change\s+(?:it|that)\s+to)\b", re.I)


def set_param(order: Order, work: Work) -> bool | None:
    """"Change the recipient to …", "only the open ones"."""
    if order.before or order.after:
        return None
    change = named_change(order.text, work.workflow, work.shelter)
    instead = bool(_INSTEAD.search(order.text))
    if change is None and (instead or _GOES_TO.match(order.text)) and not order.also and not order.then:
        text = _INSTEAD.sub("", order.text)
        change = None if instead and _is_other_kind(text, work) else new_address(text, work.workflow, work.shelter)
    if change is None:
        return None
    work.workflow = graph_edit.set_params(work.workflow, change.node.id, change.params)
    told = ", ".join(f"{name} is now “{value}”" for name, value in change.params.items())
    work.tell(f"Changed {_title(change.node.label)}: {told}.", change.node.id)
    _relabel(change.node.id, work)
    return True


def _is_other_kind(text: str, work: Work) -> bool:
    """Whether the words describe a step of a kind that is not there yet ("post it to #general instead" of an email)."""
    steps = describe(text, work.workflow, work.shelter)
    return bool(steps) and not any(step.type == node.type for step in steps for node in work.workflow.nodes)


def _relabel(node_id: NodeId, work: Work) -> None:
    """An e-mail's label names its recipient, so it changes with it."""
    node = work.workflow.node(node_id)
    if node.type == "email" and node.params.get("to") and re.match(r"Email\s", node.label):
        work.workflow = graph_edit.set_label(work.workflow, node_id, f"Email {node.params['to']}"[:90])


def change_kind(order: Order, work: Work) -> bool | None:
    """"Search for flights to Rome instead", "get the commits instead": the described step takes the place of the one like it."""
    if not _INSTEAD.search(order.text):
        return None
    steps = describe(_INSTEAD.sub("", order.text), work.workflow, work.shelter)
    if not steps:
        return None
    for step in steps:
        target = _like(step, work.workflow)
        if target is None:
            return None
        _put_in_place(target, step, work)
    return True


def _like(step: Step, workflow: Workflow) -> Node | None:
    nodes = in_order(workflow)
    tests: list[Callable[[Node], bool]] = [
        lambda node: (node.type, node.action) == step.key,
        lambda node: node.type == step.type and is_delivery(node) == (step.role == "deliver"),
        lambda node: (is_delivery(node) if step.role == "deliver" else is_source(node) if step.role == "source" else node.type == "llm"),
    ]
    for test in tests:
        found = [node for node in nodes if test(node)]
        if found:
            return found[-1] if step.role == "deliver" else found[0]
    return None


def same_recipients(order: Order, work: Work) -> bool | None:
    """"Email it to a and b" where there is one e-mail already, and no word that asks for another."""
    if order.also or order.then or order.before or order.after or order.beside or order.condition:
        return None
    steps = describe(order.text, work.workflow, work.shelter)
    emails = [node for node in work.workflow.nodes if node.type == "email"]
    if len(steps) != 1 or steps[0].type != "email" or not steps[0].params.get("to") or len(emails) != 1:
        return None
    work.workflow = graph_edit.set_params(work.workflow, emails[0].id, {"to": steps[0].params["to"]})
    work.tell(f"{_title(emails[0].label)} now goes to {steps[0].params['to']}.", emails[0].id)
    _relabel(emails[0].id, work)
    return True


# -- once for each item

_ONCE_EACH = re.compile(r"^(?:(?:do|run|make|repeat|apply)\s+(?P<what>it|that|this|the\s+.+?|.+?)\s+)?(?:for\s+|on\s+|to\s+)?(?:each|every)\s+(?:single\s+)?(?:one(?:\s+of\s+them)?|of\s+them|\w+(?:\s+\w+)?)(?:\s+(?:separately|individually))?$", re.I)


def each(order: Order, work: Work) -> bool | None:
    """"Summarize each row", "do it for each issue"."""
    if not re.search(r"\b(?:each|every)\b|\bone\s+by\s+one\b|\bindividually\b", order.text, re.I) or order.also or order.then:
        return None
    found = _ONCE_EACH.match(order.text)
    target: Node | None = None
    if found:
        what = found["what"] or ""
        target = find_node(what, work.workflow) if what.lower() not in {"", "it", "that", "this"} else None
        target = target or next((node for node in in_order(work.workflow) if node.type == "llm"), None)
    else:
        steps = describe(order.text, work.workflow, work.shelter)
        wanted = next((step for step in steps if step.each), None)
        target = next((node for node in in_order(work.workflow) if wanted and (node.type, node.action) == wanted.key), None)
    if target is None:
        return None
    nodes = [node.model_copy(update={"each": True}) if node.id == target.id else node for node in work.workflow.nodes]
    work.workflow = work.workflow.model_copy(update={"nodes": nodes})
    work.tell(f"{_title(target.label)} now runs once for each item.", target.id)
    return True


# -- names

_RENAME = re.compile(r"^(?:rename|call|name|title)\s+(?P<what>it|this|the\s+workflow|(?:the\s+)?.+?)\s+(?:to\s+|as\s+)?(?P<name>⟪quote:\d+⟫)$|^(?:rename|call|name)\s+(?P<what2>it|this|the\s+workflow)\s+(?:to\s+|as\s+)?(?P<name2>.+)$|^rename\s+(?P<what3>.+?)\s+to\s+(?P<name3>.+)$", re.I)


def rename(order: Order, work: Work) -> bool | None:
    """"Rename the workflow to …", "call the first step …"."""
    found = _RENAME.match(order.text)
    if found is None:
        return None
    what = (found["what"] or found["what2"] or found["what3"]).lower()
    words = found["name"] or found["name2"] or found["name3"]
    name = work.shelter.value(words) if words.startswith("⟪") else work.shelter.restore(words)
    if what in {"it", "this", "the workflow"}:
        work.workflow = graph_edit.rename(work.workflow, name[:200])
        work.tell(f"The workflow is called “{name[:200]}” now.")
        return True
    node = work.node(what)
    work.workflow = graph_edit.set_label(work.workflow, node.id, name[:200])
    work.tell(f"{_title(node.label)} is called “{name[:200]}” now.", node.id)
    return True


# -- conditions

def conditional(order: Order, work: Work) -> bool | None:
    """"Only email it if it contains …", "if there are more than ten, post to Slack", "otherwise save it"."""
    if order.otherwise:
        return _on_no_branch(order, work)
    if not order.condition:
        return None
    condition = to_condition(order.condition, work.shelter, negate=order.negated)
    said = work.shelter.restore(order.condition)
    step = Step("think", "condition", "if", f"If {said}"[:80], {"expression": condition.expression}, note=condition.note, doubt=bool(condition.note))
    text = re.sub(r"^(?:only|just)\s+", "", order.text.strip(), flags=re.I)
    wanted = describe(text, work.workflow, work.shelter)
    target = next((node for one in wanted for node in reversed(in_order(work.workflow)) if (node.type, node.action) == one.key), None) if not order.also else None
    target = target or (find_node(text, work.workflow) if text and not wanted else None)
    if target:
        work.add(step, graph_edit.insert_before(work.workflow, to_node(step), target.id))
        return True
    if not wanted:
        return None
    before = work.workflow
    work.add(step, place(work.workflow, to_node(step), replace(step, role="deliver")))
    last = added_by(before, work.workflow)[0]
    for one in wanted:
        before = work.workflow
        work.add(one, graph_edit.append(work.workflow, to_node(one), after=last))
        last = added_by(before, work.workflow)[0]
    return True


def _on_no_branch(order: Order, work: Work) -> bool | None:
    condition = next((node for node in reversed(in_order(work.workflow)) if node.type == "condition"), None)
    steps = describe(order.text, work.workflow, work.shelter)
    if condition is None or not steps:
        return None
    last, when = condition.id, False
    for step in steps:
        before = work.workflow
        work.add(step, graph_edit.append(work.workflow, to_node(step), after=last, when=when))
        last, when = added_by(before, work.workflow)[0], None  # type: ignore[assignment]
    return True


# -- insert

_ADD = re.compile(r"^(?:add|insert|put|include|place|squeeze|stick|append|slot|drop|throw|need|i\s+need|i\s+want|there\s+should\s+be)\s+(?:in\s+)?(?=(?:a|an|another|one|the|my|some|in|⟪)\b|\w+\s+step)", re.I)
_BETWEEN = re.compile(r"\s*,?\s*\b(?:in\s+)?between\s+(?P<one>.+?)\s+and\s+(?P<two>.+)$", re.I)
_SIDE = re.compile(r"\s*,?\s*\b(?:right\s+|just\s+|directly\s+|immediately\s+)?(?P<side>before|after|following|behind|ahead\s+of|in\s+front\s+of)\s+(?P<anchor>(?:the|my|step|sending|it|each|that|this|all|\w+ing)\b.*|\w+(?:\s+step)?)$", re.I)
_EDGE = re.compile(r"\s*,?\s*\b(?:at|to|as)\s+(?:the\s+)?(?:very\s+)?(?P<where>end|beginning|start|front|first(?:\s+step)?|last(?:\s+step)?|bottom|top)\b(?:\s+of\s+(?:it|the\s+(?:work)?flow))?", re.I)
_WITH = re.compile(r"\s*,?\s*\b(?:in\s+parallel\s+(?:with|to)|at\s+the\s+same\s+time\s+as|alongside|next\s+to|beside|together\s+with)\s+(?P<anchor>.+)$", re.I)


def insert(order: Order, work: Work) -> bool | None:
    """"Add a summary before the email", "then post it to Slack", "wait for my approval before sending it"."""
    text = order.text
    with_ = _WITH.search(text)
    between = _BETWEEN.search(text)
    side = None if between else _SIDE.search(text)
    edge = _EDGE.search(text)
    anchor_before, anchor_after = order.before, order.after
    if with_:
        text = text[: with_.start()]
    elif between:
        text = text[: between.start()]
    elif side and find_node(side["anchor"], work.workflow):
        text = text[: side.start()]
        if re.match(r"before|ahead|in\s+front", side["side"], re.I):
            anchor_before = side["anchor"]
        else:
            anchor_after = side["anchor"]
    if edge:
        text = f"{text[: edge.start()]} {text[edge.end() :]}"
    text = re.sub(r"^(?:to|for)\s+(?=\w)", "", _ADD.sub("", text.strip(" ,.")), flags=re.I)
    steps = describe(text, work.workflow, work.shelter)
    if not steps:
        return None
    if with_ and (node := find_node(with_["anchor"], work.workflow)):
        return _chain(steps, work, lambda workflow, new: graph_edit.add_parallel(workflow, new, node.id))
    if between:
        one, two = work.node(between["one"]), work.node(between["two"])
        return _between(steps, one, two, work)
    if anchor_before:
        targets = _anchors(anchor_before, work)
        return _chain(steps, work, lambda workflow, new: insert_before_all(workflow, new, targets))
    if anchor_after:
        return _after(steps, work.node(anchor_after), work)
    if edge and re.match(r"beginning|start|front|first|top", edge["where"], re.I):
        return _chain(steps, work, graph_edit.prepend)
    return _placed(steps, order, work)


def _anchors(words: str, work: Work) -> list[NodeId]:
    nodes = find_nodes(words, work.workflow)
    if not nodes:
        raise missing(words, work.workflow, work.shelter)
    return [nodes[0].id]


def _chain(steps: list[Step], work: Work, put: Callable[[Workflow, Node], Workflow]) -> bool:
    """Put the first step in its place and the others right behind it."""
    last: NodeId | None = None
    for step in steps:
        before = work.workflow
        placed = put(work.workflow, to_node(step)) if last is None else graph_edit.insert_after(work.workflow, to_node(step), last)
        work.add(step, placed)
        last = added_by(before, work.workflow)[0]
    return True


def _between(steps: list[Step], one: Node, two: Node, work: Work) -> bool:
    def put(workflow: Workflow, new: Node) -> Workflow:
        try:
            return graph_edit.insert_between(workflow, new, one.id, two.id)
        except GraphError:
            return graph_edit.insert_before(workflow, new, two.id)

    return _chain(steps, work, put)


def _after(steps: list[Step], target: Node, work: Work) -> bool:
    """A delivery becomes a branch of its own, everything else stands between the target and what followed it."""
    def put(workflow: Workflow, new: Node) -> Workflow:
        if steps[0].role == "deliver":
            return graph_edit.append(workflow, new, after=target.id)
        return graph_edit.insert_after(workflow, new, target.id)

    return _chain(steps, work, put)


def _placed(steps: list[Step], order: Order, work: Work) -> bool:
    for step in steps:
        work.add(step, place(work.workflow, to_node(step), step, beside=order.beside or order.also))
    return True


READERS: tuple[Callable[[Order, Work], bool | None], ...] = (
    rename, conditional, remove, move, side_by_side, set_param, swap, change_kind, each, same_recipients, insert,
)  # fmt: skip
"""In the order they are asked; the first that understands the clause changes the workflow."""
