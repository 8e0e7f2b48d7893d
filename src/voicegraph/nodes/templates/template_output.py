"""The output of a template: objects and lists as JSON, which whoever reads the text can use."""

from __future__ import annotations

from typing import TextIO, cast

from liquid import RenderContext
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.cycle_tag import CycleNode, CycleTag
from liquid.builtin.tags.echo_tag import EchoTag
from liquid.expression import Expression
from liquid.stream import TokenStream

from voicegraph.nodes.templates.liquid_filters import to_json
from voicegraph.nodes.templates.value_filters import as_text


class DataNode(OutputNode):
    """Writes the value of an expression."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the value of the expression."""
        value = self.expression.evaluate(context)
        if isinstance(value, (dict, list, tuple)):  # the last is a name of an object with its value
            return buffer.write(to_json(cast("object", value)))
        return super().render_to_output(context, buffer)


class DataOutput(Output):
    """`{{ … }}`."""

    node_class = DataNode


class DataEcho(EchoTag):
    """`{% echo … %}`."""

    node_class = DataNode


class DataCycle(CycleTag):
    """`{% cycle … %}`."""

    def parse(self, stream: TokenStream) -> CycleNode:
        """The tag, which writes its values as an output does."""
        node = super().parse(stream)
        args: list[Expression] = [OutputExpression(one) for one in node.args]
        node.args = args
        return node


class OutputExpression(Expression):
    """An expression, of which comes what stands in a text."""

    __slots__ = ("inner",)

    def __init__(self, inner: Expression) -> None:
        super().__init__(inner.token)
        self.inner = inner

    def evaluate(self, context: RenderContext) -> str:
        """Its value as a text."""
        return as_text(self.inner.evaluate(context))

    def children(self) -> list[Expression]:
        """What it is about."""
        return [self.inner]
