"""The doctor's check of notifications: what was not sent, and whether the set-up can be read. Nothing is sent."""

from __future__ import annotations

import asyncio

from voicegraph.cli.doctor.check_result import Finding
from voicegraph.db.inspection import look, reading
from voicegraph.errors import VoiceGraphError
from voicegraph.nodes.apprise.notification import configured_service
from voicegraph.nodes.http.guarded_client import guarded_client
from voicegraph.nodes.mail.recipients import addresses
from voicegraph.settings import Settings
from voicegraph.store.notices.notices import NoticeMessage, latest


def last_messages(settings: Settings) -> list[NoticeMessage]:
    """The last twenty notifications, whatever became of them; none where there are no tables of this version yet."""
    if look(settings).age != "current":
        return []
    with reading(settings) as connection:
        return latest(connection, 20) if connection else []


async def examine_notifications(settings: Settings) -> Finding:
    """Who hears of all runs, and what could not be sent lately."""
    try:
        service = await _service(settings)
        failed = [message for message in await asyncio.to_thread(last_messages, settings) if message.error]
    except VoiceGraphError as error:
        return "bad", error.message
    kinds = ", ".join(settings.notify_on)
    mailed = (settings.notify_email or settings.user_email) if settings.smtp_host else None
    if failed:
        return "bad", f"{len(failed)} were not sent lately, the last one: {failed[0].error}"
    unsent = f" {service} is the service of the Apprise URL; no message was sent to try it." if service else ""
    if not kinds:
        return "note", f"only of workflows that ask for it. VOICEGRAPH_NOTIFY_ON=failed for all.{unsent}"
    if not mailed and not service:
        return "bad", f"on {kinds}, but to nobody. Set SMTP_HOST or VOICEGRAPH_NOTIFY_URL."
    if mailed and (wrong := _wrong(mailed)):
        setting = "VOICEGRAPH_NOTIFY_EMAIL" if settings.notify_email else "VOICEGRAPH_USER_EMAIL"
        return "bad", f"on {kinds}, but {wrong}. Look at {setting}."
    where = " and ".join(one for one in (mailed, service) if one)
    return "note" if service else "ok", f"on {kinds}, to {where}.{unsent}"


async def _service(settings: Settings) -> str | None:
    """What the Apprise URL leads to; NodeError when Apprise cannot read it, whose words quote nothing of it."""
    if settings.notify_url is None:
        return None
    async with guarded_client(settings) as http:
        return (await configured_service(settings, http)).name


def _wrong(mailed: str) -> str | None:
    try:
        addresses(mailed)
    except ValueError as error:
        return str(error)
    return None
