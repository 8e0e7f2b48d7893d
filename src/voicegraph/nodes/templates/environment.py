"""A Liquid environment that cannot run for ever, fill the memory, or reach anything but the data it is given.

python-liquid bounds output and nesting. It leaves open: work in filters (`replace` can square a text), loops written
one after the other, ranges (`(1..999999999999)`), repeated `when` values, and filters that are quadratic. All of that
ends here, by counting and by processor time of the thread, so that a busy machine does not fail an honest template.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from io import StringIO
from typing import Any, TextIO, cast

from liquid import BoundTemplate, Environment, RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.expression import Expression
from liquid.output import LimitedStringIO

from voicegraph.nodes.templates.liquid_filters import MAX_ITEMS, MAX_TEXT, Limit, limited, replacements
from voicegraph.nodes.templates.template_output import DataCycle, DataEcho, DataOutput

MAX_SECONDS = 1.0
"""For all templates of one try of a node together."""


class Budget:
    """What templates may take together: time of this thread's processor, steps of loops, characters they make."""

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = MAX_SECONDS if seconds is None else seconds
        self.deadline = time.thread_time() + self.seconds
        self.out_of_time = False
        self.steps = 0
        self.characters = 0

    def check_time(self) -> None:
        """Raise Limit when the time is used up."""
        if time.thread_time() > self.deadline:
            self.out_of_time = True
            raise Limit(f"the node's templates need more than {self.seconds:g} s")

    def step(self, count: int) -> None:
        """Loops are going to take so many steps."""
        self.steps += count
        if self.steps > MAX_ITEMS:
            raise Limit(f"the loops of the node's templates take more than {MAX_ITEMS:,} steps")

    def made(self, text: str) -> str:
        """A template gave this."""
        self.characters += len(text)
        if self.characters > MAX_TEXT:
            raise Limit(f"the node's templates make more than {MAX_TEXT:,} characters")
        return text


_budget: ContextVar[Budget | None] = ContextVar("budget", default=None)


def fill(template: BoundTemplate, scope: Mapping[str, Any], budget: Budget) -> str:
    """The template's text, within what is left of the budget. Call it on the thread that made the budget."""
    budget.check_time()
    token = _budget.set(budget)
    try:
        return budget.made(template.render(scope))
    finally:
        _budget.reset(token)


class LimitedContext(RenderContext):
    """Counts loop steps over all templates, and looks at the clock wherever something may take long."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.budget = _budget.get() or Budget()
        super().__init__(*args, **kwargs)

    def check_time(self) -> None:
        """Raise Limit when the templates have used up their time."""
        self.budget.check_time()

    @property
    def disabled_tags(self) -> list[str]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Nothing is disabled. Every node asks before it renders, which makes this the place to look at the clock."""
        self.check_time()
        return []

    @disabled_tags.setter
    def disabled_tags(self, tags: list[str]) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The base class sets it; there is nothing to keep."""

    def get(self, path: list[object], *args: Any, **kwargs: Any) -> object:
        """Every variable passes here; so does, therefore, everything large."""
        self.check_time()
        return super().get(path, *args, **kwargs)

    def filter(self, name: str, token: Any) -> Callable[..., object]:
        """The limited filter of this name."""
        self.check_time()
        return super().filter(name, token)

    def get_buffer(self, buf: TextIO | None = None) -> StringIO:
        """A buffer for a part of the output, with what is left of the limit."""
        carry = buf.size if isinstance(buf, LimitedStringIO) else 0
        return _buffer(MAX_TEXT - carry)

    def stopindex(self, key: str, index: int | None = None) -> int:
        """Loops announce here how far they will step, including what `offset` skips, before the first step."""
        self.budget.step(index or 0)
        return super().stopindex(key, index)


class LimitedTemplate(BoundTemplate):
    """Renders within a budget."""

    context_class = LimitedContext

    def _get_buffer(self) -> StringIO:
        return _buffer(MAX_TEXT)


def _buffer(limit: int) -> StringIO:
    """Liquid's own would turn carriage returns into line feeds."""
    return LimitedStringIO(limit, newline="")


class BoundedStop(Expression):
    """The right end of a range, refused when the range is too long to walk through."""

    __slots__ = ("start", "stop")

    def __init__(self, start: Expression, stop: Expression) -> None:
        super().__init__(stop.token)
        self.start = start
        self.stop = stop

    def evaluate(self, context: RenderContext) -> object:
        """The stop value; 0, as Liquid has it, when it is no number."""
        start, stop = _integer(self.start.evaluate(context)), _integer(self.stop.evaluate(context))
        if stop - start >= MAX_ITEMS:
            raise Limit(f"a range is longer than {MAX_ITEMS:,}")
        return stop

    def children(self) -> list[Expression]:
        """The right end."""
        return [self.stop]


def _integer(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return 0


def prepare(template: BoundTemplate) -> None:
    """What Liquid leaves until a template is filled, or undone: check its filters, and bound its ranges."""
    for expression in _expressions(template.nodes):
        if isinstance(expression, FilteredExpression):
            for one in expression.filters or ():
                one.validate_filter_arguments(template.env)
        if isinstance(expression, RangeLiteral):
            expression.stop = BoundedStop(expression.start, expression.stop)


def paths_in(template: BoundTemplate) -> list[list[object]]:
    """Every variable that is written in the template, as the segments of its path; one that is computed is no text."""
    return [[*one.path] for one in _expressions(template.nodes) if isinstance(one, Path)]


def _expressions(nodes: Iterable[Node]) -> Iterator[Expression]:
    no_context = cast("RenderContext", None)  # only `include` and `render` look at it, and they are not offered
    left = list(nodes)
    while left:
        node = left.pop()
        left.extend(node.children(no_context))
        inner = list(node.expressions())
        while inner:
            expression = inner.pop()
            inner.extend(expression.children())
            yield expression


class LimitedEnvironment(Environment):
    """Liquid without files and partials, with every limit set."""

    template_class = LimitedTemplate
    block_nesting_limit = 20
    context_depth_limit = 40
    loop_iteration_limit = MAX_ITEMS
    local_namespace_limit = 4 * MAX_TEXT
    output_stream_limit = MAX_TEXT

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Liquid's own set, less what loads templates, with our output and our filters."""
        super().setup_tags_and_filters(extra=extra)
        del self.tags["include"], self.tags["render"]
        for tag in (DataOutput, DataEcho, DataCycle):
            self.add_tag(tag)
        for name, function in {**self.filters, **replacements()}.items():
            self.add_filter(name, limited(name, function))
