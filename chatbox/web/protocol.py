"""The HTTP connection: what uvicorn leaves open to clients that never finish a request's head.

A head is limited in size and time, and its target must be a path of this server (RFC 9112 §3.2.1).
When the server ends, idle connections that were just made or used are waited for: a request that
was on its way already is answered first.
"""

import asyncio
from enum import Enum

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_BYTES = 32 * 1024
HEAD_SECONDS = 10.0
SILENT_SECONDS = 60.0
LINGER_SECONDS = 0.5


class _Part(Enum):
    BETWEEN = 1
    HEAD = 2
    BODY = 3


class _Refused(Exception):
    """Raised through the parser, which stops there."""


class Connection(HttpToolsProtocol):
    """One connection; it is closed when a head is too large, too slow or not meant for us."""

    _part = _Part.BETWEEN
    _heads = 0
    _unfinished = 0
    _fields = 0
    _refusal: tuple[int, str] | None = None
    _timer: asyncio.TimerHandle | None = None
    _stirred = 0.0
    _is_ending = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; browsers open connections ahead, so silence is borne for a while."""
        super().connection_made(transport)
        self._stirred = self.loop.time()
        self._begin_timer(SILENT_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._end_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, and count it while it belongs to a head that is not complete."""
        if self.transport.is_closing():
            return
        part, heads = self._part, self._heads
        if part is _Part.BETWEEN and self._unfinished == 0:
            self._begin_timer(self._head_seconds)
        super().data_received(data)
        if part is _Part.BODY or heads != self._heads:
            self._unfinished = 0
            return
        self._unfinished += len(data)
        if self._unfinished > HEAD_BYTES and not self.transport.is_closing():
            self._refusal = (431, "The header section is too large.")
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._part = _Part.HEAD
        self._fields = 0
        if self._heads:
            self._begin_timer(self._head_seconds)

    def on_url(self, url: bytes) -> None:
        """A piece of the request target."""
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header field, or behind a chunked body a trailer field, which nobody asked for."""
        self._count(len(name) + len(value) + 4)
        if self._part is _Part.HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole; the request begins."""
        self._end_timer()
        self._heads += 1
        self._part = _Part.BODY
        if not self.url.startswith(b"/"):
            self._refusal = (400, "The request target must be a path.")
            raise _Refused
        super().on_headers_complete()
        if self._is_ending and self.cycle is not None:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._part = _Part.BETWEEN
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is whole; the next request may follow at once."""
        self._stirred = self.loop.time()
        super().on_response_complete()

    def shutdown(self) -> None:
        """Answer the request that is being answered or may be on its way, and close."""
        self._is_ending = True
        is_answering = self.cycle is not None and not self.cycle.response_complete
        linger = self._stirred + LINGER_SECONDS - self.loop.time()
        if self._part is _Part.HEAD and not is_answering:
            self._begin_timer(LINGER_SECONDS)
        elif self._part is _Part.BETWEEN and not is_answering and linger > 0:
            self._begin_timer(linger)
        else:
            super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """Answer what was found wrong, else that nothing could be understood, and close."""
        status, text = self._refusal or (400, msg)
        body = text.encode("ascii")
        head = b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
        length = b"content-length: %d\r\n\r\n" % len(body)
        self.transport.write(STATUS_LINE[status] + head + length + body)
        self.transport.close()

    @property
    def _head_seconds(self) -> float:
        return LINGER_SECONDS if self._is_ending else HEAD_SECONDS

    def _count(self, size: int) -> None:
        self._fields += size
        if self._fields > HEAD_BYTES:
            self._refusal = (431, "The header section is too large.")
            raise _Refused

    def _begin_timer(self, seconds: float) -> None:
        self._end_timer()
        self._timer = self.loop.call_later(seconds, self._late)

    def _end_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        """Close, unless an answer is on its way, which then decides how long we stay."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._begin_timer(HEAD_SECONDS)
        else:
            self.transport.close()
