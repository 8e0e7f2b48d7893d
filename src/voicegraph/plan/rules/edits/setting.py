"""Change a param of a step: "change the recipient to …", "use the repo …", "make the summary shorter"."""

from __future__ import annotations

from voicegraph.graph import edit as graph_edit
from voicegraph.graph.model import NodeId
from voicegraph.plan.rules.edits.described import describe
from voicegraph.plan.rules.edits.orders import Order
from voicegraph.plan.rules.edits.param_edits import ParamChange, named_change, names_repository, new_address
from voicegraph.plan.rules.edits.work import EditWork, title
from voicegraph.words.patterns import rx

INSTEAD = rx(r"^instead[ ,]+|[ ,]*\b(?:instead|now|from now on|rather)$")
_STYLE = rx(
    "^(?:the )?",
    "(?P<what>.+?)",
    " (?:should|must|has to|needs to) be (?:written )?",
    "(?P<style>(?:in|as) (?:an? )?[\\w -]+)$",
)
_GOES_TO = rx(
    "^(?:(?:it|that|the (?:slack )?(?:e-?mail|mail|message|post|result|report|summary)) "
    "(?:(?:should|must|has to|needs to) (?:go|be (?:sent|addressed|delivered|posted)) (?:to|in)|goes (?:to|in|into)|belongs (?:in|to))",
    r"|use|switch(?: it| over)? to|change to|go (?:with|for)|make it|for|from|to|(?:send|have) (?:it|the \w+|them) (?:sent )?to|change (?:it|that) to)\b",
)


def set_param(order: Order, work: EditWork) -> bool:
    """“Change the recipient to …”, “only the open ones”, “it should go to …”."""
    if order.before or order.after:
        return False
    change = named_change(order.text, work)
    instead = INSTEAD.search(order.text)
    if change is None and (instead or _GOES_TO.match(order.text)) and not (order.also or order.then):
        words = INSTEAD.sub("", order.text)
        change = None if instead and _is_other_kind(words, work) else new_address(words, work)
    return _apply(change, work)


def set_style(order: Order, work: EditWork) -> bool:
    """“The summary should be in bullet points”."""
    found = _STYLE.match(order.text)
    node = work.find(found["what"]) if found else None
    if found is None or node is None or node.type != "llm":
        return False
    said = str(node.params.get("instruction") or node.action.replace("_", " ").capitalize())
    return _apply(ParamChange(node, {"instruction": f"{said} {work.spoken.written(found['style'])}"}), work)


def set_recipients(order: Order, work: EditWork) -> bool:
    """“Email it to a and b” where there is one e-mail already, and no word that asks for another."""
    emails = [node for node in work.nodes if node.type == "email"]
    steps = describe(order.text, work) if order.plain and len(emails) == 1 else []
    told = steps[0].params if len(steps) == 1 and steps[0].type == "email" else {}
    params = {name: told[name] for name in ("to", "subject") if name in told}
    return _apply(ParamChange(emails[0], params) if params else _channel(order, work), work)


def _channel(order: Order, work: EditWork) -> ParamChange | None:
    """“Post it to #dev” where there is one message to Slack already, and its channel is still open."""
    messages = [node for node in work.nodes if node.type == "slack"]
    if not order.plain or len(messages) != 1 or messages[0].params.get("channel"):
        return None
    steps = describe(order.text, work)
    channel = steps[0].params.get("channel") if len(steps) == 1 and steps[0].type == "slack" else None
    return ParamChange(messages[0], {"channel": channel}) if channel else None


def _is_other_kind(words: str, work: EditWork) -> bool:
    """Whether the words describe a step of a kind that is not there yet ("post it to #general instead" of an email)."""
    types = {node.type for node in work.nodes}
    if "github" in types and names_repository(words, work):
        return False
    steps = describe(words, work)
    return bool(steps) and not any(step.type in types for step in steps)


def _apply(change: ParamChange | None, work: EditWork) -> bool:
    if change is None:
        return False
    work.workflow = graph_edit.set_params(work.workflow, change.node.id, change.params)
    told = ", ".join(f"{name} is now “{value}”" for name, value in change.params.items())
    work.tell(f"Changed {title(change.node)}: {told}.", change.node.id)
    _relabel(change.node.id, work)
    return True


def _relabel(node_id: NodeId, work: EditWork) -> None:
    """The label of an e-mail names its recipient, so it changes with it."""
    node = work.workflow.node(node_id)
    if node.type == "email" and node.label.startswith("Email ") and node.params.get("to"):
        work.workflow = graph_edit.set_label(work.workflow, node_id, f"Email {node.params['to']}"[:90])
