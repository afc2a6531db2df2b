"""Answer bodies within limits: gzip and deflate are undone in small steps, never as a whole.

httpx decodes a body as it comes, without a limit: 194 KB of gzip became 200 MB.
"""

import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

import httpx

PIECE = 64 * 1024
_UNPACKED = ("gzip", "x-gzip", "deflate")
_UNKNOWN = ("br", "zstd", "compress", "x-compress", "dcb", "dcz")


class BodyTooLarge(httpx.TransportError):
    """The decoded body is larger than the caller takes."""


class BodyUnreadable(httpx.TransportError):
    """The body is not encoded as its header says."""


class _Inflate(Protocol):
    @property
    def unconsumed_tail(self) -> bytes: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def eof(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes: ...


class BodyDecoder:
    """Turns raw bytes of one answer into decoded pieces and counts them against `limit`."""

    def __init__(self, content_encoding: str, *, limit: int) -> None:
        self._encoding = _packing(content_encoding)
        self._inflate: _Inflate | None = None
        self._left = limit

    def feed(self, raw: bytes) -> Iterable[bytes]:
        """Decode what came. Raises BodyTooLarge and BodyUnreadable."""
        if not self._encoding:
            self._count(raw)
            return (raw,)
        if self._encoding not in _UNPACKED:
            raise BodyUnreadable("The answer is compressed in a way that was not asked for.")
        return self._unpacked(raw)

    def _unpacked(self, raw: bytes) -> Iterator[bytes]:
        piece = b""
        while raw or len(piece) == PIECE:  # a full piece may have left something inside
            if self._inflate is None or self._inflate.eof:
                if not raw:
                    return
                self._inflate = zlib.decompressobj(_window_bits(self._encoding, raw))
            try:
                piece = self._inflate.decompress(raw, PIECE)
            except zlib.error as exc:
                raise BodyUnreadable("The answer is not compressed as it claims.") from exc
            raw = self._inflate.unconsumed_tail or self._inflate.unused_data
            self._count(piece)
            yield piece

    def _count(self, piece: bytes) -> None:
        self._left -= len(piece)
        if self._left < 0:
            raise BodyTooLarge("The answer is too large.")


def _packing(content_encoding: str) -> str:
    """Name the packing; `none`, `utf-8` and the like are common, and name none."""
    words = (word.strip().lower() for word in content_encoding.split(","))
    return ", ".join(word for word in words if word in _UNPACKED or word in _UNKNOWN)


def _window_bits(encoding: str, raw: bytes) -> int:
    """gzip, or deflate in its two readings: with a zlib header (RFC 9110) or bare."""
    if encoding != "deflate":
        return zlib.MAX_WBITS | 16
    return zlib.MAX_WBITS if raw[0] & 0x0F == 8 else -zlib.MAX_WBITS


async def read_body(response: httpx.Response, *, limit: int) -> bytes:
    """Read a whole answer, at most `limit` decoded bytes. The caller closes the response."""
    decoder = BodyDecoder(response.headers.get("content-encoding", ""), limit=limit)
    body = bytearray()
    async for raw in response.aiter_raw():
        for piece in decoder.feed(raw):
            body += piece
    return bytes(body)
