"""A node's steps as Inngest shows them: their names, their waits, and a failure as one."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import inngest

from voicegraph import clock
from voicegraph.engines.inngest.event_names import ANSWERED_EVENT, NAMES
from voicegraph.engines.inngest.step_answers import Memo
from voicegraph.graph.model import Node

FIRST_LOOK = 1.0
"""Seconds until an answer is looked for that was not announced; five times as long each time, up to the longest."""
LONGEST_LOOK = 30 * 86_400.0
LATEST = 253_402_300_799.0
LABEL_LENGTH = 80
MESSAGE_LENGTH = 500


def step_name(ctx: inngest.Context, node: Node, item: str = "") -> str:
    """The node's label with its id, which makes it the only one of its name.

    Inngest tells steps apart by their names, so a run that was sent by an older version keeps the names it began with.
    """
    own = f"{node.id}{item}"
    label = " ".join(node.label.split())[:LABEL_LENGTH]
    return f"{label} ({own})" if label and ctx.event.data.get("names") == NAMES else own


async def steps_of(ctx: inngest.Context, name: str, node: Node, step: Callable[[], Awaitable[Memo]]) -> Memo:
    """A step, and for each wait a sleep, or an event that is waited for, and a further step."""
    memo = await _run(ctx, name, step)
    turn = 0
    while "until" in memo or "asks" in memo:
        turn += 1
        await rest(ctx, name, node.id, memo, turn)
        memo = await _run(ctx, f"{name}:after-{turn}", step)
    return memo


async def _run(ctx: inngest.Context, name: str, step: Callable[[], Awaitable[Memo]]) -> Memo:
    """A node that failed for good is a step that failed, with its words; the function goes on all the same.

    The library hands its NonRetriableError on to the function, and Inngest would end it with nodes in flight. A
    StepError is no less final, and stays with its step.
    """

    async def shown() -> Memo:
        memo = await step()
        if (error := memo.get("error")) is not None:
            raise inngest.StepError(message=error["message"][:MESSAGE_LENGTH], name=error["code"], stack=None)
        return memo

    try:
        return await ctx.step.run(name, shown)
    except inngest.StepError:
        return Memo(status="failed")


async def rest(ctx: inngest.Context, name: str, node_id: str, memo: Memo, turn: int) -> None:
    """Until the memo says, or until an answer is announced to the node.

    The announcement may come before Inngest waits for it, and then wakes nobody. So it is looked for again after a
    second, after five, and so on: the row has the answer.
    """
    step_id = f"{name}:wait-{turn}"
    if "asks" not in memo:
        await ctx.step.sleep_until(step_id, moment(memo.get("until", 0)))
        return
    longest = min(LONGEST_LOOK, FIRST_LOOK * 5.0 ** min(turn - 1, 32))
    seconds = min(longest, memo.get("until", LATEST) - clock.now())
    await ctx.step.wait_for_event(
        step_id,
        event=f"{ctx.event.name.partition('/')[0]}/{ANSWERED_EVENT.partition('/')[2]}",  # of the app that sent the run
        if_exp=f"event.data.runId == async.data.runId && async.data.nodeId == '{node_id}'",
        timeout=timedelta(seconds=max(1, math.ceil(seconds))),
    )


def come_again(due: float) -> inngest.RetryAfterError:
    """Inngest repeats the call then."""
    return inngest.RetryAfterError("This node is tried again.", moment(due), quiet=True)


def moment(at: float) -> datetime:
    """As the library wants it."""
    return datetime.fromtimestamp(at, UTC)
