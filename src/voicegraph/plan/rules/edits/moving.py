"""Put steps elsewhere: "move the email to the end", "swap A and B", "run A and B in parallel"."""

from __future__ import annotations

from itertools import pairwise
from re import Match

from voicegraph.graph import edit as graph_edit
from voicegraph.graph.model import Node
from voicegraph.plan.rules.edits.orders import Order
from voicegraph.plan.rules.edits.reference import find_row
from voicegraph.plan.rules.edits.work import EditWork, title
from voicegraph.words.patterns import either, named, rx, words

_BEFORE = "before|in front of|ahead of"
_AFTER = "after|behind|following"
_ENDS = "(?:very )?(?:end|back|bottom|last)"
_STARTS = "beginning|start|front|top|first"
_TO_EDGE = (
    "(?:to|at|into|in) (?:the )?"
    + either(named("end", _ENDS), named("start", _STARTS))
    + "(?: (?:position|place|step))?",
    either(named("last", "last"), named("first", "first")),
    "the " + either(named("rank_last", "last|final"), named("rank_first", "first")) + " step",
)
_WHAT = named(
    "what", r"the .+?", r"step \w+", r"[\w ]+? step", words("slack notion telegram discord teams github email")
)
_MOVE = rx(
    "^",
    either(
        rf"(?:move|put|place|bring|shift|drag|do|run|reorder|send|make|have) {_WHAT}",
        named("thing", "the .+?", ".+? step") + " (?:should|must|needs? to|has to)(?: (?:come|be|go|run|happen))?",
    ),
    " ",
    either(
        named("before", _BEFORE) + " " + named("target", ".+"),
        named("after", _AFTER) + " " + named("other_target", ".+"),
        "between " + named("one", ".+?") + " and " + named("two", ".+"),
        *_TO_EDGE,
    ),
    "$",
)
_SWAP = rx(
    "^(?:swap|switch|exchange|reverse) (?:the (?:order|places?) of )?",
    named("one", ".+?"),
    " and ",
    named("two", ".+?"),
    "(?: (?:around|steps))?$",
)
_SWAP_ROW = rx(
    "^(?:swap|switch|exchange|reverse|flip) (?:the (?:order|places?) of )?",
    named("row", "(?:the )?(?:first|last) two(?: \\w+)?"),
    "(?: around)?$",
)
_IN_TURN = rx(
    r"\b(?:one (?:after|by) (?:the other|one|another)|one at a time|sequential\w*|in (?:a )?(?:sequence|row|turn|series)|not in parallel|"
    r"instead of in parallel|rather than in parallel)\b"
)
_PARALLEL = "(?:in parallel|run in parallel|parallel|at the same time|simultaneously|side by side|concurrently)"
_BESIDE = "(?:parallel (?:to|with)|in parallel (?:to|with)|alongside|next to|at the same time as|beside)"
_SIDE_BY_SIDE = rx(
    "^(?:run|do|make|have|execute|put|perform) ",
    named("one", ".+?"),
    " ",
    either("and", named("beside", _BESIDE)),
    " ",
    named("two", ".+?"),
    f"(?: {named('parallel', _PARALLEL)})?$",
)


def move(order: Order, work: EditWork) -> bool:
    """“Move the email to the end”, “the summary should come before the translation”."""
    places = [f" {side} {what}" for side, what in (("before", order.before), ("after", order.after)) if what]
    text = f"{order.text}{''.join(places)}"
    found = _MOVE.match(text)
    node = work.find(found["what"] or found["thing"]) if found else None
    if found is None or node is None:
        return _swap(text, work)
    anchor = found["target"] or found["other_target"] or found["one"]
    return _beside(node, anchor, found, work) if anchor else _to_edge(node, found, work)


def _beside(node: Node, anchor: str, found: Match[str], work: EditWork) -> bool:
    target = work.find(anchor)
    if target is None or target.id == node.id:
        return False
    change, side = (graph_edit.move_before, "before") if found["before"] else (graph_edit.move_after, "after")
    work.workflow = change(work.workflow, node.id, target.id)
    work.tell(f"Moved {title(node)} {side} {title(target)}.", node.id)
    return True


def _to_edge(node: Node, found: Match[str], work: EditWork) -> bool:
    if found["end"] or found["last"] or found["rank_last"]:
        work.workflow = graph_edit.move_to_end(work.workflow, node.id)
        work.tell(f"Moved {title(node)} to the end.", node.id)
        return True
    first = next((other for other in work.nodes if other.id != node.id), None)
    work.workflow = graph_edit.move_before(work.workflow, node.id, first.id) if first else work.workflow
    work.tell(f"Moved {title(node)} to the beginning.", node.id)
    return True


def _pair(one: str, two: str, work: EditWork) -> tuple[Node, Node] | None:
    """The two nodes that are named, in the order they run."""
    wanted = {node.id for node in (work.find(one), work.find(two)) if node}
    nodes = [node for node in work.nodes if node.id in wanted]
    return (nodes[0], nodes[1]) if len(nodes) == 2 else None


def _swap(text: str, work: EditWork) -> bool:
    found = _SWAP.match(text)
    row = _SWAP_ROW.match(text)
    if row and len(nodes := find_row(row["row"], work.workflow)) == 2:
        one, two = nodes
        work.workflow = graph_edit.move_before(work.workflow, two.id, one.id)
        work.tell(f"Swapped {title(one)} and {title(two)}.", one.id, two.id)
        return True
    one, two = (found["one"], found["two"]) if found else ("", "")
    if one.lower().startswith("steps "):
        one, two = f"step {one[6:]}", f"step {two}"
    pair = _pair(one, two, work) if found else None
    if pair is None:
        return False
    first, second = pair
    work.workflow = graph_edit.move_before(work.workflow, second.id, first.id)
    work.tell(f"Swapped {title(first)} and {title(second)}.", first.id, second.id)
    return True


def run_in_turn(order: Order, work: EditWork) -> bool:
    """“Do one after the other rather than in parallel”."""
    edges = work.workflow.edges
    if not _IN_TURN.search(order.text) or any(edge.when is not None for edge in edges):
        return False
    for group in _side_by_side(work):
        for first, second in pairwise(group):
            work.workflow = graph_edit.move_after(work.workflow, second.id, first.id)
            work.tell(f"{title(second)} now runs after {title(first)}.", first.id, second.id)
    return work.workflow.edges != edges


def _side_by_side(work: EditWork) -> list[list[Node]]:
    """The nodes that wait for the same and are waited for by the same."""
    groups: dict[tuple[frozenset[str], frozenset[str]], list[Node]] = {}
    for node in work.nodes:
        key = frozenset(work.workflow.predecessors(node.id)), frozenset(work.workflow.successors(node.id))
        groups.setdefault(key, []).append(node)
    return [nodes for nodes in groups.values() if len(nodes) > 1]


def run_side_by_side(order: Order, work: EditWork) -> bool:
    """“Run the summary and the translation in parallel”."""
    found = _SIDE_BY_SIDE.match(order.text)
    if found is None or not (order.beside or found["beside"] or found["parallel"]):
        return False
    pair = _pair(found["one"], found["two"], work)
    if pair is None:
        return False
    first, second = pair
    work.workflow = graph_edit.add_parallel(graph_edit.remove(work.workflow, second.id), second, first.id)
    work.tell(f"{title(first)} and {title(second)} now run side by side.", first.id, second.id)
    return True
