"""One HTTP/1.1 connection to a server: a request goes out, its answer comes back piece by piece.

Bytes are taken from the socket only while somebody waits for them. A reader that rests finds all
that came meanwhile in one piece, which costs one system call however many chunks the server sent,
and a server that sends faster than it is read is held back by TCP.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Protocol, Self, cast

import httptools
import httpx

HEAD_BYTES = 64 * 1024
BODY_PIECE = 256 * 1024
RawHeaders = list[tuple[bytes, bytes]]
_BODILESS = (204, 304)


class Pieces(Protocol):
    """A body that is read while it is sent; its length is known, and it can be read again."""

    def __len__(self) -> int: ...
    def __aiter__(self) -> AsyncGenerator[bytes, None]: ...


class Wire(asyncio.Protocol):
    """A connection; `ask` and then `read` until it answers None, over and over again.

    Every failure is an `httpx.TransportError`. After one, and when an answer is left unread, the
    connection is of no further use: close it.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._is_writable = True
        self._is_reading = True
        self._failure: httpx.TransportError | None = None
        self._begin()

    def _begin(self) -> None:
        self.status = 0
        self.headers: RawHeaders = []
        self.has_begun = False
        self._head_size = 0
        self._pieces: list[bytes] = []
        self._ends_with_connection = True
        self._keeps_alive = False
        self._is_complete = False

    @property
    def is_reusable(self) -> bool:
        """The last answer is read to its end and the connection stands."""
        return self._keeps_alive and self._is_complete and self._is_open()

    async def ask(self, head: bytes, body: bytes | Pieces) -> Self:
        """Send a request; return when the head of its answer is there."""
        self._begin()
        self._parser = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,  # folded lines and control characters in what nobody reads
            lenient_chunked_length=True,  # chunks win over a length (RFC 9112, 6.3)
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )
        await self._write(head, body)
        while not self.status:
            self._check()
            await self._wait()
        return self

    async def read(self) -> bytes | None:
        """Wait for the next piece of the body; None at its end."""
        while not self._pieces:
            if self._is_complete:
                return None
            self._check()
            await self._wait()
        piece = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        return piece

    def close(self) -> None:
        """Drop the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer."""
        if self._parser is None or self._is_complete:
            self.close()  # nobody asked for that
            return
        self.has_begun = True
        try:
            self._feed(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail(httpx.RemoteProtocolError("The server does not answer in proper HTTP."))
        if self._pieces and not self._is_complete:
            self._rest()
        self._wake()

    def eof_received(self) -> None:
        """The server has said everything, which is how an answer without a length ends."""
        if self.status and self._ends_with_connection:
            self._is_complete = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        if self.status and self._ends_with_connection and exc is None:
            self._is_complete = True
        elif self._failure is None:
            self._failure = httpx.ReadError("The server closed the connection.")
        self._transport = None
        self._is_writable = True
        self._wake()

    def pause_writing(self) -> None:
        """The server reads slower than we write."""
        self._is_writable = False

    def resume_writing(self) -> None:
        """There is room again."""
        self._is_writable = True
        self._wake()

    # What the parser calls.

    def on_message_begin(self) -> None:
        """Another answer begins in the same bytes; nobody asked for it, so none of it is taken."""
        if self._is_complete:
            self._keeps_alive = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header field, or behind the body a trailer field, which nobody needs."""
        if not self.status:
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is whole. Interim answers (1xx) are passed over."""
        assert self._parser is not None  # noqa: S101 - it is calling
        if self._is_complete:
            return
        status = self._parser.get_status_code()
        if status < 200:
            self.headers.clear()
            return
        self.status = status
        names = {name.lower() for name, _ in self.headers}
        coded, measured = b"transfer-encoding" in names, b"content-length" in names
        self._keeps_alive = self._parser.should_keep_alive() and not (coded and measured)
        framed = self._is_chunked() if coded else measured
        self._ends_with_connection = not framed and status not in _BODILESS

    def on_body(self, piece: bytes) -> None:
        """A piece of the body, unchunked."""
        if not self._is_complete:
            self._pieces.append(piece)

    def on_message_complete(self) -> None:
        """The answer is whole."""
        self._is_complete = self.status != 0

    def _is_chunked(self) -> bool:
        """Chunks tell where a body ends; any other coding leaves that to the connection."""
        return any(
            b"chunked" in value.lower()
            for name, value in self.headers
            if name.lower() == b"transfer-encoding"
        )

    def _feed(self, data: bytes) -> None:
        assert self._parser is not None  # noqa: S101 - a request was sent
        if not self.status:
            room = HEAD_BYTES - self._head_size
            self._head_size += len(data)
            self._parser.feed_data(data[:room])
            data = data[room:]
            if not self.status and self._head_size >= HEAD_BYTES:
                raise httptools.HttpParserError("the head is too large")
        if data:
            self._parser.feed_data(data)

    async def _write(self, head: bytes, body: bytes | Pieces) -> None:
        """Write a long body in pieces, so that it does not hold up the event loop."""
        if not isinstance(body, bytes):
            self._put(head)
            async with aclosing(aiter(body)) as pieces:
                async for piece in pieces:
                    if not await self._write_more(piece):
                        return
            return
        self._put(head + body[:BODY_PIECE])
        for start in range(BODY_PIECE, len(body), BODY_PIECE):
            if not await self._write_more(body[start : start + BODY_PIECE]):
                return

    async def _write_more(self, piece: bytes) -> bool:
        """Write when there is room; answer False when the server refused before it read on."""
        while not self._is_writable and not self.status:
            self._check()
            await self._wait()
        if self.status:
            self._keeps_alive = False
            return False
        self._put(piece)
        return True

    def _put(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            self._fail(httpx.ReadError("The server closed the connection."))
        else:
            self._transport.write(data)

    def _is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _fail(self, failure: httpx.TransportError) -> None:
        self._failure = self._failure or failure
        self.close()

    def _rest(self) -> None:
        if self._is_reading and self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
            self._is_reading = False

    async def _wait(self) -> None:
        if not self._is_reading:
            self._is_reading = True
            if self._transport is not None and not self._transport.is_closing():
                self._transport.resume_reading()
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def request_head(method: bytes, target: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Write a request's head; names and values have been checked."""
    lines = [b"%b %b HTTP/1.1" % (method, target)]
    lines += [b"%b: %b" % (name, value) for name, value in headers]
    return b"\r\n".join((*lines, b"", b""))
