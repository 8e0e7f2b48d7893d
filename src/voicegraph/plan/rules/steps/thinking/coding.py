"""Python that is to be run: "run the Python code print(1 + 1)"."""

from __future__ import annotations

from voicegraph.plan.rules.steps.step import PlannedStep
from voicegraph.plan.rules.steps.thinking.request import ThinkingRequest
from voicegraph.words.patterns import maybe, named, rx

_CODE = rx(
    r"^ ?(?:(?:the|this|that|a|some|my|following|piece of|bit of) ){0,3}",
    named("python", maybe(r"python3?\b ?")),
    r"(?:code|script|snippet|program|function)\b",
    maybe(" ?:? ?", named("code", ".+$")),
)
_NOT_CODE = rx("(?:that|which|to|on|over|for|and|with|from)(?: |$)")


def coded(request: ThinkingRequest) -> list[PlannedStep]:
    """A code node; without the code itself, the form asks for it."""
    found = _CODE.match(request.told)
    if found is None:
        return []
    code = request.tidy(found["code"] or "")
    if code and not _NOT_CODE.match(code):
        return [PlannedStep("think", "code", "run", "Run Python code", {"code": code})]
    note = "Write the Python code into this step."
    return [PlannedStep("think", "code", "run", "Run Python code", note=note, doubt=True)]
