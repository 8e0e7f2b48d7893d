"""Values that a run on the command line is given: by `--set`, and by answers at the terminal."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import typer

from voicegraph.cli.exit_status import asking
from voicegraph.cli.uploaded_files import Upload, read_uploads, store_uploads
from voicegraph.errors import UserError
from voicegraph.graph.model import Workflow
from voicegraph.nodes.params.binding import MissingParam
from voicegraph.nodes.params.fields import fields_of, texts_of
from voicegraph.nodes.params.targets import OUTSIDE_TARGET
from voicegraph.nodes.registry import Registry
from voicegraph.pipeline import Check, MissingValues, Pipeline, missing_values

Config = dict[str, Any]


def parse_assignments(assignments: list[str]) -> Config:
    """`recipientEmail=…` is a config key, `step-0.url=…` a param of a node. A JSON value is taken as such."""
    config: Config = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise UserError("bad_value", f"--set takes name=value, not “{assignment}”.")
        node_id, dot, param = name.partition(".")
        if dot:
            config.setdefault("params", {}).setdefault(node_id, {})[param] = _value(text)
        else:
            config[name] = _value(text)
    return config


def _value(text: str) -> Any:
    if text[:1] not in '[{"' and text not in ("true", "false", "null"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


async def fill(pipeline: Pipeline, workflow: Workflow, config: Config, *, asks: bool) -> None:
    """Complete `config` for a run of the workflow: notes, questions, uploads. UserError when the run cannot be started."""
    uploads = await read_uploads(pipeline, workflow, config)
    found = await pipeline.check(workflow, config)
    _note(workflow, found)
    note_unread(pipeline, workflow, config)
    if asks:
        for missing in found.missing:
            uploads += await _ask(pipeline, workflow, config, missing)
    elif found.missing and not found.problems:
        raise _with_options(found.missing)
    if uploads:  # nothing is stored for a run that is refused
        await pipeline.require_runnable(workflow, config)
        await store_uploads(pipeline, uploads, config)


def note_unread(pipeline: Pipeline, workflow: Workflow, config: Config) -> None:
    """Say which of these values nobody reads: any name is allowed, for templates may read it."""
    for line in unread(workflow, pipeline.registry, config):
        typer.echo(f"Note: {line}", err=True)


def _note(workflow: Workflow, found: Check) -> None:
    for notice in found.notices:
        typer.echo(f"Note: {notice.message}", err=True)
    for problem in found.problems:
        if problem.code == OUTSIDE_TARGET:
            node = workflow.nodes[int(problem.where.removeprefix("nodes[").partition("]")[0])]
            typer.echo(f"Note: --allow-outside-target {node.id} allows it for this run; a file cannot.", err=True)


async def _ask(pipeline: Pipeline, workflow: Workflow, config: Config, missing: MissingParam) -> list[Upload]:
    """Ask for a value, on standard error: the output may be a program's. A file that cannot be read is asked for again."""
    what = f"path of the {missing.title}" if _is_file(missing) else missing.title
    while True:
        with asking():
            answer = typer.prompt(f"{missing.node_label}: {what} ({missing.why})", err=True)
        try:
            uploads = await read_uploads(pipeline, workflow, {"params": {missing.node_id: {missing.param: answer}}})
        except UserError as error:
            typer.echo(error.message, err=True)
            continue
        if missing.config:
            config[missing.config] = answer
        else:
            config.setdefault("params", {}).setdefault(missing.node_id, {})[missing.param] = answer
        return uploads


def _with_options(missing: Sequence[MissingParam]) -> MissingValues:
    """What is open, and how a command gives it."""
    values = "them" if len(missing) > 1 else "it"
    refused = missing_values(missing)
    options = " ".join(f"--set {_option(one)}" for one in missing)
    return MissingValues(f"{refused.message} Give {values} with {options}", refused.details)


def _option(missing: MissingParam) -> str:
    return f"{missing.config or f'{missing.node_id}.{missing.param}'}={'PATH' if _is_file(missing) else '…'}"


def _is_file(missing: MissingParam) -> bool:
    return missing.schema_.get("x-widget") == "file"


# -- values of `--set` that nobody reads: most often a name that was mistyped


_CONFIG = re.compile(r"\bconfig\b")
_ANY_NAME = re.compile(r"\bconfig\b(?!\s*(?:\.|\[\s*[\"']))")
"""`{{ config | json }}`, `config[name]`: what it reads is known in the run."""


def unread(workflow: Workflow, registry: Registry, config: Mapping[str, Any]) -> list[str]:
    """A line for each name of the config that no node asks for and no template reads."""
    asked = _asked(workflow, registry)
    texts = [text for _, text in texts_of([dict(workflow.to_wire()), dict(config)]) if _CONFIG.search(text)]
    if any(node.type == "workflow" for node in workflow.nodes) or any(map(_ANY_NAME.search, texts)):
        return []  # a workflow that is a step of this one is given the config, too
    return [
        f"Nothing in the workflow reads “{name}”{_nearest(name, asked)}"
        for name in config
        if name != "params" and name not in asked and not any(_reads(text, name) for text in texts)
    ]


def _asked(workflow: Workflow, registry: Registry) -> list[str]:
    actions = [registry.find(node.type, node.action) for node in workflow.nodes]
    fields = [field for action in actions if action for field in fields_of(action.params).every]
    return sorted({field.config for field in fields if field.config})


def _reads(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _nearest(name: str, asked: list[str]) -> str:
    close = difflib.get_close_matches(name, asked, n=1)
    return f"; did you mean {close[0]}?" if close else ". A param of a node is set with --set NODE.PARAM=…"
