"""code: what no other node does, in a few lines of Python that reach nothing but their input."""

from __future__ import annotations

from pydantic import field_validator

from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.services.code.sandbox import run_script
from voicegraph.nodes.services.code.syntax import MAX_LENGTH, check_syntax
from voicegraph.nodes.templates.template import mentions_nodes

LINES_SHOWN = 200


class RunCode(Params):
    """Params of code.run."""

    code: str = param(
        title="Python",
        description="The value of the last expression is the result; without one, what it prints. "
        "There are input, data, nodes and item. No files, no network, no packages.",
        widget="code",
        why="it is the work the node does",
        template=False,
        max_length=MAX_LENGTH,
    )
    seconds: float = param(5.0, title="Time limit of the script", description="Seconds, at most 60.", ge=0.1, le=60)
    memory_mib: int = param(64, title="Memory limit of the script", description="MiB, at most 512.", ge=8, le=512)

    @field_validator("code")
    @classmethod
    def _is_python(cls, code: str) -> str:
        if problem := check_syntax(code):
            raise ValueError(problem)
        return code


@action("code", "run", group="tool", title="Run Python", attempts=1, timeout=90, content="passed")
async def run(params: RunCode, node: NodeContext) -> Output:
    """Runs a short Python script in a sandbox: it sees its input and nothing of the computer it runs on."""
    given = {name: node.scope.get(name) for name in ("input", "data", "item")}
    # The check follows what a script says (`nodes/params/text_origins.py`), and eval or locals() would find what it does not say.
    given["nodes"] = node.scope.get("nodes") if mentions_nodes(params.code) else {}
    ran = await run_script(params.code, given, params.seconds, params.memory_mib << 20)
    if ran.value is None:
        return Output(text=ran.printed, meta={"cut": True} if ran.cut else {})
    lines = ran.printed.splitlines()
    for line in lines[:LINES_SHOWN]:
        node.log(line)
    if len(lines) > LINES_SHOWN or ran.cut:
        node.log(f"It printed more: these are the first {min(len(lines), LINES_SHOWN)} lines.")
    return Output(text=ran.text, data=ran.value)
