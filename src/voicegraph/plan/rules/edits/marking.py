"""Marks and names: "summarize each row", "rename the workflow to …"."""

from __future__ import annotations

from voicegraph.graph import edit as graph_edit
from voicegraph.graph.model import Node
from voicegraph.plan.rules.edits.described import describe
from voicegraph.plan.rules.edits.orders import Order
from voicegraph.plan.rules.edits.work import Work, title
from voicegraph.plan.rules.text.shelter import QUOTE
from voicegraph.speech.text.patterns import either, maybe, named, rx

_EACH = rx(r"\b(?:each|every|one by one|individually)\b")
_DO_FOR_EACH = rx(
    "^",
    maybe("(?:do|run|make|repeat|apply) ", named("what", ".+?"), " "),
    r"(?:for |on |to )?(?:each|every) (?:single )?(?:one(?: of them)?|of them|\w+(?: \w+)?)(?: "
    r"(?:separately|individually))?$",
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


def run_for_each(order: Order, work: Work) -> bool:
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


def _to_repeat(words: str, work: Work) -> Node | None:
    """The node to repeat: the one that is named, or that does what is described."""
    found = _DO_FOR_EACH.match(words)
    if found:
        what = (found["what"] or "it").lower()
        target = None if what in _IT else work.find(what)
        return target or next((node for node in work.nodes if node.type == "llm"), None)
    wanted = {step.key for step in describe(words, work) if step.each}
    return next((node for node in work.nodes if (node.type, node.action) in wanted), None)


def rename(order: Order, work: Work) -> bool:
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
