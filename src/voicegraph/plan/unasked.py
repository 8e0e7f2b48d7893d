"""Decisions that a model's plan does not make by itself: when it runs, that silence is a yes, and which model works.

Such a thing is taken out again where the command says nothing of it, and was not there before; what holds then is the safe
default (docs/decisions/0020).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from voicegraph.graph.model import Node, Schedule, Trigger, Workflow
from voicegraph.plan.named import Named
from voicegraph.words.patterns import either, rx, words
from voicegraph.words.spelled_out import spell_out
from voicegraph.words.times_of_day import SURE_TIME, TIME

_ADDRESS = re.compile(r"\S+://\S+|\S+@\S+|\S+\.\S+/\S*")
_ENGLISH = rx(r"\b", words("the and with from then this my please read send email mail post get summarize"), r"\b")
"""Of another language nobody here can tell whether it says a time."""
_WHEN = rx(
    r"\b",
    either(
        words("every each always constantly continuously continually regularly periodically repeatedly recurring"),
        words("daily hourly weekly monthly quarterly yearly annually nightly fortnightly biweekly routinely"),
        words("once twice thrice often repeat repeats per whenever when tomorrow today tonight as_soon_as from_now_on"),
        words(
            "noon midday midnight lunchtime time times zone timezone schedule scheduled cron timer interval monitor watch poll track keep_an_eye"
        ),
        "(?:second|minute|hour|day|week|weekday|weekend|month|quarter|year|morning|afternoon|evening|night)s?",
        "(?:mon|tues|wednes|thurs|fri|satur|sun)days?",
        words("january february april june july august september october november december"),
        rf"(?:at|by|around) {TIME}",
        SURE_TIME,
    ),
    r"\b",
)
_SILENCE = rx(
    either(
        r"\bno(?:body|[ -]?one| answers?| repl(?:y|ies)| response| reaction| objections?)",
        r"(?:n['’]?t|not|never|without) (?:\w+ ){0,2}?(?:answer|repl|respon|react|object|decid|hear|say)\w*",
        r"expir\w+",
        r"time[sd]?[ -]?out",
        "deadline",
        r"automatic\w*",
        "anyway",
        r"silen\w+",
        "by default",
        "unless",
    ),
)


def without_unasked(
    command: str, workflow: Workflow, named: Named, base: Workflow | None = None
) -> tuple[Workflow, list[str]]:
    """The workflow without what the command does not ask for, and a sentence for each such thing."""
    said = _ADDRESS.sub(" ", spell_out(command))
    told: list[str] = []
    before = {node.id: node for node in base.nodes} if base else {}
    nodes = [_node(node, before.get(node.id), said, named, told) for node in workflow.nodes]
    triggers, old = workflow.triggers, base.triggers if base else []
    if _crons(triggers) - _crons(old) and _ENGLISH.search(said) and not _WHEN.search(said):
        triggers = old
        told.append(f"You did not say when it runs, so it starts {'as before' if old else 'by hand'}.")
    return workflow.model_copy(update={"nodes": nodes, "triggers": [*triggers]}), told


def _crons(triggers: Sequence[Trigger]) -> set[str]:
    return {trigger.cron for trigger in triggers if isinstance(trigger, Schedule)}


def _node(node: Node, old: Node | None, said: str, named: Named, told: list[str]) -> Node:
    was = old.params if old and (old.type, old.action) == (node.type, node.action) else {}
    for name, value in node.params.items():
        if was.get(name) == value or not isinstance(value, str):
            continue
        why = _unasked(node, name, value.strip(), said, named)
        if why:
            told.append(why)
            kept = {one: given for one, given in node.params.items() if one != name}
            return node.model_copy(update={"params": kept | ({name: was[name]} if name in was else {})})
    return node


def _unasked(node: Node, name: str, value: str, said: str, named: Named) -> str | None:
    label = node.label or node.id
    if (
        node.type == "approval"
        and name in ("onExpiry", "on_expiry")
        and value == "approve"
        and not _SILENCE.search(said)
    ):
        return f"“{label}” takes no answer for a yes only if you say so: without one it does not go on."
    if node.type == "llm" and name == "model" and value and not _is_known(value, named):
        return f"“{label}” uses the usual model: you did not name “{value[:80]}”."
    return None


def _is_known(model: str, named: Named) -> bool:
    """Whether the settings or the command name this model, with or without its provider."""
    return any(named.has(one, "values") for one in (model, re.sub(r"^[\w-]+:", "", model)))
