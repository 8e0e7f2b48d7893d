"""Marks and names: "summarize each row", "rename the workflow to …"."""

from __future__ import annotations

from voicegraph.graph import edit as graph_edit
from voicegraph.graph.model import Node
from voicegraph.plan.rules.edits.described import describe
from voicegraph.plan.rules.edits.orders import Order
from voicegraph.plan.rules.edits.work import EditWork, title
from voicegraph.plan.rules.text.shelter import QUOTE
from voicegraph.words.patterns import either, maybe, named, rx

_EACH = rx(r"\b(?:each|every|one by one|individually)\b")
_DO_FOR_EACH = rx(
    "^",
    maybe("(?:do|run|make|repeat|apply) ", named("what", ".+?"), " "),
    r"(?:for |on |to )?(?:each|every) (?:single )?(?:one(?: of them)?|of them|\w+(?: \w+)?)(?: "
    r"(?:separately|individually))?$",
)
_EVERY_ITEM = r"(?:each|every|all(?: the)?) (?:single )?\w+(?: \w+)?"
_ALTOGETHER = rx(
    either(
        rf"\b(?:not|instead of|rather than) (?:once )?(?:for |on |to |per )?{_EVERY_ITEM}",
        r"\b(?:don't|do not|stop|no longer|never) \w+(?: \w+)? (?:for )?(?:each|every)\b",
        r"\b(?:as a whole|in one go|only once|just once|once for (?:everything|all|the whole))\b",
        r"\ball (?:at once|in one)$",
    )
)
_IT = frozenset({"it", "that", "this"})
_WHOLE = rx("(?:it|this|the workflow)")
_RENAME = rx(
    "^",
    either(
        "(?:rename|call|name|title) " + named("what", ".+?") + " (?:to |as )?" + named("quoted", QUOTE),
        "(?:rename|call|name) " + named("whole", _WHOLE.pattern) + " (?:to |as )?" + named("name", ".+"),
        "rename " + named("step", ".+?") + " to " + named("other_name", ".+"),
    ),
    "$",
)
_LONGEST = 200


def run_for_each(order: Order, work: EditWork) -> bool:
    """Let a step run once for each item."""
    if not _EACH.search(order.text) or order.also or order.then:
        return False
    target = _to_repeat(order.text, work)
    if target is None:
        return False
    nodes = [node.model_copy(update={"each": True}) if node.id == target.id else node for node in work.workflow.nodes]
    work.workflow = work.workflow.model_copy(update={"nodes": nodes})
    work.tell(f"{title(target)} now runs once for each item.", target.id)
    return True


def run_once(order: Order, work: EditWork) -> bool:
    """Let what runs for each item run once for all of them: "for the whole file rather than for each row"."""
    repeated = [node for node in work.nodes if node.each]
    if not repeated or not _ALTOGETHER.search(order.text):
        return False
    target = work.find(order.text)
    chosen = [node for node in repeated if target and node.id == target.id] or repeated
    ids = {node.id for node in chosen}
    nodes = [node.model_copy(update={"each": False}) if node.id in ids else node for node in work.workflow.nodes]
    work.workflow = work.workflow.model_copy(update={"nodes": nodes})
    for node in chosen:
        work.tell(f"{title(node)} now runs once for all items.", node.id)
    return True


def _to_repeat(words: str, work: EditWork) -> Node | None:
    """The node to repeat: the one that is named, or that does what is described."""
    found = _DO_FOR_EACH.match(words)
    if found:
        what = (found["what"] or "it").lower()
        target = None if what in _IT else work.find(what)
        return target or next((node for node in work.nodes if node.type == "llm"), None)
    wanted = {step.key for step in describe(words, work) if step.each}
    return next((node for node in work.nodes if (node.type, node.action) in wanted), None)


def rename(order: Order, work: EditWork) -> bool:
    """Give the workflow or a step another name."""
    found = _RENAME.match(order.text)
    if found is None:
        return False
    what = found["what"] or found["whole"] or found["step"]
    name = work.spoken.shelter.plain(found["quoted"] or found["name"] or found["other_name"])[:_LONGEST]
    if _WHOLE.fullmatch(what):
        work.workflow = graph_edit.rename(work.workflow, name)
        work.tell(f"The workflow is called “{name}” now.")
        return True
    node = work.require(what)
    work.workflow = graph_edit.set_label(work.workflow, node.id, name)
    work.tell(f"{title(node)} is called “{name}” now.", node.id)
    return True
