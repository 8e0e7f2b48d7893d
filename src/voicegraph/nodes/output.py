"""The output of a node: text, data, files. Shapes are fixed by DESIGN section 2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, ValidatorFunctionWrapHandler, WrapValidator

from voicegraph.graph.model import NodeId, Wire
from voicegraph.nodes.data.large_json import is_small

JOINT = "\n\n---\n\n"


class FileRef(Wire):
    """A stored file, by id; the bytes are read through `Files`."""

    id: str
    name: str
    media_type: str = "application/octet-stream"
    size: int = 0


class Metrics(Wire):
    """What a model reported. `estimated` is set when a figure is ours and not the provider's. Cost in US dollars."""

    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: float | None = None
    estimated: bool = False


def _trusted(data: Any, judge: ValidatorFunctionWrapHandler) -> JsonValue:
    """Large data is not judged, nor copied: that is one long call. The runner makes it plain on a thread."""
    return judge(data) if is_small(data) else data


class Output(Wire):
    """A node's result. `branch` is set by conditions alone: which outgoing edges are live."""

    text: str = ""
    data: Annotated[JsonValue, WrapValidator(_trusted)] = None
    files: list[FileRef] = Field(default_factory=list)
    meta: dict[str, JsonValue] = Field(default_factory=dict)
    metrics: Metrics | None = None
    branch: bool | None = None
    truncated: bool = Field(
        default=False,
        exclude_if=lambda cut: not cut,
        description="Only its beginning is here; the node's `output` route gives all of it.",
    )
    size: int | None = Field(
        default=None, exclude_if=lambda size: size is None, description="Of a truncated output: characters of its JSON."
    )


@dataclass(frozen=True, slots=True)
class Suspend:
    """An action's answer "not now": the engine keeps `output` and makes it the node's result at `until`.

    `until` is in seconds since the epoch. Nothing stays in memory meanwhile.
    """

    until: float
    output: Output
    message: str


@dataclass(frozen=True, slots=True)
class Await:
    """An action's answer "not now, and not by me": the node waits for an answer, at the longest until `until`.

    `kind` says whose answer; `request` is kept with the node, for whoever answers and for what `until` leads to
    (`run/questions.py` reads both). `output` is what the answer is about: what a person approves, or what another run is
    given. Nothing stays in memory meanwhile.
    """

    kind: Literal["approval", "run"]
    output: Output
    message: str
    request: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    until: float | None = None


Result = Output | Suspend | Await
"""What an action may answer."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a node sees of its live predecessors."""

    text: str = ""
    data: JsonValue = None
    files: list[FileRef] = field(default_factory=list[FileRef])
    nodes: Mapping[NodeId, Output] = field(default_factory=dict[NodeId, Output])


Merge = Literal["text", "list", "first"]


def join_inputs(sources: Mapping[NodeId, tuple[str, Output]], merge: Merge | None = None) -> Inputs:
    """One predecessor: its output as is. Several: labelled blocks, and `data` as an object keyed by node id.

    `sources` maps a predecessor's id to (label, output), in the order of the edges. With `merge` "list", `data` is the
    list of the outputs in that order (of one, too: its data, or its text where it has none); with "first", the first
    is all there is.
    """
    if merge == "first":
        sources = dict([*sources.items()][:1])
    nodes = {node_id: output for node_id, (_, output) in sources.items()}
    files = [ref for output in nodes.values() for ref in output.files]
    if len(nodes) == 1 and merge != "list":
        (only,) = nodes.values()
        return Inputs(only.text, only.data, files, nodes)
    text = JOINT.join(f"## {label or node_id}\n\n{output.text}" for node_id, (label, output) in sources.items())
    if merge == "list":
        return Inputs(text, [out.text if out.data is None else out.data for out in nodes.values()], files, nodes)
    data: JsonValue = {node_id: output.data for node_id, output in nodes.items()} if nodes else None
    return Inputs(text, data, files, nodes)
