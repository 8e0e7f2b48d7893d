"""llm: a language model works on the input. Without one, summaries are extractive and say so."""

from __future__ import annotations

import asyncio
import re
from typing import Literal

from pydantic import JsonValue

from voicegraph.errors import NodeError
from voicegraph.nodes.action import Lack, Params, action, param
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.data.large_json import SMALL_CHARACTERS, beside, decode, is_small, pretty
from voicegraph.nodes.models.long_text import digest
from voicegraph.nodes.models.models import choose, how_to_configure, require
from voicegraph.nodes.output import Output
from voicegraph.nodes.services.llm import extractive
from voicegraph.nodes.services.llm.answer_length import answer_tokens
from voicegraph.settings import Settings

TIMEOUT = 300.0
"""Seconds for one attempt: a long text goes to the model in several parts."""

_TASKS = {
    "summarize": "Summarise the material: first what it is about, then what matters, the most important first.",
    "analyze": "Analyse the material: patterns, trends, causes, strengths and weaknesses, and what follows from them. "
    "Tell facts and conclusions apart.",
    "extract_insights": "List the insights in the material, each in one bullet with the fact that supports it.",
    "transform": "Rewrite the material as the user asks.",
    "generate": "Write what the user asks for; the material, where there is any, is the source.",
}
_IN_PARTS = frozenset({"summarize", "analyze", "extract_insights"})
"""What can be done to parts of a text first and to the results then."""
_EXTRACTIVE = {"summarize": extractive.summarize, "extract_insights": extractive.insights}
_POINTS = {"short": 4, "medium": 7, "long": 14}
_LENGTHS = {"short": "Be brief: a few sentences or bullets.", "medium": "", "long": "Be thorough and detailed."}
_NOT_WHOLE = {
    "length": "The answer is not whole: it became longer than what was asked for, and was cut off. Set Length to long, "
    "say in the instruction how long it may be (“in 20 sentences”), or ask for less.",
    "content_filter": "The answer is not whole: the model's provider filtered the rest of it. Say the instruction in "
    "other words, or use another model.",
}
_JSON = re.compile(r"\A\s*(?:```(?:json)?\s*)?([\[{].*[\]}])\s*(?:```)?\s*\Z", re.DOTALL)


class Llm(Params):
    """Params of every llm action."""

    instruction: str = param(
        "",
        title="Instruction",
        description="What the model is to do, in your words, in addition to the action.",
        widget="textarea",
    )
    length: Literal["short", "medium", "long"] = param("medium", title="Length")
    tone: str = param("", title="Tone", description="For example friendly, formal, for engineers.", max_length=200)
    language: str = param("", title="Language", description="Empty: the language of the input.", max_length=100)
    model: str = param("", title="Model", description="provider:model; empty: the one in the settings.", max_length=200)


def _requires(settings: Settings, name: str) -> Lack | None:
    try:
        if choose(settings) is not None:
            return None
    except NodeError as error:
        return Lack(error.message)
    if name in _EXTRACTIVE:
        return Lack(
            "No language model is set up (VOICEGRAPH_MODEL): the summary will be made of sentences of the text itself.",
            blocking=False,
        )
    return Lack(f"This step needs a language model. {how_to_configure(settings)}")


@action("llm", "summarize", group="ai", title="Summarize", timeout=TIMEOUT, requires=_requires)
async def summarize(params: Llm, node: NodeContext) -> Output:
    """Sums up the input. Without a model: its most telling sentences, and the figures of a table."""
    return await _run(params, node)


@action("llm", "analyze", group="ai", title="Analyze", timeout=TIMEOUT, requires=_requires)
async def analyze(params: Llm, node: NodeContext) -> Output:
    """Looks for patterns, trends and causes in the input, and what follows from them."""
    return await _run(params, node)


@action("llm", "extract_insights", group="ai", title="Extract insights", timeout=TIMEOUT, requires=_requires)
async def extract_insights(params: Llm, node: NodeContext) -> Output:
    """Lists key points with what supports them. Without a model: key sentences, main terms, the figures of a table."""
    return await _run(params, node)


@action("llm", "transform", group="ai", title="Rewrite", timeout=TIMEOUT, requires=_requires)
async def transform(params: Llm, node: NodeContext) -> Output:
    """Rewrites the input as the instruction says: translate, shorten, turn into a table or JSON."""
    return await _run(params, node)


@action("llm", "generate", group="ai", title="Write", timeout=TIMEOUT, requires=_requires, any_name=True)
async def generate(params: Llm, node: NodeContext) -> Output:
    """Writes a text as the instruction says. An action of your own, such as extract_dates, is an instruction itself."""
    return await _run(params, node)


async def _run(params: Llm, node: NodeContext) -> Output:
    material = await beside(is_small(node.inputs.text, node.inputs.data, node.trigger), _material, node)
    if not material.strip() and (node.action in _IN_PARTS or node.action == "transform" or not params.instruction):
        raise NodeError("empty_input", f"There is nothing to {node.action.replace('_', ' ')}: the input is empty.")
    if choose(node.settings, params.model) is None and node.action in _EXTRACTIVE:
        node.log("No language model is set up: the summary is made of sentences of the text itself.")
        return await asyncio.to_thread(_extract, params, node)
    choice = require(node.settings, params.model)
    node.progress(f"Asking {choice.name}")
    in_parts = node.action in _IN_PARTS
    result = await digest(
        choice,
        _task(params, node.action),
        material,
        in_parts=in_parts,
        progress=node.progress,
        max_tokens=answer_tokens(node.action, params.length, params.instruction, material),
    )
    if "truncated" in result.meta:
        node.log("The input is longer than the model can read; only its beginning was used.")
    if kept_back := result.meta.get("reasoningKeptBack"):
        node.log(f"The model's reasoning within its answer, {kept_back:,} characters, was kept back.")
    meta: dict[str, JsonValue] = {"method": "model", "model": choice.name, **result.meta}
    if "cut" in result.meta:
        node.log(_NOT_WHOLE[str(result.meta["finishReason"])])
        meta.setdefault("truncated", True)
    files = node.inputs.files
    data = await beside(len(result.text) <= SMALL_CHARACTERS, _data, result.text)
    return Output(text=result.text, data=data, files=files, meta=meta, metrics=result.metrics)


def _material(node: NodeContext) -> str:
    """The input's text, else its data, else what triggered the run: a webhook's body, for a node that comes first."""
    inputs = node.inputs
    data = inputs.data if inputs.data is not None or inputs.nodes else node.trigger.get("body")
    if inputs.text.strip() or data is None:
        return inputs.text
    return data if isinstance(data, str) else pretty(data, indent=1)


def _task(params: Llm, name: str) -> str:
    """The action in words, and what the params add to it."""
    lines = [_TASKS.get(name) or name.replace("_", " ").strip().capitalize() + "."]
    if params.instruction.strip():
        lines.append(f"The user asks: {params.instruction.strip()}")
    if params.tone.strip():
        lines.append(f"Tone: {params.tone.strip()}.")
    lines.append(f"Write in {params.language.strip() or 'the language of the material'}.")
    lines.append(_LENGTHS[params.length])
    return "\n".join(line for line in lines if line)


def _extract(params: Llm, node: NodeContext) -> Output:
    inputs = node.inputs
    text = _EXTRACTIVE[node.action](inputs.text, inputs.data, count=_POINTS[params.length])
    note = "No language model is set up (VOICEGRAPH_MODEL): these are sentences and figures of the text itself."
    if params.instruction.strip():
        note += " The instruction needs a model and was left aside."
    meta: dict[str, JsonValue] = {"method": "extractive", "note": note}
    if len(inputs.text) > extractive.MAX_CHARS:
        meta["truncated"] = {"characters": extractive.MAX_CHARS, "of": len(inputs.text)}
    return Output(text=text or _material(node)[:2_000], files=inputs.files, meta=meta)


def _data(text: str) -> JsonValue:
    """The JSON of an answer that is JSON, so that the next node can use it; None otherwise."""
    match = _JSON.match(text)
    try:
        return decode(match[1]) if match else None
    except (ValueError, RecursionError):
        return None
