"""What a model's plan may reach: only what its user has named, in the command, the settings or a workflow of theirs.

A model fills gaps with what is likely: an address, a host, a channel that nobody said. Such a value is taken out again
and the param is open, so that the run dialog asks for it (SECURITY row 8, docs/decisions/0020).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import JsonValue

from voicegraph.graph.model import Workflow
from voicegraph.nodes.action import Target
from voicegraph.nodes.fields import ParamField, fields_of, texts_of
from voicegraph.nodes.registry import Registry
from voicegraph.nodes.template import is_template
from voicegraph.settings import Settings
from voicegraph.speech.text.spoken import spell_out

_NOISE = re.compile(r"https?://|\bwww\.|\s+")
_FILLED = re.compile(r"\{\{[^{}\"']*\}\}|\{input\}")
_REACHES = re.compile(r"[\w.+-]+@[\w.-]+|[a-z][a-z0-9+.-]*://[^\s\"'<>]+", re.IGNORECASE)
_ANGLED = re.compile(r"<([^<>]+)>")
_BEFORE: dict[Target, str] = {"repository": r"(?<![\w.-])", "channel": r"(?<![\w.-])", "page": r"(?<![^\W_])"}
"""A repository or a page may be named by its address, so that a slash or a dash stands before it."""
_ALONE, _AFTER = r"(?<![\w@.+/-])", r"(?![\w@+-]|\.\w)"


class Named:
    """Texts of the user's; whether a value stands in them, as a whole and not as a part of another."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._text = "\n".join(map(_plain, texts))

    def has(self, value: str, target: Target) -> bool:
        """Case, scheme, `www.`, a leading # and a closing slash make no difference."""
        wanted = _plain(value).strip(" #/")
        before = _BEFORE.get(target, _ALONE)
        return not wanted or re.search(f"{before}{re.escape(wanted)}{_AFTER}", self._text) is not None


def named_in(command: str, settings: Settings, workflows: Iterable[Workflow], registry: Registry) -> Named:
    """What this user has named: in the command as written and as spoken, in the settings, in workflows of theirs."""
    given = settings.model_dump(exclude_none=True).values()
    return Named(
        [
            command,
            spell_out(command),
            *(text for value in given for _, text in texts_of(value)),
            *(text for workflow in workflows for text in _named_by(workflow, registry)),
        ]
    )


def without_unnamed(workflow: Workflow, named: Named, registry: Registry) -> tuple[Workflow, list[str]]:
    """The workflow with every target that nobody named left open, and a sentence for each of those."""
    told: list[str] = []
    nodes = list(workflow.nodes)
    for index, node in enumerate(nodes):
        kept = dict(node.params)
        for name, field, value in _targets(node.type, node.action, node.params, registry):
            if any(not _is_named(text, field, named) for _, text in texts_of(value)):
                del kept[name]
                told.append(f"“{field.title}” of “{node.label or node.id}” is open: you did not name {_shown(value)}.")
        nodes[index] = node.model_copy(update={"params": kept})
    return workflow.model_copy(update={"nodes": nodes}), told


def _named_by(workflow: Workflow, registry: Registry) -> Iterator[str]:
    yield from (workflow.name, workflow.workflow_id)
    for node in workflow.nodes:
        for _, _, value in _targets(node.type, node.action, node.params, registry):
            yield from (text for _, text in texts_of(value))


def _targets(
    kind: str, action: str, params: dict[str, JsonValue], registry: Registry
) -> Iterator[tuple[str, ParamField, JsonValue]]:
    found = registry.find(kind, action)
    for field in fields_of(found.params).targets if found else ():
        for name in {field.name, field.attribute} & params.keys():
            yield name, field, params[name]


def _is_named(text: str, field: ParamField, named: Named) -> bool:
    target = field.target or "values"
    if is_template(text):
        # What is filled in is judged before the run; what stands around it has to be named like anything else.
        around = _FILLED.sub(" ", text)
        if "{" in around:
            return False
        return all(named.has(part, target) for part in around.split())
    if target == "values":
        return all(named.has(part, target) for part in _REACHES.findall(text))
    if target == "recipient" and "://" not in text:
        return all(named.has(_address(part), target) for part in re.split(r"[,;]", text))
    return named.has(text, target)


def _address(text: str) -> str:
    """`Dana <dana@example.com>` is where the mail goes, whatever it calls itself."""
    return found[1] if (found := _ANGLED.search(text)) else text


def _plain(text: str) -> str:
    return _NOISE.sub(lambda found: " " if found[0].isspace() else "", text.casefold())


def _shown(value: Any) -> str:
    texts = [text for _, text in texts_of(value)]
    return f"“{texts[0][:80]}”" if texts else "it"
