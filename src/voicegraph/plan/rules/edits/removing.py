"""Take steps out: "remove the email step", "I don't want the summary", "don't post it to Slack"."""

from __future__ import annotations

from voicegraph.errors import Refusal
from voicegraph.graph import edit as graph_edit
from voicegraph.graph.model import Node
from voicegraph.plan.rules.edits.orders import Order
from voicegraph.plan.rules.edits.reference import find_nodes, find_row
from voicegraph.plan.rules.edits.work import EditWork, title
from voicegraph.plan.rules.refuse import EDIT_EXAMPLE
from voicegraph.words.patterns import either, maybe, named, rx

_REMOVE = rx(
    "^",
    either(
        "(?:remove|delete|drop|take (?:out|away)|get rid of|skip|leave out|cut(?: out)?|lose|erase|"
        "eliminate|discard|kill|omit|throw (?:out|away)|forget(?: about)?|never mind|ditch|scrap|toss(?: out)?) "
        + named("what", ".+?")
        + maybe(" ", either("from (?:the )?(?:workflow|flow|graph)", "any ?more", "entirely", "completely", "again")),
        "take " + named("taken", "(?:the|my) .+?") + " (?:out|away|off)",
        "(?:(?:i|we|you) )?(?:don't|do not|no longer) (?:want|need) (?:to )?"
        + named("unwanted", ".+?")
        + maybe(" (?:any ?more|any longer|now|after all)"),
        "(?:without|no(?: more)?) " + named("without", ".+"),
        named("needless", "(?:the|that|this|everything|all) .+?")
        + " "
        + either(
            "(?:isn't|is not|is no longer|aren't|are not|are no longer) (?:needed|necessary|wanted|required|useful)",
            "(?:is|are) (?:unnecessary|superfluous|not needed|too much)",
            "(?:can|should|must) (?:go(?: away)?|be (?:removed|deleted|dropped))",
        )
        + "(?: any ?more)?",
        "(?:don't|do not|stop|no longer|never|(?:there's )?no need to) "
        + named("never", r"\w+.*?")
        + "(?: (?:any ?more|any longer|it|me|now|them))*",
    ),
    "$",
)
_EVERYTHING = rx("(?:everything|all(?: of it| the steps| the nodes| steps| nodes)?|it all|the (?:whole )?workflow)")
_EXCEPT = rx(
    "^",
    either(
        "(?:everything|all(?: the)?(?: steps| nodes)?|every step)(?: else)? (?:except|but|apart from|other than|save)(?: for)? "
        + named("kept", ".+"),
        "everything else",
    ),
    "$",
)
_KEEP_ONLY = rx("^(?:(?:only|just) keep|keep (?:only|just)|keep nothing but) ", named("kept", ".+?"), "$")
_STEPS = rx("^(?:the )?(?:steps|nodes|numbers) ", named("numbers", ".+"), "$")
_STAYS = rx(
    r" ?, ?(?:the )?\w+(?: \w+)? (?:(?:is|are) (?:enough|fine|sufficient|ok|okay|all i need)|(?:can |should )?(?:stays?|remains?))$"
)
""""Drop Slack, the e-mail is enough"."""
_PARTS = rx(" ?, ?(?:and )?| and | ?& ?")
_ALL = rx(r"\b(?:all|both|every|each)\b|(?<!\bnews)(?<![\w-])(?!news\b)[a-z]{2,}[^s\W]s(?: steps)?$")


def remove(order: Order, work: EditWork) -> bool:
    """Each node that is named goes; what waited for it waits for what it waited for."""
    only = _KEEP_ONLY.match(order.text)
    found = only or _REMOVE.match(order.text)
    if found is None or order.before or order.condition:
        return False
    what = next(words for words in found.groups() if words)
    besides = only or _EXCEPT.match(what)
    if besides and besides["kept"]:
        return _keep_only(besides["kept"], work)
    if _EVERYTHING.fullmatch(what):
        raise Refusal(
            "unclear", "Removing every step leaves nothing. Say what the workflow should do instead.", EDIT_EXAMPLE
        )
    for node in _targets(_STAYS.sub("", what), work):
        work.workflow = graph_edit.remove(work.workflow, node.id)
        work.tell(f"Removed {title(node)}.")
    return True


def _keep_only(what: str, work: EditWork) -> bool:
    """“Remove everything except the search”."""
    kept = {node.id for node in _targets(what, work)}
    for node in work.nodes:
        if node.id not in kept:
            work.workflow = graph_edit.remove(work.workflow, node.id)
            work.tell(f"Removed {title(node)}.")
    return True


def _targets(what: str, work: EditWork) -> list[Node]:
    """One node for each part of "the Slack and email steps"; all of a kind for "the emails"."""
    if row := find_row(what, work.workflow):
        return row
    numbered = _STEPS.match(what)
    parts = _PARTS.split(numbered["numbers"] if numbered else what)
    parts = [f"step {part}" for part in parts] if numbered else parts
    if len(parts) == 1:
        nodes = find_nodes(what, work.workflow)
        if not nodes:
            raise work.missing(what)
        return nodes if _ALL.search(what) else nodes[:1]
    found = {part: work.find(part) for part in parts if part}
    if not any(found.values()):
        raise work.missing(what)
    work.notes += [
        f"There is no step like “{work.spoken.written(part)}”." for part, node in found.items() if node is None
    ]
    return list({node.id: node for node in found.values() if node}.values())
