"""`voicegraph doctor`: what is set up, what is missing, and how to mend it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from typing import Literal

from rich.table import Table
from rich.text import Text

from voicegraph.api.site import DIST
from voicegraph.cli.doctor_inngest import examine_inngest
from voicegraph.cli.doctor_libraries import examine_libraries
from voicegraph.cli.doctor_model import examine_model
from voicegraph.cli.doctor_notify import examine_notifications
from voicegraph.cli.doctor_server import examine_server
from voicegraph.cli.doctor_services import examine_github, examine_notion, examine_search, examine_slack
from voicegraph.cli.doctor_speech import examine_speech
from voicegraph.cli.installed import again
from voicegraph.cli.unknown_settings import unknown_settings
from voicegraph.cli.view import out, print_json
from voicegraph.db.look import look
from voicegraph.db.migrate import HEAD
from voicegraph.errors import NodeError, VoiceGraphError
from voicegraph.history.upkeep import files_of
from voicegraph.nodes.smtp import connect_and_login, lacking
from voicegraph.run.redact import Redactor
from voicegraph.settings import Settings

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
    """What lies beside the database, whose line tells its own size."""
    use = await asyncio.to_thread(files_of, settings)
    limits = [
        f"{value} {name}"
        for name, value in (("days", settings.retention_days), ("runs", settings.retention_runs))
        if value is not None
    ]
    kept = f"kept: {' and at most '.join(limits)}" if limits else "kept for ever; VOICEGRAPH_RETENTION_DAYS limits it"
    message = f"{use.files / 1e6:.1f} MB files of runs, {use.left / 1e9:.1f} GB left; {kept}"
    if use.left < LOW_DISK:
        return Finding(
            "disk", "bad", f"{message}. Runs are about to be refused: make room, or delete some of the old ones."
        )
    return Finding("disk", "ok", message)


async def _names(_settings: Settings) -> Finding:
    wrong = unknown_settings()
    return Finding("settings", "bad", " ".join(wrong)) if wrong else Finding("settings", "ok", "every name is known")


async def _libraries(_settings: Settings) -> Finding:
    return Finding("libraries", *await asyncio.to_thread(examine_libraries))


async def _model(settings: Settings) -> Finding:
    return Finding("model", *await examine_model(settings))


async def _speech(settings: Settings) -> Finding:
    return Finding("speech", *await examine_speech(settings))


async def _search(settings: Settings) -> Finding:
    return Finding("web search", *await examine_search(settings))


async def _github(settings: Settings) -> Finding:
    return Finding("GitHub", *await examine_github(settings))


async def _notion(settings: Settings) -> Finding:
    return Finding("Notion", *await examine_notion(settings))


async def _slack(settings: Settings) -> Finding:
    return Finding("Slack", *await examine_slack(settings))


async def _notifications(settings: Settings) -> Finding:
    return Finding("notifications", *await examine_notifications(settings))


async def _mail(settings: Settings) -> Finding:
    if not settings.smtp_host:
        return Finding("mail", "note", "not set up: email nodes fail. Set SMTP_HOST, SMTP_USER and SMTP_PASSWORD.")
    try:
        async with connect_and_login(settings, TIMEOUT):
            pass
    except NodeError as error:
        return Finding("mail", "bad", error.message)
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    if lack := lacking(settings):
        return Finding("mail", "bad", f"{where}. {lack}")
    if (settings.smtp_user is None) != (settings.smtp_password is None):
        given, missing = ("SMTP_USER", "SMTP_PASSWORD") if settings.smtp_user else ("SMTP_PASSWORD", "SMTP_USER")
        message = f"{where} answers. No login is tried, nor made for a mail: {given} is set without {missing}."
        return Finding("mail", "note", message)
    return Finding("mail", "ok", where)


async def _inngest(settings: Settings) -> Finding:
    return Finding("Inngest", *await examine_inngest(settings))


async def _server(settings: Settings) -> Finding:
    return Finding("server", *await examine_server(settings))


async def _page(_settings: Settings) -> Finding:
    if (DIST / "index.html").is_file():
        return Finding("web page", "ok", "built")
    return Finding(
        "web page", "bad", f"not built. Run `make run` in a checkout, or install VoiceGraph again: `{again()}`"
    )


CHECKS: tuple[Callable[[Settings], Awaitable[Finding]], ...] = (
    _names,
    _libraries,
    _database,
    _disk,
    _model,
    _speech,
    _search,
    _github,
    _notion,
    _slack,
    _mail,
    _notifications,
    _inngest,
    _server,
    _page,
)
