"""Large JSON values, worked on in small pieces.

One call of a library in C over a large value keeps the interpreter to itself until it is done, whichever thread makes
it: everybody waits. So what is large is walked through, encoded and decoded piece by piece, on a thread; what is small
is done at once, where it is.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from importlib import import_module
from typing import Any, ParamSpec, TypeVar, cast

from pydantic import JsonValue
from pydantic_core import to_json

from voicegraph.errors import NodeError
from voicegraph.fair_slots import FairGate
from voicegraph.lazy_imports import importing
from voicegraph.nodes.charsets.charsets import decoded
from voicegraph.nodes.data.long_strings import MAX_DIGITS, put_back, take_out, too_long_number
from voicegraph.nodes.data.sorting import sorted_in_runs

P = ParamSpec("P")
R = TypeVar("R")

WORKERS = 2
MAX_VALUES = 500_000
"""Values in the data of one result: numbers, texts, lists, objects, all counted."""
MAX_OUTPUT = 32 << 20
"""Bytes of one result, text and data together. An answer that is as large as nodes may read is in it twice."""
SMALL_VALUES = 2_000
SMALL_CHARACTERS = 64 << 10
PIECE_VALUES = 4_000
PIECE_BYTES = 64 << 10
FED_BYTES = 8 << 10
"""Handed to the parser at once: it keeps the interpreter until it has made thousands of values of them."""
DECODED_AT_ONCE = 512 << 10
PARSER_DEPTH = 500
"""The parser keeps the path of each value, which makes it quadratic in the depth."""
PER_VALUE = 4
"""Bytes that a value takes in JSON besides its characters, more or less."""


@dataclass(slots=True)
class Weight:
    """The size of a value: values, and characters of texts and keys."""

    values: int = 0
    characters: int = 0

    @property
    def bytes(self) -> int:
        """About what its JSON takes."""
        return self.characters + PER_VALUE * self.values

    def __add__(self, other: Weight) -> Weight:
        return Weight(self.values + other.values, self.characters + other.characters)


def weigh(root: object, values: int = MAX_VALUES, characters: int | None = None) -> Weight:
    """Walk through plain data, until there is more of it than that."""
    found = Weight()
    left: list[object] = [root]
    while left and found.values <= values and (characters is None or found.characters <= characters):
        value = left.pop()
        found.values += 1
        if isinstance(value, str):
            found.characters += len(value)
        elif isinstance(value, dict):
            holder = cast("dict[str, object]", value)
            if len(holder) > values:
                found.values += len(holder)
                break
            found.characters += sum(map(len, map(str, holder)))
            left.extend(holder.values())
        elif isinstance(value, list):
            left.extend(cast("list[object]", value)[: values + 1])
    return found


def is_small(*parts: object, values: int = SMALL_VALUES, characters: int = SMALL_CHARACTERS) -> bool:
    """Whether work on all of these takes a few milliseconds at most."""
    for part in parts:
        found = weigh(part, values, characters)
        values -= found.values
        characters -= found.characters
        if values < 0 or characters < 0:
            return False
    return True


async def beside(small: bool, function: Callable[P, R], *args: P.args, **options: P.kwargs) -> R:
    """What the function gives: at once where there is little to do, else from a thread."""
    if small:
        return function(*args, **options)
    return await _GATE.run(_pool(), partial(function, *args, **options))


_GATE = FairGate(WORKERS)


@cache
def _pool() -> ThreadPoolExecutor:
    """Threads that compute take the interpreter from each other and from the loop in turns, so they are few."""
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="bulk")


def compact(value: object) -> str:
    """The JSON text of a value, of whatever size, as it is stored."""
    return "".join(_encoded(value, _compact, ",", ":"))


def spaced(value: object) -> str:
    """The JSON text of a value with spaces after commas and colons, as people read it; what JSON lacks becomes text."""
    return "".join(_encoded(value, _spaced, ", ", ": "))


def canonical(value: object, comma: str = ",", colon: str = ":") -> Iterator[str]:
    """The JSON text of a value in pieces, the same for equal values: in ASCII, and by the names of its fields."""
    leaf = partial(json.dumps, sort_keys=True, separators=(comma, colon))
    return _encoded(value, leaf, comma, colon, in_order=True)


def pretty(value: object, indent: int = 2) -> str:
    """The JSON text of a value in lines."""
    return "".join(json.JSONEncoder(ensure_ascii=False, indent=indent).iterencode(value))


def decode(text: str | bytes, *, most: int | None = None, ours: bool = False) -> JsonValue:
    """The value of a JSON text of whatever size. ValueError when it is none.

    NodeError `too_large` of a large text that holds more than `most` values, or MAX_VALUES, but not of what is `ours`:
    a row that was written is read, whatever it holds.
    """
    if len(text) <= DECODED_AT_ONCE:
        return _decoded_at_once(text)
    read = text if isinstance(text, str) else decoded(text, json.detect_encoding(text), "surrogatepass")
    digits = sys.get_int_max_str_digits() if ours else MAX_DIGITS
    whole, taken = take_out(read.encode("utf-8", "replace"), digits)
    if not ours:
        _judge(whole, most or MAX_VALUES)
    return put_back(_decoded(whole), taken)


def too_large_output(size: int, what: str = "The result") -> NodeError:
    """More than MAX_OUTPUT."""
    return NodeError(
        "too_large",
        f"{what} takes {size / (1 << 20):.0f} MiB, text and data both counted, and a node keeps at most "
        f"{MAX_OUTPUT >> 20} MiB. Select a part of what comes in, or of what is fetched; whole answers can be kept as "
        "files.",
    )


def over_limit(weight: Weight, what: str = "The result") -> NodeError | None:
    """Why a result of this weight cannot be kept; None when it can."""
    if weight.values > MAX_VALUES:
        return too_many_values(what)
    return too_large_output(weight.bytes, what) if weight.bytes > MAX_OUTPUT else None


def too_many_values(what: str = "The data", most: int | None = None) -> NodeError:
    """More than `most`, or MAX_VALUES."""
    return NodeError("too_large", f"{what} holds more than {most or MAX_VALUES:,} values. Take a part of it, or pages.")


def _is_piece(value: object) -> bool:
    return is_small(value, values=PIECE_VALUES, characters=PIECE_BYTES)


def _compact(value: object) -> str:
    try:
        return to_json(value, inf_nan_mode="null").decode()
    except ValueError:  # half a surrogate pair
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()


def _spaced(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _escaped(text: str) -> Iterator[str]:
    yield '"'
    for start in range(0, len(text), PIECE_BYTES):
        yield json.dumps(text[start : start + PIECE_BYTES])[1:-1]
    yield '"'


def _encoded(
    value: Any, leaf: Callable[[object], str], comma: str, colon: str, *, in_order: bool = False
) -> Iterator[str]:
    if in_order and isinstance(value, str):
        yield from _escaped(value)
        return
    if not isinstance(value, list | dict) or _is_piece(cast("object", value)):
        yield leaf(cast("object", value))
        return
    between = ""
    if isinstance(value, list):
        yield "["
        for batch, alone in _batches(enumerate(cast("list[object]", value))):
            yield between
            if alone:
                yield from _encoded(batch[0][1], leaf, comma, colon, in_order=in_order)
            else:
                yield leaf([item for _, item in batch])[1:-1]
            between = comma
        yield "]"
        return
    yield "{"
    fields = cast("dict[str, object]", value)
    names = sorted_in_runs(fields) if in_order else fields
    for batch, alone in _batches((name, fields[name]) for name in names):
        yield between
        if alone:
            yield leaf({batch[0][0]: None})[1:-5]  # the key and its colon, as this encoder writes them
            yield from _encoded(batch[0][1], leaf, comma, colon, in_order=in_order)
        else:
            yield leaf(dict(batch))[1:-1]
        between = comma
    yield "}"


def _batches(pairs: Iterable[tuple[Any, object]]) -> Iterator[tuple[list[tuple[Any, object]], bool]]:
    """Runs of members that are a piece together; a member that is more than a piece is alone."""
    batch: list[tuple[Any, object]] = []
    values = characters = 0
    for key, item in pairs:
        found = weigh(item, PIECE_VALUES, PIECE_BYTES)
        if found.values > PIECE_VALUES or found.characters > PIECE_BYTES:
            if batch:
                yield batch, False
            yield [(key, item)], True
            batch, values, characters = [], 0, 0
            continue
        if values + found.values > PIECE_VALUES or characters + found.characters > PIECE_BYTES:
            yield batch, False
            batch, values, characters = [], 0, 0
        batch.append((key, item))
        values += found.values
        characters += found.characters
    if batch:
        yield batch, False


@cache
def _ijson() -> Any:
    """Loaded when something large comes: few runs need it."""
    with importing("ijson"):
        return import_module("ijson")


_UNCOUNTED = frozenset({"map_key", "end_map", "end_array"})
_DEPTH = {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}


def _judge(text: bytes, most: int) -> None:
    """NodeError when there are too many values, ValueError when they are nested too deeply for the parser."""
    ijson = _ijson()
    seen: Any = ijson.sendable_list()
    values = depth = 0
    for _ in _fed(ijson.basic_parse_coro(seen), text):
        for kind, _ in seen:
            values += kind not in _UNCOUNTED
            depth += _DEPTH.get(kind, 0)
            if depth > PARSER_DEPTH:
                raise ValueError(f"it is nested more than {PARSER_DEPTH} levels deep")
        seen.clear()
        if values > most:
            raise too_many_values(most=most)


def _decoded_at_once(text: str | bytes) -> JsonValue:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except ValueError as error:
        if "integer string conversion" in str(error):  # Python's own limit
            raise too_long_number() from error
        raise


def _decoded(text: bytes) -> JsonValue:
    ijson = _ijson()
    for as_float in (True, False):
        found: Any = ijson.sendable_list()
        try:
            for _ in _fed(ijson.items_coro(found, "", use_float=as_float), text):
                pass
        except OverflowError:  # a number that no machine word holds: again, with numbers of any length
            continue
        return found[0] if as_float else _without_decimals(found)[0]
    raise ValueError("a number is too large")


def _fed(parser: Any, text: bytes) -> Iterator[None]:
    """Hand the text to ijson's parser, and pause after each piece. ValueError, or OverflowError for a long number."""
    ijson = _ijson()
    try:
        for start in range(0, len(text), FED_BYTES):
            parser.send(text[start : start + FED_BYTES])
            yield
        parser.close()
        yield
    except ijson.JSONError as error:
        message = str(error).partition("\n")[0]
        raise (OverflowError if "overflow" in message else ValueError)(message) from error


def _without_decimals(root: list[Any]) -> list[Any]:
    left: list[object] = [root]
    while left:
        holder: Any = left.pop()
        keys: list[Any] = [*(holder if isinstance(holder, dict) else range(len(holder)))]
        for key in keys:
            value = cast("object", holder[key])
            if isinstance(value, Decimal):
                holder[key] = float(value)
            elif isinstance(value, dict | list):
                left.append(cast("object", value))
    return root
