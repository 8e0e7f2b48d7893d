"""Answer on the command line what a run waits with. The server that owns the run takes the answer."""

from __future__ import annotations

from typing import Any

import typer
from rich.text import Text

from voicegraph.cli.exit_status import asking
from voicegraph.cli.server_client import ask_server, running_server
from voicegraph.cli.terminal import out
from voicegraph.errors import NotFound, UserError
from voicegraph.settings import Settings


async def approve_run(
    settings: Settings, run_id: str, node_id: str | None, *, approved: bool, comment: str, asks: bool
) -> None:
    """Show what waits, then approve or reject it. With `asks` nothing is sent before a person says yes."""
    url = await running_server(settings)
    if url is None:
        raise UserError(
            "no_server", "No server runs on this data folder. Start it with `voicegraph serve`, then answer."
        )
    card = _chosen(await ask_server(url, "/api/approvals", query={"run": run_id}), run_id, node_id)
    out.print(Text(card["waits"]["message"], style="bold"))
    out.print(Text(card["content"]["text"]))
    if card["content"].get("truncated"):
        out.print(f"That is only its beginning. All of it: voicegraph export {run_id}", style="yellow")
    if asks:
        with asking():
            sure = typer.confirm("Approve this?" if approved else "Reject this?")
        if not sure:
            raise typer.Exit(1)
    body = {
        "nodeId": card["nodeId"],
        "answer": "approve" if approved else "reject",
        "digest": card["waits"]["digest"],
        "comment": comment,
        "via": "cli",
    }
    await ask_server(url, f"/api/runs/{run_id}/approve", body)
    out.print("Approved." if approved else "Rejected.")


def _chosen(page: dict[str, Any], run_id: str, node_id: str | None) -> dict[str, Any]:
    cards: list[dict[str, Any]] = page["approvals"]
    found = [card for card in cards if node_id in (None, card["nodeId"])]
    if not found:
        raise NotFound(f"Nothing of the run {run_id} waits for an answer.")
    if len(found) > 1:
        names = ", ".join(str(card["nodeId"]) for card in found)
        raise UserError("several_wait", f"Several steps of this run wait: {names}. Choose one with --node.")
    return found[0]
