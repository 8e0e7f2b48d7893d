"""Files of the run."""

from __future__ import annotations

from collections.abc import Sequence

from voicegraph.plan.rules.steps.phrase import Phrase
from voicegraph.plan.rules.steps.step import Context, PlannedStep
from voicegraph.plan.rules.text.shelter import PATH, QUOTE
from voicegraph.words.patterns import either, maybe, named, rx, words

_SUFFIXES = {"markdown": "md", "md": "md", "text": "txt", "txt": "txt", "csv": "csv", "json": "json", "html": "html"}
_FILE = rx(
    r"\b",
    either(
        "(?:(?:as|to|into) (?:(?:an?|the|my) )?|in (?:an? )?)(?:(?:new|local) )?"
        + either(
            named("kind", words("markdown md text txt csv json html pdf word excel")) + "(?: (?:file|document))?",
            "file",
        )
        + r"\b"
        + maybe(" (?:called|named|titled) ", named("name", QUOTE, PATH, r"[\w.-]+")),
        "(?:to|on) (?:the |my )?(?:disk|computer|hard drive|laptop)",
        "locally",
    ),
    r"(?!\w)",
)
_MAKING = frozenset({"save", "create", "generate"})
_HANDING_OVER = frozenset({"give", "bring", "need"})
_STORED_ELSEWHERE = rx(r"\b(?:notion|github)\b")


def read_file(phrase: Phrase, context: Context, _: Sequence[PlannedStep]) -> list[PlannedStep]:
    """“Save it as a markdown file”, “pull the prices into a CSV”."""
    found = _FILE.search(phrase.text)
    if found is None or phrase.sense in {"upload", "edit"}:
        return []
    if not found["kind"] and phrase.sense not in _MAKING and phrase.lemma not in _HANDING_OVER:
        return []
    phrase.cut(found)
    kind = (found["kind"] or "").lower()
    name = context.shelter.plain(found["name"] or "") or f"result.{_SUFFIXES.get(kind, 'md')}"
    note = f"There is no {kind} writer; the file is written as Markdown." if kind and kind not in _SUFFIXES else ""
    return [PlannedStep("deliver", "file", "save", f"Save as {name}", {"name": name}, note=note, doubt=bool(note))]


def unplaced(phrase: Phrase) -> list[PlannedStep]:
    """“Save it”, without a place: a file of the run."""
    if phrase.sense != "save" or _STORED_ELSEWHERE.search(phrase.whole):
        return []
    note = "It was not said where to save it, so it is kept as a file of the run."
    return [PlannedStep("deliver", "file", "save", "Save as a file", note=note, doubt=True)]
