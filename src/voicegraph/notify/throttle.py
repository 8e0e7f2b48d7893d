"""The throttle of notifications: the first at once, then what is more of the same is counted and told in a digest.

Pure: facts and states in, decisions out. A workflow that fails every minute makes one message, then one each hour, and
one when it works again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from voicegraph.notify.message_texts import Writer
from voicegraph.settings import Settings
from voicegraph.store.notices.notices import Fact, MessageDraft, NoticeDecision, State, States

FAILING = "failed"


@dataclass(frozen=True, slots=True)
class NotifyTargets:
    """The wishes of a workflow about its runs, and the channels they go over."""

    on: tuple[str, ...]
    mail_to: str
    chat: bool

    @classmethod
    def of(cls, said: Mapping[str, Any] | None, settings: Settings) -> NotifyTargets:
        """What the workflow says, or else the settings."""
        to_all = settings.notify_email or settings.user_email or ""
        if said is None:
            return cls(tuple(settings.notify_on), to_all if settings.smtp_host else "", settings.notify_url is not None)
        mail_to = ((said.get("email") or "").strip() or to_all) if said.get("mail", True) else ""
        chat = bool(said.get("chat", True)) and settings.notify_url is not None
        return cls(tuple(said.get("on", ())), mail_to, chat)

    def drafts(self, subject: str, body: str) -> list[MessageDraft]:
        """The message, once for each channel."""
        mail = [MessageDraft("mail", self.mail_to, subject, body)] if self.mail_to else []
        return mail + ([MessageDraft("chat", "", subject, body)] if self.chat else [])


class Throttle:
    """Judges by the settings and the time it is given."""

    def __init__(self, settings: Settings, now: float) -> None:
        self._settings = settings
        self._pause = settings.notify_digest_minutes * 60
        self._now = now
        self._write = Writer(settings)

    def judge(self, fact: Fact, states: States) -> NoticeDecision:
        """What follows from a fact."""
        wishes = NotifyTargets.of(fact.wishes, self._settings)
        recovery = self._recovery(fact, states, wishes) if fact.kind == "completed" else NoticeDecision()
        if fact.kind not in wishes.on:
            return recovery
        state = states.get(fact.kind)
        if recovery.drafts:  # which tells that it completed
            return recovery
        if state is None or (self._now - state.sent_at >= self._pause and not state.held):
            told = State(fact.workflow_id, fact.kind, self._now)
            return NoticeDecision([*recovery.states, told], wishes.drafts(*self._write.one(fact)))
        held = replace(state, held=state.held + 1, digest_at=state.sent_at + self._pause, fact=fact)
        return NoticeDecision([*recovery.states, held])

    def digest(self, state: State) -> NoticeDecision:
        """What follows when the time of a digest has come."""
        after = State(state.workflow_id, state.kind, self._now)
        if state.fact is None or not state.held:
            return NoticeDecision([replace(after, sent_at=state.sent_at)])
        wishes = NotifyTargets.of(state.fact.wishes, self._settings)
        return NoticeDecision([after], wishes.drafts(*self._write.digest(state.fact, state.held, state.sent_at)))

    def _recovery(self, fact: Fact, states: States, wishes: NotifyTargets) -> NoticeDecision:
        """A run completed, and the last that was told is a failure: say that it works again, at most once a pause."""
        failed, recovered = states.get(FAILING), states.get("recovered")
        if failed is None or FAILING not in wishes.on:
            return NoticeDecision()
        last = max(failed.sent_at, failed.fact.at if failed.fact else 0.0)
        if recovered is not None and (recovered.sent_at >= last or self._now - recovered.sent_at < self._pause):
            return NoticeDecision()
        states_after = [
            State(fact.workflow_id, "recovered", self._now),
            replace(failed, held=0, digest_at=None, fact=None),
        ]
        return NoticeDecision(states_after, wishes.drafts(*self._write.recovered(fact, failed.held)))
