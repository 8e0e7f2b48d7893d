"""Targets that the user has named: in the command, the settings or a workflow of theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pydantic import JsonValue

from voicegraph.graph.model import Node, Workflow
from voicegraph.nodes.action import Target
from voicegraph.nodes.mail.recipients import as_written
from voicegraph.nodes.params.fields import ParamField, fields_of, texts_of
from voicegraph.nodes.registry import Registry
from voicegraph.nodes.templates.template import is_template
from voicegraph.settings import Settings
from voicegraph.words.spelled_out import spell_out

_NOISE = re.compile(r"(?<![\w./@-])(?:https?://(?:www\.)?|www\.)|\s+")
"""What an address may begin with, or not. Within a name it is a part of it: `my-www.example.org` is another host."""
_PATH = r"\w+(?:\.\w[\w-]*|\[\d+\]|\[\"[^\"{}]*\"\]|\['[^'{}]*'\])*"
_FILLED = re.compile(rf"\{{\{{-?\s*{_PATH}(?:\s*\|\s*[a-z_]+)*\s*-?\}}\}}|\{{input\}}")
"""A placeholder that only reads: what a filter is told could be put together to something that nobody named."""
_REACHES = re.compile(r"[\w.+-]+@[\w.-]+|[a-z][a-z0-9+.-]*://[^\s\"'<>]+", re.IGNORECASE)
_CUT = re.compile(r"(https?://[^\s/?#@\\{}]+[/?#][^{}]*)\{\{.*", re.IGNORECASE)
"""A URL up to what is filled in, which is behind its host."""
_LINK = re.compile(
    r"(?<![\w@])(?:[a-z][a-z0-9+.-]*://|(?=(?:[\w-]+\.)+[a-z]{2,}[/?#:]))"
    r"(?!(?:[\w-]+\.)*(?:github\.com|slack\.com|notion\.(?:so|site|com))[/?#:])\S+",
    re.IGNORECASE,
)
"""A URL whose words are those of a site, and no names that the user says. In a link to a service they are its names."""
_BEFORE: dict[Target, str] = {
    "repository": r"(?<![\w.-])",
    "channel": r"(?<![\w.-])",
    "page": r"(?<![^\W_])",
    "recipient": r"(?<![\w@.+/-])(?<!\w['!#$%&*=?^`{|}~])",
}
"""A repository or a page may be named by its address, so that a slash or a dash stands before it."""
_ADDRESS = re.compile(r"[./@]")
_ALONE, _AFTER = r"(?<![\w@.+/-])", r"(?![\w@+-]|\.\w)"


class Named:
    """Texts of the user's; whether a value stands in them, as a whole and not as a part of another.

    `own` are the user's workflows.
    """

    def __init__(self, texts: Iterable[str], own: Sequence[Workflow] = ()) -> None:
        given = [*texts]
        self._text = "\n".join(map(_plain, given))
        self._spoken = "\n".join(_plain(_LINK.sub(" ", text)) for text in given)
        self._exact = "\n".join(" ".join(text.casefold().split()) for text in given)
        self.own = own
        self._params = {
            (node.type, node.action, text)
            for workflow in own
            for node in workflow.nodes
            for _, text in texts_of(node.params)
        }

    def has(self, value: str, target: Target) -> bool:
        """Case, scheme, `www.`, a leading # and a closing slash make no difference; but for case, they do to a mailbox.

        A word within a URL names nothing; the URL itself does.
        """
        mailbox = target == "recipient" and "://" not in value
        wanted = value.casefold().strip() if mailbox else _plain(value).strip(" #/")
        text = self._exact if mailbox else self._text if _ADDRESS.search(wanted) else self._spoken
        before = _BEFORE.get(target, _ALONE)
        return not wanted or re.search(f"{before}{re.escape(wanted)}{_AFTER}", text) is not None

    def is_own(self, node: Node, text: str) -> bool:
        """Whether a step of the user's does the same and has this very text in its params."""
        return (node.type, node.action, text) in self._params

    def reaches(self, text: str, target: Target) -> bool:
        """Whether all that the text names as a target is named; what is filled into a template is not judged here."""
        if is_template(text):
            return self.has_words(text, target)
        if target == "values":
            return self.has_addresses(text)
        if target == "recipient" and "://" not in text:
            try:
                return all(self.has(address, target) for address in as_written(text))
            except ValueError:
                return False
        return self.has(text, target)

    def has_words(self, text: str, target: Target) -> bool:
        """Whether each word of the text is named, but for its placeholders. One that writes by itself is not."""
        around = _FILLED.sub(" ", text) if is_template(text) else text
        if "{{" in around or "{%" in around:
            return False
        return all(self.has(part.strip(",;"), target) for part in around.split())

    def has_addresses(self, text: str) -> bool:
        """Whether each address and URL in the text is named."""
        return not any(self.unnamed_addresses(text))

    def unnamed_addresses(self, text: str) -> Iterator[str]:
        """Each address and URL in the text that is not named."""
        found = (_CUT.sub(r"\1", part).rstrip(".,;:!?)]}") for part in _REACHES.findall(text))
        return (part for part in found if not self.has(part, "values"))


def named_in(command: str, settings: Settings, workflows: Iterable[Workflow], registry: Registry) -> Named:
    """What this user has named: in the command as written and as spoken, in the settings, in workflows of theirs."""
    own = [*workflows]
    given = settings.model_dump(exclude_none=True).values()
    texts = [
        command,
        spell_out(command),
        *(text for value in given for _, text in texts_of(value)),
        *(text for workflow in own for text in _named_by(workflow, registry)),
    ]
    return Named(texts, own)


def targets_of(node: Node, registry: Registry) -> Iterator[tuple[str, ParamField, JsonValue]]:
    """The params of a node that say where it reaches to."""
    found = registry.find(node.type, node.action)
    for field in fields_of(found.params).targets if found else ():
        for name in sorted({field.name, field.attribute} & node.params.keys()):
            yield name, field, node.params[name]


def _named_by(workflow: Workflow, registry: Registry) -> Iterator[str]:
    yield from (workflow.name, workflow.workflow_id)
    for node in workflow.nodes:
        for _, _, value in targets_of(node, registry):
            yield from (text for _, text in texts_of(value))


def _plain(text: str) -> str:
    return _NOISE.sub(lambda found: " " if found[0].isspace() else "", text.casefold())
