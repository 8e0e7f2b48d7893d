"""Files the user brings."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from re import Match

from voicegraph.plan.rules.steps.phrase import Phrase
from voicegraph.plan.rules.steps.step import Context, PlannedStep
from voicegraph.words.numbers import VALUES
from voicegraph.words.patterns import either, maybe, named, rx, words


@dataclass(frozen=True, slots=True)
class _Kind:
    type: str
    action: str
    title: str
    pattern: str


_SHEET = "(?:excel|xlsx?)(?: (?:file|sheet|spreadsheet))?|spread ?sheet(?: file)?"
_PAPERS = words("contract invoice resume cv receipt paper letter transcript manuscript thesis lease agreement")
_KINDS = {
    "csv": _Kind(
        "csv_upload", "upload_csv", "CSV", f"csvs?(?: (?:files?|exports?|tables?|data))?|tsv(?: file)?|{_SHEET}"
    ),
    "pdf": _Kind(
        "pdf_upload", "upload_pdf", "PDF", "pdfs?(?: (?:files?|documents?|reports?|contracts?|invoices?|papers?))?"
    ),
    "txt": _Kind("txt_upload", "upload_txt", "text file", r"(?:plain )?text (?:files?|documents?)|\.?txt(?: file)?"),
    "any": _Kind(
        "file_upload",
        "upload_any",
        "file",
        f"(?:word )?(?:documents?|files?|docx?)|attachments?|{_PAPERS}(?! (?:pdf|csv|text file|spread ?sheet))",
    ),
}
_I_UPLOAD = (
    "(?:(?:that|which) )?(?:i|we|you|they|the user)(?:'ve|'ll| will| have| am going to| just|'m going to)? "
    "(?:upload|uploaded|attach|attached|provide|provided|give|choose|select|drop)(?: (?:here|you|in))?"
)
_NOT_OWN = words(
    "uploaded attached into as to from of in an a the and with for out or on row upload single insights about"
)
_UPLOAD = rx(
    maybe(r"\b(?:from|of|in|on|out of|through|with|using|for) "),
    named(
        "det",
        r"(?:(?:the|my|our|a|an|this|that|your|some|any|one|two|three|four|another|second|of|from|each|every) ){0,4}",
    ),
    "(?:(?:uploaded|attached|provided) )?",
    named("own", rf"(?:(?!{_NOT_OWN}\b)[\w'-]+ ){{0,2}}?"),
    either(*(named(name, kind.pattern) for name, kind in _KINDS.items())),
    r"\b",
    maybe(" ", either(_I_UPLOAD, "(?:is|has been|was|gets) uploaded", "upload")),
)
_UPLOADING = rx(r"\bupload|\battach")
_TURNED_INTO = rx(r"\b(?:as|into|to) (?:an? )?$")
_ONE = rx("an? $")
_AGAIN = rx(r"\b(?:another|second)\b")


def read_uploads(phrase: Phrase, context: Context) -> list[PlannedStep]:
    """“Upload a CSV”, “the attached PDF”, “a spreadsheet I upload”."""
    uploading = phrase.sense == "upload" or bool(_UPLOADING.search(phrase.whole))
    steps: list[PlannedStep] = []
    at = 0
    while found := _UPLOAD.search(phrase.text, at):
        kind = next(kind for kind in _KINDS if found[kind])
        if _is_new(kind, found, phrase, context, uploading=uploading):
            phrase.cut(found)
            steps += _uploads(kind, found)
            at = 0
        else:
            at = found.end()
    return steps


def _is_new(kind: str, found: Match[str], phrase: Phrase, context: Context, *, uploading: bool) -> bool:
    """Whether this file is one to upload, not one that is there already or that is to be written."""
    if not uploading and (kind == "any" or _TURNED_INTO.search(phrase.text[: found.start()] + found["det"])):
        return False
    if phrase.sense in {"generate", "create"} and _ONE.match(found["det"]) and "upload" not in found[0].lower():
        return False  # "write a cover letter from my uploaded resume"
    if _AGAIN.search(found["det"]):
        return True
    known = _KINDS.values() if kind == "any" else [_KINDS[kind]]
    return not any(context.has(one.type) for one in known)


def _uploads(kind: str, found: Match[str]) -> list[PlannedStep]:
    """One step a file: "upload two documents" are two."""
    step = _upload(kind, found)
    count = next((VALUES[word] for word in found["det"].lower().split() if VALUES.get(word, 1) > 1), 1)
    return [replace(step, label=f"{step.label} {number}") for number in range(1, count + 1)] if count > 1 else [step]


def _upload(kind: str, found: Match[str]) -> PlannedStep:
    upload = _KINDS[kind]
    note = (
        "A spreadsheet has to be saved as CSV before it is uploaded."
        if re.search("excel|xls", found[0], re.IGNORECASE)
        else ""
    )
    label = f"Upload {found['own'].strip() or 'the'} {upload.title}"
    return PlannedStep("source", upload.type, upload.action, label, note=note)
