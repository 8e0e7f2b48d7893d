"""A way to PostgreSQL that loses answers: COMMIT arrives, and the connection is cut before the server's reply."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


@dataclass
class Cutter:
    """A proxy on loopback. Arm it with what the transaction writes, and how many replies are lost."""

    socket: Path
    port: int = 0
    armed: bytes | None = None
    left: int = 0
    cuts: int = 0
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def url(self, url: str) -> str:
        """The database of this URL, reached this way."""
        return f"postgresql://voicegraph@127.0.0.1:{self.port}{urlsplit(url).path}"

    def arm(self, writes: bytes, times: int) -> None:
        self.armed, self.left = writes, times

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self.tasks.add(task)
        try:
            server_reader, server = await asyncio.open_unix_connection(str(self.socket / ".s.PGSQL.5432"))
            answers = asyncio.create_task(self._answers(server_reader, writer))
            try:
                await self._questions(reader, server, server_reader, answers)
            finally:
                answers.cancel()
                server.close()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self.tasks.discard(task)

    async def _questions(
        self,
        reader: asyncio.StreamReader,
        server: asyncio.StreamWriter,
        server_reader: asyncio.StreamReader,
        answers: asyncio.Task[None],
    ) -> None:
        said = b""
        while data := await reader.read(65536):
            said += data
            if b"COMMIT" in data:
                if self.left and self.armed and self.armed in said:
                    self.left -= 1
                    answers.cancel()
                    with suppress(asyncio.CancelledError):
                        await answers
                    server.write(data)
                    await server_reader.read(65536)  # it is on disk now, and nobody hears of it
                    self.cuts += 1
                    return
                said = b""
            server.write(data)

    @staticmethod
    async def _answers(server_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await server_reader.read(65536):
            writer.write(data)
        writer.close()


@contextmanager
def cutter(socket: Path) -> Iterator[Cutter]:
    """The proxy, in front of the server that listens in this folder. On a thread: who opens a database waits for it."""
    made = Cutter(socket)
    started, loop = threading.Event(), asyncio.new_event_loop()

    async def run() -> None:
        server = await asyncio.start_server(made.accept, "127.0.0.1", 0)
        made.port = server.sockets[0].getsockname()[1]
        made.stopped = asyncio.Event()
        started.set()
        await made.stopped.wait()
        server.close()
        for task in made.tasks:
            task.cancel()
        await asyncio.gather(*made.tasks, return_exceptions=True)

    thread = threading.Thread(target=loop.run_until_complete, args=[run()])
    thread.start()
    started.wait()
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(made.stopped.set)
        thread.join()
        loop.close()
