"""Liquid's filters of lists. Null is the empty list; what has nothing under a key has null there; null is sorted last.

That is Shopify's rule, which python-liquid keeps in part: it makes `[null]` of null, trips over a null within a list, and
writes Python's notation. A value that is no list is a list of one; lists in a list are joined to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, cast

from liquid.filter import num_arg

from voicegraph.nodes.data.large_json import spaced
from voicegraph.nodes.data.sorting import sorted_in_runs
from voicegraph.nodes.data.type_names import type_word
from voicegraph.nodes.templates.value_filters import Unfit, as_text

_DEEPEST = 100


def items_of(value: object, depth: int = _DEEPEST) -> list[Any]:
    """The list a filter works on."""
    if value is None:
        return []
    if not isinstance(value, (list, tuple, range)):
        return [value]
    found: list[Any] = []
    for item in cast("list[object]", value):
        if isinstance(item, (list, tuple)) and depth:
            found.extend(items_of(cast("object", item), depth - 1))
        else:
            found.append(item)
    return found


def at(item: object, key: object) -> Any:
    """What the item has under the key, or null; a text has the words that are a part of it."""
    if isinstance(item, dict):
        found = cast("dict[object, object]", item)
        return found.get(key if isinstance(key, str) else as_text(key))
    return key if isinstance(item, str) and isinstance(key, str) and key in item else None


def _is_true(value: object) -> bool:
    return value is not None and value is not False


def _test(key: object, wanted: object) -> Callable[[object], bool]:
    """Whether an item has the wanted value under the key; any that is true where none is given."""
    if wanted is None:
        return lambda item: _is_true(at(item, key))
    return lambda item: _is_equal(at(item, key), wanted)


def _is_equal(one: object, other: object) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _where(value: object, key: object, wanted: object = None) -> list[Any]:
    return [*filter(_test(key, wanted), items_of(value))]


def _reject(value: object, key: object, wanted: object = None) -> list[Any]:
    fits = _test(key, wanted)
    return [] if key is None else [item for item in items_of(value) if not fits(item)]


def _find(value: object, key: object, wanted: object = None) -> object:
    return next(filter(_test(key, wanted), items_of(value)), None)


def _find_index(value: object, key: object, wanted: object = None) -> int | None:
    fits = _test(key, wanted)
    return next((at for at, item in enumerate(items_of(value)) if fits(item)), None)


def _has(value: object, key: object, wanted: object = None) -> bool:
    return any(map(_test(key, wanted), items_of(value)))


def _map(value: object, key: object) -> list[Any]:
    return [at(item, key) for item in items_of(value)]


def _join(value: object, separator: object = " ") -> str:
    return as_text(separator).join(map(as_text, items_of(value)))


def _compact(value: object, key: object = None) -> list[Any]:
    return [item for item in items_of(value) if (item if key is None else at(item, key)) is not None]


def _reverse(value: object) -> list[Any]:
    return items_of(value)[::-1]


def _concat(value: object, other: object) -> list[Any]:
    if not isinstance(other, (list, tuple, range, type(None))):
        raise TypeError
    return [*items_of(value), *cast("list[Any]", other or ())]


def _uniq(value: object, key: object = None) -> list[Any]:
    """The first of each, by value; items without `key` count as equal."""
    seen: dict[str, Any] = {}
    for item in items_of(value):
        seen.setdefault(spaced(item if key is None else at(item, key)), item)
    return [*seen.values()]


def _sum(value: object, key: object = None) -> int | float:
    """Of the numbers, and of texts that are numbers; the rest counts as 0."""
    values = [at(item, key) for item in items_of(value)] if key else items_of(value)
    numbers = [num_arg(one, default=0) for one in values if not isinstance(one, bool)]
    return _total([number for number in numbers if math.isfinite(number)])


def _total(numbers: list[int | float]) -> int | float:
    """Exact to the decimals that are written: 0.1 and 0.2 are 0.3."""
    if all(isinstance(number, int) for number in numbers):
        return sum(numbers)
    return float(sum((Decimal(str(number)) for number in numbers), Decimal(0)))


def _sort(value: object, key: object = None) -> list[Any]:
    """In ascending order. What cannot be compared is refused, as by Shopify."""
    try:
        return _ordered(value, key, lambda found: found)
    except TypeError as error:
        raise Unfit(
            f"the filter 'sort' cannot bring its values into an order: {_kinds(value, key)}", token=None
        ) from error


def _kinds(value: object, key: object) -> str:
    """What stands among values that cannot be compared."""
    found = (at(item, key) if key else item for item in items_of(value))
    kinds = sorted({type_word(one) for one in found if one is not None})
    if len(kinds) == 1 and not key:
        return "they are objects; name a key to sort them by, as in sort: 'name'"
    return f"among them are {', '.join(kinds[:-1])}{' and ' * (len(kinds) > 1)}{kinds[-1]}"


def _sort_natural(value: object, key: object = None) -> list[Any]:
    """In ascending order, whatever the case."""
    return _ordered(value, key, lambda found: as_text(found).lower())


def _ordered(value: object, key: object, order: Callable[[Any], Any]) -> list[Any]:
    get = partial(at, key=key) if key else _itself
    present: list[Any] = []
    absent: list[Any] = []
    for item in items_of(value):
        (absent if get(item) is None else present).append(item)
    return [*sorted_in_runs(present, lambda item: order(get(item))), *absent]


def _itself(item: object) -> object:
    return item


def replacements() -> dict[str, Callable[..., Any]]:
    """Filters that take the place of Liquid's."""
    return {
        "where": _where,
        "reject": _reject,
        "find": _find,
        "find_index": _find_index,
        "has": _has,
        "map": _map,
        "join": _join,
        "compact": _compact,
        "reverse": _reverse,
        "concat": _concat,
        "uniq": _uniq,
        "sum": _sum,
        "sort": _sort,
        "sort_natural": _sort_natural,
    }
