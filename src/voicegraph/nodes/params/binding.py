"""From the params of the graph to the validated params of an attempt, and which values a run still needs.

A param is open when the graph leaves it out or empty. `config.params[nodeId][param]` answers first and also overrides
the graph, then the config key the field names (`recipientEmail`), then the setting it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from pydantic import Field, JsonValue, SecretStr, ValidationError

from voicegraph.errors import NodeError
from voicegraph.graph.model import Node, Wire, Workflow
from voicegraph.nodes.action import Action, Params
from voicegraph.nodes.data.jsonable import unsendable
from voicegraph.nodes.data.large_json import beside, is_small
from voicegraph.nodes.loop_turns import turn
from voicegraph.nodes.params.fields import ParamField, ParamFields, explain, fields_of, schema_of
from voicegraph.nodes.params.node_problems import Notice, notices, problems
from voicegraph.nodes.registry import Registry
from voicegraph.nodes.templates.template import is_template, new_budget, render
from voicegraph.settings import Settings
from voicegraph.words.truncation import sentence

if TYPE_CHECKING:
    from voicegraph.nodes.templates.environment import Budget

__all__ = ["MissingParam", "Notice", "bind", "bind_params", "missing_params", "notices", "problems", "with_answers"]


AT_ONCE_SECONDS = 0.005
"""What templates may take on the loop; those that need more are filled again, on a thread."""
AT_ONCE_CHARACTERS = 1_000
"""What the params of a node may hold to be read on the loop: to read a condition takes some 20 microseconds for each."""


_EMPTIED = (
    "its template gave an empty text; where there may be nothing to write, put a condition before the node, "
    "or give another text for that case: {% else %} in a loop, or | default"
)


class MissingParam(Wire):
    """A value a run still needs: answered by `config[config]` when that is set, else `config.params[nodeId][param]`."""

    node_id: str
    node_label: str
    param: str
    title: str
    why: str
    schema_: dict[str, Any] = Field(alias="schema")
    config: str | None = None


def bind_params(
    action: Action, node: Node, config: Mapping[str, Any], settings: Settings, scope: Mapping[str, Any]
) -> Params:
    """The params of one attempt: open ones filled, templates rendered over `scope`, all validated.

    Raises NodeError `invalid_params` (which param, what is wrong) or `bad_template`; neither is worth a retry.
    """
    return _bound(action, node, config, settings, scope, None)


async def bind(
    action: Action, node: Node, config: Mapping[str, Any], settings: Settings, scope: Mapping[str, Any]
) -> Params:
    """As `bind_params`, without keeping others waiting: what turns out to take long goes to a thread."""
    if is_small(node.params, config, characters=AT_ONCE_CHARACTERS) and is_small(scope):
        budget = None
        try:
            async with turn():
                budget = new_budget(AT_ONCE_SECONDS)
                return _bound(action, node, config, settings, scope, budget)
        except NodeError:
            if budget is None or not budget.out_of_time:
                raise
    return await beside(False, bind_params, action, node, config, settings, scope)


def _bound(
    action: Action,
    node: Node,
    config: Mapping[str, Any],
    settings: Settings,
    scope: Mapping[str, Any],
    budget: Budget | None,
) -> Params:
    fields = fields_of(action.params)
    values = _given(fields, node, config)
    budget = budget or new_budget()
    for name, value in values.items():
        if name not in fields.verbatim:
            values[name] = _rendered(value, scope, name, budget)
    for field in fields.every:
        if field.name in values and field.is_open(values[field.name]):
            del values[field.name]
        if field.setting and field.name not in values:
            _fill(values, field.name, _setting(field, settings))
    for name, value in values.items():
        if problem := unsendable(value):
            raise NodeError("invalid_params", f"params.{name}: {problem}.")
    try:
        return action.params.model_validate(values)
    except ValidationError as error:
        breach = explain(error, action.params)[0]
        emptied = breach.param not in values and breach.param in _given(fields, node, config)
        message = _EMPTIED if emptied else breach.message
        raise NodeError("invalid_params", f"{breach.place}: {sentence(message)}") from error


def missing_params(
    workflow: Workflow, registry: Registry, config: Mapping[str, Any], settings: Settings
) -> list[MissingParam]:
    """The required params nobody fills yet, in the order of the nodes. Unknown actions are left to `problems`."""
    missing: list[MissingParam] = []
    for node in workflow.nodes:
        action = registry.find(node.type, node.action)
        if action is None:
            continue
        fields = fields_of(action.params)
        given = _given(fields, node, config)
        missing += [
            _missing(node, action, field)
            for field in fields.every
            if field.required and field.name not in given and _setting(field, settings) is None
        ]
    return missing


def with_answers(workflow: Workflow, registry: Registry, config: Mapping[str, Any]) -> Workflow:
    """The workflow as a run with this config sees it, so that `problems` can judge the answers like the graph."""
    if not config:
        return workflow
    nodes = [
        node.model_copy(update={"params": _given(fields_of(action.params), node, config)})
        if (action := registry.find(node.type, node.action))
        else node
        for node in workflow.nodes
    ]
    return workflow.model_copy(update={"nodes": nodes})


def _missing(node: Node, action: Action, field: ParamField) -> MissingParam:
    return MissingParam(
        node_id=node.id,
        node_label=node.label or action.title,
        param=field.name,
        title=field.title,
        why=field.why,
        schema=schema_of(action.params)["properties"][field.name],
        config=field.config,
    )


def _given(fields: ParamFields, node: Node, config: Mapping[str, Any]) -> dict[str, Any]:
    """What graph and config say, by wire name. Open params are absent; unknown names stay, for the validation to name."""
    answers = config.get("params")
    own = cast("Mapping[str, Any]", answers).get(node.id) if isinstance(answers, Mapping) else None
    given = fields.taken(node.params, cast("Mapping[str, Any]", own) if isinstance(own, Mapping) else {})
    for field in fields.fillable:
        if field.config and field.name not in given and not field.is_open(config.get(field.config)):
            given[field.name] = config[field.config]
    return given


def _setting(field: ParamField, settings: Settings) -> JsonValue:
    """The value of the setting the field names; None when there is none, or it is empty."""
    value: Any = getattr(settings, field.setting) if field.setting else None
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    return None if field.is_open(value) else value


def _fill(values: dict[str, Any], name: str, value: JsonValue) -> None:
    if value is not None:
        values[name] = value


def _rendered(value: Any, scope: Mapping[str, Any], place: str, budget: Budget) -> Any:
    """The value with every text in it rendered; keys of objects are left alone."""
    if isinstance(value, str):
        if not is_template(value):
            return value
        try:
            return render(value, scope, budget)
        except NodeError as error:
            raise NodeError(error.code, f"params.{place}: {error.message}") from error
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {key: _rendered(item, scope, f"{place}.{key}", budget) for key, item in items}
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [_rendered(item, scope, f"{place}[{index}]", budget) for index, item in enumerate(items)]
    return value
