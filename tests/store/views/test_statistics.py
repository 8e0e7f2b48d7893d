"""Figures for each workflow."""

from __future__ import annotations

from support.history import History
from support.past import past_run

from voicegraph.nodes.output import Metrics, Output
from voicegraph.run.state import RunStatus
from voicegraph.store.views.filters import RunFilter


async def test_runs_success_durations_and_cost(history: History):
    model = Output(text="A", metrics=Metrics(model="m", input_tokens=100, output_tokens=20, cost=0.01))
    for seconds in range(1, 20):
        await past_run(history, "daily", workflow_id="wf_a", name="Old name", seconds=seconds, outputs={"a": model})
    await past_run(history, "daily", RunStatus.FAILED, workflow_id="wf_a", name="Daily digest", seconds=100)
    await past_run(history, status=RunStatus.CANCELLED, workflow_id="wf_a", name="Daily digest", seconds=1e6)
    await past_run(history, status=RunStatus.RUNNING, workflow_id="wf_b", name="Other")
    first, second = await history.queries.statistics(RunFilter())
    assert (first.workflow_id, first.name, first.runs) == ("wf_a", "Daily digest", 21)
    assert (first.completed, first.failed, first.cancelled, first.open) == (19, 1, 1, 0)
    assert first.success == 19 / 20
    assert (first.p50, first.p95) == (10, 19)
    assert first.cost is not None
    assert abs(first.cost - 0.19) < 1e-9
    assert (first.input_tokens, first.output_tokens, first.estimated) == (1_900, 380, False)
    assert (second.runs, second.open, second.success, second.p50, second.cost) == (1, 1, None, None, None)


async def test_figures_are_those_of_the_filter(history: History):
    await past_run(history, "read the news", workflow_id="wf_a")
    await past_run(history, "send the mail", RunStatus.FAILED, workflow_id="wf_a")
    (found,) = await history.queries.statistics(RunFilter(text="news"))
    assert (found.runs, found.completed) == (1, 1)
    (found,) = await history.queries.statistics(RunFilter(("failed",), "wf_a"))
    assert (found.runs, found.success) == (1, 0)
    assert await history.queries.statistics(RunFilter(("running",), over=True)) == []
