from __future__ import annotations

from support.graphs import workflow

from voicegraph.graph.model import Schedule, Trigger, TriggerId, Webhook, Workflow
from voicegraph.graph.trigger_identity import with_trigger_ids

MONDAY, DAILY = "0 9 * * 1", "0 7 * * *"


def graph(*triggers: Trigger) -> Workflow:
    return workflow("a>b").model_copy(update={"triggers": list(triggers)})


def ids(after: Workflow, before: Workflow | None = None) -> list[str | None]:
    return [trigger.id for trigger in with_trigger_ids(after, before).triggers]


def schedule(cron: str, trigger_id: str | None = None) -> Schedule:
    return Schedule(cron=cron, id=TriggerId(trigger_id) if trigger_id else None)


def test_a_new_workflow_numbers_its_triggers_and_is_not_changed_itself() -> None:
    new = graph(schedule(MONDAY), Webhook())
    assert ids(new) == ["trigger-0", "trigger-1"]
    assert [trigger.id for trigger in new.triggers] == [None, None]


def test_ids_that_are_given_stay() -> None:
    assert ids(graph(schedule(MONDAY, "weekly"), schedule(DAILY))) == ["weekly", "trigger-0"]
    assert ids(graph(schedule(MONDAY), schedule(DAILY, "trigger-0"))) == ["trigger-1", "trigger-0"]


def test_without_ids_the_same_schedule_is_the_same_trigger() -> None:
    before = graph(schedule(MONDAY, "x"), schedule(DAILY, "y"), Webhook(id=TriggerId("z")))
    assert ids(graph(Webhook(), schedule(DAILY), schedule(MONDAY)), before) == ["z", "y", "x"]


def test_a_schedule_that_is_said_anew_goes_on_as_the_old_one() -> None:
    before = graph(Webhook(id=TriggerId("z")), schedule(MONDAY, "x"))
    assert ids(graph(schedule("0 10 * * 1"), Webhook()), before) == ["x", "z"]


def test_what_is_new_never_takes_the_id_of_what_is_gone() -> None:
    before = graph(schedule(MONDAY, "trigger-0"))
    assert ids(graph(Webhook()), before) == ["trigger-1"]
    assert ids(graph(schedule(MONDAY, "trigger-5"), schedule(DAILY)), before) == ["trigger-5", "trigger-0"]
