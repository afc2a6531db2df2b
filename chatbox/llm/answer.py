"""Reads one answer as frames, whatever form it comes in, within clocks and limits."""

import asyncio
from collections.abc import Iterator
from typing import Self

import httpx
import msgspec

from chatbox.kit.egress import Body
from chatbox.kit.egress_body import BodyDecoder, BodyTooLarge, BodyUnreadable
from chatbox.llm.clocks import Watch
from chatbox.llm.errors import AnswerTooLarge, AnswerUnreadable, LLMError, StreamBroken
from chatbox.llm.sse import Frame, SSEDecoder

MAX_ANSWER = 32_000_000
DRAIN = 0.1  # seconds
_BLANK = b" \t\r\n\xef\xbb\xbf"
_DONE = Frame("", b"[DONE]", "")


class Answer:
    """An open answer. Its first byte shows what it is, for the content type is often wrong.

    A JSON object or array is a whole answer and becomes one frame, `<` begins a web page, and
    everything else is read as server-sent events.
    """

    def __init__(self, response: httpx.Response, watch: Watch) -> None:
        self._response = response
        self._watch = watch
        self._raw: Body = response.extensions["body"]
        self._body = BodyDecoder(response.headers.get("content-encoding", ""), limit=MAX_ANSWER)
        self._sse = SSEDecoder()
        self._pieces: Iterator[bytes] = iter(())
        self._whole: bytearray | None = None
        self._sniffed = False
        self._ended = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._response.aclose()

    async def next(self) -> list[Frame] | None:
        """Wait for more; None at the end. Raises LLMError."""
        if self._ended:
            return None
        try:
            piece = await self._next_piece()
        except httpx.TransportError as exc:
            raise _named(exc) from exc
        if piece is None:
            self._ended = True
            return self._last()
        frames = self._take(piece)
        if frames:
            self._watch.data()
        return frames

    async def _next_piece(self) -> bytes | None:
        """Unpack a piece at a time: what came before a fault counts, and others have their turn."""
        if (piece := next(self._pieces, None)) is not None:
            await asyncio.sleep(0)
            return piece
        raw = await self._watch.wait(self._raw.read())
        if raw is None:
            return None
        self._pieces = iter(self._body.feed(raw))
        return next(self._pieces, b"")

    async def drain(self) -> None:
        """Read on to the end for a moment, so that the connection can serve the next request."""
        try:
            async with asyncio.timeout(DRAIN):
                while await self._raw.read() is not None:
                    pass
        except (TimeoutError, httpx.TransportError):
            pass

    def _take(self, piece: bytes) -> list[Frame]:
        if not self._sniffed:
            piece = piece.lstrip(_BLANK)  # a mark of byte order may come in pieces
            first = piece[:1]
            if not first:
                return []
            self._sniffed = True
            if first == b"<":
                raise AnswerUnreadable("The provider sent a web page instead of an answer.")
            if first in b"{[":
                self._whole = bytearray()
        if self._whole is None:
            return self._sse.feed(piece)
        self._whole += piece
        return []

    def _last(self) -> list[Frame]:
        if self._whole is None:
            return [frame for frame in self._sse.close() if _is_whole(frame.data)]
        return [Frame("", bytes(self._whole), ""), _DONE]  # JSON that is whole lacks nothing


def _is_whole(data: bytes) -> bool:
    """Tell an event that only lacks its blank line from one that was cut in the middle."""
    try:
        msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return data.strip() == b"[DONE]"
    return True


def _named(failure: httpx.TransportError) -> LLMError:
    match failure:
        case BodyTooLarge():
            return AnswerTooLarge(f"The provider's answer is larger than {MAX_ANSWER:,} bytes.")
        case BodyUnreadable():
            return AnswerUnreadable(str(failure))
    return StreamBroken("The connection to the provider broke before the answer was complete.")
