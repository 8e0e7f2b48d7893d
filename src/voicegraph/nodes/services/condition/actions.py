"""condition: send the flow one way or the other."""

from __future__ import annotations

from pydantic import field_validator

from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.conditions import expression as cel
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output


class If(Params):
    """Params of condition.if."""

    expression: str = param(
        title="Condition",
        description='CEL, for example size(data) > 10 or input.lowerAscii().contains("outage"). '
        "Names: input, data, item, nodes, config, trigger, run.",
        widget="code",
        why="it decides which way the flow goes",
        template=False,
        max_length=cel.MAX_LENGTH,
    )

    @field_validator("expression")
    @classmethod
    def _is_cel(cls, text: str) -> str:
        if problem := cel.check(text):
            raise ValueError(problem)
        return text


@action("condition", "if", group="logic", title="If", each=False)
async def if_(params: If, node: NodeContext) -> Output:
    """Judges a condition over the input and passes the input on, along the branch that fits."""
    holds = await cel.judge(params.expression, node.scope)
    node.log(f"The condition is {'true' if holds else 'false'}.")
    return Output(text=node.inputs.text, data=node.inputs.data, files=node.inputs.files, branch=holds)
