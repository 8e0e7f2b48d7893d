"""wait: go on later. The run rests on disk meanwhile and survives restarts."""

from __future__ import annotations

from datetime import tzinfo

from pydantic import field_validator

from voicegraph import clock
from voicegraph.errors import NodeError
from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output, Suspend
from voicegraph.words.durations import LONGEST, parse_moment, parse_span, parse_zone, short_span


class Delay(Params):
    """Params of wait.delay."""

    duration: str = param(
        title="Duration",
        description="A span like 10 minutes, 2h, 3 months or PT10M, or a number of seconds; a year at most. A month ends on the same day "
        "of the next one, or its last.",
        why="it is how long the flow rests",
        coerce_numbers_to_str=True,
    )

    @field_validator("duration")
    @classmethod
    def _is_span(cls, text: str) -> str:
        return short_span(text)


class Until(Params):
    """Params of wait.until."""

    at: str = param(
        title="Until",
        description="A moment like 2026-12-24T18:00, or a time of day like 18:00 or 6pm: the next one.",
        why="it is when the flow goes on",
    )
    timezone: str | None = param(
        None, title="Time zone", description="Like Europe/Berlin; empty: the time zone of the server."
    )

    @field_validator("at")
    @classmethod
    def _is_moment(cls, text: str) -> str:
        parse_moment(text, clock.now(), None)
        return text

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, name: str | None) -> str | None:
        parse_zone(name)
        return name

    @property
    def zone(self) -> tzinfo | None:
        """The time zone, None for the server's."""
        return parse_zone(self.timezone)


@action("wait", "delay", group="logic", title="Wait for a while", each=False)
async def delay(params: Delay, node: NodeContext) -> Suspend:
    """Rests for a while, then passes the input on."""
    return _suspend(parse_span(params.duration).after(clock.now(), None), node)


@action("wait", "until", group="logic", title="Wait until", each=False)
async def until(params: Until, node: NodeContext) -> Suspend | Output:
    """Rests until a moment, then passes the input on; at once when the moment is past."""
    now = clock.now()
    at = parse_moment(params.at, now, params.zone)
    if at > now + LONGEST:
        raise NodeError("invalid_params", f"params.at: {params.at} is more than a year away.")
    if at <= now:
        node.log(f"{params.at} is past; nothing to wait for.")
        return _passed_on(node)
    return _suspend(at, node)


def _suspend(at: float, node: NodeContext) -> Suspend:
    return Suspend(until=at, output=_passed_on(node), message=f"Waits until {clock.iso(at)}")


def _passed_on(node: NodeContext) -> Output:
    return Output(text=node.inputs.text, data=node.inputs.data, files=node.inputs.files)
