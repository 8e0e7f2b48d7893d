"""What Inngest gets to see: ids, labels, statuses and why a node failed; never an output, never a secret."""

from __future__ import annotations

from support.graphs import node, workflow
from support.inngest_stage import Stage

CANARY = "canary-7f3a9c"
OUTPUT = "The minutes of the secret meeting"


async def test_no_output_and_no_secret_reaches_inngest(on_stage: Stage) -> None:
    process = await on_stage.process(groq_api_key=CANARY)
    nodes = [
        node("a", text=f"{OUTPUT} {CANARY}"),
        node("b", "fail", times=1, retryable=True, message=f"Refused {OUTPUT}: {CANARY}"),
        node("c", "fail", message=f"The printer is off: {CANARY}"),
        node("w", "later", seconds=0.1, text=OUTPUT),
    ]
    run = await process.run(workflow("a>b", "b>w", "w>c", nodes=nodes), config={"recipientEmail": "me@example.com"})
    assert run.summary.status == "failed"
    await on_stage.server.run_of(run.summary.id).ended.wait()
    seen = "\n".join(on_stage.server.traffic)
    assert run.summary.id in seen
    for hidden in (OUTPUT, CANARY, "me@example.com", "Refused"):
        assert hidden not in seen
    assert "The printer is off" in seen
    event = next(event for event in on_stage.server.events if event["name"] == "workflow/execute.requested")
    assert event["data"].keys() == {"runId", "graphVersion", "names"}
    assert CANARY not in str(run.events)
