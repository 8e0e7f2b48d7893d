"""Looks what is to be told, and tells it. No run waits for it, and none fails because of it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httpx

from voicegraph import clock
from voicegraph.errors import NodeError
from voicegraph.notify.channels import Channels
from voicegraph.notify.message_texts import Writer
from voicegraph.notify.throttle import NotifyTargets, Throttle
from voicegraph.rounds import Rounds
from voicegraph.run.events import Entry
from voicegraph.run.redaction.redact import Redactor
from voicegraph.run.state import NodeStatus
from voicegraph.settings import Settings
from voicegraph.store.core.event_feed import EventFeed
from voicegraph.store.notices.notices import Fact, MessageDraft, NoticeMessage, Notices

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.2
"""Between looks: under load, one serves all runs that ended meanwhile."""
LOOK_SECONDS = 30.0
"""A safety net under the feed: other processes write runs too."""
CLAIM_SECONDS = 180.0
TOGETHER = 10
TRIES = 8
FIRST_PAUSE, LONGEST_PAUSE = 15.0, 3_600.0


class Notifier:
    """`open` starts it, `close` ends it."""

    def __init__(self, notices: Notices, feed: EventFeed, settings: Settings, http: httpx.AsyncClient) -> None:
        self.notices = notices
        self.channels = Channels(settings, http)
        self._settings = settings
        self._redact = Redactor.of_settings(settings)
        self.rounds = Rounds("notifications", self._work, LOOK_SECONDS)
        feed.listen(self._note)

    async def open(self) -> None:
        """Say in the database what the settings want, then look for what an earlier process left."""
        await self.notices.want(self._settings.notify_on)
        self.rounds.open()

    async def close(self) -> None:
        """Stop. What was not sent is sent after the next start."""
        await self.rounds.close()

    async def round(self) -> int:
        """Decide, then send what is due. How much there was to do."""
        throttle = Throttle(self._settings, clock.now())
        decided = await self.notices.decide(throttle.judge, throttle.digest)
        messages = await self.notices.claim(TOGETHER, CLAIM_SECONDS)
        await asyncio.gather(*(self._send(message) for message in messages))
        return decided + len(messages)

    async def test(self, said: dict[str, Any] | None) -> dict[str, str | None]:
        """Really send a message over each channel these wishes name: None, or why it was not sent."""
        fact = Fact("run_test", "completed", "", "A test of the notifications", "", "", clock.now(), said)
        subject, body = Writer(self._settings).one(fact)
        results: dict[str, str | None] = {}
        for draft in NotifyTargets.of(said, self._settings).drafts(subject, body):
            try:
                await self.channels.send(draft, f"test {clock.now()}")
                results[draft.channel] = None
            except NodeError as error:
                results[draft.channel] = self._redact.text(error.message)
        return results

    async def _send(self, message: NoticeMessage) -> None:
        draft = MessageDraft(message.channel, message.target, message.subject, message.body)
        try:
            await self.channels.send(draft, message.id)
        except NodeError as error:
            said = self._redact.text(error.message)
            again = error.retryable and message.tries + 1 < TRIES
            log.warning("A notification was not sent%s: %s", ", and is tried again" if again else "", said)
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**message.tries)
            await self.notices.settle(message.id, error=said, again_at=clock.now() + pause if again else None)
        else:
            await self.notices.settle(message.id)

    async def _work(self) -> float | None:
        while await self.round():
            pass
        due = await self.notices.next_due()
        await asyncio.sleep(GATHER_SECONDS)
        return None if due is None else due - clock.now()

    def _note(self, entry: Entry) -> None:
        if (entry.change and entry.change.status.terminal) or any(
            row.status is NodeStatus.WAITING for row in entry.nodes
        ):
            self.rounds.poke()
