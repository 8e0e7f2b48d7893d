"""The items of a node with `each`: what they are, what one of them sees, and what all of them give.

Items are the list that comes in: a JSON list (rows of a CSV, entries of a feed, issues of a repository), the list in an
object that has one under a usual name, else what the text holds (`text_items`). Several predecessors: their items one after
the other.
Read from the outputs of finished nodes, so a run that goes on after a crash finds the same items in the same places.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from voicegraph.errors import NodeError
from voicegraph.nodes.data.large_json import PER_VALUE, Weight, over_limit, weigh
from voicegraph.nodes.output import JOINT, Inputs, Metrics, Output
from voicegraph.run.events import ItemCounts, ItemRun
from voicegraph.run.splitting.text_items import items_in, list_in

MAX_ITEMS = 10_000


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its value as templates see it, and as text."""

    value: JsonValue
    text: str


def items_of(inputs: Inputs) -> list[Item]:
    """The items of what comes in. NodeError `too_many_items` past MAX_ITEMS."""
    sources = [*inputs.nodes.values()]
    merged = (
        inputs.data if isinstance(inputs.data, list) and not any(one.data is inputs.data for one in sources) else None
    )
    if merged is not None:  # the node wants its predecessors as a list: each of them is an item
        found = [Item(value, text_of(value)) for value in merged]
    else:
        found = [item for output in sources for item in _items(output)]
    _refuse_more(len(found))
    return found


def _refuse_more(count: int) -> None:
    if count > MAX_ITEMS:
        raise NodeError(
            "too_many_items",
            f"The input has {count:,} items, and a node runs for at most {MAX_ITEMS:,}. "
            "Put a “Select data” node before it that keeps a part of them.",
        )


def seen_by(item: Item, inputs: Inputs) -> Inputs:
    """The inputs of a try on this item: the item is all there is; files and outputs by node stay."""
    return replace(inputs, text=item.text, data=item.value)


def text_of(value: JsonValue) -> str:
    """A value as people and models read it: an object as a line for each field."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "\n".join(f"{key}: {_inline(field)}" for key, field in value.items() if field is not None)
    return _inline(value)


def gathered(rows: Sequence[ItemRun]) -> Output:
    """The node's output, of items that are all settled, in their order.

    `data` is a list: each item's data, or its text where it has none; an item that failed keeps its place as `{"error": …}`.
    `text` are the items' texts, by lines when each is one, else with rules between them.
    """
    outputs = [row.output or Output(text=_reason(row), data={"error": _error(row)}) for row in rows]
    texts = [output.text.strip() for output in outputs]
    joint = "\n" if all("\n" not in text for text in texts) else JOINT
    meta: dict[str, JsonValue] = {"items": len(rows), "joint": joint}
    if failed := sum(row.output is None for row in rows):
        meta["failed"] = failed
    return Output(
        text=joint.join(texts),
        data=[output.data if output.data is not None else output.text for output in outputs],
        files=list({ref.id: ref for output in outputs for ref in output.files}.values()),
        meta=meta,
        metrics=_sum([output.metrics for output in outputs if output.metrics]),
    )


def share_of(output: Output) -> Weight:
    """What an item's result adds to the node's: its text, and its data or the text again."""
    return Weight(0, len(output.text)) + weigh(output.text if output.data is None else output.data)


def shares_of(rows: Iterable[ItemRun]) -> Weight:
    """The shares of all of these together."""
    return sum((share_of(row.output) for row in rows if row.output), Weight())


def so_far(counts: ItemCounts) -> Weight | None:
    """The shares of the items that are done, as the node's row has them; None where it was written without values."""
    if counts.done and not counts.values:
        return None
    return Weight(counts.values, counts.size - PER_VALUE * counts.values)


def refusal(weight: Weight, count: int) -> NodeError | None:
    """Why the results of so many items cannot be kept together; None when they can."""
    return over_limit(weight, f"What {count:,} items gave together")


def _items(output: Output) -> list[Item]:
    values = list_in(output.data)
    if values is None:
        values = items_in(output.text)
    _refuse_more(len(values))
    texts = _texts_beside(output, len(values)) or map(text_of, values)
    return [Item(value, text) for value, text in zip(values, texts, strict=True)]


def _texts_beside(output: Output, count: int) -> list[str] | None:
    """The texts that belong to the items, when a node with `each` gave them: a letter for each row, and the row."""
    joint = output.meta.get("joint")
    texts = output.text.split(joint) if isinstance(joint, str) and joint else []
    return texts if len(texts) == count == output.meta.get("items") else None


def _inline(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _error(row: ItemRun) -> dict[str, JsonValue]:
    return dict(row.error or {})


def _reason(row: ItemRun) -> str:
    return str(_error(row).get("message", ""))


def _sum(metrics: Sequence[Metrics]) -> Metrics | None:
    if not metrics:
        return None
    costs = [one.cost for one in metrics if one.cost is not None]
    return Metrics(
        model=metrics[0].model,
        input_tokens=_total([one.input_tokens for one in metrics]),
        output_tokens=_total([one.output_tokens for one in metrics]),
        cost=sum(costs) if costs else None,
        estimated=any(one.estimated for one in metrics),
    )


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
