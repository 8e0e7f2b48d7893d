"""Bodies that come packed (Content-Encoding): gzip, deflate and br are unpacked piece by piece, asked for or not.

A name that is none (`utf-8`, `none`) says nothing about the body and is passed over, as browsers do.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any, Protocol

from voicegraph.lazy_imports import importing

PIECE = 1 << 16
"""Bytes that are unpacked at once: a bomb is noticed before it unfolds."""
MAX_CODINGS = 5
"""One packed within the other; curl takes as many."""

_GZIP = 16 + zlib.MAX_WBITS
_MEMBER = b"\x1f\x8b\x08"


class Unpacker(Protocol):
    """One coding of one body."""

    name: str
    ended: bool
    """Nothing that comes from now on counts."""

    def feed(self, packed: bytes) -> Iterator[bytes]:
        """What these bytes unpack to, in pieces. ValueError when they are broken."""
        ...

    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        ...


class CannotUnpack(ValueError):
    """A coding that is real, and not known here. `str` is its name."""


class UnpackedTooLarge(ValueError):
    """A body that unfolds to more than is read."""


def unpackers(encoding: str) -> list[Unpacker]:
    """What unpacks a body of this Content-Encoding, the outermost first. CannotUnpack."""
    names = [name.partition(";")[0].strip(' \t"').lower() for name in encoding.split(",")]
    if strange := next((name for name in names if name in _NOT_KNOWN), None):
        raise CannotUnpack(strange)
    known = [name for name in reversed(names) if name in _KNOWN]
    if len(known) > MAX_CODINGS:
        raise CannotUnpack(encoding[:80])
    return [_KNOWN[name]() for name in known]


def through(
    stages: Sequence[Unpacker], packed: bytes, count: Callable[[int, int], None], at: int = 0
) -> Iterator[bytes]:
    """What the bytes are behind all the stages. `count` is told what enters each: its number, and how many bytes."""
    count(at, len(packed))
    if at == len(stages):
        yield packed
        return
    for piece in stages[at].feed(packed):
        yield from through(stages, piece, count, at + 1)


def unpacked(packed: bytes, encoding: str, most: int) -> bytes:
    """A whole body of this Content-Encoding. CannotUnpack, TooMuch, or ValueError, which says what is wrong with it."""
    stages = unpackers(encoding)
    sizes = [0] * (len(stages) + 1)

    def count(stage: int, size: int) -> None:
        sizes[stage] += size
        if sizes[stage] > most:
            raise UnpackedTooLarge

    try:
        body = b"".join(through(stages, packed, count))
    except UnpackedTooLarge:
        raise
    except ValueError as error:
        raise ValueError(f"no {', '.join(stage.name for stage in reversed(stages))} data, or broken") from error
    if cut := next((stage for stage in stages if not stage.is_whole()), None):
        raise ValueError(f"{cut.name} data that is cut off")
    return body


class _Gzip:
    """Members that follow one another (RFC 1952, 2.2); what comes after them and is none is no part of the body."""

    name = "gzip"

    def __init__(self) -> None:
        self.ended = False
        self._inner: Any = zlib.decompressobj(_GZIP)
        self._begun = False
        self._between: bytes = b""

    def feed(self, packed: bytes) -> Iterator[bytes]:
        self._begun = self._begun or bool(packed)
        while packed and not self.ended:
            if self._inner.eof:
                packed = self._next_member(packed)
                continue
            piece = _inflated(self._inner, packed)
            packed = self._inner.unused_data if self._inner.eof else self._inner.unconsumed_tail
            if piece:
                yield piece

    def is_whole(self) -> bool:
        return self.ended or not self._begun or (self._inner.eof and not self._between)

    def _next_member(self, packed: bytes) -> bytes:
        packed = self._between + packed
        self._between = b""
        if packed.startswith(_MEMBER):
            self._inner = zlib.decompressobj(_GZIP)
            return packed
        if _MEMBER.startswith(packed):
            self._between = packed
        else:
            self.ended = True
        return b""


class _Deflate:
    """Within zlib's frame, as the standard says, or bare, as some servers send it."""

    name = "deflate"

    def __init__(self) -> None:
        self.ended = False
        self._inner: Any = None
        self._held = b""

    def feed(self, packed: bytes) -> Iterator[bytes]:
        packed = self._held + packed
        self._held = b""
        if self._inner is None:
            if len(packed) < 2:
                self._held = packed
                return
            self._inner = zlib.decompressobj(zlib.MAX_WBITS if _is_framed(packed) else -zlib.MAX_WBITS)
        while packed and not self.ended:
            piece = _inflated(self._inner, packed)
            packed = self._inner.unconsumed_tail
            self.ended = self._inner.eof
            if piece:
                yield piece

    def is_whole(self) -> bool:
        return self.ended or (self._inner is None and not self._held)


class _Brotli:
    """RFC 7932."""

    name = "br"

    def __init__(self) -> None:
        with importing("brotli"):
            library: Any = import_module("brotli")  # which has no types
        self.ended = False
        self._inner: Any = library.Decompressor()
        self._error: type[Exception] = library.error
        self._begun = False

    def feed(self, packed: bytes) -> Iterator[bytes]:
        self._begun = self._begun or bool(packed)
        while not self.ended:
            try:
                piece = self._inner.process(packed, output_buffer_limit=PIECE)
            except self._error as error:
                raise ValueError from error
            if piece:
                yield piece
            packed = b""
            self.ended = self._inner.is_finished()
            if not piece and self._inner.can_accept_more_data():  # which is true of one that has more to give, too
                return

    def is_whole(self) -> bool:
        return self.ended or not self._begun


def _inflated(inner: Any, packed: bytes) -> bytes:
    try:
        return inner.decompress(packed, PIECE)
    except zlib.error as error:
        raise ValueError from error


def _is_framed(packed: bytes) -> bool:
    """Whether a header of zlib (RFC 1950, 2.2) begins it: no bare deflate of a sane encoder begins like that."""
    return packed[0] & 0x0F == 8 and int.from_bytes(packed[:2]) % 31 == 0


_KNOWN: dict[str, Callable[[], Unpacker]] = {"gzip": _Gzip, "x-gzip": _Gzip, "deflate": _Deflate, "br": _Brotli}
_NOT_KNOWN = frozenset({"zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip", "aes128gcm"})
