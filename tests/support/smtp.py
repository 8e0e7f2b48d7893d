"""A mail server on loopback that keeps what it is sent byte for byte: no library parses it first."""

from __future__ import annotations

import asyncio
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Sink:
    """`mails` are the bytes after DATA, without the dots that SMTP adds. `login` is what it says to one, with the line sent."""

    port: int = 0
    mails: list[bytes] = field(default_factory=list, repr=False)
    recipients: list[list[str]] = field(default_factory=list, repr=False)
    login: str = "235 welcome"

    async def has(self, count: int) -> None:
        """Wait until so many mails are there."""
        async with asyncio.timeout(30):
            while len(self.mails) < count:  # noqa: ASYNC110 - a thread fills it
                await asyncio.sleep(0.01)


class _Talk(socketserver.StreamRequestHandler):
    sink: Sink

    def handle(self) -> None:
        with suppress(ConnectionError):
            self._talk()

    def _talk(self) -> None:
        self._say("220 sink.test")
        recipients: list[str] = []
        while line := self.rfile.readline():
            command = line.strip().upper()
            if command.startswith(b"EHLO"):
                self._say("250-sink.test\r\n250-SMTPUTF8\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN")
            elif command.startswith(b"AUTH"):
                self._say(f"{self.sink.login} {line.decode().strip()}")
            elif command.startswith(b"RCPT"):
                recipients.append(line.decode().strip()[8:])
                self._say("250 OK")
            elif command == b"DATA":
                self._say("354 go on")
                self._take(recipients)
                self._say("250 OK")
            elif command == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 OK")

    def _take(self, recipients: list[str]) -> None:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        self.sink.recipients.append(recipients)
        self.sink.mails.append(b"".join(lines))

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    """The sink, running on a free port."""
    sink = Sink()
    talk = type("Talk", (_Talk,), {"sink": sink})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), talk) as server:
        server.daemon_threads = True
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield sink
        finally:
            server.shutdown()
            thread.join()
