"""`voicegraph doctor`: what is set up, what is missing, and how to mend it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from rich.table import Table
from rich.text import Text

from voicegraph.api.site import DIST
from voicegraph.cli.doctor_inngest import examine_inngest
from voicegraph.cli.doctor_libraries import examine_libraries
from voicegraph.cli.doctor_model import examine_model
from voicegraph.cli.doctor_server import examine_server
from voicegraph.cli.unknown_settings import unknown_settings
from voicegraph.cli.view import out, print_json
from voicegraph.db.look import look, reading
from voicegraph.db.migrate import HEAD
from voicegraph.errors import NodeError, VoiceGraphError
from voicegraph.history.notices import Message, latest
from voicegraph.history.upkeep import files_of
from voicegraph.nodes.smtp import connect_and_login
from voicegraph.nodes.urls import shown
from voicegraph.run.redact import Redactor
from voicegraph.settings import Settings
from voicegraph.speech.choice import endpoint, transcriber_kind
from voicegraph.speech.weights import find_weights, verify

TIMEOUT = 10.0
LOW_DISK = 100 << 20
"""Bytes left on the volume below which runs are about to be refused."""
MARKS = {"ok": ("✓", "green"), "note": ("•", "yellow"), "bad": ("✗", "red")}


@dataclass(frozen=True, slots=True)
class Finding:
    """ok: works. note: VoiceGraph works without it, less well. bad: something that is set up does not work."""

    what: str
    state: Literal["ok", "note", "bad"]
    message: str


async def examine(settings: Settings, as_json: bool) -> bool:
    """Print a line for each part; answers whether nothing is bad."""
    redactor = Redactor.of_settings(settings)
    findings = await asyncio.gather(*(check(settings) for check in CHECKS))
    findings = [replace(finding, message=redactor.text(finding.message)) for finding in findings]
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        table = Table.grid(padding=(0, 2, 0, 0))
        for finding in findings:
            mark, style = MARKS[finding.state]
            table.add_row(Text(mark, style=style), Text(finding.what, style="bold"), Text(finding.message))
        out.print(table)
    return all(finding.state != "bad" for finding in findings)


async def _database(settings: Settings) -> Finding:
    """How it stands. Only a server or a command that needs it migrates it."""
    try:
        there = await asyncio.to_thread(look, settings)
    except VoiceGraphError as error:
        return Finding("database", "bad", error.message)
    where = f"{there.where}, {there.size / 1e6:.1f} MB"
    match there.age:
        case "absent":
            return Finding("database", "note", f"{there.where}: not created yet. The first start makes it.")
        case "older":
            message = f"revision {there.revision}, of an older version: the next start upgrades it to {HEAD}. {where}"
            return Finding("database", "note", message)
        case "newer":
            message = (
                f"revision {there.revision}, of a newer version than this program ({HEAD}): upgrade VoiceGraph. {where}"
            )
            return Finding("database", "bad", message)
        case "current":
            return Finding("database", "ok", f"{there.kind}, revision {there.revision}, {where}")


async def _disk(settings: Settings) -> Finding:
    """What the history takes, without opening it: a server may be at work."""
    use = await asyncio.to_thread(files_of, settings)
    limits = [
        f"{value} {name}"
        for name, value in (("days", settings.retention_days), ("runs", settings.retention_runs))
        if value is not None
    ]
    kept = f"kept: {' and at most '.join(limits)}" if limits else "kept for ever; VOICEGRAPH_RETENTION_DAYS limits it"
    message = f"{use.database / 1e6:.1f} MB database, {use.log / 1e6:.1f} MB log, {use.files / 1e6:.1f} MB files, {use.left / 1e9:.1f} GB left; {kept}"
    return Finding("disk", "bad" if use.left < LOW_DISK else "ok", message)


async def _names(_settings: Settings) -> Finding:
    wrong = unknown_settings()
    return Finding("settings", "bad", " ".join(wrong)) if wrong else Finding("settings", "ok", "every name is known")


async def _libraries(_settings: Settings) -> Finding:
    return Finding("libraries", *await asyncio.to_thread(examine_libraries))


async def _model(settings: Settings) -> Finding:
    return Finding("model", *await examine_model(settings))


def last_messages(settings: Settings) -> list[Message]:
    """The last twenty notifications, whatever became of them; none where there are no tables of this version yet."""
    if look(settings).age != "current":
        return []
    with reading(settings) as connection:
        return latest(connection, 20) if connection else []


async def _notifications(settings: Settings) -> Finding:
    """Who hears of all runs, and what could not be sent lately."""
    try:
        failed = [message for message in await asyncio.to_thread(last_messages, settings) if message.error]
    except VoiceGraphError as error:
        return Finding("notifications", "bad", error.message)
    kinds = ", ".join(settings.notify_on)
    to = [settings.notify_email or settings.user_email or ""] if settings.smtp_host else []
    to += ["the Apprise URL"] if settings.notify_url else []
    where = " and ".join(one for one in to if one)
    if failed:
        message = f"{len(failed)} were not sent lately, the last one: {failed[0].error}"
        return Finding("notifications", "bad", message)
    if kinds and not where:
        return Finding("notifications", "bad", f"on {kinds}, but to nobody. Set SMTP_HOST or VOICEGRAPH_NOTIFY_URL.")
    if not kinds:
        return Finding(
            "notifications", "note", "only of workflows that ask for it. VOICEGRAPH_NOTIFY_ON=failed for all."
        )
    return Finding("notifications", "ok", f"on {kinds}, to {where}")


async def _speech(settings: Settings) -> Finding:
    try:
        if transcriber_kind(settings) == "hosted":
            where = endpoint(settings)
            return Finding("speech", "ok", f"{where.model} at {shown(where.base_url)}: recordings leave this machine")
        weights = find_weights(settings.speech_model)
        if weights.shipped:
            await asyncio.to_thread(verify, Path(weights.source))
    except VoiceGraphError as error:
        return Finding("speech", "bad", error.message)
    if weights.name == weights.source:
        message = f"{weights.name}, downloaded by the first recording, unless it was before"
        return Finding("speech", "note", message)
    return Finding("speech", "ok", f"{weights.name} on this machine{', shipped and verified' * weights.shipped}")


async def _search(settings: Settings) -> Finding:
    if settings.tavily_api_key:
        return Finding("web search", "ok", f"Tavily at {shown(settings.tavily_base_url)}")
    return Finding("web search", "note", "DuckDuckGo, without a key. Set TAVILY_API_KEY for steadier results.")


async def _mail(settings: Settings) -> Finding:
    if not settings.smtp_host:
        return Finding("mail", "note", "not set up: email nodes fail. Set SMTP_HOST, SMTP_USER and SMTP_PASSWORD.")
    try:
        async with connect_and_login(settings, TIMEOUT):
            return Finding("mail", "ok", f"{settings.smtp_host}:{settings.smtp_port}")
    except NodeError as error:
        return Finding("mail", "bad", error.message)


async def _inngest(settings: Settings) -> Finding:
    return Finding("Inngest", *await examine_inngest(settings))


async def _server(settings: Settings) -> Finding:
    return Finding("server", *await examine_server(settings))


async def _page(_settings: Settings) -> Finding:
    if (DIST / "index.html").is_file():
        return Finding("web page", "ok", "built")
    return Finding("web page", "bad", "not built. Run `make run`, or install VoiceGraph again with `pip install .`.")


CHECKS: tuple[Callable[[Settings], Awaitable[Finding]], ...] = (
    _names,
    _libraries,
    _database,
    _disk,
    _model,
    _speech,
    _search,
    _mail,
    _notifications,
    _inngest,
    _server,
    _page,
)
