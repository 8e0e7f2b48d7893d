"""Replays through an engine, as the pipeline makes them."""

from __future__ import annotations

from support.hosts import Host, Told

from voicegraph.graph.model import RunId
from voicegraph.run.replay import Replay, plan_replay


async def start_replay(host: Host, told: Told, start: str | None = None, **asked: object) -> RunId:
    """A new run from one that is over."""
    origin = await host.history.queries.origin(told.detail.summary.id)
    plan = plan_replay(origin, Replay(start, **asked), host.probe.registry())  # pyright: ignore[reportArgumentType]
    return await host.start(
        plan.workflow,
        config=plan.config,
        trigger="replay",
        origin_run_id=origin.run.run_id,
        reuse=plan.reuse,
        from_failure=plan.from_failure,
    )


async def replay(host: Host, told: Told, start: str | None = None, **asked: object) -> Told:
    """The same, watched to its end."""
    return await host.told(await start_replay(host, told, start, **asked))


def reused(told: Told) -> set[str]:
    """Nodes whose results were taken over."""
    return {row.node_id for row in told.detail.nodes if row.reused_from is not None}


async def replay_through_a_crash(host: Host, first: Told, gate: str) -> Told | None:
    """Replay from the failure, on a host that is killed behind this gate; None where a run ends with its process."""
    held = host.probe.gates[gate]
    run_id = await start_replay(host, first, "failed")
    await held.enter()
    if not host.survives:
        await host.cancel(run_id)
        return None
    await host.kill()
    held.opened.set()
    await host.open()
    return await host.told(run_id)
