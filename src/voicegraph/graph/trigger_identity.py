"""Triggers recognised from version to version: what is known of one (paused, next time, URL) goes on with it.

Ids are the workflow's own, as those of nodes are: a copy of a workflow under another `workflowId` shares nothing with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from voicegraph.graph.model import Schedule, Trigger, TriggerId, Workflow


def with_trigger_ids(workflow: Workflow, before: Workflow | None, removed: Collection[TriggerId] = ()) -> Workflow:
    """A copy in which every trigger has an id. One that came without gets that of the trigger of `before` it continues.

    A sentence such as "make it ten o'clock" writes the triggers anew, and some clients know no ids: the same schedule
    is the same trigger then, else the next one of its kind is. What is left gets an id that was never used in either,
    nor by one that was `removed` earlier.
    """
    old = before.triggers if before else []
    triggers = [trigger.model_copy() for trigger in workflow.triggers]
    taken = {trigger.id for trigger in triggers}
    free = [trigger for trigger in old if trigger.id not in taken]
    for is_same in (_is_equal, _is_alike):
        for trigger in triggers:
            if trigger.id is None and (match := _first(free, trigger, is_same)):
                trigger.id = match.id
                free.remove(match)
    used = {trigger.id for trigger in (*triggers, *old)} | {*removed}
    number = 0
    for trigger in triggers:
        while trigger.id is None:
            wish = TriggerId(f"trigger-{number}")
            trigger.id = None if wish in used else wish
            number += 1
    return workflow.model_copy(update={"triggers": triggers})


def _first(free: list[Trigger], trigger: Trigger, is_same: Callable[[Trigger, Trigger], bool]) -> Trigger | None:
    return next((one for one in free if one.id and is_same(one, trigger)), None)


def _is_alike(one: Trigger, other: Trigger) -> bool:
    return one.kind == other.kind


def _is_equal(one: Trigger, other: Trigger) -> bool:
    if isinstance(one, Schedule) and isinstance(other, Schedule):
        return (one.cron, one.timezone) == (other.cron, other.timezone)
    return one.kind == other.kind
