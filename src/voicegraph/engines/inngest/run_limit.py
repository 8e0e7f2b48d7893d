"""A workflow's limit of runs at a time, on Inngest: whoever finds no room sleeps there and asks again.

Inngest's own `concurrency` counts steps of a function, and its limits are the same for all runs; ours is each workflow's.
A run that is let in is `running` from then on, in one transaction with the look at the others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import inngest

from voicegraph import clock
from voicegraph.engines.inngest.step_answers import Memo
from voicegraph.run.events import StoredRun

ASK_SECONDS = 2.0
"""Between looks of one that waits; it doubles up to the longest."""
LONGEST_SECONDS = 30.0


Door = Callable[[str, int], Awaitable[bool]]
"""Asked with a workflow's id and its limit: whether the run may begin, or has begun or ended already."""


async def wait_for_room(ctx: inngest.Context, stored: StoredRun, door: Door) -> None:
    """A step for each look, so that what was found stays found."""
    workflow = stored.run.workflow
    limit = workflow.concurrency
    turn = 0

    async def look() -> Memo:
        if limit is None or await door(workflow.workflow_id, limit):
            return Memo(status="admitted")
        pause = min(LONGEST_SECONDS, ASK_SECONDS * 2.0 ** min(turn - 1, 8))
        return Memo(status="pending", until=clock.now() + pause)

    while limit is not None:
        turn += 1
        until = (await ctx.step.run(f"room-{turn}", look)).get("until")
        if until is None:
            return
        await ctx.step.sleep_until(f"room-{turn}:wait", datetime.fromtimestamp(until, UTC))
