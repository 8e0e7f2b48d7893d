"""`voicegraph doctor`: what is set up, what is missing, and how to mend it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from rich.table import Table
from rich.text import Text

from voicegraph.api.pages.site import DIST
from voicegraph.cli.doctor.check_result import Finding
from voicegraph.cli.doctor.inngest import examine_inngest
from voicegraph.cli.doctor.language_model import examine_model
from voicegraph.cli.doctor.libraries import examine_libraries
from voicegraph.cli.doctor.notifications import examine_notifications
from voicegraph.cli.doctor.server import examine_server
from voicegraph.cli.doctor.services import examine_github, examine_notion, examine_search, examine_slack
from voicegraph.cli.doctor.speech import examine_speech
from voicegraph.cli.installation import again
from voicegraph.cli.terminal import out, print_json
from voicegraph.db.inspection import look
from voicegraph.db.migrate import HEAD
from voicegraph.errors import NodeError, VoiceGraphError
from voicegraph.nodes.mail.smtp import connect_and_login, lacking
from voicegraph.run.redaction.redact import Redactor
from voicegraph.setting_names import unknown_settings
from voicegraph.settings import Settings
from voicegraph.store.upkeep.retention import files_of

TIMEOUT = 10.0
LOW_DISK = 100 << 20
"""Bytes left on the volume below which runs are about to be refused."""
MARKS = {"ok": ("✓", "green"), "note": ("•", "yellow"), "bad": ("✗", "red")}


async def examine(settings: Settings, as_json: bool) -> bool:
    """Print a line for each part; answers whether nothing is bad."""
    redactor = Redactor.of_settings(settings)
    findings = await asyncio.gather(*(examined(settings) for examined in EXAMINATIONS.values()))
    lines = [
        (what, state, redactor.text(message)) for what, (state, message) in zip(EXAMINATIONS, findings, strict=True)
    ]
    if as_json:
        print_json([{"what": what, "state": state, "message": message} for what, state, message in lines])
    else:
        table = Table.grid(padding=(0, 2, 0, 0))
        for what, state, message in lines:
            mark, style = MARKS[state]
            table.add_row(Text(mark, style=style), Text(what, style="bold"), Text(message))
        out.print(table)
    return all(state != "bad" for _, state, _ in lines)


async def _database(settings: Settings) -> Finding:
    """How it stands. Only a server or a command that needs it migrates it."""
    try:
        there = await asyncio.to_thread(look, settings)
    except VoiceGraphError as error:
        return "bad", error.message
    where = f"{there.where}, {there.size / 1e6:.1f} MB"
    match there.age:
        case "absent":
            return "note", f"{there.where}: not created yet. The first start makes it."
        case "older":
            message = f"revision {there.revision}, of an older version: the next start upgrades it to {HEAD}. {where}"
            return "note", message
        case "newer":
            message = (
                f"revision {there.revision}, of a newer version than this program ({HEAD}): upgrade VoiceGraph. {where}"
            )
            return "bad", message
        case "current":
            return "ok", f"{there.kind}, revision {there.revision}, {where}"


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
        return "bad", f"{message}. Runs are about to be refused: make room, or delete some of the old ones."
    return "ok", message


async def _names(_settings: Settings) -> Finding:
    wrong = unknown_settings()
    return ("bad", " ".join(wrong)) if wrong else ("ok", "every name is known")


async def _libraries(_settings: Settings) -> Finding:
    return await asyncio.to_thread(examine_libraries)


async def _mail(settings: Settings) -> Finding:
    if not settings.smtp_host:
        return "note", "not set up: email nodes fail. Set SMTP_HOST, SMTP_USER and SMTP_PASSWORD."
    try:
        async with connect_and_login(settings, TIMEOUT):
            pass
    except NodeError as error:
        return "bad", error.message
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    if lack := lacking(settings):
        return "bad", f"{where}. {lack}"
    if (settings.smtp_user is None) != (settings.smtp_password is None):
        given, missing = ("SMTP_USER", "SMTP_PASSWORD") if settings.smtp_user else ("SMTP_PASSWORD", "SMTP_USER")
        message = f"{where} answers. No login is tried, nor made for a mail: {given} is set without {missing}."
        return "note", message
    return "ok", where


async def _page(_settings: Settings) -> Finding:
    if (DIST / "index.html").is_file():
        return "ok", "built"
    return "bad", f"not built. Run `make run` in a checkout, or install VoiceGraph again: `{again()}`"


EXAMINATIONS: Mapping[str, Callable[[Settings], Awaitable[Finding]]] = {
    "settings": _names,
    "libraries": _libraries,
    "database": _database,
    "disk": _disk,
    "model": examine_model,
    "speech": examine_speech,
    "web search": examine_search,
    "GitHub": examine_github,
    "Notion": examine_notion,
    "Slack": examine_slack,
    "mail": _mail,
    "notifications": examine_notifications,
    "Inngest": examine_inngest,
    "server": examine_server,
    "web page": _page,
}
