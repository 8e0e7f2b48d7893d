"""prompt: text that starts the flow."""

from __future__ import annotations

from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output


class Seed(Params):
    """Params of prompt.seed."""

    text: str = param(title="Text", widget="textarea", why="the flow starts from it")


@action("prompt", "seed", group="source", title="Start text", content="own")
async def seed(params: Seed, node: NodeContext) -> Output:
    """Starts the flow with a text of yours."""
    return Output(text=params.text)
