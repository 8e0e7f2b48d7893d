"""Ownership of the database: the lock, and who owned it before."""

from __future__ import annotations

from typing import Protocol

from voicegraph.run.events import EngineName


class Owner(Protocol):
    """The lock on the database (`db.lock`)."""

    def acquire(self) -> None:
        """Take it; ConfigError when another process has it."""
        ...

    def check(self) -> bool:
        """Whether it is still held. ConfigError when another process has it by now."""
        ...

    def release(self) -> None:
        """Give it back."""
        ...


class Lives(Protocol):
    """The lives of the processes that own the database, one after the other (`store.processes.process_ends`)."""

    async def begin(self, engine: EngineName) -> None:
        """Lay the death before this life to the nodes that were at work, where there is evidence."""
        ...

    def beat(self) -> None:
        """The process is alive."""
        ...

    def stopping(self) -> None:
        """The process was told to stop: however it ends, no node is to blame."""
        ...
