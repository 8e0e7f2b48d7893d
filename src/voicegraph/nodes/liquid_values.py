"""Liquid's filters where the library lets Python show: None, True and {'a': 1} in a text, and errors of Python's own.

What a filter writes into a text is what `{{ … }}` writes: nothing for null, `true`, and JSON for lists and objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import wraps
from inspect import signature
from typing import Any, cast

from liquid.builtin.filters.array import _NULL, map_  # pyright: ignore[reportPrivateUsage]
from liquid.builtin.filters.misc import date
from liquid.exceptions import FilterArgumentError, FilterError, LiquidError, ResourceLimitError
from liquid.filter import num_arg, sequence_filter, with_environment
from liquid.stringify import to_liquid_string

from voicegraph.nodes.bulk import spaced
from voicegraph.nodes.type_words import type_word, without_types

Filter = Callable[..., Any]

_PLAIN = 0
"""Arguments that are no text, and stand before those that are."""
_NUMBER_FIRST = 1
_TEXTS = {
    **dict.fromkeys(
        (
            *("append", "capitalize", "downcase", "escape", "escape_once", "escapejs", "lstrip", "newline_to_br"),
            *("prepend", "remove", "remove_first", "remove_last", "replace", "replace_first", "replace_last", "rstrip"),
            *("safe", "split", "squish", "strip", "strip_html", "strip_newlines", "upcase", "url_decode", "url_encode"),
            *("base64_decode", "base64_encode", "base64_url_safe_decode", "base64_url_safe_encode"),
        ),
        _PLAIN,
    ),
    **dict.fromkeys(("truncate", "truncatewords"), _NUMBER_FIRST),
}


class Unfit(FilterArgumentError):
    """A filter cannot do anything with a value."""


def as_text(value: object) -> str:
    """The value as it stands in a text."""
    if isinstance(value, (dict, list, tuple)):
        return spaced(cast("object", value))
    return to_liquid_string(value, autoescape=False)


def plain(name: str, function: Filter) -> Filter:
    """The filter, given texts where it makes texts of what it is given; what it trips over is said in words."""
    first = _TEXTS.get(name)

    @wraps(function)
    def fitted(value: Any, *args: Any, **kwargs: Any) -> Any:
        given: Any = value
        beside = args
        if first is not None:
            given = as_text(value)
            beside = (*args[:first], *map(as_text, args[first:]))
        elif name == "slice" and type_word(value) != "a list":
            given = as_text(value)
        try:
            return function(given, *beside, **kwargs)
        except ResourceLimitError:
            raise
        except LiquidError as error:
            if error.__cause__ is None or isinstance(error.__cause__, ZeroDivisionError):
                raise FilterArgumentError(without_types(str(error.message)), token=error.token) from error
            raise _unfit(name, function, value, args) from error
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, OSError) as error:
            raise _unfit(name, function, value, args) from error

    return fitted


def _unfit(name: str, function: Filter, value: object, args: tuple[Any, ...]) -> Unfit:
    taken = [one for one in signature(function).parameters.values() if one.kind is one.POSITIONAL_OR_KEYWORD][1:]
    least = sum(one.default is one.empty for one in taken)
    if not least <= len(args) <= len(taken):
        counts = str(least) if least == len(taken) else f"{least} to {len(taken)}"
        values = "value" if counts == "1" else "values"
        return Unfit(f"the filter '{name}' takes {counts} {values} after its name, not {len(args)}", token=None)
    given = f"{type_word(value)}, with {', '.join(map(type_word, args))}" if args else type_word(value)
    return Unfit(f"the filter '{name}' can do nothing with what it is given ({given})", token=None)


@sequence_filter
def _join(items: Iterable[object], separator: object = " ") -> str:
    """The items in one text."""
    return as_text(separator).join(map(as_text, items))


def _map(value: object, key: object) -> object:
    """What each object has there; null where it has nothing."""
    found: object = map_(value, key)
    return [None if one is _NULL else one for one in cast("list[object]", found)] if isinstance(found, list) else found


@sequence_filter
def _compact(items: Iterable[Any], key: object = None) -> list[Any]:
    """Without what is null, or has nothing under the key."""
    if key is None:
        return [item for item in items if item is not None]
    return [item for item in items if isinstance(item, dict) and cast("dict[Any, Any]", item).get(key) is not None]


@sequence_filter
def _sum(items: Iterable[Any], key: object = None) -> int | float:
    """Of the numbers, and of texts that are numbers; the rest counts as 0."""
    values = (
        [cast("dict[Any, Any]", item).get(key) if isinstance(item, dict) else 0 for item in items] if key else items
    )
    return _total([num_arg(value, default=0) for value in values if not isinstance(value, bool)])


def _total(numbers: list[int | float]) -> int | float:
    """Exact to the decimals that are written: 0.1 and 0.2 are 0.3."""
    if all(isinstance(number, int) for number in numbers):
        return sum(numbers)
    return float(sum((Decimal(str(number)) for number in numbers), Decimal(0)))


@with_environment
def _date(value: object, form: object, *, environment: object) -> str:
    """A date in another form; what is none stays as it is."""
    if isinstance(value, bool) or not isinstance(value, (str, int)) or not as_text(form):
        return as_text(value)
    try:
        return date(value, as_text(form), environment=environment)
    except (FilterError, ValueError, OverflowError, OSError):
        return as_text(value)


def replacements() -> dict[str, Filter]:
    """Filters that take the place of Liquid's."""
    return {"join": _join, "map": _map, "compact": _compact, "sum": _sum, "date": _date}
