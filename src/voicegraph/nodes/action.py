"""An action: an async function, its params model, and what the UI, planner and docs need to know about it.

@action("github", "get_issues", group="source", title="Get issues")
async def get_issues(params: GetIssues, node: NodeContext) -> Output: ...
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Result
from voicegraph.settings import Settings

Group = Literal["source", "ai", "logic", "delivery", "tool"]
Content = Literal["own", "passed", "outside"]
Target = Literal["recipient", "url", "link", "channel", "repository", "page", "workflow", "values"]


@dataclass(frozen=True, slots=True)
class Lack:
    """A setting that an action lacks, in words. Not `blocking`: it runs, only not as well as it might."""

    message: str
    blocking: bool = True


Requires = Callable[[Settings, str], str | Lack | None]


class Params(BaseModel):
    """Base of all params models: camelCase on the wire, unknown names refused so that a typo is not lost."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


def param(
    default: Any = ...,
    *,
    title: str,
    description: str = "",
    config: str | None = None,
    setting: str | None = None,
    widget: Literal["text", "textarea", "markdown", "file", "code", "url", "secret", "workflow"] | None = None,
    why: str | None = None,
    accept: str | None = None,
    template: bool = True,
    target: Target | None = None,
    **limits: Any,
) -> Any:
    """A field of a params model, with what the form shows.

    `config` names the run config key that fills it when the graph leaves it open, `setting` the setting that does so
    next. `why` ends the run dialog's question: what the node needs the value for. A required field is `param(title=…)`.
    `accept` is the file dialog's filter, as HTML's `accept` writes it.
    `template=False` keeps Liquid off a field that holds another language (CEL, JMESPath): data must not become code.
    `target` says what the field names when that is where the node reaches to, see `nodes/params/targets.py`.
    """
    extra: dict[str, Any] = {"x-config": config, "x-setting": setting, "x-widget": widget, "x-why": why}
    extra["x-accept"], extra["x-target"] = accept, target
    extra["x-template"] = None if template else False
    return Field(
        default,
        title=title,
        description=description,
        json_schema_extra={key: value for key, value in extra.items() if value is not None},
        **limits,
    )


@dataclass(frozen=True, slots=True)
class Action:
    """A registered action. Call `run` with validated params.

    `effect`: it changes the world outside, so an attempt with an unknown outcome is uncertain, not harmless.
    `requires(settings, action)` says in words which setting is missing (a plain text blocks), or None.
    `any_name`: the type accepts any snake_case action name of the user's (llm does).
    `each`: it can run once per item of a list.
    `content` is whose words its output holds: `outside` (fetched, or a model's), `passed` (those of what comes in), or
    `own` (its user's, as far as its params name nothing else).
    """

    type: str
    name: str
    group: Group
    title: str
    description: str
    params: type[Params]
    run: Callable[[Any, NodeContext], Awaitable[Result]]
    effect: bool = False
    attempts: int = 3
    timeout: float | None = None
    requires: Requires | None = None
    any_name: bool = False
    each: bool = True
    content: Content = "outside"

    @property
    def key(self) -> str:
        """`type.name`."""
        return f"{self.type}.{self.name}"


def action(
    type: str,
    name: str,
    *,
    group: Group,
    title: str,
    effect: bool = False,
    attempts: int = 3,
    timeout: float | None = None,
    requires: Requires | None = None,
    any_name: bool = False,
    each: bool = True,
    content: Content | None = None,
) -> Callable[[Callable[[Any, NodeContext], Awaitable[Result]]], Action]:
    """Make an `Action` of an async function `(params, node) -> Output`; its docstring is the description.

    The params model is read from the annotation of the first argument. Without `content`, what a delivery or a node of
    logic gives is what came in, and everything else comes from outside.
    """

    def decorate(run: Callable[[Any, NodeContext], Awaitable[Result]]) -> Action:
        hints = inspect.get_annotations(run, eval_str=True)
        (params_name, *_) = inspect.signature(run).parameters
        return Action(
            type=type,
            name=name,
            group=group,
            title=title,
            description=inspect.cleandoc(run.__doc__ or ""),
            params=hints[params_name],
            run=run,
            effect=effect,
            attempts=attempts,
            timeout=timeout,
            requires=requires,
            any_name=any_name,
            each=each,
            content=content or ("passed" if group in ("delivery", "logic") else "outside"),
        )

    return decorate
