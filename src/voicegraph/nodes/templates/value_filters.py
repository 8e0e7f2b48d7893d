"""Liquid's filters where the library lets Python show: None, True and {'a': 1} in a text, and errors of Python's own.

What a filter writes into a text is what `{{ … }}` writes: nothing for null, `true`, and JSON for lists and objects.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, cast

from liquid.builtin.filters.misc import date
from liquid.exceptions import FilterArgumentError, FilterError, LiquidError, ResourceLimitError
from liquid.filter import with_environment
from liquid.stringify import to_liquid_string
from liquid.undefined import is_undefined

from voicegraph.nodes.data.large_json import spaced
from voicegraph.nodes.data.type_names import type_word, without_types

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
        given: Any = _known(value)
        args = tuple(map(_known, args))
        beside = args
        if first is not None:
            given = as_text(given)
            beside = (*args[:first], *map(as_text, args[first:]))
        elif name == "slice" and type_word(given) != "a list":
            given = as_text(given)
        try:
            return function(given, *beside, **kwargs)
        except (ResourceLimitError, Unfit):
            raise
        except LiquidError as error:
            if error.__cause__ is None or isinstance(error.__cause__, ZeroDivisionError):
                raise FilterArgumentError(without_types(str(error.message)), token=error.token) from error
            raise _unfit(name, function, _known(value), args) from error
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, OSError) as error:
            raise _unfit(name, function, _known(value), args) from error

    return fitted


def _known(value: Any) -> Any:
    """Null for what there is not."""
    return None if is_undefined(value) else value


def _unfit(name: str, function: Filter, value: object, args: tuple[Any, ...]) -> Unfit:
    taken = [one for one in signature(function).parameters.values() if one.kind is one.POSITIONAL_OR_KEYWORD][1:]
    least = sum(one.default is one.empty for one in taken)
    if not least <= len(args) <= len(taken):
        counts = str(least) if least == len(taken) else f"{least} to {len(taken)}"
        values = "value" if counts == "1" else "values"
        return Unfit(f"the filter '{name}' takes {counts} {values} after its name, not {len(args)}", token=None)
    given = f"{type_word(value)}, with {', '.join(map(type_word, args))}" if args else type_word(value)
    return Unfit(f"the filter '{name}' can do nothing with what it is given ({given})", token=None)


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
    return {"date": _date}
