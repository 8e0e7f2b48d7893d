"""transform: reshape what came in, with Liquid or JMESPath."""

from __future__ import annotations

from pydantic import field_validator

from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.data.large_json import beside, is_small, pretty
from voicegraph.nodes.output import Output
from voicegraph.nodes.selections import selection


class TemplateParams(Params):
    """Params of transform.template. The runner has rendered `template` already, as it does every param."""

    template: str = param(
        title="Template",
        description="Liquid: {{ input }}, {{ data }}, {{ nodes['step-0'].text }}, {{ config.recipientEmail }}.",
        widget="code",
        why="it is what the node writes",
    )


@action("transform", "template", group="tool", title="Fill a template", content="passed")
async def template(params: TemplateParams, node: NodeContext) -> Output:
    """Writes a text from a Liquid template over the input."""
    return Output(text=params.template, data=node.inputs.data, files=node.inputs.files)


class Select(Params):
    """Params of transform.select."""

    expression: str = param(
        title="JMESPath",
        description="For example items[?price > `10`].name, over the input's data.",
        widget="code",
        why="it picks the data to keep",
        template=False,
        max_length=selection.MAX_LENGTH,
    )

    @field_validator("expression")
    @classmethod
    def _is_jmespath(cls, text: str) -> str:
        if problem := selection.check_selection(text):
            raise ValueError(problem)
        return text


@action("transform", "select", group="tool", title="Select data", content="passed")
async def select(params: Select, node: NodeContext) -> Output:
    """Picks a part of the input's data with a JMESPath expression."""
    found = await selection.pick(params.expression, node.inputs.data)
    text = found if isinstance(found, str) else await beside(is_small(found), pretty, found)
    return Output(text=text, data=found)
